"""A hint for levelling: what to move within its float, so that no role is asked for more than the team has.

A serial schedule generation scheme (Kelley 1963; PMBOK Guide 6th ed., 6.5.2.3) by whole working days: of the tasks
whose predecessors are placed, the one that must start first is placed on the earliest day that has people enough, or,
where its float has no such day, on the one that lacks fewest; each task works on the days of its own calendar. What
links or the end of the project forbid is never done. The same input gives the same answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from shared.quant.critical_path import least_start
from shared.quant.dated_network import DatedNetwork, Load
from shared.quant.network import Activity
from shared.quant.work_clock import Clock

_TOLERANCE = 0.01
"""A hundredth of a person is rounding, not over-allocation."""
_HAIR = 1e-6
_MOST_TRIES = 20_000
"""Days looked at for all tasks together, some half a second, two with calendars of their own; the rest stays."""


@dataclass(frozen=True, slots=True)
class Move:
    """Start a task `days` working days of its own later, in the moment `begin` of the network's axis."""

    task: str
    begin: float
    days: int
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Levelling:
    """Person-days by role that are asked for beyond the team, before and after all `moves`."""

    moves: tuple[Move, ...]
    excess_before: Mapping[str, float]
    excess_after: Mapping[str, float]


def levelled(network: DatedNetwork, beside: Sequence[Load], team: Mapping[str, float]) -> Levelling:
    """What to move; `beside` is work that cannot be. A role that the team lacks counts as one person."""
    usage = _Usage(network, beside, team)
    for activity in network.network.activities:
        timing = network.plan.timings[activity.id]
        usage.add(network.tasks[activity.id].role_days, activity.clock, timing.start, timing.finish)
    before = usage.excess()
    if not before:
        return Levelling((), before, before)
    free = _Usage(network, beside, team)
    begins = _placed(network, free)
    moves = [
        Move(activity.id, begin, shift, tuple(sorted(network.tasks[activity.id].role_days)))
        for activity, (begin, _) in zip(network.network.activities, begins, strict=True)
        if (shift := _later(activity, network.plan.timings[activity.id].start, begin)) > 0
        and network.tasks[activity.id].role_days
    ]
    return Levelling(tuple(sorted(moves, key=lambda move: (move.begin, move.task))), before, free.excess())


class _Usage:
    """People in use on each day of the network's axis, by role."""

    def __init__(self, network: DatedNetwork, beside: Iterable[Load], team: Mapping[str, float]) -> None:
        tasks, beside = network.tasks.values(), list(beside)
        roles = {load.role for load in beside} | {role for task in tasks for role in task.role_days}
        spans = [(load, network.axis.moment_of(load.begin), network.axis.moment_of(load.end)) for load in beside]
        ends = [one.finish for one in network.plan.timings.values()] + [end for _, _, end in spans]
        self._people = {role: team.get(role) or 1.0 for role in roles}
        self._days = {role: np.zeros(ceil(max(ends, default=0)) + 1) for role in roles}
        self.tries = 0
        for load, begin, end in spans:
            self.add({load.role: load.days}, network.axis.clock, begin, end)

    def add(self, role_days: Mapping[str, float], clock: Clock, begin: float, end: float) -> None:
        first, shares = _shares(clock, begin, end)
        last = first + len(shares)
        for role, days in role_days.items():
            self._days[role][first:last] += days * shares

    def lacks(self, role_days: Mapping[str, float], clock: Clock, begin: float, end: float) -> tuple[float, int]:
        """Person-days that would be missing for a task, and the last day that they would be missing on, or -1."""
        self.tries += 1
        first, shares = _shares(clock, begin, end)
        last = first + len(shares)
        missing, day = 0.0, -1
        for role, days in role_days.items():
            over = self._days[role][first:last] + days * shares - self._people[role]
            late = np.flatnonzero((over > _TOLERANCE) & (days * shares > _TOLERANCE))
            if late.size:
                missing, day = missing + float(over[late].sum()), max(day, first + int(late[-1]))
        return missing, day

    def excess(self) -> dict[str, float]:
        over = {role: np.maximum(days - self._people[role], 0.0) for role, days in self._days.items()}
        return {role: float(days.sum()) for role, days in sorted(over.items()) if days.max() > _TOLERANCE}


def _shares(clock: Clock, begin: float, end: float) -> tuple[int, NDArray[np.float64]]:
    """The first day of some work, and which part of it is done on each day from there."""
    if end <= begin:  # what takes no time counts with the day that it ends
        begin, end = max(end - 1.0, 0.0), max(end, 1.0)
    first, last = floor(begin + _HAIR), ceil(end - _HAIR)
    bounds = np.clip(np.arange(first, last + 1, dtype=float), begin, end)
    worked = clock.between(np.full_like(bounds, begin), bounds)
    if worked[-1] <= 0:
        return first, np.full(last - first, 1 / (last - first))
    return first, np.asarray(np.diff(worked) / worked[-1])


def _later(activity: Activity, planned: float, begin: float) -> int:
    """Working days of the activity by which it begins later than planned."""
    return round(float(activity.clock.between(np.array([planned]), np.array([begin]))[0]))


Span = tuple[float, float]


def _placed(network: DatedNetwork, usage: _Usage) -> list[Span]:
    """Begin and end of each task by place, with its people added to `usage`."""
    activities = network.network.activities
    latest = [network.plan.timings[one.id].late_start for one in activities]
    waits = [len(links) for links in network.network.before]
    ready = [(latest[place], place) for place, count in enumerate(waits) if count == 0]
    heapify(ready)
    spans: list[Span] = [(0.0, 0.0)] * len(activities)
    while ready:
        _, place = heappop(ready)
        activity = activities[place]
        begin = _begin(network, place, spans, usage)
        spans[place] = begin, _end(activity, begin)
        usage.add(network.tasks[activity.id].role_days, activity.clock, *spans[place])
        for other, _ in network.network.after[place]:
            waits[other] -= 1
            if waits[other] == 0:
                heappush(ready, (latest[other], other))
    return spans


def _begin(network: DatedNetwork, place: int, spans: Sequence[Span], usage: _Usage) -> float:
    activity = network.network.activities[place]
    timing, role_days = network.plan.timings[activity.id], network.tasks[activity.id].role_days
    least, duration = timing.start, np.array([activity.duration])
    for other, link in network.network.before[place]:
        held_by = np.array([spans[other][link.kind.holds_from_finish]])
        least = max(least, float(least_start(network.network.clock, activity, link, held_by, duration)[0]))
    if not role_days:
        return least
    least = _opens(activity, least)
    last = _opens(activity, least + max(floor(timing.late_start - least + _HAIR), 0))
    if last > timing.late_start + _HAIR:  # a limit on a day off
        last = least
    best, begin = (float("inf"), least), least
    while True:
        missing, day = usage.lacks(role_days, activity.clock, begin, _end(activity, begin))
        best = min(best, (missing, begin))
        if not missing or begin >= last or usage.tries > _MOST_TRIES:
            return best[1]
        # A day that lacks people is passed by all at once.
        begin = min(_opens(activity, begin + max(day + 1 - floor(begin + _HAIR), 1)), last)


def _opens(activity: Activity, moment: float) -> float:
    return float(activity.clock.opens(np.array([moment]))[0]) if activity.duration else moment


def _end(activity: Activity, begin: float) -> float:
    return float(activity.clock.after(np.array([begin]), activity.duration)[0])
