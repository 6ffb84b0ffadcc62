"""Kinds of fields that several resources take and show."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from shared.kernel.validation import In
from shared.language.money import Amount, Currency, quantised

_Cost = Annotated[Amount, Field(ge=-(10**12), le=10**12)]
_Days = Annotated[float, Field(ge=-10_000, le=10_000)]
Share = Annotated[float, Field(ge=0, le=1)]


class CostRange(In):
    """What a risk costs the project when it happens. Negative for an opportunity."""

    optimistic: _Cost
    most_likely: _Cost
    pessimistic: _Cost
    currency: Currency

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.optimistic <= self.most_likely <= self.pessimistic:
            raise ValueError("range_order")
        return self


class DaysRange(In):
    """By how many working days a risk delays the project when it happens. Negative for an opportunity."""

    optimistic: _Days
    most_likely: _Days
    pessimistic: _Days

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.optimistic <= self.most_likely <= self.pessimistic:
            raise ValueError("range_order")
        return self


class DaysRangeOut(BaseModel):
    optimistic: float
    most_likely: float
    pessimistic: float


class CostRangeOut(BaseModel):
    optimistic: Amount
    most_likely: Amount
    pessimistic: Amount
    currency: str

    @classmethod
    def of(cls, points: dict[str, float], currency: str) -> Self:
        """From the floats that the simulation works with."""
        return cls(
            **{name: quantised(Decimal(str(point)), currency) for name, point in points.items()}, currency=currency
        )
