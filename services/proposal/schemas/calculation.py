"""A network that somebody wants computed, and what comes out; nothing of it is stored."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from services.proposal.domain.duration_range import Distribution
from services.proposal.schemas.fields import (
    MOST_LINKS,
    TOO_MANY_LINKS,
    CalendarIn,
    Day,
    Finite,
    Key,
    NamedCalendarIn,
    distinct,
)
from shared.kernel.validation import In, rule
from shared.quant.network import ConstraintKind, LinkKind

MOST_ACTIVITIES = 5_000
HOW_LONG = rule(
    "no_duration",
    "needs `duration`, or all of `optimistic`, `most_likely` and `pessimistic`, not both",
    "须填写 `duration`，或同时填写 `optimistic`、`most_likely`、`pessimistic`，二者择一",
)
NO_MOMENT = rule(
    "no_moment",
    "has limits on a `date` if it has a `start`, else `at` a time; as_late_as_possible has neither",
    "网络有 `start` 时约束须填写 `date`，否则填写 `at`；as_late_as_possible 二者均不填",
)
NO_START = rule("no_start", "has calendars, and therefore needs a `start`", "使用日历的网络须填写 `start`")
UNKNOWN_CALENDAR = rule("unknown_calendar", "names a calendar that is not there", "所引用的日历不存在")
TOO_MUCH_CRASHING = rule(
    "too_much_crashing",
    "has more than 20000 activities times lengths to crash to",
    "活动数与压缩目标数之积超过 20000",
)
_MOST_CRASHED = 20_000
ONE_CALENDAR = rule(
    "one_calendar",
    "can be crashed only while no activity has a calendar of its own",
    "仅当各活动无单独日历时可计算压缩",
)
WRONG_ORDER = rule("wrong_order", "needs across ≤ within", "须满足 across ≤ within")
Probability = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Time = Annotated[Finite, Field(ge=0)]


class LinkedIn(In):
    predecessor: Key
    kind: LinkKind = LinkKind.FINISH_START
    lag: Annotated[Finite, Field(description="negative for an overlap")] = 0


class MomentIn(In):
    at: Annotated[Finite | None, Field(description="time since the start of a network without dates")] = None
    date: Annotated[Day | None, Field(description="the day, in a network with dates")] = None


class LimitIn(MomentIn):
    kind: ConstraintKind

    @property
    def has_moment(self) -> bool:
        return self.kind not in {ConstraintKind.AS_LATE_AS_POSSIBLE, ConstraintKind.AS_SOON_AS_POSSIBLE}


class CrashIn(In):
    most: Annotated[Time, Field(description="by how much it can be shortened")]
    cost_per_period: Annotated[Time, Field(description="in any currency, per unit of duration")]


class ActivityIn(In):
    """It takes a `duration`, or three points, whose mean is then what it is expected to take."""

    id: Key
    duration: Finite | None = None
    optimistic: Finite | None = None
    most_likely: Finite | None = None
    pessimistic: Finite | None = None
    distribution: Distribution = Distribution.PERT
    group: Annotated[Key | None, Field(description="durations within a group correlate")] = None
    predecessors: Annotated[list[Key], Field(max_length=500, description="short for finish-to-start links")] = []
    links: Annotated[list[LinkedIn], Field(max_length=500)] = []
    constraint: LimitIn | None = None
    deadline: MomentIn | None = None
    calendar: Annotated[Key | None, Field(description="one of `calendars`; the network's own when left out")] = None
    crash: CrashIn | None = None

    @model_validator(mode="after")
    def _takes_some_time(self) -> Self:
        points = [point is not None for point in (self.optimistic, self.most_likely, self.pessimistic)]
        if any(points) != all(points) or all(points) == (self.duration is not None):
            raise ValueError(HOW_LONG)
        return self

    def moments(self) -> Iterator[MomentIn]:
        """Its limits that are on a moment."""
        if self.constraint and self.constraint.has_moment:
            yield self.constraint
        if self.deadline:
            yield self.deadline


class ProbabilitiesIn(In):
    """What is asked of a network whose activities have three points."""

    within: Annotated[list[Time], Field(max_length=100, description="lengths to give the probability of")] = []
    at: Annotated[
        list[Probability], Field(max_length=100, description="probabilities to give the length at"), distinct()
    ] = [0.5, 0.8]
    samples: Annotated[int | None, Field(ge=100, le=100_000, description="by the size of the network if not said")] = (
        None
    )
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    correlation_within: Annotated[Share, Field(description="of durations within a group")] = 0
    correlation_across: Annotated[Share, Field(description="of any two durations")] = 0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.correlation_across > self.correlation_within:
            raise ValueError(WRONG_ORDER)
        return self


class NetworkToCalculate(In):
    """Activities in any unit of time; with a `start` in working days, and with dates."""

    activities: Annotated[list[ActivityIn], Field(max_length=MOST_ACTIVITIES)]
    start: Day | None = None
    calendar: CalendarIn | None = None
    calendars: Annotated[list[NamedCalendarIn], Field(max_length=20)] = []
    probabilities: ProbabilitiesIn | None = None
    crash_to: Annotated[list[Time], Field(max_length=100, description="lengths to find the cheapest way to")] = []

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.start is None and (self.calendar or self.calendars):
            raise ValueError(NO_START)
        known = {calendar.id for calendar in self.calendars}
        if any(one.calendar and one.calendar not in known for one in self.activities):
            raise ValueError(UNKNOWN_CALENDAR)
        if sum(len(one.links) + len(one.predecessors) for one in self.activities) > MOST_LINKS:
            raise ValueError(TOO_MANY_LINKS)
        if len(self.activities) * len(self.crash_to) > _MOST_CRASHED:
            raise ValueError(TOO_MUCH_CRASHING)
        if self.crash_to and any(one.calendar for one in self.activities):
            raise ValueError(ONE_CALENDAR)
        is_dated = self.start is not None
        moments = [moment for one in self.activities for moment in one.moments()]
        if any((one.date is not None, one.at is not None) != (is_dated, not is_dated) for one in moments):
            raise ValueError(NO_MOMENT)
        return self


class ActivityOut(BaseModel):
    """Times are since the start of the network; floats in the activity's own working time."""

    id: str
    duration: float
    variance: float | None
    start: Annotated[float, Field(description="as planned: early, unless it is to be as late as possible")]
    finish: float
    early_start: float
    early_finish: float
    late_start: float
    late_finish: float
    total_float: float
    free_float: float
    is_critical: bool
    start_date: date | None
    finish_date: date | None
    criticality: Annotated[float | None, Field(description="share of the samples in which it has no float")]


class ConflictOut(BaseModel):
    """A limit that the links do not allow to keep."""

    activity_id: str
    kind: Annotated[str, Field(description="of the constraint, or `deadline`")]
    wanted: float
    found: float
    wanted_date: date | None
    found_date: date | None
    days: Annotated[float, Field(description="by how much it is missed")]
    message: str
    message_zh: str


class AtLength(BaseModel):
    length: float
    probability: float
    date: date | None


class ApproximationOut(BaseModel):
    """The critical path with the greatest variance, as if it were alone and normal."""

    method: str
    note: str
    note_zh: str
    path: list[str]
    mean: float
    variance: float
    standard_deviation: float
    within: list[AtLength]
    at: list[AtLength]


class SimulationOut(BaseModel):
    """What drawing the durations many times shows."""

    seed: int
    samples: int
    mean: float
    standard_deviation: float
    at_means: Annotated[float, Field(description="length with every duration at its mean")]
    merge_bias: Annotated[float, Field(description="mean of the simulation less that length")]
    standard_error_p80: float
    within: list[AtLength]
    at: list[AtLength]


class CrashedOut(BaseModel):
    length: float
    cost: float
    reductions: dict[str, float]


class NetworkOut(BaseModel):
    duration: float
    start_date: date | None
    finish_date: date | None
    activities: list[ActivityOut]
    critical: Annotated[list[str], Field(description="without float, by early start")]
    critical_paths: list[list[str]]
    has_more_paths: bool
    conflicts: list[ConflictOut]
    approximation: ApproximationOut | None
    simulation: SimulationOut | None
    crashing: list[CrashedOut]
