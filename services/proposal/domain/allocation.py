"""People planned for a project beside those that its work asks for, day by day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from shared.quant.dated_network import Load

Daily = NDArray[np.float64]
TOLERANCE = 0.01
"""A hundredth of a person is rounding, not over-allocation."""
SHORTEST = 10
"""Working days: for less nobody comes or goes."""
_STEP = 0.5
"""People are planned in halves."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """So many people of a role, for a part of their time, from a day to a day."""

    role: str
    number: float
    share: float
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class RoleMonths:
    """One role by month: person-days that its work asks for, that people are planned for, and that nobody does."""

    role: str
    team: float
    """How many the team has."""
    needed: tuple[float, ...]
    planned: tuple[float, ...]
    missing: tuple[float, ...]
    peak_needed: float
    peak_planned: float
    missing_from: date | None
    """First day on which more are needed than are planned."""
    over_team_from: date | None
    """First day on which more are needed than the team has."""


def daily_need(loads: Iterable[Load], length: int) -> dict[str, Daily]:
    """People that are needed on each working day, by role."""
    days: dict[str, Daily] = {}
    for load in loads:
        needed = days.setdefault(load.role, np.zeros(length))
        first, last = floor(load.begin), min(ceil(load.end), length)
        number = np.arange(first, last)
        shares = np.minimum(load.end, number + 1) - np.maximum(load.begin, number)
        needed[first:last] += load.days / (load.end - load.begin) * shares
    return days


def daily_plan(allocations: Iterable[Allocation], timeline: Sequence[date]) -> dict[str, Daily]:
    """People that are planned on each working day, by role."""
    days: dict[str, Daily] = {}
    ordinals = np.array([day.toordinal() for day in timeline])
    for one in allocations:
        planned = days.setdefault(one.role, np.zeros(len(timeline)))
        within = (ordinals >= one.first.toordinal()) & (ordinals <= one.last.toordinal())
        planned[within] += one.number * one.share
    return days


def by_month(
    need: Mapping[str, Daily], plan: Mapping[str, Daily], team: Mapping[str, float], timeline: Sequence[date]
) -> tuple[tuple[str, ...], tuple[int, ...], list[RoleMonths]]:
    """The months of the timeline, their working days, and each role by month, in the order of work."""
    names = [f"{day:%Y-%m}" for day in timeline]
    months = tuple(dict.fromkeys(names))
    starts = [names.index(month) for month in months]
    nothing = np.zeros(len(timeline))

    def summed(days: Daily) -> tuple[float, ...]:
        return tuple(float(part) for part in np.add.reduceat(days, starts))

    def first(over: Daily) -> date | None:
        found = np.flatnonzero(over > TOLERANCE)
        return timeline[int(found[0])] if found.size else None

    rows = []
    for role in {**need, **plan}:
        needed, planned = need.get(role, nothing), plan.get(role, nothing)
        missing = np.maximum(needed - planned, 0.0)
        rows.append(
            RoleMonths(
                role=role,
                team=team.get(role, 0.0),
                needed=summed(needed),
                planned=summed(planned),
                missing=summed(np.where(missing > TOLERANCE, missing, 0.0)),
                peak_needed=float(needed.max()),
                peak_planned=float(planned.max()),
                missing_from=first(missing),
                over_team_from=first(np.maximum(needed, planned) - team.get(role, 0.0)),
            )
        )
    working_days = tuple(names.count(month) for month in months)
    return months, working_days, sorted(rows, key=lambda row: (-sum(row.needed), row.role))


def proposed(need: Mapping[str, Daily], timeline: Sequence[date]) -> Iterator[Allocation]:
    """People for what is needed: as many as the busiest day of a time asks for, in halves, and others when it changes.

    A change for less than `SHORTEST` days is none: people come for longer, at the cost of the fewest idle days.
    """
    for role, days in need.items():
        for run in _steady(_runs(np.ceil((days - TOLERANCE) / _STEP) * _STEP)):
            if run.people > 0:
                yield Allocation(role, run.people, 1.0, timeline[run.first], timeline[run.last])


@dataclass(frozen=True, slots=True)
class _Run:
    """Days from `first` to `last` with as many people."""

    first: int
    last: int
    people: float

    @property
    def days(self) -> int:
        return self.last - self.first + 1

    def joined(self, other: "_Run") -> "_Run":
        return _Run(min(self.first, other.first), max(self.last, other.last), max(self.people, other.people))

    def idle(self, other: "_Run") -> float:
        """Person-days that joining them would pay for and nobody needs."""
        whole = self.joined(other)
        return whole.people * whole.days - self.people * self.days - other.people * other.days


def _runs(levels: Daily) -> list[_Run]:
    starts = [0, *(int(place) + 1 for place in np.flatnonzero(np.diff(levels)))] if levels.size else []
    ends = [*(start - 1 for start in starts[1:]), levels.size - 1]
    return [_Run(first, last, max(float(levels[first]), 0.0)) for first, last in zip(starts, ends, strict=False)]


def _steady(runs: Iterable[_Run]) -> list[_Run]:
    """Runs of which none is short, unless there is nothing to do before and after it; in one pass."""
    found: list[_Run] = []
    for run in runs:
        found.append(run)
        # What follows a run is known now.
        while _absorbed(found, len(found) - 2):
            pass
    while _absorbed(found, len(found) - 1):
        pass
    return found


def _absorbed(runs: list[_Run], place: int) -> bool:
    """Whether a short run, or one with as many people as the one before, has been joined to a neighbour."""
    if place < 0 or not runs:
        return False
    run, near = runs[place], [other for other in (place - 1, place + 1) if 0 <= other < len(runs)]
    same = [other for other in near if runs[other].people == run.people]
    # Time without work is filled only between work, and never by more of itself.
    can_be_filled = run.days < SHORTEST and (run.people > 0 or len(near) > 1)
    choice = same or [other for other in near if can_be_filled and runs[other].people > 0]
    if not choice:
        return False
    first = min(place, min(choice, key=lambda other: (run.idle(runs[other]), other)))
    runs[first : first + 2] = [runs[first].joined(runs[first + 1])]
    return True
