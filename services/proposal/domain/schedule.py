"""A schedule drafted from an estimate: tasks and milestones on working days, critical path, finish at P50 and P80."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from services.proposal.domain.calendar import WorkingCalendar
from services.proposal.domain.crews import Flow, crew_count, flow
from services.proposal.domain.critical_path import Activity, Link, LinkKind, Timing, critical_path
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
from shared.problems import Problem

LONGEST_DAYS = 5200
"""Twenty years of working days: anything longer is a wrong team or a wrong estimate."""
MILESTONES = ("start", "requirements-agreed", "design-approved", "built", "accepted", "live", "closed")
"""The start, then the end of each phase."""
END_OF = dict(zip(PHASES, MILESTONES[1:], strict=True))


class ScheduleTooLong(Problem):
    status = 422
    title = ("The team is too small for the work", "团队规模与工作量不匹配")
    en = "With this team the work takes {days} working days; {limit} is the most that can be scheduled."
    zh = "按此团队需 {days} 个工作日，超出可排期上限 {limit} 个工作日。"


@dataclass(frozen=True, slots=True)
class Task:
    """A bar of the Gantt chart. `first` and `last` are working days counted from the start of the project, from 0."""

    package: Package
    duration: int
    links: tuple[Link, ...]
    first: int
    last: int
    start: date
    finish: date
    total_float: int
    free_float: int
    is_critical: bool


@dataclass(frozen=True, slots=True)
class Milestone:
    """Reached at the end of `date`; `start` at its beginning."""

    id: str
    date: date
    links: tuple[Link, ...]
    is_critical: bool


@dataclass(frozen=True, slots=True)
class Load:
    """Person-days of a role, spread evenly over the working days `first` to `last`."""

    role: str
    days: float
    first: int
    last: int


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
    is_pipelined = len(modules.before) > modules.crews
    lengths = durations(found, beside, team, crews=modules.crews, is_pipelined=is_pipelined)
    lengths.update({one.id: max(lengths[one.id], warranty_days) for one in found if one.phase == "warranty"})
    activities = _network(found, lengths, modules)
    network = critical_path(activities)
    slip = ceil(max(slip_p50, slip_p80, 0))
    length = round(network.duration) + slip + 1
    if length > LONGEST_DAYS:
        raise ScheduleTooLong(days=length, limit=LONGEST_DAYS)
    timeline = calendar.span(start, length)
    by_id = {activity.id: activity for activity in activities}
    tasks = tuple(_task(one, by_id[one.id], network.timings[one.id], timeline) for one in found)
    delivered = round(network.timings["live"].early_finish)

    def finish(slip_days: float) -> date:
        return timeline[max(delivered - 1, 0) + ceil(max(slip_days, 0))]

    return Schedule(
        start=timeline[0],
        finish=finish(0),
        p50_finish=finish(slip_p50),
        p80_finish=finish(slip_p80),
        duration_days=delivered,
        crews=modules.crews,
        tasks=tasks,
        milestones=tuple(_milestone(by_id[key], network.timings[key], timeline) for key in MILESTONES if key in by_id),
        loads=tuple(_loads(tasks, beside, delivered)),
        timeline=timeline[: round(network.duration) or 1],
    )


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


def _network(found: Sequence[Package], lengths: Mapping[str, int], modules: Flow) -> list[Activity]:
    """Phases follow each other, but each module is tested as soon as it is built."""
    activities = [Activity("start", 0)]
    gate = "start"
    key_of = {(one.phase, one.group or ""): one.id for one in found if one.group is not None}
    for phase in PHASES:
        members = [one for one in found if one.phase == phase]
        for one in members:
            links = (Link(gate),) if one.group is None else _module_links(one, key_of, modules, gate)
            activities.append(Activity(one.id, lengths[one.id], links))
        if members or phase == "deployment":
            ends = (Link(gate), *(Link(one.id) for one in members))
            gate = END_OF[phase]
            activities.append(Activity(gate, 0, ends))
    return activities


def _module_links(one: Package, key_of: Mapping[tuple[str, str], str], modules: Flow, gate: str) -> tuple[Link, ...]:
    """A module waits for its crew and, in test, for its build; it is not finished before those that it needs."""
    group = one.group or ""
    before = modules.before.get(group)
    first = [] if before is None else [(one.phase, before)]
    if one.phase == "test":
        first.append(("build", group))
    starts = tuple(Link(key_of[wait]) for wait in first if wait in key_of) or (Link(gate),)
    needed = [(one.phase, name) for name in modules.needs.get(group, ())]
    return starts + tuple(
        Link(key_of[wait], LinkKind.FINISH_FINISH) for wait in needed if wait in key_of and wait not in first
    )


def _task(package: Package, activity: Activity, timing: Timing, timeline: Sequence[date]) -> Task:
    first, last = round(timing.early_start), round(timing.early_finish) - 1
    return Task(
        package=package,
        duration=round(activity.duration),
        links=activity.links,
        first=first,
        last=last,
        start=timeline[first],
        finish=timeline[last],
        total_float=round(timing.total_float),
        free_float=round(timing.free_float),
        is_critical=timing.is_critical,
    )


def _milestone(activity: Activity, timing: Timing, timeline: Sequence[date]) -> Milestone:
    reached = max(round(timing.early_start) - 1, 0)
    return Milestone(activity.id, timeline[reached], activity.links, timing.is_critical)


def _loads(tasks: Sequence[Task], beside: Mapping[str, Days], delivered: int) -> Iterable[Load]:
    for task in tasks:
        for role, days in task.package.days.items():
            yield Load(role, days, task.first, task.last)
    for phase in PHASES:
        window = [task for task in tasks if task.package.phase == phase]
        first = min((task.first for task in window), default=0)
        last = max((task.last for task in window), default=max(delivered - 1, 0))
        for role, days in beside[phase].items():
            yield Load(role, days, first, last)
