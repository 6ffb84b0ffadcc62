"""Clients, opportunities, constraints and concerns over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.requirements.models.opportunities import ConcernCategory, ConstraintKind, Level, Outcome
from shared.kernel.asked import Several, SeveralNames
from shared.kernel.pages import PageQuery, ResourceOut, SearchQuery
from shared.kernel.states import AllowedAction
from shared.kernel.validation import KEEP, In, Line, Patch, Text, Why, rule
from shared.language.disclosure import Visibility, Wording, refuse_unworded
from shared.language.money import Currency, Money, NonNegativeMoney

Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,9}-[0-9A-Z.-]{1,20}$", examples=["REQ-014"])]
Texts = Annotated[list[Text], Field(max_length=100)]
Language = Literal["zh", "en"]
Firmness = Literal["indicative", "planned", "approved", "committed"]

NO_BUDGET = rule(
    "budget_missing",
    "a budget constraint needs budget_min or budget_max",
    "预算约束须填写 budget_min 或 budget_max",
)
NO_REASON = rule("reason_missing", "say why it ended so: others learn from it", "请说明原因，便于复盘")
NO_DATE = rule("date_missing", "a date constraint needs earliest or latest", "日期约束须填写 earliest 或 latest")


class Statement(In):
    """Something that is known of a client, and from where."""

    topic: Literal[
        "business", "organisation", "market", "competition", "systems", "processes", "decision", "finance", "other"
    ]
    statement: Text
    source: Annotated[Line, Field(description="document and place, page, person and date")]
    on: date | None = None


class TeamMember(In):
    subject: Line
    part: Annotated[Line, Field(description="what the person does here", examples=["solution architect"])]


class ClientIn(In):
    name: Line
    industry: Line | None = None
    industry_code: Line | None = None
    size: Line | None = None
    business_model: Text | None = None
    background: Text | None = None
    language: Language = "zh"
    industry_scheme: Annotated[Literal["GB/T 4754", "ISIC"] | None, Field(description="of industry_code")] = None
    competitive_situation: Text | None = None
    market_position: Text | None = None
    existing_systems: Texts = []
    decision_process: Text | None = None
    statements: Annotated[list[Statement], Field(max_length=200)] = []


class ClientPatch(Patch, of=ClientIn):
    pass


class ClientOut(ResourceOut):
    name: str
    industry: str | None
    industry_code: str | None
    size: str | None
    business_model: str | None
    background: str | None
    language: str
    industry_scheme: str | None
    competitive_situation: str | None
    market_position: str | None
    existing_systems: list[str]
    decision_process: str | None
    statements: list[dict[str, Any]]
    allowed_actions: list[AllowedAction]


class OpportunityIn(In):
    client_id: UUID
    title: Line
    owner: Annotated[Line | None, Field(description="who answers for it; you, when left out")] = None
    language: Language = "zh"
    currency: Currency
    region: Line | None = None
    external_ref: Line | None = None
    expected_value: NonNegativeMoney | None = None
    close_date: date | None = None
    planned_start: date | None = None
    win_probability: Annotated[float | None, Field(ge=0, le=1)] = None
    objectives: Texts = []
    pains: Texts = []
    in_scope: Texts = []
    out_of_scope: Texts = []
    assumptions: Annotated[Texts, Field(description="ours: no client reads them")] = []
    client_assumptions: Annotated[Texts, Field(description="what the client reads of them, in the client's words")] = []
    success_criteria: Texts = []
    type: Annotated[Line | None, Field(description="kind of business", examples=["tender", "direct", "renewal"])] = None
    team: Annotated[list[TeamMember], Field(max_length=50)] = []

    @model_validator(mode="after")
    def _in_one_currency(self) -> Self:
        if self.expected_value and self.expected_value.currency != self.currency:
            raise ValueError("currency_mismatch")
        return self


class OpportunityPatch(Patch, of=OpportunityIn, without={"client_id", "language", "currency"}):
    owner: Line = KEEP
    external_ref: Line | None = None
    expected_value: NonNegativeMoney | None = None


class OpportunityItem(ResourceOut):
    """An opportunity in a list; its scope, assumptions and team are at its own address."""

    client_id: UUID
    code: str
    title: str
    owner: str
    language: str
    currency: str
    region: str | None
    external_ref: str | None
    expected_value: Money | None
    close_date: date | None
    planned_start: date | None
    win_probability: float | None
    type: str | None
    stage: str
    hold_reason: str | None
    hold_until: date | None
    outcome: str | None
    epoch: int
    allowed_actions: list[AllowedAction]

    @model_validator(mode="before")
    @classmethod
    def _with_money(cls, row: Any) -> Any:
        return shown(cls, row, "expected_value")


class OpportunityOut(OpportunityItem):
    objectives: list[str]
    pains: list[str]
    in_scope: list[str]
    out_of_scope: list[str]
    assumptions: list[str]
    client_assumptions: list[str]
    success_criteria: list[str]
    team: list[dict[str, Any]]
    outcome_reason: str | None


Stage = Literal["draft", "qualifying", "active", "on_hold", "submitted", "negotiating", "closed"]


class OpportunityQuery(SearchQuery):
    sortable = ("created_at", "updated_at", "close_date", "code")

    client_id: UUID | None = None
    code: str | None = None
    stage: Several[Stage] = None
    owner: SeveralNames = None


class Holding(In):
    """Why nothing is done now, and when to look again."""

    reason: Why | None = None
    until: date | None = None


class Closing(In):
    outcome: Outcome
    reason: Annotated[Why | None, Field(description="needed unless it was won")] = None

    @model_validator(mode="after")
    def _with_a_reason(self) -> Self:
        if self.outcome != Outcome.WON and not self.reason:
            raise ValueError(NO_REASON)
        return self


class DuplicateOut(BaseModel):
    """Another opportunity that may be the same one: how alike, 0 … 1, and why."""

    opportunity_id: UUID
    code: str
    title: str
    client_name: str
    owner: str
    stage: str
    score: float
    reason: str
    reason_zh: str


class OpportunityOpened(OpportunityOut):
    possible_duplicates: list[DuplicateOut]


SetByClient = Annotated[
    Literal["client", "internal"],
    Field(description="`internal`: we assume the limit, the client never said it; it counts, and no document says it"),
]


class ConstraintIn(In):
    opportunity_id: UUID
    kind: ConstraintKind
    name: Line
    is_hard: bool
    budget_min: NonNegativeMoney | None = None
    budget_max: NonNegativeMoney | None = None
    earliest: date | None = None
    latest: date | None = None
    statement: Text | None = None
    firmness: Annotated[Firmness | None, Field(description="how sure the client is of it")] = None
    funding_source: Annotated[Line | None, Field(description="where the money comes from")] = None
    client_visibility: SetByClient = "client"

    @model_validator(mode="after")
    def _possible(self) -> Self:
        amounts = [money for money in (self.budget_min, self.budget_max) if money]
        if len({money.currency for money in amounts}) > 1:
            raise ValueError("currency_mismatch")
        if self.budget_min and self.budget_max and self.budget_min.amount > self.budget_max.amount:
            raise ValueError("range_order")
        if self.earliest and self.latest and self.latest < self.earliest:
            raise ValueError("end_before_start")
        if self.kind == ConstraintKind.BUDGET and not amounts:
            raise ValueError(NO_BUDGET)
        if self.kind == ConstraintKind.DATE and not (self.earliest or self.latest):
            raise ValueError(NO_DATE)
        return self


class ConstraintPatch(Patch, of=ConstraintIn, without={"opportunity_id", "kind"}):
    pass


class ConstraintOut(ResourceOut):
    opportunity_id: UUID
    kind: str
    name: str
    is_hard: bool
    budget_min: Money | None
    budget_max: Money | None
    earliest: date | None
    latest: date | None
    statement: str | None
    firmness: str | None
    funding_source: str | None
    client_visibility: str
    allowed_actions: list[AllowedAction]

    @model_validator(mode="before")
    @classmethod
    def _with_money(cls, row: Any) -> Any:
        return shown(cls, row, "budget_min", "budget_max")


class OfOpportunity(PageQuery):
    """A list of things that belong to opportunities."""

    opportunity_id: Several[UUID] = None


class ConstraintQuery(OfOpportunity, SearchQuery):
    kind: Several[ConstraintKind] = None
    is_hard: bool | None = None


class ConcernQuery(OfOpportunity, SearchQuery):
    sortable = ("created_at", "updated_at", "code")

    code: str | None = None
    category: Several[ConcernCategory] = None


class ConcernIn(In):
    opportunity_id: UUID
    category: ConcernCategory
    statement: Text
    effect: Text | None = None
    likelihood: Level = Level.MEDIUM
    severity: Level = Level.MEDIUM
    requirement_codes: Annotated[list[Code], Field(max_length=100)] = []
    client_visibility: Visibility = "internal"
    client_wording: Wording = None

    @model_validator(mode="after")
    def _worded(self) -> Self:
        refuse_unworded(self.client_visibility, self.client_wording)
        return self


class ConcernPatch(Patch, of=ConcernIn, without={"opportunity_id"}):
    requirement_codes: Annotated[list[Code], Field(max_length=100)] = KEEP


class SuspectOut(BaseModel):
    """Something that this stands on changed, and nobody has looked since."""

    requirement_id: UUID
    requirement_code: str
    reason: str
    reason_zh: str
    at: datetime


class ConcernOut(ResourceOut):
    opportunity_id: UUID
    code: str
    category: str
    statement: str
    effect: str | None
    likelihood: str
    severity: str
    requirement_ids: list[UUID]
    client_visibility: str
    client_wording: str | None
    suspects: list[SuspectOut]
    allowed_actions: list[AllowedAction]


def shown(schema: type[ResourceOut], row: Any, *amounts: str) -> Any:
    """A row as the schema's input, its amount columns joined with the row's currency to money."""
    if isinstance(row, dict):
        return row
    values = {name: getattr(row, name) for name in schema.model_fields}
    for name in amounts:
        if values[name] is not None:
            values[name] = Money.of(values[name], row.currency)
    return values
