"""What persons decide of a schedule: tasks, links, limits, milestones, quality gates, calendars."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.proposal.domain.duration_range import Distribution
from services.proposal.schemas.fields import (
    MOST_LINKS,
    TOO_MANY_LINKS,
    CalendarIn,
    Day,
    Key,
    NamedCalendarIn,
    distinct_ids,
)
from shared.kernel.validation import KEEP, In, Line, Patch, Text, rule
from shared.quant.network import ConstraintKind, LinkKind

MOST_TASKS = 3_000
MOST_LINKS_OF_TASK = 500
LONGEST_DAYS = 5_200
UNKNOWN_CALENDAR = rule("unknown_calendar", "names a calendar that is not there", "所引用的日历不存在")
UNKNOWN_PHASE = rule(
    "unknown_phase",
    "has a task without a phase, or names one that is not there",
    "任务须属于已有阶段，所引用的阶段不存在",
)
UNKNOWN_DELIVERY = rule("unknown_task", "names a task that is not there", "所引用的任务不存在")
NO_DATE = rule(
    "no_date", "needs a `date`, unless it is as soon or as late as possible", "除尽早、尽晚外，约束须填写 `date`"
)
TAKES_TIME = rule(
    "takes_time", "takes no time: leave `duration_days` and `range` out", "里程碑不占工期，不填工期与三点估算"
)
TAKES_NONE = rule("takes_no_time", "is a task and takes more than no time", "任务的工期须大于零")
NO_CRITERIA = rule("no_criteria", "is a gate and needs at least one criterion", "质量门至少需要一项标准")
NOT_A_GATE = rule("not_a_gate", "has criteria, which only a gate has", "仅质量门可设标准")
LINKED_TWICE = rule("linked_twice", "has two links of one kind to the same task", "对同一任务存在两条同类依赖")
RANGE_ORDER = "range_order"

TaskKind = Literal["task", "milestone", "gate"]
Duration = Annotated[float, Field(ge=0, le=LONGEST_DAYS, allow_inf_nan=False)]
Lag = Annotated[float, Field(ge=-LONGEST_DAYS, le=LONGEST_DAYS, allow_inf_nan=False)]
RoleDays = Annotated[
    dict[Key, Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]],
    Field(max_length=50, description="person-days by role"),
]


class RangeIn(In):
    """A duration that is not certain; its mean need not be `duration_days`, which the dates are made with."""

    optimistic: Duration
    most_likely: Duration
    pessimistic: Duration
    distribution: Distribution = Distribution.PERT

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.optimistic <= self.most_likely <= self.pessimistic:
            raise ValueError(RANGE_ORDER)
        return self

    def scaled(self, factor: float) -> "RangeIn":
        """The same range of a duration that is `factor` times as long."""
        points = (self.optimistic, self.most_likely, self.pessimistic)
        low, middle, high = (min(round(point * factor, 6), LONGEST_DAYS) for point in points)
        return RangeIn(optimistic=low, most_likely=middle, pessimistic=high, distribution=self.distribution)


class LinkIn(In):
    predecessor: Key
    kind: LinkKind = LinkKind.FINISH_START
    lag_days: Annotated[Lag, Field(description="working days of waiting; negative for an overlap")] = 0


class ConstraintIn(In):
    kind: ConstraintKind
    date: Day | None = None

    @model_validator(mode="after")
    def _has_its_date(self) -> Self:
        floats = self.kind in {ConstraintKind.AS_SOON_AS_POSSIBLE, ConstraintKind.AS_LATE_AS_POSSIBLE}
        if floats is not (self.date is None):
            raise ValueError(NO_DATE)
        return self


class CriterionIn(In):
    """What must be so before a quality gate is passed."""

    text: Line
    text_zh: Line | None = None


class TaskIn(In):
    """A task, a milestone, or a quality gate: a milestone with criteria."""

    id: Key
    name: Line
    name_zh: Annotated[Line | None, Field(description="the name where none is given")] = None
    kind: TaskKind = "task"
    phase: Annotated[Key | None, Field(description="one of `phases`; only a milestone may have none")] = None
    module: Line | None = None
    duration_days: Annotated[Duration, Field(description="working days")] = 0
    range: RangeIn | None = None
    links: Annotated[list[LinkIn], Field(max_length=MOST_LINKS_OF_TASK)] = []
    constraint: ConstraintIn | None = None
    deadline: Annotated[Day | None, Field(description="somebody counts on its finish; it holds nothing back")] = None
    calendar: Annotated[Key | None, Field(description="one of `calendars`; without one, the schedule's own")] = None
    role_days: RoleDays = {}
    criteria: Annotated[list[CriterionIn], Field(max_length=50)] = []
    note: Text | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if self.kind != "task" and (self.duration_days or self.range):
            raise ValueError(TAKES_TIME)
        if self.kind == "task" and not self.duration_days:
            raise ValueError(TAKES_NONE)
        if (self.kind == "gate") is not bool(self.criteria):
            raise ValueError(NO_CRITERIA if self.kind == "gate" else NOT_A_GATE)
        if len({(link.predecessor, link.kind) for link in self.links}) < len(self.links):
            raise ValueError(LINKED_TWICE)
        return self


class TaskPatch(Patch, of=TaskIn, without={"id"}):
    duration_days: Duration = KEEP


class PhaseIn(In):
    id: Key
    name: Line
    name_zh: Line | None = None


class AccompanyingIn(In):
    """Work beside the tasks of a phase, at their pace: management, quality assurance (PMBOK: level of effort)."""

    phase: Key
    role: Key
    days: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False, description="person-days")]


class ScheduleNetwork(In):
    """All that persons decide of a schedule; dates and floats follow from it."""

    start: Day
    calendar: CalendarIn = CalendarIn()
    calendars: Annotated[list[NamedCalendarIn], Field(max_length=20), distinct_ids()] = []
    phases: Annotated[list[PhaseIn], Field(max_length=100), distinct_ids()] = []
    tasks: Annotated[list[TaskIn], Field(max_length=MOST_TASKS)]
    accompanying: Annotated[list[AccompanyingIn], Field(max_length=1_000)] = []
    delivery: Annotated[
        Key | None, Field(description="the task whose finish is the delivery; the last of all when left out")
    ] = None

    @model_validator(mode="after")
    def _names_what_is_there(self) -> Self:
        if sum(len(task.links) for task in self.tasks) > MOST_LINKS:
            raise ValueError(TOO_MANY_LINKS)
        calendars, phases = {one.id for one in self.calendars}, {one.id for one in self.phases}
        if any(task.calendar and task.calendar not in calendars for task in self.tasks):
            raise ValueError(UNKNOWN_CALENDAR)
        named = {task.phase for task in self.tasks if task.phase or task.kind == "task"}
        if not named | {one.phase for one in self.accompanying} <= phases:
            raise ValueError(UNKNOWN_PHASE)
        if self.delivery and self.delivery not in {task.id for task in self.tasks}:
            raise ValueError(UNKNOWN_DELIVERY)
        return self
