"""Tasks on calendars: a network with dates, computed and simulated."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from shared.quant.calendars import WorkingCalendar
from shared.quant.correlation import Correlation
from shared.quant.critical_path import Plan, planned
from shared.quant.distributions import Distribution
from shared.quant.network import Activity, Constraint, ConstraintKind, Link, Network, network_of
from shared.quant.network_simulation import Delay, Simulation, Uncertain, simulate
from shared.quant.time_axis import TimeAxis


@dataclass(frozen=True, slots=True)
class Load:
    """Person-days of a role, spread evenly over the working time from `begin` to `end`, in days from the start."""

    role: str
    days: float
    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class Task:
    """Work, or a milestone that takes none. Days are working days of its calendar."""

    id: str
    duration: float
    links: tuple[Link, ...] = ()
    constraint: ConstraintKind = ConstraintKind.AS_SOON_AS_POSSIBLE
    constraint_day: date | None = None
    deadline: date | None = None
    calendar: str | None = None
    phase: str = ""
    uncertain: Distribution | None = None
    """What its duration varies by."""
    role_days: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_milestone(self) -> bool:
        return self.duration == 0


@dataclass(frozen=True, slots=True)
class DatedNetwork:
    """A computed network; `plan` has the moments of `axis`."""

    tasks: Mapping[str, Task]
    axis: TimeAxis
    network: Network
    plan: Plan

    @property
    def timeline(self) -> Sequence[date]:
        """The date of each working day of the project, up to the end of everything; at least one."""
        return self.axis.timeline(self.plan.finish)

    def day_of(self, key: str, moment: float, *, is_end: bool = False) -> date:
        """The day on which a task begins, or ends, in `moment`; a milestone is reached at the end of its day."""
        task = self.tasks[key]
        return (self.axis.day_ended if is_end or task.is_milestone else self.axis.day_begun)(moment, task.calendar)

    def span(self, key: str) -> tuple[float, float]:
        """Begin and end in working days of the project; work on days off counts with the day before it."""
        timing = self.plan.timings[key]
        begin, end = self.axis.working_days(timing.start), self.axis.working_days(timing.finish)
        return (begin, end) if end > begin else (max(end - 1.0, 0.0), max(end, 1.0))

    def simulated(self, delays: Sequence[Delay], *, until: str | None, seed: int) -> Simulation:
        """How long it takes when durations are uncertain and risks happen; those of a phase are wrong together.

        Raises `ScheduleTooLong`.
        """
        uncertain = {key: Uncertain(one.uncertain, one.phase) for key, one in self.tasks.items() if one.uncertain}
        return simulate(self.network, uncertain, delays, seed=seed, until=until, correlation=Correlation())

    def loads(self, key: str) -> Iterable[Load]:
        """Who works on a task, and when."""
        begin, end = self.span(key)
        return [Load(role, days, begin, end) for role, days in self.tasks[key].role_days.items() if days > 0]


def dated(
    tasks: Sequence[Task], *, start: date, calendar: WorkingCalendar, calendars: Mapping[str, WorkingCalendar]
) -> DatedNetwork:
    """Dates and floats of tasks on calendars, those without a name on `calendar`.

    Raises what `network_of` does, and `ScheduleTooLong`.
    """
    used = {task.calendar for task in tasks}
    axis = TimeAxis(start, calendar, {key: own for key, own in calendars.items() if key in used})
    network = network_of([_activity(task, axis) for task in tasks], axis.clock)
    return DatedNetwork({task.id: task for task in tasks}, axis, network, planned(network))


def _activity(task: Task, axis: TimeAxis) -> Activity:
    limit = Constraint(task.constraint)
    if task.constraint_day:
        limit = axis.limit(task.constraint, task.constraint_day, is_milestone=task.is_milestone)
    deadline = axis.end_of(task.deadline) if task.deadline else None
    return Activity(task.id, task.duration, task.links, limit, deadline, axis.clock_of(task.calendar))
