"""Responses over HTTP. Money is shown to callers with `cost:read` only, else it is null."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.risk.domain.response import OF_OPPORTUNITIES, OF_THREATS, Measure, Return, Strategy
from services.risk.domain.risk import RiskKind
from services.risk.models.responses import RiskResponse
from services.risk.models.risks import RegisteredRisk
from shared.kernel.asked import Several, SeveralNames
from shared.kernel.auth import Principal
from shared.kernel.from_row import from_row
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import KEEP, In, Line, Patch, Text, rule
from shared.language.money import Money, NonNegativeMoney

WRONG_STRATEGY = rule(
    "wrong_strategy",
    "avoid, mitigate, transfer are for threats; exploit, enhance, share for opportunities",
    "avoid、mitigate、transfer 用于威胁；exploit、enhance、share 用于机会",
)
WRONG_FACTOR = rule(
    "wrong_factor",
    "a measure leaves at most all of a threat (factors up to 1) and at least all of an opportunity (from 1)",
    "应对威胁的系数不得大于 1，应对机会的系数不得小于 1",
)
NO_TRIGGER = rule(
    "no_trigger", "a contingency measure needs the trigger that starts it", "应急措施须说明启动它的触发条件"
)
WRONG_ACCEPTANCE = rule(
    "wrong_acceptance",
    "accept needs `acceptance` active or passive, other strategies none",
    "accept 须注明 acceptance 为 active 或 passive，其他策略不得填写",
)

Factor = Annotated[float, Field(ge=0, le=10)]


class MeasureIn(In):
    """What is done about a risk; a text in one language stands for both."""

    strategy: Strategy
    kind: Annotated[Measure, Field(description="preventive 预防, contingency 应急, control 控制")]
    acceptance: Literal["active", "passive"] | None = None
    statement: Text
    statement_zh: Text | None = None
    trigger: Annotated[Text | None, Field(description="what starts a contingency measure")] = None
    trigger_zh: Text | None = None
    owner_role: Line
    owner: Line | None = None
    due_on: date | None = None
    cost: Annotated[NonNegativeMoney, Field(description="of a contingency measure: when the risk happens")]
    probability_factor: Annotated[
        Factor, Field(description="what it leaves of the probability: 0.7 is seven tenths", examples=[0.7])
    ] = 1.0
    impact_factor: Annotated[Factor, Field(description="what it leaves of the impacts", examples=[0.8])] = 1.0
    secondary_risk_ids: Annotated[
        list[UUID], Field(max_length=50, description="risks of the register that this measure brings")
    ] = []

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.kind == Measure.CONTINGENCY and not self.trigger:
            raise ValueError(NO_TRIGGER)
        if (self.strategy == Strategy.ACCEPT) != (self.acceptance is not None):
            raise ValueError(WRONG_ACCEPTANCE)
        return self

    def refuse_against(self, kind: RiskKind) -> None:
        """Raises `ValueError` when a risk of this kind cannot be treated like that."""
        is_threat = kind == RiskKind.THREAT
        if self.strategy in (OF_OPPORTUNITIES if is_threat else OF_THREATS):
            raise ValueError(WRONG_STRATEGY)
        for factor in (self.probability_factor, self.impact_factor):
            if (factor > 1) if is_threat else (factor < 1):
                raise ValueError(WRONG_FACTOR)


class MeasureOfRisk(MeasureIn):
    """A measure with the kind of the risk that it is for: the rules between both."""

    risk_kind: RiskKind

    @model_validator(mode="after")
    def _fits(self) -> Self:
        self.refuse_against(self.risk_kind)
        return self


class ResponseIn(MeasureIn):
    risk_id: UUID


class ResponsePatch(Patch, of=ResponseIn, without={"risk_id"}):
    statement_zh: Text = KEEP


class ReturnOut(BaseModel):
    """What measures are worth. Expected values are those of the risk; null without `cost:read`."""

    expected_value_before: Money | None
    expected_value_after: Annotated[
        Money | None, Field(description="with what contingency measures cost then: the same as the risk's `residual`")
    ]
    expected_value_secondary: Money | None
    expected_cost: Money | None
    contingent_cost: Annotated[Money | None, Field(description="the part of the expected cost that is in `after` too")]
    leverage: Annotated[
        float | None,
        Field(
            description="(before - after + contingent cost - secondary) / expected cost; above 1 it pays;"
            " null when it is free or not judged"
        ),
    ]

    @classmethod
    def of(cls, found: Return, currency: str, caller: Principal) -> Self:
        """As much as `caller` may see."""
        shown = caller.may("cost:read")

        def money(amount: float) -> Money | None:
            return Money.of(amount, currency) if shown else None

        return cls(
            expected_value_before=money(found.before),
            expected_value_after=money(found.after),
            expected_value_secondary=money(found.secondary),
            expected_cost=money(found.cost),
            contingent_cost=money(found.contingent),
            leverage=None if found.leverage is None else round(found.leverage, 4),
        )


class ResponseOut(ResourceOut):
    """A measure. `effect` is null until there is an estimate to measure it against."""

    opportunity_id: UUID
    risk_id: UUID
    risk_code: str
    code: str
    origin: str
    is_proposed: bool
    decided: list[str]
    strategy: str
    kind: str
    acceptance: str | None
    statement: str
    statement_zh: str
    trigger: str | None
    trigger_zh: str | None
    owner_role: str
    owner: str | None
    due_on: date | None
    cost: NonNegativeMoney | None
    probability_factor: float
    impact_factor: float
    secondary_risk_ids: list[UUID]
    effect: ReturnOut | None
    status: str
    status_reason: str | None
    allowed_actions: list[AllowedAction]

    @classmethod
    def of(cls, row: RiskResponse, risk: RegisteredRisk, effect: Return | None, caller: Principal) -> Self:
        """As much as `caller` may see."""
        return from_row(
            cls,
            row,
            risk_code=risk.code,
            cost=Money.of(row.cost, row.currency) if caller.may("cost:read") else None,
            effect=effect and ReturnOut.of(effect, row.currency, caller),
        )


class MeasureOut(BaseModel):
    """A measure in the list of its risk."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    strategy: str
    kind: str
    statement: str
    statement_zh: str
    owner_role: str
    owner: str | None
    due_on: date | None
    status: str

    @classmethod
    def all_of(cls, rows: Sequence[RiskResponse]) -> list[Self]:
        return [cls.model_validate(row) for row in rows]


class ResponseQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "code", "due_on")

    opportunity_id: Several[UUID] = None
    risk_id: UUID | None = None
    status: Several[Literal["planned", "in_progress", "implemented", "cancelled"]] = None
    strategy: Several[Strategy] = None
    kind: Several[Measure] = None
    owner: SeveralNames = None
