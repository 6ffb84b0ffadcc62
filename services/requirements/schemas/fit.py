"""Products, capabilities, fit assessments and what is made of them, over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.requirements.models.fit import Deviation, Verdict
from services.requirements.schemas.opportunities import Code, OfOpportunity, SuspectOut
from shared.kernel.asked import Several
from shared.kernel.pages import ResourceOut, SearchQuery
from shared.kernel.states import AllowedAction
from shared.kernel.validation import KEEP, In, Line, Patch, Text, Why, rule
from shared.language.disclosure import Visibility, Wording, refuse_unworded
from shared.language.money import Money

DISORDER = rule("range_order", "must be optimistic ≤ most likely ≤ pessimistic", "须满足 乐观 ≤ 最可能 ≤ 悲观")
Days = Annotated[float, Field(ge=0, le=10_000)]


class Evidence(In):
    """What proves a capability."""

    document: Line
    location: Line | None = None
    url: Annotated[str | None, Field(max_length=2000, pattern=r"^https?://[^\s\x00]+$")] = None
    on: date | None = None


class CapabilityIn(In):
    code: Line
    name: Line
    name_zh: Line | None = None
    description: Text | None = None
    description_zh: Text | None = None
    evidence: Annotated[list[Evidence], Field(max_length=20)] = []
    price: Annotated[Money | None, Field(description="where it is sold apart")] = None
    configuration_days: Annotated[Days | None, Field(description="person-days that it usually takes to set up")] = None


class CapabilityPatch(Patch, of=CapabilityIn, without={"code"}):
    pass


class CapabilityOut(ResourceOut):
    product_id: UUID
    code: str
    name: str
    name_zh: str | None
    description: str | None
    description_zh: str | None
    evidence: list[dict[str, Any]]
    price: Money | None
    configuration_days: float | None
    allowed_actions: list[AllowedAction]


class CapabilityQuery(SearchQuery):
    sortable = ("created_at", "updated_at", "code")

    product_id: UUID | None = None
    code: str | None = None


class ProductIn(In):
    code: Line
    name: Line
    name_zh: Line | None = None
    release: Annotated[Line, Field(description="version of the product", examples=["5.2"])]
    description: Text | None = None
    description_zh: Text | None = None
    list_price: Money | None = None
    capabilities: Annotated[list[CapabilityIn], Field(max_length=1000, description="recorded with it")] = []


class ProductPatch(Patch, of=ProductIn, without={"code", "release", "capabilities"}):
    pass


class ProductOut(ResourceOut):
    code: str
    name: str
    name_zh: str | None
    release: str
    description: str | None
    description_zh: str | None
    list_price: Money | None
    status: str
    allowed_actions: list[AllowedAction]


class ProductQuery(SearchQuery):
    sortable = ("created_at", "updated_at", "code", "name")

    code: str | None = None
    status: Several[Literal["active", "retired"]] = None


class Effort(In):
    """Person-days: optimistic, most likely, pessimistic."""

    optimistic: Days
    most_likely: Days
    pessimistic: Days

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.optimistic <= self.most_likely <= self.pessimistic:
            raise ValueError(DISORDER)
        return self


class FitJudgement(In):
    verdict: Verdict
    capability_ids: Annotated[list[UUID], Field(max_length=20, description="what of our products meets it")] = []
    reason: Why | None = None
    alternative: Annotated[Text | None, Field(description="what the client could do instead")] = None
    evidence: Text | None = None
    gap: Annotated[Text | None, Field(description="what is missing")] = None
    gap_effort_days: Annotated[Effort | None, Field(description="work that closes the gap, if it was judged")] = None
    deviation: Annotated[
        Deviation | None, Field(description="for the deviation table; from the verdict when left out")
    ] = None
    response: Annotated[Text | None, Field(description="what we answer the client")] = None
    client_visibility: Visibility = "internal"
    """Of the gap."""
    client_wording: Wording = None

    @model_validator(mode="after")
    def _worded(self) -> Self:
        refuse_unworded(self.client_visibility, self.client_wording)
        return self


class FitAssessmentIn(FitJudgement):
    requirement_id: UUID


class FitOfCode(FitJudgement):
    requirement_code: Code


class FitAssessmentsIn(In):
    """Verdicts for many requirements of one opportunity: new ones are added, others replaced."""

    opportunity_id: UUID
    items: Annotated[list[FitOfCode], Field(min_length=1, max_length=1000)]
    confirm: Annotated[bool, Field(description="they are a person's judgement already")] = False


class FitAssessmentPatch(Patch, of=FitAssessmentIn, without={"requirement_id"}):
    verdict: Verdict = KEEP
    capability_ids: Annotated[list[UUID], Field(max_length=20)] = KEEP
    deviation: Deviation = KEEP


class FitAssessmentOut(ResourceOut):
    opportunity_id: UUID
    requirement_id: UUID
    requirement_code: str
    verdict: str
    capability_ids: list[UUID]
    reason: str | None
    alternative: str | None
    evidence: str | None
    gap: str | None
    gap_effort_days: dict[str, float] | None
    deviation: str
    response: str | None
    client_visibility: Annotated[str, Field(description="of the gap")]
    client_wording: str | None
    status: str
    confirmed_by: str | None
    confirmed_at: datetime | None
    suspects: list[SuspectOut]
    allowed_actions: list[AllowedAction]


class FitAssessmentsOut(BaseModel):
    items: list[FitAssessmentOut]


class FitAssessmentQuery(OfOpportunity, SearchQuery):
    requirement_id: UUID | None = None
    requirement_code: str | None = None
    verdict: Several[Verdict] = None
    status: Several[Literal["proposed", "confirmed"]] = None


class SuggestionOut(BaseModel):
    """A capability that may meet a requirement: for a person to judge, never taken by itself."""

    capability_id: UUID
    product: str
    code: str
    name: str
    name_zh: str | None
    configuration_days: Annotated[float | None, Field(description="person-days that it usually takes to set up")]
    score: Annotated[
        float, Field(description="cosine similarity (semantic) or BM25 (keywords): compare within one list")
    ]


class SuggestionsOut(BaseModel):
    requirement_id: UUID
    requirement_code: str
    method: Literal["semantic", "keywords"]
    items: list[SuggestionOut]


class OpportunitySuggestionsOut(BaseModel):
    items: list[SuggestionsOut]


class SuggestQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=20)] = 5


class ShareOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    requirements: int
    assessed: int
    coverage: float


class FitCoverageOut(BaseModel):
    """How much of what is needed our products meet, 0 … 1, weighted by priority (must 4, should 2, could 1)."""

    model_config = ConfigDict(from_attributes=True)

    whole: ShareOut
    groups: list[ShareOut]
    kinds: list[ShareOut]
    verdicts: dict[str, int]
    unassessed: list[str]


class DeviationRowOut(BaseModel):
    """A row of the deviation table 偏离表."""

    number: int
    requirement_code: str
    requirement: str
    response: str
    deviation: str
    remark: str


class DeviationTableOut(BaseModel):
    opportunity_id: UUID
    language: str
    columns: list[str]
    rows: list[DeviationRowOut]


class DeviationQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    language: Literal["zh", "en"] = "zh"
    format: Literal["json", "xlsx", "csv"] = "json"


class ProductBatch(In):
    items: Annotated[list[ProductIn], Field(min_length=1, max_length=50)]


class ProductsOut(BaseModel):
    items: list[ProductOut]
