"""Discounts and pricing policies over HTTP. Margins are null for callers without `cost:read`."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, PlainSerializer, model_validator

from services.estimation.domain.pricing import Discount as PricingDiscount
from services.estimation.models.discounts import Discount, PricingPolicy
from services.estimation.schemas.rate_cards import plain
from shared.kernel.asked import Several
from shared.kernel.auth import Principal
from shared.kernel.from_row import from_row
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line, Text, Why, rule
from shared.language.money import Money
from shared.language.roles import ROLES

Fraction = Annotated[Decimal, Field(ge=0, lt=1, max_digits=12, decimal_places=8, examples=["0.05"])]
Margin = Annotated[Decimal, Field(gt=-10, lt=1, max_digits=12, decimal_places=8, examples=["0.10"])]
Number = Annotated[Decimal, PlainSerializer(plain, return_type=str), Field(examples=["0.05"])]
Approver = Annotated[str, Field(max_length=40, examples=["approver"])]

RATE_OR_AMOUNT = rule("rate_or_amount", "needs either discount_rate or discount_amount", "折扣率与折扣额须二选一")
NO_DISCOUNT = rule("no_discount", "must be above zero", "须大于零")
NO_LIMIT = rule("no_limit", "needs discount_above or margin_below", "须给出 discount_above 或 margin_below")
UNKNOWN_ROLE = rule("unknown_role", "names a role that does not exist", "角色不存在")
NOT_STRICTER = rule(
    "not_stricter",
    "must be in order: each level allows more discount, or a lower margin, than the one before",
    "各级须按顺序排列：后一级的折扣上限更高或利润率下限更低",
)


class LevelIn(In):
    """Reached above a discount or below a margin; any of `approvers` may then approve."""

    name: Line
    name_zh: Line | None = None
    discount_above: Fraction | None = None
    margin_below: Margin | None = None
    approvers: Annotated[list[Approver], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.discount_above is None and self.margin_below is None:
            raise ValueError(NO_LIMIT)
        if not set(self.approvers) <= ROLES.keys():
            raise ValueError(UNKNOWN_ROLE)
        return self


class PricingPolicyIn(In):
    """Levels in ascending order; the last that is reached decides who approves. Without any nobody needs to."""

    levels: Annotated[list[LevelIn], Field(max_length=10)]
    note: Annotated[Text | None, Field(description="why")] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name, sign in (("discount_above", 1), ("margin_below", -1)):
            limits = [sign * limit for level in self.levels if (limit := getattr(level, name)) is not None]
            if limits != sorted(set(limits)):
                raise ValueError(NOT_STRICTER)
        return self

    @property
    def stored(self) -> list[dict[str, Any]]:
        return [{**level.model_dump(mode="json"), "name_zh": level.name_zh or level.name} for level in self.levels]


class LevelOut(BaseModel):
    name: str
    name_zh: str
    discount_above: Number | None
    margin_below: Number | None
    approvers: list[str]


class PricingPolicyOut(ResourceOut):
    revision: int
    levels: list[LevelOut]
    note: str | None
    superseded_at: Annotated[datetime | None, Field(description="null: in force")]

    @classmethod
    def of(cls, row: PricingPolicy) -> Self:
        return cls.model_validate(row)


class PolicyQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "revision")

    is_in_force: bool | None = None


class _Wished(In):
    discount_rate: Annotated[Fraction | None, Field(description="share of the net price before the discount")] = None
    discount_amount: Annotated[Money | None, Field(description="off the net price")] = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.discount_rate is None) == (self.discount_amount is None):
            raise ValueError(RATE_OR_AMOUNT)
        if (self.discount_rate or (self.discount_amount and self.discount_amount.amount) or 0) <= 0:
            raise ValueError(NO_DISCOUNT)
        return self

    @property
    def taken_off(self) -> PricingDiscount:
        return PricingDiscount(self.discount_rate, self.discount_amount.amount if self.discount_amount else None)

    @property
    def currency(self) -> str | None:
        return self.discount_amount.currency if self.discount_amount else None


class PolicyQuestion(_Wished):
    """Would this discount need an approval, and why?"""

    estimate_id: UUID


class DiscountIn(_Wished):
    estimate_id: UUID
    reason: Why


class DecisionIn(In):
    note: Text | None = None


class RejectionIn(In):
    note: Why


class FindingOut(BaseModel):
    """A limit that is exceeded; of a margin it is shown with `cost:read` only."""

    level: str
    code: Literal["discount_above", "margin_below"]
    limit: Number
    found: Number
    message: str
    message_zh: str


class DiscountFigures(BaseModel):
    list_price: Money
    discount: Money
    discount_rate: float
    price_excl_tax: Money
    margin_before: float | None
    margin_after: float | None


class Evaluation(BaseModel):
    """What the policy says of a discount; nothing is changed by asking."""

    estimate_id: UUID
    policy_id: UUID | None
    policy_revision: Annotated[int, Field(description="0: nobody has made a policy, the usual levels count")]
    needs_approval: bool
    rank: Annotated[int, Field(description="how many levels are reached")]
    approvers: Annotated[list[str], Field(description="any of these roles may approve")]
    findings: list[FindingOut]
    figures: DiscountFigures

    def for_(self, caller: Principal) -> Self:
        """As much as `caller` may see."""
        if caller.may("cost:read"):
            return self
        return self.model_copy(
            update={"findings": without_margins(self.findings), "figures": without_margin(self.figures)}
        )


def without_margins(findings: list[FindingOut]) -> list[FindingOut]:
    return [one for one in findings if one.code != "margin_below"]


def without_margin(figures: DiscountFigures) -> DiscountFigures:
    return figures.model_copy(update={"margin_before": None, "margin_after": None})


class DiscountOut(ResourceOut):
    """A discount; `figures` are of the price that it was decided on."""

    opportunity_id: UUID
    estimate_id: UUID
    discount_rate: Number | None
    discount_amount: Money | None
    reason: str
    status: Literal["requested", "approved", "rejected", "withdrawn", "replaced", "lapsed"]
    policy_id: UUID | None
    policy_revision: int
    approvers: list[str]
    findings: list[FindingOut]
    figures: DiscountFigures
    decided_by: Annotated[str | None, Field(description="`policy` when it needed nobody")]
    decided_at: datetime | None
    note: str | None
    note_zh: str | None
    allowed_actions: list[AllowedAction]

    @classmethod
    def of(cls, row: Discount, caller: Principal) -> Self:
        """As much as `caller` may see."""
        amount = None if row.amount is None else Money.of(row.amount, row.currency)
        shown = from_row(
            cls,
            row,
            discount_rate=row.rate,
            discount_amount=amount,
            allowed_actions=row.actions_for(caller.subject, caller.roles),
        )
        if caller.may("cost:read"):
            return shown
        return shown.model_copy(
            update={"findings": without_margins(shown.findings), "figures": without_margin(shown.figures)}
        )


class DiscountQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at")

    opportunity_id: Several[UUID] = None
    estimate_id: UUID | None = None
    status: Several[Literal["requested", "approved", "rejected", "withdrawn", "replaced", "lapsed"]] = None
