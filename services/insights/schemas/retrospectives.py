"""Retrospectives and their actions over HTTP."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.insights.domain.metrics.definitions import METRICS
from services.insights.models import Retrospective, RetrospectiveAction
from services.insights.schemas.lessons import LessonOut
from services.insights.schemas.snapshots import NamedPeriod
from shared.kernel.asked import Several, SeveralNames
from shared.kernel.from_row import from_row
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import KEEP, In, Line, Patch, Text, Why, rule
from shared.language.lessons import LessonKind

ONE_SUBJECT = rule("one_subject", "needs either an opportunity or a period", "须填写商机或时段之一")
NO_SUCH_METRIC = rule("no_such_metric", f"must be a metric: {', '.join(METRICS)}", f"须为指标：{'、'.join(METRICS)}")


class FindingIn(In):
    """Something that went well, badly, or was learnt, and why."""

    kind: Literal["went_well", "went_badly", "learnt"]
    statement: Text
    causes: Annotated[list[Text], Field(max_length=20, description="why it came so, the weightiest first")] = []
    metric: Annotated[str | None, Field(max_length=60, description="the metric that shows it")] = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.metric is not None and self.metric not in METRICS:
            raise ValueError(NO_SUCH_METRIC)
        return self


class RetrospectiveIn(In):
    opportunity_id: UUID | None = None
    period: Annotated[NamedPeriod | None, Field(description="a month, a quarter or a year")] = None
    title: Line
    held_on: Annotated[date | None, Field(description="today when left out")] = None
    findings: Annotated[list[FindingIn], Field(max_length=100)] = []

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.opportunity_id is None) is (self.period is None):
            raise ValueError(ONE_SUBJECT)
        return self


class RetrospectivePatch(Patch, of=RetrospectiveIn, without={"opportunity_id", "period"}):
    """What is said of it: the day, the title and the findings, as a whole."""

    held_on: date = KEEP


class RetrospectiveActionIn(In):
    retrospective_id: UUID
    statement: Text
    owner: Annotated[Line, Field(description="who does it")]
    due_on: date


class RetrospectiveActionPatch(Patch, of=RetrospectiveActionIn, without={"retrospective_id"}):
    """What is to be done, by whom, until when."""


class ResultIn(In):
    result: Annotated[Why, Field(description="what came of it")]


class ReasonIn(In):
    reason: Annotated[Why, Field(description="why it is not done")]


class RetrospectiveActionOut(ResourceOut):
    retrospective_id: UUID
    statement: str
    owner: str
    due_on: date
    status: str
    is_overdue: bool
    result: str | None
    ended_on: date | None
    allowed_actions: list[AllowedAction]

    @classmethod
    def of(cls, row: RetrospectiveAction, today: date) -> Self:
        return from_row(cls, row, is_overdue=row.is_overdue(today))


class BecameOut(BaseModel):
    """What a finding became."""

    kind: LessonKind
    id: UUID
    path: str
    status: Annotated[str, Field(description="proposed, until there is a draft; then as that says")]


class FindingOut(BaseModel):
    kind: str
    statement: str
    causes: list[str]
    metric: str | None
    became: list[BecameOut]


class RetrospectiveItem(ResourceOut):
    """A retrospective in a list; findings and actions are at its own address."""

    opportunity_id: UUID | None
    period: str | None
    title: str
    held_on: date
    status: str
    allowed_actions: list[AllowedAction]


class RetrospectiveOut(RetrospectiveItem):
    findings: list[FindingOut]
    actions: list[RetrospectiveActionOut]
    follow_up: Annotated[
        list[RetrospectiveActionOut],
        Field(description="actions of the one before about the same, and what is open of earlier ones"),
    ]


class RetrospectiveQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "held_on")

    opportunity_id: Several[UUID] = None
    period: Several[NamedPeriod] = None
    status: Several[Literal["draft", "concluded"]] = None


class RetrospectiveActionQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "due_on")

    retrospective_id: Several[UUID] = None
    owner: SeveralNames = None
    status: Several[Literal["open", "done", "cancelled"]] = None


def shown(
    row: Retrospective,
    own: list[RetrospectiveAction],
    before: list[RetrospectiveAction],
    lessons: Sequence[LessonOut],
    today: date,
) -> RetrospectiveOut:
    """A retrospective with its actions, what came of those before, and what its findings became."""
    actions, follow_up = ([RetrospectiveActionOut.of(one, today) for one in side] for side in (own, before))
    findings = [
        FindingOut(**finding, became=[from_row(BecameOut, one) for one in lessons if one.finding == place])
        for place, finding in enumerate(row.findings, 1)
    ]
    return from_row(RetrospectiveOut, row, findings=findings, actions=actions, follow_up=follow_up)
