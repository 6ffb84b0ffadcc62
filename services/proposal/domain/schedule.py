"""A schedule drafted from an estimate: tasks and milestones on working days, critical path, finish at P50 and P80."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor

from services.proposal.domain.crews import Flow, crew_count, flow
from services.proposal.domain.impossible_plans import ScheduleTooLong
from services.proposal.domain.work import (
    PHASES,
    Days,
    Package,
    Work,
    added,
    durations,
    packages,
    work_beside,
)
from shared.quant.calendars import WorkingCalendar
from shared.quant.critical_path import Timing, critical_path
from shared.quant.dated_network import Load
from shared.quant.network import Activity, Link
from shared.quant.work_clock import DAYS_AHEAD

LONGEST_DAYS = 5200
"""Twenty years of working days: anything longer is a wrong team or a wrong estimate."""
MILESTONES = ("start", "requirements-agreed", "design-approved", "built", "accepted", "live", "closed")
"""The start, then the end of each phase."""
_HAIR = 1e-6
END_OF = dict(zip(PHASES, MILESTONES[1:], strict=True))


@dataclass(frozen=True, slots=True)
class Task:
    """A bar of the Gantt chart: `duration` working days from `begin` on, counted from the start of the project.

    These may be parts of days; `first` and `last` are the days that it touches, from 0.
    """

    package: Package
    begin: float
    duration: float
    links: tuple[Link, ...]
    first: int
    last: int
    start: date
    finish: date
    total_float: float
    free_float: float
    is_critical: bool


@dataclass(frozen=True, slots=True)
class Milestone:
    """Reached at the end of `date`; `start` at its beginning."""

    id: str
    date: date
    links: tuple[Link, ...]
    is_critical: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """Delivery ends with the milestone `live`; a warranty comes after it."""

    start: date
    finish: date
    p50_finish: date
    p80_finish: date
    duration_days: int
    """Working days from start to finish."""
    crews: int
    """How many modules are built at the same time."""
    tasks: tuple[Task, ...]
    milestones: tuple[Milestone, ...]
    loads: tuple[Load, ...]
    timeline: Sequence[date]
    """The date of each working day up to the end of the warranty."""

    def window(self, phase: str) -> Sequence[date]:
        """The working days from a phase's first to its last task; the whole project for a phase without tasks."""
        tasks = [task for task in self.tasks if task.package.phase == phase]
        if not tasks:
            return self.timeline[: max(self.duration_days, 1)]
        return self.timeline[min(task.first for task in tasks) : max(task.last for task in tasks) + 1]


def draft_schedule(
    work: Sequence[Work],
    *,
    team: Days,
    start: date,
    calendar: WorkingCalendar,
    warranty_days: int = 0,
    slip_p50: float = 0,
    slip_p80: float = 0,
) -> Schedule:
    """The schedule of an estimate; the same input gives the same schedule.

    `team` is people per role. `warranty_days` is the least that the warranty lasts. `slip_p50` and `slip_p80` are the
    working days by which risks delay delivery at 50 % and 80 % confidence. Raises `ScheduleTooLong`.
    """
    found, beside = packages(work), work_beside(work)
    modules = _flow(work, found, team)
    lengths = durations(found, beside, team, modules)
    lengths.update({one.id: max(lengths[one.id], warranty_days) for one in found if one.phase == "warranty"})
    activities = _network(found, lengths, modules)
    network = critical_path(activities)
    length = _last_day(network.duration) + 1
    slip = ceil(max(slip_p50, slip_p80, 0))
    if length + slip > LONGEST_DAYS:
        raise ScheduleTooLong(until=start + timedelta(days=DAYS_AHEAD))
    timeline = calendar.span(start, length + slip)
    by_id = {activity.id: activity for activity in activities}
    tasks = tuple(_task(one, by_id[one.id], network.timings[one.id], timeline) for one in found)
    delivered = network.timings["live"].early_finish

    def finish(slip_days: float) -> date:
        return timeline[_last_day(delivered) + ceil(max(slip_days, 0))]

    return Schedule(
        start=timeline[0],
        finish=finish(0),
        p50_finish=finish(slip_p50),
        p80_finish=finish(slip_p80),
        duration_days=_last_day(delivered) + 1 if found else 0,
        crews=len(modules.queues),
        tasks=tasks,
        milestones=tuple(_milestone(by_id[key], network.timings[key], timeline) for key in MILESTONES if key in by_id),
        loads=tuple(_loads(tasks, beside, delivered)),
        timeline=timeline[:length],
    )


def _last_day(end: float) -> int:
    """The working day, from 0, that something ends on; a hair's breadth over is rounding."""
    return max(ceil(end - _HAIR) - 1, 0)


def _flow(work: Sequence[Work], found: Sequence[Package], team: Days) -> Flow:
    days = {one.group or "": sum(one.days.values()) for one in found if one.phase == "build" and one.activity is None}
    group_of = {line.requirement_id: line.group or "" for line in work if line.requirement_id}
    needs = {
        group: frozenset(
            group_of[key]
            for line in work
            if line.requirement_id and (line.group or "") == group
            for key in line.depends_on
            if key in group_of
        )
        for group in days
    }
    building = added(one.days for one in found if one.phase == "build")
    leading = max(building, key=lambda role: (building[role], role), default="")
    return flow(days, needs, crew_count(team.get(leading) or 1.0, len(days)))


def _network(found: Sequence[Package], lengths: Mapping[str, float], modules: Flow) -> list[Activity]:
    """Phases follow each other; in build and test each crew does its modules one by one."""
    activities = [Activity("start", 0)]
    gate = "start"
    key_of: dict[tuple[str, str | None], str] = {
        (one.phase, one.group): one.id for one in found if one.group is not None
    }
    for phase in PHASES:
        members = [one for one in found if one.phase == phase]
        for one in members:
            before = modules.before(one.group) if one.group is not None else None
            activities.append(Activity(one.id, lengths[one.id], (Link(key_of.get((phase, before), gate)),)))
        if members or phase == "deployment":
            ends = (Link(gate), *(Link(one.id) for one in members))
            gate = END_OF[phase]
            activities.append(Activity(gate, 0, ends))
    return activities


def _task(package: Package, activity: Activity, timing: Timing, timeline: Sequence[date]) -> Task:
    first = floor(timing.early_start + _HAIR)
    last = max(_last_day(timing.early_finish), first)
    return Task(
        package=package,
        begin=timing.early_start,
        duration=activity.duration,
        links=activity.links,
        first=first,
        last=last,
        start=timeline[first],
        finish=timeline[last],
        total_float=timing.total_float,
        free_float=timing.free_float,
        is_critical=timing.is_critical,
    )


def _milestone(activity: Activity, timing: Timing, timeline: Sequence[date]) -> Milestone:
    return Milestone(activity.id, timeline[_last_day(timing.early_start)], activity.links, timing.is_critical)


def _loads(tasks: Sequence[Task], beside: Mapping[str, Days], delivered: float) -> Iterable[Load]:
    for task in tasks:
        for role, days in task.package.days.items():
            yield Load(role, days, task.begin, task.begin + task.duration)
    for phase in PHASES:
        window = [task for task in tasks if task.package.phase == phase]
        begin = min((task.begin for task in window), default=0.0)
        end = max((task.begin + task.duration for task in window), default=max(delivered, 1.0))
        for role, days in beside[phase].items():
            yield Load(role, days, begin, end)
