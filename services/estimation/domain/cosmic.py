"""COSMIC function points: movements of data, one point each (ISO/IEC 19761, COSMIC Measurement Manual 5.0)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import Ge, Le

Movements = Annotated[int, Ge(0), Le(1_000)]
LEAST_POINTS = 2


@dataclass(frozen=True, slots=True)
class Process:
    """A functional process: at least what triggers it (an entry), and one exit or write as its outcome.

    Raises `ValueError` `process_without_entry` or `process_without_outcome`.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    entries: Movements
    exits: Movements = 0
    reads: Movements = 0
    writes: Movements = 0

    def __post_init__(self) -> None:
        if self.entries < 1:
            raise ValueError("process_without_entry")
        if self.exits + self.writes < 1:
            raise ValueError("process_without_outcome")

    @property
    def points(self) -> int:
        """E + X + R + W, so at least `LEAST_POINTS`."""
        return self.entries + self.exits + self.reads + self.writes


def size(processes: Iterable[Process]) -> int:
    """COSMIC function points of all processes together; there is no upper end."""
    return sum(process.points for process in processes)
