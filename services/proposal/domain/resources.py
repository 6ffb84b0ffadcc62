"""The resource plan: people by role and month, and where a role is asked for more than the team has."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor

from shared.quant.dated_network import Load

_TOLERANCE = 0.01
"""A hundredth of a person is rounding, not over-allocation."""


@dataclass(frozen=True, slots=True)
class RolePlan:
    """One role: `days` per month of the plan, and `peak`, the most people needed on any day."""

    role: str
    people: float
    """How many the team has."""
    days: tuple[float, ...]
    peak: float
    over_from: date | None
    """First day on which more are needed than the team has."""

    @property
    def is_over_allocated(self) -> bool:
        return self.over_from is not None


@dataclass(frozen=True, slots=True)
class ResourcePlan:
    """`months` are like `2027-01`, each with its `working_days` within the schedule; roles are in order of work."""

    months: tuple[str, ...]
    working_days: tuple[int, ...]
    roles: tuple[RolePlan, ...]


def plan_resources(loads: Iterable[Load], team: Mapping[str, float], timeline: Sequence[date]) -> ResourcePlan:
    """Spread the loads over the working days of `timeline` and add them up by role and month."""
    daily: dict[str, list[float]] = {}
    for load in loads:
        days = daily.setdefault(load.role, [0.0] * len(timeline))
        share = load.days / (load.end - load.begin)
        for day in range(floor(load.begin), min(ceil(load.end), len(timeline))):
            days[day] += share * (min(load.end, day + 1) - max(load.begin, day))
    month_of = [f"{day:%Y-%m}" for day in timeline]
    months = tuple(dict.fromkeys(month_of))
    roles = [_role_plan(role, days, team.get(role, 0.0), months, month_of, timeline) for role, days in daily.items()]
    return ResourcePlan(
        months=months,
        working_days=tuple(month_of.count(month) for month in months),
        roles=tuple(sorted(roles, key=lambda plan: (-sum(plan.days), plan.role))),
    )


def _role_plan(
    role: str,
    days: Sequence[float],
    people: float,
    months: Sequence[str],
    month_of: Sequence[str],
    timeline: Sequence[date],
) -> RolePlan:
    by_month = dict.fromkeys(months, 0.0)
    for month, amount in zip(month_of, days, strict=True):
        by_month[month] += amount
    over = next((day for day, amount in zip(timeline, days, strict=True) if amount > people + _TOLERANCE), None)
    return RolePlan(role, people, tuple(by_month.values()), max(days), over)
