"""Risks over HTTP. Money is shown to callers with `cost:read` only, else it is null."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.risk.domain.response import Return
from services.risk.domain.risk import Category, RiskKind
from services.risk.models.responses import RiskResponse
from services.risk.models.risks import RegisteredRisk
from services.risk.schemas.fields import CostRange, CostRangeOut, DaysRange, DaysRangeOut, Share
from services.risk.schemas.responses import MeasureIn, MeasureOut, ReturnOut
from shared.kernel.asked import Several, SeveralNames
from shared.kernel.auth import Principal
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import KEEP, In, Line, Patch, Text, Why, rule
from shared.language.disclosure import Visibility, Wording, refuse_unworded
from shared.language.money import Money

WRONG_SIGN = rule(
    "wrong_sign",
    "the impact of a threat must not be negative, that of an opportunity must not be positive",
    "威胁的影响不得为负，机会的影响不得为正",
)
CERTAIN = rule(
    "this_is_an_issue_not_a_risk",
    "what is certain is an issue: record it as a risk of less than 1 and materialise it",
    "必然发生的是问题而非风险：请登记为小于 1 的概率后标记为已发生",
)
NO_REASON = rule(
    "knowledge_without_reason", "say why the assessment is as well founded as that", "请说明评估依据为何达到该强度"
)

Knowledge = Literal["weak", "moderate", "strong"]
Grade = Literal["low", "moderate", "high"]
Probability = Annotated[float, Field(gt=0, le=1, description="before any response")]
Codes = Annotated[list[Line], Field(max_length=200)]
Warnings = Annotated[list[Line], Field(max_length=50, description="early warnings: what shows that it comes")]
LineIds = Annotated[list[UUID], Field(max_length=200, description="lines of the newest estimate")]


class RiskIn(In):
    """A risk as a person records it: cause, uncertain event (title), effect. A text in one language stands for both.

    Probability and impacts are those before any response; what the responses leave of them follows.
    """

    opportunity_id: UUID
    title: Line
    title_zh: Line | None = None
    category: Category
    kind: RiskKind = RiskKind.THREAT
    cause: Text
    cause_zh: Text | None = None
    effect: Text
    effect_zh: Text | None = None
    probability: Probability
    impact_cost: CostRange
    impact_days: DaysRange = DaysRange(optimistic=0, most_likely=0, pessimistic=0)
    scope_share: Annotated[Share, Field(description="part of the scope that is lost when it happens")] = 0.0
    quality_share: Annotated[Share, Field(description="part of the acceptance criteria that are missed")] = 0.0
    responses: Annotated[list[MeasureIn], Field(max_length=20)] = []
    requirement_codes: Codes = []
    estimate_line_ids: LineIds = []
    knowledge: Annotated[Knowledge | None, Field(description="how well the assessment is founded")] = None
    knowledge_why: Text | None = None
    near_from: Annotated[date | None, Field(description="proximity: from when it may happen")] = None
    near_until: date | None = None
    urgency: Grade | None = None
    manageability: Grade | None = None
    detectability: Grade | None = None
    early_warnings: Warnings = []
    breakdown: Annotated[Line | None, Field(description="place in the risk breakdown structure (RBS)")] = None
    owner: Line | None = None
    reference: Annotated[Line | None, Field(description="what another register calls it")] = None
    client_visibility: Visibility = "internal"
    client_wording: Wording = None
    client_wording_zh: Wording = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        refuse_unworded(self.client_visibility, self.client_wording, self.client_wording_zh)
        if self.probability == 1:
            raise ValueError(CERTAIN)
        sign = 1 if self.kind == RiskKind.THREAT else -1
        ends = (self.impact_cost.optimistic, self.impact_cost.pessimistic)
        if min(sign * end for end in (*ends, self.impact_days.optimistic, self.impact_days.pessimistic)) < 0:
            raise ValueError(WRONG_SIGN)
        if self.knowledge and not self.knowledge_why:
            raise ValueError(NO_REASON)
        if self.near_from and self.near_until and self.near_until < self.near_from:
            raise ValueError("end_before_start")
        for measure in self.responses:
            measure.refuse_against(self.kind)
        return self


class RiskPatch(Patch, of=RiskIn, without={"opportunity_id", "kind", "responses"}):
    title_zh: Line = KEEP
    cause_zh: Text = KEEP
    effect_zh: Text = KEEP


class Note(In):
    reason: Why


class CloseIn(In):
    reason: Why
    outcome: Annotated[
        Literal["did_not_happen", "was_no_risk"] | None,
        Field(description="a candidate was no risk, others did not happen, unless you say otherwise"),
    ] = None


class AcceptIn(In):
    until: Annotated[date, Field(description="its last day; then the risk waits for a decision again")]
    reason: Why


class EscalateIn(In):
    to: Annotated[Line, Field(description="who decides above the project")]
    reason: Why


class AssessmentOut(BaseModel):
    """How likely, what it does, and where that is in the matrix. Levels are null until there is an estimate."""

    probability: float
    impact_cost: CostRangeOut | None
    impact_days: DaysRangeOut
    scope_share: float
    quality_share: float
    probability_level: int
    impact_level: int | None
    score: float | None
    rating: str | None
    expected_value: Annotated[
        Money | None, Field(description="probability × impact, a day of delay at the daily burn of the estimate")
    ]
    delay_value: Annotated[Money | None, Field(description="the part of the expected value that is delay")]

    @classmethod
    def of(cls, assessed: dict[str, Any], currency: str, caller: Principal) -> Self:
        """As much as `caller` may see."""
        shown = {**assessed, "impact_cost": None, "expected_value": None, "delay_value": None}
        if caller.may("cost:read"):
            shown["impact_cost"] = CostRangeOut.of(assessed["impact_cost"], currency)
            for name in ("expected_value", "delay_value"):
                value = assessed.get(name)  # one that was assessed before has no value of its delay
                shown[name] = None if value is None else Money.of(value, currency)
        return cls.model_validate(shown)


class RiskItem(ResourceOut):
    """A risk in a list, as it stands today; cause, effect, assessments and measures are at its own address."""

    opportunity_id: UUID
    code: str
    reference: str | None
    title: str
    title_zh: str
    category: str
    kind: str
    probability: float
    impact_cost: CostRangeOut | None
    impact_days: DaysRangeOut
    scope_share: float
    quality_share: float
    probability_level: int
    impact_level: int | None
    score: float | None
    rating: str | None
    expected_value: Money | None
    response_cost: Annotated[Money | None, Field(description="of the measures that count, but for contingency ones")]
    requirement_codes: list[str]
    origin: str
    is_proposed: bool
    knowledge: str | None
    near_from: date | None
    near_until: date | None
    urgency: str | None
    manageability: str | None
    detectability: str | None
    breakdown: str | None
    owner: str | None
    client_visibility: Annotated[str, Field(description="`client`: documents say it in its wording for the client")]
    accepted_by: str | None
    accepted_at: datetime | None
    accepted_until: date | None
    escalated_to: str | None
    outcome: Annotated[
        str | None, Field(description="happened, did_not_happen or was_no_risk; from the first two follows calibration")
    ]
    outcome_probability: Annotated[float | None, Field(description="that was stated before it was known")]
    passed_at: Annotated[datetime | None, Field(description="when the time in which it could happen was over")]
    status: str
    status_reason: str | None
    allowed_actions: list[AllowedAction]

    @classmethod
    def of(
        cls, row: RegisteredRisk, measures: Sequence[RiskResponse], effect: Return | None, caller: Principal
    ) -> Self:
        """As much as `caller` may see."""
        made: dict[str, Any] = {
            name: AssessmentOut.of(getattr(row, name), row.currency, caller)
            for name in ("inherent", "current", "residual")
        }
        cost = Money.of(row.as_risk(measures).response_cost, row.currency)
        made |= {
            "impact_cost": made["inherent"].impact_cost,
            "expected_value": made["current"].expected_value,
            "responses": MeasureOut.all_of(measures),
            "response_cost": cost if caller.may("cost:read") else None,
            "response_return": effect and ReturnOut.of(effect, row.currency, caller),
            "allowed_actions": row.actions(measures),
        }
        return cls(**{name: made[name] if name in made else getattr(row, name) for name in cls.model_fields})


class RiskOut(RiskItem):
    """A risk of the register.

    Probability and impacts are as they were recorded, before any response; levels, score, rating and expected value
    are as it stands today (`current`), by the newest estimate: null until there is one.
    """

    cause: str
    cause_zh: str
    effect: str
    effect_zh: str
    inherent: Annotated[AssessmentOut, Field(description="before any response")]
    current: Annotated[AssessmentOut, Field(description="with the responses that are implemented")]
    residual: Annotated[AssessmentOut, Field(description="with all responses that are planned: what a budget counts")]
    responses: list[MeasureOut]
    response_return: ReturnOut | None
    estimate_line_ids: list[UUID]
    decided: list[str]
    explanation: str
    explanation_zh: str
    knowledge_why: str | None
    early_warnings: list[str]
    client_wording: str | None
    client_wording_zh: str | None
    acceptance_reason: str | None


class RiskQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "code", "probability", "score")

    opportunity_id: Several[UUID] = None
    status: Several[
        Literal["candidate", "identified", "analysed", "treated", "monitored", "escalated", "materialised", "closed"]
    ] = None
    category: Several[Category] = None
    kind: Several[RiskKind] = None
    origin: Several[Literal["concern", "rule", "person"]] = None
    rating: Several[Literal["low", "moderate", "high"]] = None
    is_proposed: bool | None = None
    breakdown: str | None = None
    owner: SeveralNames = None


class FieldChangeOut(BaseModel):
    field: str
    before: Any
    after: Any


class HistoryEntryOut(BaseModel):
    """One change of a risk or of one of its measures: who, when, and each field before and after."""

    at: datetime
    actor: str
    action: Literal["create", "update", "delete"]
    code: Annotated[str, Field(description="of the risk or the measure")]
    fields: list[FieldChangeOut]


class ExportQuery(In):
    opportunity_id: UUID
    format: Literal["xlsx", "csv"] = "xlsx"
    language: Literal["zh", "en"] = "zh"
