"""A range of what is never negative: effort, productivity, shares of effort."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import Le

from shared.quant.three_point import ImpossibleRange, ThreePoint

Point = Annotated[float, Le(1_000_000)]


@dataclass(frozen=True, slots=True)
class AmountRange(ThreePoint):
    """0 ≤ optimistic ≤ most likely ≤ pessimistic, in the unit that the field's name says.

    Raises `ImpossibleRange`, with `negative_amount` beside its other codes.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    optimistic: Point
    most_likely: Point
    pessimistic: Point

    def __post_init__(self) -> None:
        ThreePoint.__post_init__(self)  # no `super()`: slots make another class of this one
        if self.optimistic < 0:
            raise ImpossibleRange("negative_amount")
