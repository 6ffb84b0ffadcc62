"""Demos and proofs of concept over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, model_validator

from services.engagement.models.proofs import ProofKind
from services.engagement.schemas.fields import TWICE, DistinctIds, Names, PlannedDay
from services.engagement.schemas.interactions import LinkedRequirement
from shared.kernel.asked import Several
from shared.kernel.pages import ResourceOut, SearchQuery
from shared.kernel.states import AllowedAction
from shared.kernel.validation import KEEP, In, Line, Patch, Text, rule

ENDS_BEFORE = rule("ends_before_start", "must end after it starts", "结束时间须晚于开始时间")
HALF_A_TARGET = rule("half_a_target", "needs operator and target_value together", "operator 与 target_value 须同时填写")
NO_RESULT = rule("result_missing", "needs measured or passed", "须填写 measured 或 passed")
Figure = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]


class CriterionIn(In):
    """What must be shown. With `operator` and `target_value`, a measured result passes or fails by itself."""

    requirement_id: UUID | None = None
    measure: Annotated[Line, Field(description="what is looked at: response time under 500 users")]
    target: Annotated[Line, Field(description="what would do: at most 500 ms")]
    operator: Literal["<", "<=", "=", ">=", ">"] | None = None
    target_value: Figure | None = None
    unit: Annotated[Line | None, Field(max_length=40)] = None

    @model_validator(mode="after")
    def _whole_target(self) -> Self:
        if (self.operator is None) != (self.target_value is None):
            raise ValueError(HALF_A_TARGET)
        return self


Criteria = Annotated[list[CriterionIn], Field(max_length=200, description="numbered from 1 in this order")]


class ProofIn(In):
    opportunity_id: UUID
    kind: ProofKind
    title: Line
    goal: Text
    starts_on: PlannedDay | None = None
    ends_on: PlannedDay | None = None
    environment: Text | None = None
    participants: Names = []
    contact_ids: DistinctIds = []
    criteria: Criteria = []

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError(ENDS_BEFORE)
        return self


class ProofPatch(Patch, of=ProofIn, without={"opportunity_id", "kind"}):
    criteria: Annotated[Criteria, Field(description="while it is planned")] = KEEP


class ResultIn(In):
    number: Annotated[int, Field(ge=1, le=200, description="of the criterion")]
    result: Annotated[Text | None, Field(description="what was seen")] = None
    measured: Figure | None = None
    passed: Annotated[bool | None, Field(description="left out where a measured value is compared")] = None
    evidence: Annotated[Line | None, Field(description="where it can be seen: a report, a recording")] = None

    @model_validator(mode="after")
    def _some_result(self) -> Self:
        if self.measured is None and self.passed is None:
            raise ValueError(NO_RESULT)
        return self


def _each_once(results: list[ResultIn]) -> list[ResultIn]:
    if len({one.number for one in results}) < len(results):
        raise ValueError(TWICE)
    return results


class ResultsIn(In):
    results: Annotated[list[ResultIn], Field(min_length=1, max_length=200), AfterValidator(_each_once)]


class CriterionOut(BaseModel):
    number: int
    requirement_id: UUID | None
    measure: str
    target: str
    operator: str | None
    target_value: float | None
    unit: str | None
    result: str | None
    measured: float | None
    passed: bool | None
    evidence: str | None
    is_suspect: Annotated[bool, Field(description="its requirement changed since somebody last looked")]


class ProofOut(ResourceOut):
    opportunity_id: UUID
    code: str
    kind: str
    title: str
    goal: str
    starts_on: date | None
    ends_on: date | None
    environment: str | None
    participants: list[str]
    contact_ids: list[UUID]
    criteria: list[CriterionOut]
    requirements: list[LinkedRequirement]
    is_suspect: bool
    status: str
    outcome: Annotated[str | None, Field(description="passed, failed, partly; null until it is concluded")]
    outcome_so_far: Annotated[str | None, Field(description="what the results say; null while one is missing")]
    conclusion: str | None
    started_at: datetime | None
    concluded_at: datetime | None
    note: str | None
    allowed_actions: list[AllowedAction]


class ProofQuery(SearchQuery):
    sortable = ("created_at", "updated_at", "starts_on", "code")

    opportunity_id: Several[UUID] = None
    kind: Several[ProofKind] = None
    status: Several[Literal["planned", "running", "concluded", "cancelled"]] = None
    outcome: Several[Literal["passed", "failed", "partly"]] = None
    requirement_id: Annotated[UUID | None, Field(description="with a criterion of this requirement")] = None
