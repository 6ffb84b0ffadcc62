"""Control plans, their tasks and readings over HTTP."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from services.risk.models.control import ControlPlan
from shared.kernel.asked import Several, SeveralNames
from shared.kernel.from_row import from_row
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import KEEP, In, Line, Moment, Patch, Text, rule

FAR_AWAY = rule("far_away", "must lie in the years 1970 to 2200", "须在 1970 年至 2200 年之间")
_YEARS = range(1970, 2201)


def _near(day: date) -> date:
    if day.year not in _YEARS:
        raise ValueError(FAR_AWAY)
    return day


Day = Annotated[date, AfterValidator(_near)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\x00]+$", max_length=2000)]
Value = Annotated[float, Field(ge=-1e15, le=1e15)]
Days = Annotated[int, Field(ge=1, le=366)]


class ControlPlanIn(In):
    opportunity_id: UUID
    title: Line
    title_zh: Line | None = None
    owner: Line | None = None
    review_every_days: Days | None = None
    review_on: Annotated[Day | None, Field(description="when it has to be looked at first")] = None
    is_filled: Annotated[bool, Field(description="with a task for each response of the register")] = False


class ControlPlanPatch(Patch, of=ControlPlanIn, without={"opportunity_id", "is_filled"}):
    title_zh: Line = KEEP


class ReviewIn(In):
    findings: Text
    next_on: Annotated[Day | None, Field(description="by the rhythm of the plan when left out")] = None


class ControlPlanOut(ResourceOut):
    opportunity_id: UUID
    code: str
    title: str
    title_zh: str
    owner: str | None
    review_every_days: int | None
    review_on: date | None
    review_overdue_since: datetime | None
    reviewed_at: datetime | None
    reviewed_by: str | None
    findings: str | None
    status: str
    open_tasks: int
    unfilled_tasks: Annotated[int, Field(description="open ones that lack phase, owner or due date")]
    overdue_tasks: int
    triggered_tasks: int
    allowed_actions: list[AllowedAction]

    @classmethod
    def of(cls, row: ControlPlan, counts: dict[str, int]) -> Self:
        numbers = {name: counts[name] for name in _COUNTS}
        return from_row(cls, row, **numbers, allowed_actions=row.actions(counts))


_COUNTS = ("open_tasks", "unfilled_tasks", "overdue_tasks", "triggered_tasks")


class ControlPlanQuery(PageQuery):
    opportunity_id: Several[UUID] = None
    status: Several[Literal["draft", "active", "closed"]] = None
    owner: SeveralNames = None


class MetricIn(In):
    """A figure and the threshold at which something has to be done."""

    name: Line
    operator: Literal["<", "<=", "=", ">=", ">"]
    threshold: Value
    unit: Line | None = None


class ControlTaskIn(In):
    control_plan_id: UUID
    title: Line
    title_zh: Line | None = None
    phase: Line | None = None
    owner: Line | None = None
    starts_on: Day | None = None
    due_on: Day | None = None
    is_checkpoint: Annotated[bool, Field(description="needs evidence before it is complete")] = False
    milestone: Annotated[Line | None, Field(description="what it has to be passed for")] = None
    risk_id: UUID | None = None
    response_id: UUID | None = None
    metric: MetricIn | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.starts_on and self.due_on and self.due_on < self.starts_on:
            raise ValueError("end_before_start")
        return self


class ControlTaskPatch(Patch, of=ControlTaskIn, without={"control_plan_id"}):
    title_zh: Line = KEEP


class MetricOut(BaseModel):
    name: str
    operator: str
    threshold: float
    unit: str | None


class EvidenceIn(In):
    text: Text
    url: Url | None = None


class EvidenceOut(BaseModel):
    text: str
    url: str | None
    at: datetime
    by: str


class ControlTaskOut(ResourceOut):
    opportunity_id: UUID
    control_plan_id: UUID
    code: str
    title: str
    title_zh: str
    phase: str | None
    owner: str | None
    starts_on: date | None
    due_on: date | None
    is_checkpoint: bool
    milestone: str | None
    risk_id: UUID | None
    response_id: UUID | None
    metric: MetricOut | None
    evidence: list[EvidenceOut]
    last_value: float | None
    last_measured_at: datetime | None
    triggered_at: Annotated[datetime | None, Field(description="since when the figure calls for action")]
    neared_at: Annotated[datetime | None, Field(description="when it was told that it is due soon")]
    overdue_since: datetime | None
    done_at: datetime | None
    status: str
    note: str | None
    allowed_actions: list[AllowedAction]


class ControlTaskQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "code", "due_on")

    opportunity_id: Several[UUID] = None
    control_plan_id: UUID | None = None
    risk_id: UUID | None = None
    response_id: UUID | None = None
    phase: str | None = None
    owner: SeveralNames = None
    status: Several[Literal["planned", "in_progress", "done", "cancelled"]] = None
    is_overdue: bool | None = None
    is_triggered: bool | None = None


class ReadingIn(In):
    value: Value
    measured_at: Annotated[Moment | None, Field(description="now when left out")] = None
    note: Text | None = None


class ReadingOut(ResourceOut):
    control_task_id: UUID
    value: float
    measured_at: datetime
    is_hit: bool
    note: str | None


class ReadingsQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("measured_at", "created_at")

    sort: Annotated[str, Field(max_length=40, description="a field; - before it for descending")] = "-measured_at"


class CalendarLinkIn(In):
    valid_days: Annotated[int, Field(ge=1, le=731, description="how long the link is good for")] = 365


class CalendarLinkOut(BaseModel):
    url: Annotated[str, Field(description="for a calendar program; whoever has it sees the dates")]
    expires_at: datetime
