"""Cost items over HTTP; internal cost, so that only callers with `cost:read` see them."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, PlainSerializer, model_validator

from services.estimation.domain.commerce import SERVICES, Driver
from services.estimation.domain.cost_items import GUARANTEE
from services.estimation.domain.parameter_types import Phase
from services.estimation.models.cost_items import CostItem
from services.estimation.schemas.rate_cards import Days, plain
from shared.kernel.asked import Several
from shared.kernel.from_row import from_row
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.validation import KEEP, In, Line, Patch, Text, rule
from shared.language.money import Money, NonNegativeMoney

Kind = Literal["hardware", "software", "licence", "cloud", "travel", "subcontract", "guarantee", "other"]
Category = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$", examples=["goods"])]
Code = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00]+$", examples=["environments"])]
Quantity = Annotated[Decimal, Field(ge=0, le=10**9, max_digits=20, decimal_places=6)]
Fraction = Annotated[Decimal, Field(ge=0, le=1, max_digits=12, decimal_places=8)]
Growth = Annotated[Decimal, Field(gt=-1, le=1, max_digits=12, decimal_places=8)]
Months = Annotated[Decimal, Field(ge=0, le=1200, max_digits=10, decimal_places=4)]

Number = Annotated[Decimal, PlainSerializer(plain, return_type=str), Field(examples=["1.5"])]

MOST = Decimal(10) ** 12
TOO_MUCH = rule("amount_too_large", "may be at most 1000000000000", "不得超过 1000000000000")
ONLY_GUARANTEE = rule(
    "only_of_guarantees",
    "guaranteed_share and annual_rate are of kind guarantee",
    "guaranteed_share 与 annual_rate 仅用于 guarantee 类",
)


class CostItemIn(In):
    """A cost of one opportunity. Its amount is quantity × unit cost × what `driver` counts.

    A guarantee costs annual_rate × what is guaranteed × time; `months` is how long it or something monthly runs.
    """

    opportunity_id: UUID
    kind: Kind
    name: Line
    name_zh: Line | None = None
    phase: Annotated[Phase, Field(description="that it is bought in")]
    driver: Driver = "project"
    quantity: Quantity = Decimal(1)
    unit_cost: NonNegativeMoney
    replaces: Annotated[
        Code | None, Field(description="code of the parameter set's item whose place it takes; cost 0 leaves it out")
    ] = None
    months: Annotated[
        Months | None, Field(description="until delivery (guarantees: to the end), where none are given")
    ] = None
    includes_tax_rate: Annotated[Fraction, Field(description="recoverable tax in the unit cost")] = Decimal(0)
    price_base_date: Annotated[Days | None, Field(description="day of the price, from which it grows")] = None
    annual_growth: Growth = Decimal(0)
    tax_category: Annotated[Category, Field(description="what it is sold to the client as")] = SERVICES
    guaranteed_share: Annotated[Fraction | None, Field(description="of the price; else quantity × unit cost")] = None
    annual_rate: Fraction = Decimal(0)
    source: Annotated[Text | None, Field(description="an offer, a price list")] = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.unit_cost.amount * self.quantity > MOST:
            raise ValueError(TOO_MUCH)
        if self.kind != GUARANTEE and (self.guaranteed_share is not None or self.annual_rate):
            raise ValueError(ONLY_GUARANTEE)
        return self


class CostItemPatch(Patch, of=CostItemIn, without={"opportunity_id"}):
    name_zh: Line = KEEP


class CostItemOut(ResourceOut):
    opportunity_id: UUID
    kind: str
    name: str
    name_zh: str
    phase: str
    driver: str
    quantity: Number
    unit_cost: NonNegativeMoney
    replaces: str | None
    months: Number | None
    includes_tax_rate: Number
    price_base_date: date | None
    annual_growth: Number
    tax_category: str
    guaranteed_share: Number | None
    annual_rate: Number
    source: str | None

    @classmethod
    def of(cls, row: CostItem) -> Self:
        # As the database keeps it, so that the first answer is like all that follow.
        money = Money(amount=row.unit_cost.quantize(Decimal("0.0001")), currency=row.currency)
        return from_row(cls, row, unit_cost=money)


class CostItemsIn(In):
    items: Annotated[list[CostItemIn], Field(min_length=1, max_length=200)]


class CostItemsOut(BaseModel):
    items: list[CostItemOut]


class CostItemQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "name")

    opportunity_id: Several[UUID] = None
    kind: Several[Kind] = None
    phase: Several[Phase] = None
