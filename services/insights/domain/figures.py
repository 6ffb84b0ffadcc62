"""Figures and what they were computed from: every number that the main job makes, as events state it.

A figure's id is `<artefact>:<its id>:<name>`, for example `estimate:0193…:base_cost`: the same for everybody, for ever,
since what an event said never changes. Amounts and days are text exactly as the event had them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from math import prod
from typing import Any
from uuid import UUID

_TIMED = 7
"""Version of UUIDs that begin with the milliseconds since 1970."""


class Operation(StrEnum):
    """How a figure follows from its inputs."""

    GIVEN = "given"
    """Stated by a person or a document; nothing below."""
    COPY = "copy"
    SUM = "sum"
    DIFFERENCE = "difference"
    """The first input minus the others."""
    PRODUCT = "product"
    FORMULA = "formula"
    """As `formula` says; more than one operation."""
    SHARE = "share"
    """Part of an amount in proportion, the parts adding up to it exactly."""
    SIMULATION = "simulation"
    """A percentile or mean of a repeatable simulation: seed and samples are with the artefact."""
    SCHEDULE = "schedule"
    """A date of the network of tasks."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, or a requirement at the end of the line (its value is its code)."""

    id: str
    name: str
    name_zh: str
    value: str | None
    unit: str
    """An ISO 4217 code, person_days, working_days, date, fraction, requirement, …"""
    operation: Operation = Operation.GIVEN
    formula: str = ""
    inputs: tuple[str, ...] = ()
    is_internal: bool = False
    """Whether only those who may see costs see its value."""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Name:
    """A figure's place: which artefact, which one, and the figure's name in it."""

    artefact: str
    key: str
    figure: str

    @classmethod
    def parse(cls, figure_id: str) -> "Name | None":
        """The parts of an id; None when it is none."""
        parts = figure_id.split(":")
        return cls(*parts) if len(parts) == 3 and all(parts) else None  # noqa: PLR2004

    @property
    def home(self) -> tuple[str, str]:
        return self.artefact, self.key

    @property
    def made_at(self) -> datetime | None:
        """When the artefact was made: its id is a UUIDv7, which begins with it (RFC 9562); None for any other."""
        try:
            key = UUID(self.key.partition("@")[0])
            return datetime.fromtimestamp((key.int >> 80) / 1000, UTC) if key.version == _TIMED else None
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True, slots=True)
class Origin:
    """The event that said the figures of an artefact."""

    artefact: str
    event_id: UUID
    event_type: str
    at: datetime
    by: str
    data: Mapping[str, Any]


@dataclass
class Lineage:
    """Figures by id, the wanted one first, each with its distance from it; and the events that said them."""

    figures: dict[str, Figure] = field(default_factory=dict)
    depths: dict[str, int] = field(default_factory=dict)
    origins: dict[tuple[str, str], Origin] = field(default_factory=dict)
    is_whole: bool = True
    """Whether everything below the wanted figure is there."""


def recomputed(figure: Figure, values: Sequence[str | None]) -> Decimal | None:
    """The figure computed again from its inputs' values; None where it takes more than one operation."""
    try:
        numbers = [Decimal(value) for value in values if value is not None]
    except InvalidOperation:
        return None
    if len(numbers) != len(values) or not numbers:
        return None
    first, rest = numbers[0], numbers[1:]
    results: Mapping[Operation, Callable[[], Decimal]] = {
        Operation.COPY: lambda: first,
        Operation.SUM: lambda: sum(rest, first),
        Operation.DIFFERENCE: lambda: first - sum(rest, Decimal(0)),
        Operation.PRODUCT: lambda: prod(rest, start=first),
    }
    compute = results.get(figure.operation)
    return compute and compute()


def agrees(figure: Figure, again: Decimal) -> bool:
    """Whether a recomputed value is the stated one, within half a unit of the last place that the figure states."""
    if figure.value is None:
        return False
    stated = Decimal(figure.value)
    exponent = stated.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    return abs(stated - again) <= Decimal(1).scaleb(-places) / 2
