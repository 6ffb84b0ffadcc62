"""The critical path method with FS, SS, FF and SF links, lags, constraints and calendars (PMBOK 6th ed., 6.5.2.2).

Links always hold. A constraint that they break, or a deadline that is missed, is a conflict, and the floats of what
leads there are negative by as much.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shared.quant.network import Activity, ConstraintKind, Link, Network, network_of
from shared.quant.work_clock import PLAIN, Clock, Moments

TOLERANCE = 1e-4
"""Float of so little is none: durations are rounded before they come here."""
MOST_PATHS = 100
"""A network can have more critical paths than anybody could read."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When an activity can, must and will happen, on the axis of the network; floats are in its working time."""

    start: float
    finish: float
    """As planned: the early dates, unless it is to be as late as possible."""
    early_start: float
    early_finish: float
    late_start: float
    late_finish: float
    total_float: float
    """How late it may be before the end of the network moves or a limit breaks; negative when one is broken."""
    free_float: float
    """How late it may be before any other activity moves or a limit of its own breaks."""

    @property
    def is_critical(self) -> bool:
        return self.total_float <= TOLERANCE


@dataclass(frozen=True, slots=True)
class Conflict:
    """A limit that the links do not allow to keep: `kind` is that of the constraint, or `deadline`."""

    activity: str
    kind: str
    wanted: float
    found: float
    """Start or finish, as the limit is on."""
    days: float
    """Working time by which the limit is missed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All timings; `critical` lists every activity without float, by early start.

    `paths` are the critical ones, each from what waits for nothing critical to what nothing critical waits for, in
    which every activity drives the next; `has_more_paths` when there are more than `MOST_PATHS`.
    """

    timings: Mapping[str, Timing]
    finish: float
    duration: float
    critical: tuple[str, ...]
    paths: tuple[tuple[str, ...], ...]
    has_more_paths: bool
    conflicts: tuple[Conflict, ...]


def critical_path(activities: Sequence[Activity], clock: Clock = PLAIN, start: float = 0.0) -> Plan:
    """Early and late dates and floats of a network. No activities is a network of no duration.

    Nothing starts before `start`; lags and the length of the whole are counted by `clock`. The effort is linear in
    links. Raises `DuplicateId`, `NegativeDuration`, `UnknownPredecessor`, `Cycle`, `ScheduleTooLong`.
    """
    return planned(network_of(activities, clock, start))


def planned(network: Network) -> Plan:
    """As `critical_path`, of a network that is made already."""
    durations = np.array([[activity.duration] for activity in network.activities], dtype=float).reshape(-1, 1)
    begin = network.clock.opens(np.array([network.start]))
    early = early_dates(network, durations)
    end = early[1].max(axis=0, initial=begin[0])
    late = late_dates(network, durations, end)
    total, free = total_floats(network, early, late), _free_floats(network, durations, early, end)
    chosen = _planned_dates(network, durations, early, end)
    timings = {
        activity.id: Timing(
            start=float(chosen[0][place, 0]),
            finish=float(chosen[1][place, 0]),
            early_start=float(early[0][place, 0]),
            early_finish=float(early[1][place, 0]),
            late_start=float(late[0][place, 0]),
            late_finish=float(late[1][place, 0]),
            total_float=float(total[place, 0]),
            free_float=float(free[place, 0]),
        )
        for place, activity in enumerate(network.activities)
    }
    critical = [activity.id for activity in network.activities if timings[activity.id].is_critical]
    paths = _critical_paths(network, early, durations, timings)
    found = [path for path, _ in zip(paths, range(MOST_PATHS + 1), strict=False)]
    return Plan(
        timings=timings,
        finish=float(end[0]),
        duration=float(network.clock.between(begin, end)[0]),
        critical=tuple(sorted(critical, key=lambda key: timings[key].early_start)),
        paths=tuple(found[:MOST_PATHS]),
        has_more_paths=len(found) > MOST_PATHS,
        conflicts=tuple(conflict for one in network.activities for conflict in _conflicts(one, timings[one.id])),
    )


Dates = tuple[Moments, Moments]
"""Starts and finishes: a row for each activity, a column for each sample."""


def early_dates(network: Network, durations: Moments) -> Dates:
    """The earliest dates that links and constraints allow, for each sample of the durations."""
    starts, finishes = np.empty_like(durations), np.empty_like(durations)
    begin = np.full(durations.shape[1], network.start)
    for place, activity in enumerate(network.activities):
        start = begin
        for other, link in network.before[place]:
            held_by = (finishes if link.kind.holds_from_finish else starts)[other]
            start = np.maximum(start, least_start(network.clock, activity, link, held_by, durations[place]))
        limit = activity.constraint
        if limit.earliest_start is not None:
            start = np.maximum(start, limit.earliest_start)
        if limit.earliest_finish is not None:
            finish = np.full_like(begin, limit.earliest_finish)
            start = np.maximum(start, activity.clock.before(finish, durations[place]))
        if activity.duration > 0:
            start = activity.clock.opens(start)
        starts[place], finishes[place] = start, activity.clock.after(start, durations[place])
    return starts, finishes


def late_dates(network: Network, durations: Moments, end: Moments) -> Dates:
    """The latest dates that move neither `end` nor break a limit, for each sample."""
    starts, finishes = np.empty_like(durations), np.empty_like(durations)
    for place in reversed(range(len(durations))):
        start = _latest_start(network, place, durations, (starts, finishes), end)
        starts[place] = start
        finishes[place] = network.activities[place].clock.after(start, durations[place])
    return starts, finishes


def least_start(clock: Clock, activity: Activity, link: Link, held_by: Moments, duration: Moments) -> Moments:
    """The earliest start that a link allows; `held_by` is the start or finish that it holds from."""
    held = clock.after(held_by, link.lag)
    return activity.clock.before(held, duration) if link.kind.holds_finish else held


def _latest_start(network: Network, place: int, durations: Moments, dates: Dates, end: Moments) -> Moments:
    """The latest start at which everything after it can keep `dates`, and its own limits hold."""
    activity, duration = network.activities[place], durations[place]
    finish, start = end, None
    for other, link in network.after[place]:
        held = network.clock.before(dates[1 if link.kind.holds_finish else 0][other], link.lag)
        if link.kind.holds_from_finish:
            finish = np.minimum(finish, held)
        else:
            start = held if start is None else np.minimum(start, held)
    limit = activity.constraint
    for most in (activity.deadline, limit.latest_finish):
        if most is not None:
            finish = np.minimum(finish, most)
    latest = activity.clock.before(finish, duration)
    if limit.latest_start is not None:
        latest = np.minimum(latest, limit.latest_start)
    return latest if start is None else np.minimum(latest, start)


def total_floats(network: Network, early: Dates, late: Dates) -> Moments:
    """How late each activity may be, for each sample, in its own working time."""
    return _between(network, early[0], late[0])


def _free_floats(network: Network, durations: Moments, early: Dates, end: Moments) -> Moments:
    latest = np.empty_like(durations)
    for place in range(len(durations)):
        latest[place] = _latest_start(network, place, durations, early, end)
    return np.maximum(_between(network, early[0], latest), 0.0)


def _between(network: Network, first: Moments, last: Moments) -> Moments:
    time = np.empty_like(first)
    for clock in dict.fromkeys(activity.clock for activity in network.activities):
        rows = [place for place, activity in enumerate(network.activities) if activity.clock is clock]
        time[rows] = clock.between(first[rows], last[rows])
    return time


def _planned_dates(network: Network, durations: Moments, early: Dates, end: Moments) -> Dates:
    """The early dates, and for what is to be as late as possible those that move nothing else."""
    starts, finishes = early[0].copy(), early[1].copy()
    for place in reversed(range(len(durations))):
        activity = network.activities[place]
        if activity.constraint.kind == ConstraintKind.AS_LATE_AS_POSSIBLE:
            latest = _latest_start(network, place, durations, (starts, finishes), end)
            starts[place] = np.maximum(starts[place], latest)
            finishes[place] = activity.clock.after(starts[place], durations[place])
    return starts, finishes


def _critical_paths(
    network: Network, early: Dates, durations: Moments, timings: Mapping[str, Timing]
) -> Iterator[tuple[str, ...]]:
    drives = _drivers(network, early, durations, timings)
    driven = {place for places in drives.values() for place in places}
    for first in (place for place in drives if place not in driven):
        path, following = [first], [iter(drives[first])]
        while path:
            if not drives[path[-1]]:
                yield tuple(network.activities[place].id for place in path)
            place = next(following[-1], None)
            if place is None:
                path.pop()
                following.pop()
            else:
                path.append(place)
                following.append(iter(drives[place]))


def _drivers(network: Network, early: Dates, durations: Moments, timings: Mapping[str, Timing]) -> dict[int, list[int]]:
    """The critical activities by place, and which of those that follow each one cannot start earlier for it."""
    critical = [place for place, one in enumerate(network.activities) if timings[one.id].is_critical]
    drives: dict[int, list[int]] = {place: [] for place in critical}
    for place in critical:
        activity = network.activities[place]
        for other, link in network.before[place]:
            held_by = early[1 if link.kind.holds_from_finish else 0][other]
            least = least_start(network.clock, activity, link, held_by, durations[place])
            slack = activity.clock.between(least, early[0][place])[0]
            if other in drives and slack <= TOLERANCE and place not in drives[other]:
                drives[other].append(place)
    return drives


def _conflicts(activity: Activity, timing: Timing) -> Iterator[Conflict]:
    limit = activity.constraint
    checks = [
        (limit.kind.value, limit.latest_start, timing.start),
        (limit.kind.value, limit.latest_finish, timing.finish),
        ("deadline", activity.deadline, timing.finish),
    ]
    for kind, wanted, found in checks:
        if wanted is None:
            continue
        days = float(activity.clock.between(np.array([wanted]), np.array([found]))[0])
        if days > TOLERANCE:
            yield Conflict(activity.id, kind, wanted, found, days)
