"""People planned for a project beside those that its work asks for, day by day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from services.proposal.domain.schedule import Load

Daily = NDArray[np.float64]
TOLERANCE = 0.01
"""A hundredth of a person is rounding, not over-allocation."""
LONGEST_GAP = 10
"""Working days without work after which a role is planned anew: people do other things meanwhile."""
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
    """People for what is needed: for each time that a role has work, as many as its busiest day asks for, in halves."""
    for role, days in need.items():
        busy = np.flatnonzero(days > TOLERANCE)
        if not busy.size:
            continue
        for part in np.split(busy, np.flatnonzero(np.diff(busy) > LONGEST_GAP) + 1):
            first, last = int(part[0]), int(part[-1])
            people = ceil((float(days[first : last + 1].max()) - TOLERANCE) / _STEP) * _STEP
            yield Allocation(role, people, 1.0, timeline[first], timeline[last])
