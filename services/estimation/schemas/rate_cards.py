"""Rate cards over HTTP; internal cost, so that only callers with `cost:read` see them."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.money import Currency, Money
from shared.pages import PageQuery, ResourceOut
from shared.validation import KEEP, Line, rule

Role = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$", examples=["developer"])]
Days = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]

LEAST_DAILY_COST = Decimal(1)
TOO_LOW = rule("daily_cost_too_low", "must be at least 1", "不得低于 1")
DUPLICATE_ROLE = rule("duplicate_role", "names a role twice", "同一角色出现多次")


class In(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class RateIn(In):
    """What a person-day of a role costs us, social security and overhead included."""

    role: Role
    daily_cost: Money

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if self.daily_cost.amount < 0:
            raise ValueError("negative_amount")
        if self.daily_cost.amount < LEAST_DAILY_COST:
            raise ValueError(TOO_LOW)
        return self


Rates = Annotated[list[RateIn], Field(min_length=1, max_length=100)]


class RateCardIn(In):
    name: Line
    region: Annotated[
        Line | None, Field(description="where it holds; everywhere without another card, if left out")
    ] = None
    currency: Currency
    valid_from: Days
    valid_to: Annotated[Days | None, Field(description="last day; until further notice, if left out")] = None
    rates: Rates

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("end_before_start")
        if any(rate.daily_cost.currency != self.currency for rate in self.rates):
            raise ValueError("currency_mismatch")
        if len({rate.role for rate in self.rates}) < len(self.rates):
            raise ValueError(DUPLICATE_ROLE)
        return self


class RateCardPatch(In):
    name: Line = KEEP
    valid_from: Days = KEEP
    valid_to: Days | None = None
    rates: Rates = KEEP


class RateOut(BaseModel):
    role: str
    daily_cost: Money


class RateCardOut(ResourceOut):
    name: str
    region: str | None
    currency: str
    valid_from: date
    valid_to: date | None
    rates: list[RateOut]

    @model_validator(mode="before")
    @classmethod
    def _with_rates(cls, row: Any) -> Any:
        if isinstance(row, dict):
            return row
        shown = {name: getattr(row, name) for name in cls.model_fields if name != "rates"}
        rates = [
            {"role": role, "daily_cost": Money.of(cost, row.currency)} for role, cost in sorted(row.daily_costs.items())
        ]
        return {**shown, "rates": rates}


class RateCardQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "name", "valid_from")

    name: Annotated[str | None, Field(max_length=300)] = None
    region: Annotated[str | None, Field(max_length=300)] = None
    currency: Currency | None = None
