"""Rate cards over HTTP; internal cost, so that only callers with `cost:read` see them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.estimation.domain.labour_rate import LabourRate
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.validation import In, Line, Patch, rule
from shared.language.money import Amount, Currency, Money, NonNegativeMoney, quantised

Role = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$", examples=["developer"])]
Days = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]

Share = Annotated[Decimal, Field(ge=0, le=10, decimal_places=8, max_digits=12, examples=["0.35"])]

LEAST_DAILY_COST, MOST_DAILY_COST = Decimal(1), Decimal(10) ** 9
TOO_LOW = rule("daily_cost_too_low", "must be at least 1", "不得低于 1")
TOO_HIGH = rule("daily_cost_too_high", "must be at most 1000000000", "不得高于 1000000000")
DUPLICATE_ROLE = rule("duplicate_role", "names a role with one seniority twice", "同一角色与级别出现多次")
ONE_COST = rule("one_cost", "needs either daily_cost or build_up", "须在 daily_cost 与 build_up 中二选一")


def plain(number: Decimal) -> str:
    """A decimal without exponent and trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class BuildUpIn(In):
    """A person's cost from the salary. `hours_per_month` are paid; `utilisation` is the share of them that counts."""

    monthly_salary: NonNegativeMoney
    social_rate: Share = Decimal(0)
    overhead_rate: Share = Decimal(0)
    hours_per_month: Annotated[Decimal, Field(gt=0, le=744, decimal_places=4, max_digits=10)] = Decimal(174)
    utilisation: Annotated[Decimal, Field(ge=Decimal("0.01"), le=1, decimal_places=8, max_digits=12)] = Decimal(1)
    hours_per_day: Annotated[Decimal, Field(gt=0, le=24, decimal_places=4, max_digits=10)] = Decimal(8)

    @property
    def rate(self) -> LabourRate:
        return LabourRate(
            self.monthly_salary.amount, self.social_rate, self.overhead_rate, self.hours_per_month, self.utilisation,
            self.hours_per_day,
        )  # fmt: skip


class RateIn(In):
    """What a person-day of a role costs us: stated, social security and overhead included, or built up."""

    role: Role
    seniority: Annotated[Role | None, Field(description="for all, if left out", examples=["senior"])] = None
    daily_cost: Annotated[NonNegativeMoney | None, Field(description="or else `build_up`")] = None
    build_up: BuildUpIn | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any], currency: str) -> dict[str, Any]:
        """A rate of a card as it was wished for."""
        names = {"role": stored["role"], "seniority": stored["seniority"]}
        if stored["build_up"] is None:
            return {**names, "daily_cost": {"amount": stored["daily_cost"], "currency": currency}}
        salary = {"amount": stored["build_up"]["monthly_salary"], "currency": currency}
        return {**names, "build_up": {**stored["build_up"], "monthly_salary": salary}}

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if (self.daily_cost is None) == (self.build_up is None):
            raise ValueError(ONE_COST)
        if self.cost < LEAST_DAILY_COST:
            raise ValueError(TOO_LOW)
        if self.cost > MOST_DAILY_COST:
            raise ValueError(TOO_HIGH)
        return self

    @property
    def cost(self) -> Decimal:
        """To the minor unit."""
        if self.daily_cost is not None:
            return self.daily_cost.rounded().amount
        return quantised(self.build_up.rate.daily_cost, self.currency) if self.build_up else Decimal(0)

    @property
    def currency(self) -> str:
        money = self.daily_cost or (self.build_up and self.build_up.monthly_salary)
        return money.currency if money else ""


Rates = Annotated[list[RateIn], Field(min_length=1, max_length=100)]


class RateCardIn(In):
    name: Line
    region: Annotated[
        Line | None, Field(description="where it holds; everywhere without another card, if left out")
    ] = None
    currency: Currency
    valid_from: Days
    valid_to: Annotated[Days | None, Field(description="last day; without one, until further notice")] = None
    rates: Rates

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("end_before_start")
        if any(rate.currency != self.currency for rate in self.rates):
            raise ValueError("currency_mismatch")
        if len({(rate.role, rate.seniority) for rate in self.rates}) < len(self.rates):
            raise ValueError(DUPLICATE_ROLE)
        return self


def stored_rates(wish: RateCardIn) -> list[dict[str, Any]]:
    """The rates of a card as they are kept, by role and seniority."""
    rows = [
        {
            "role": rate.role,
            "seniority": rate.seniority,
            "daily_cost": str(rate.cost),
            "build_up": rate.build_up
            and {name: str(getattr(rate.build_up.rate, name)) for name in LabourRate.__dataclass_fields__},
        }
        for rate in wish.rates
    ]
    return sorted(rows, key=lambda row: (str(row["role"]), str(row["seniority"] or "")))


class RateCardPatch(Patch, of=RateCardIn, without={"region", "currency"}):
    pass


class BuildUpOut(BaseModel):
    """How a daily cost came about: overhead and utilisation shown."""

    monthly_salary: NonNegativeMoney
    social_rate: Amount
    overhead_rate: Amount
    hours_per_month: Amount
    utilisation: Amount
    hours_per_day: Amount
    monthly_cost: Annotated[Money, Field(description="fully loaded: with social security and overhead")]
    hourly_cost: Annotated[Money, Field(description="of an hour that counts")]

    @classmethod
    def of(cls, stored: Mapping[str, Any], currency: str) -> Self:
        rate = LabourRate(**{name: Decimal(value) for name, value in stored.items()})
        return cls(
            **{name: getattr(rate, name) for name in stored if name != "monthly_salary"},
            monthly_salary=Money.of(rate.monthly_salary, currency),
            monthly_cost=Money.of(rate.monthly_cost, currency),
            hourly_cost=Money.of(rate.hourly_cost, currency),
        )


class RateOut(BaseModel):
    role: str
    seniority: str | None
    daily_cost: NonNegativeMoney
    build_up: BuildUpOut | None


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
            {
                "role": one["role"],
                "seniority": one["seniority"],
                "daily_cost": Money.of(one["daily_cost"], row.currency),
                "build_up": one["build_up"] and BuildUpOut.of(one["build_up"], row.currency),
            }
            for one in row.rates
        ]
        return {**shown, "rates": rates}


class RateCardQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "name", "valid_from")

    name: Annotated[str | None, Field(max_length=300)] = None
    region: Annotated[str | None, Field(max_length=300)] = None
    currency: Currency | None = None
    valid_on: Annotated[Days | None, Field(description="only cards that hold on this day")] = None


class RateQuery(In):
    """What does a role cost somewhere, on a day?"""

    role: Role
    currency: Currency
    on: Days
    region: Annotated[str | None, Field(max_length=300)] = None
    seniority: Role | None = None


class GradeOut(BaseModel):
    seniority: str | None
    share: float
    daily_cost: Amount
    rate_card_id: UUID
    rate_card_version: int
    region: str | None


class RoleRateOut(BaseModel):
    """The daily cost of a role, and the cards that say so; without a seniority that for all, or the mean of several."""

    role: str
    currency: str
    on: date
    daily_cost: Amount
    grades: list[GradeOut]
