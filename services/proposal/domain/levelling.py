"""A hint for levelling: what to move within its float, so that no role is asked for more than the team has.

A serial schedule generation scheme (Kelley 1963; PMBOK Guide 6th ed., 6.5.2.3) by whole working days: of the tasks
whose predecessors are placed, the one that must start first is placed on the earliest day that has people enough, or,
where its float has no such day, on the one that lacks fewest. What links or the end of the project forbid is never
done. The same input gives the same answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from services.proposal.domain.dated_network import DatedNetwork
from services.proposal.domain.schedule import Load

_TOLERANCE = 0.01
"""A hundredth of a person is rounding, not over-allocation."""
_HAIR = 1e-6
_MOST_TRIES = 20_000
"""Days looked at for all tasks together, some half a second; what comes after is left where it is."""


@dataclass(frozen=True, slots=True)
class Move:
    """Start a task `days` working days later, at `begin` since the start of the project."""

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
    """What to move; `beside` is work that cannot be. A role that the team lacks counts as one person.

    Where tasks follow calendars of their own, nothing is proposed.
    """
    usage = _Usage(network, beside, team)
    for key, task in network.tasks.items():
        usage.add(task.role_days, *network.span(key))
    before = usage.excess()
    if not before or network.axis.has_own_calendars:
        return Levelling((), before, before)
    free = _Usage(network, beside, team)
    begins = _placed(network, free)
    moves = [
        Move(key, begin, shift, tuple(sorted(network.tasks[key].role_days)))
        for key, begin in begins.items()
        if (shift := round(begin - network.span(key)[0])) > 0 and network.tasks[key].role_days
    ]
    return Levelling(tuple(sorted(moves, key=lambda move: (move.begin, move.task))), before, free.excess())


class _Usage:
    """People in use on each working day, by role."""

    def __init__(self, network: DatedNetwork, beside: Iterable[Load], team: Mapping[str, float]) -> None:
        tasks, beside = network.tasks.values(), list(beside)
        roles = {load.role for load in beside} | {role for task in tasks for role in task.role_days}
        ends = [network.span(key)[1] for key in network.tasks] + [load.end for load in beside]
        self._people = {role: team.get(role) or 1.0 for role in roles}
        self._days = {role: np.zeros(ceil(max(ends, default=0)) + 1) for role in roles}
        self.tries = 0
        for load in beside:
            self.add({load.role: load.days}, load.begin, load.end)

    def add(self, role_days: Mapping[str, float], begin: float, end: float) -> None:
        first, last = floor(begin + _HAIR), ceil(end - _HAIR)
        shares = _shares(begin, end, first, last)
        for role, days in role_days.items():
            self._days[role][first:last] += days * shares

    def lacks(self, role_days: Mapping[str, float], begin: float, end: float) -> tuple[float, int]:
        """Person-days that would be missing for a task, and the last day that they would be missing on, or -1."""
        self.tries += 1
        first, last = floor(begin + _HAIR), ceil(end - _HAIR)
        shares = _shares(begin, end, first, last)
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


def _shares(begin: float, end: float, first: int, last: int) -> NDArray[np.float64]:
    """Which part of the work is done on each day."""
    days = np.arange(first, last)
    return np.asarray(np.maximum(np.minimum(days + 1, end) - np.maximum(days, begin), 0.0) / (end - begin))


def _placed(network: DatedNetwork, usage: _Usage) -> dict[str, float]:
    """The begin of each task, with its people added to `usage`."""
    activities = network.network.activities
    latest = [network.plan.timings[one.id].late_start for one in activities]
    waits = [len(links) for links in network.network.before]
    ready = [(latest[place], place) for place, count in enumerate(waits) if count == 0]
    heapify(ready)
    begins: dict[str, float] = {}
    while ready:
        _, place = heappop(ready)
        key = activities[place].id
        begins[key] = _begin(network, place, begins, usage)
        begin, end = network.span(key)
        usage.add(network.tasks[key].role_days, begins[key], begins[key] + end - begin)
        for other, _ in network.network.after[place]:
            waits[other] -= 1
            if waits[other] == 0:
                heappush(ready, (latest[other], other))
    return begins


def _begin(network: DatedNetwork, place: int, begins: Mapping[str, float], usage: _Usage) -> float:
    activity = network.network.activities[place]
    timing, role_days = network.plan.timings[activity.id], network.tasks[activity.id].role_days
    least = timing.start
    for link in activity.links:
        held = begins[link.predecessor] + link.lag
        held += network.tasks[link.predecessor].duration if link.kind.holds_from_finish else 0.0
        least = max(least, held - (activity.duration if link.kind.holds_finish else 0.0))
    last = least + max(floor(timing.late_start - least + _HAIR), 0)
    best, begin = (float("inf"), least), least
    while role_days:
        missing, day = usage.lacks(role_days, begin, begin + max(activity.duration, _HAIR))
        best = min(best, (missing, begin))
        if not missing or begin >= last or usage.tries > _MOST_TRIES:
            break
        # A day that lacks people is passed by all at once.
        begin = min(begin + max(day + 1 - floor(begin + _HAIR), 1), last)
    return best[1]
