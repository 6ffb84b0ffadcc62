"""When the phases of an estimate are, and how many people that takes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, sqrt

from services.estimation.domain.apportion import in_days
from services.estimation.domain.baseline import Baseline
from services.estimation.domain.calendar import plus_months, plus_working_days, working_day
from services.estimation.domain.parameters import AFTER_DELIVERY, DELIVERY, Parameters, Planning
from shared.kernel.problems import Problem
from shared.quant.calendars import WEEKDAYS, WorkingCalendar, calendar_of

YEARS = (2000, 2199)
LONGEST_DAYS = 5_200
"""Twenty years of working days: what is longer is a wrong size or a wrong parameter."""

NOBODY: Mapping[str, float] = {}
RoleUnits = Mapping[str, int]
"""Hundredths of a person-day by role."""


class PlanTooLong(Problem):
    status = 422
    title = ("The work would take too long", "工期过长")
    en = "Delivery would take {days} working days; {limit} is the most. Check the sizes and the parameter set."
    zh = "交付需要 {days} 个工作日，超过上限 {limit}。请检查需求规模与参数集。"


class StartOutOfReach(Problem):
    status = 422
    title = ("The planned start is out of reach", "计划开始日期超出范围")
    en = "The work cannot be planned to start on {start}; the year must be between {first} and {last}."
    zh = "无法安排在 {start} 开始；年份须在 {first} 至 {last} 之间。"


@dataclass(frozen=True, slots=True)
class Window:
    """A phase from its first to its last working day."""

    phase: str
    start: date
    finish: date
    calendar: WorkingCalendar = WEEKDAYS

    @property
    def days(self) -> int:
        return self.calendar.count(self.start, self.finish)

    @property
    def middle(self) -> date:
        return self.start + (self.finish - self.start) / 2


@dataclass(frozen=True, slots=True)
class Plan:
    """Phases that follow each other, and the people per role that this takes at most."""

    start: date
    team: Mapping[str, float]
    windows: tuple[Window, ...]

    @property
    def calendar(self) -> WorkingCalendar:
        return self.windows[0].calendar

    @property
    def days(self) -> int:
        """Working days of all phases."""
        return sum(window.days for window in self.windows)

    @property
    def finish(self) -> date:
        """The day of delivery."""
        return max(window.finish for window in self.windows if window.phase != AFTER_DELIVERY or len(self.windows) == 1)

    @property
    def delivery_days(self) -> int:
        """Working days until delivery."""
        return sum(window.days for window in self.windows if window.phase != AFTER_DELIVERY)


def planned(
    baseline: Baseline, phases: Mapping[str, RoleUnits], parameters: Parameters, wanted: Mapping[str, float] = NOBODY
) -> Plan:
    """The plan of a baseline's work, given by phase and role, with the `wanted` people where somebody says how many.

    Raises `PlanTooLong`, `StartOutOfReach`.
    """
    calendar = calendar_of(baseline.currency)
    start = starting(baseline, parameters.planning, calendar)
    target = _target_days(baseline, phases, parameters, start, calendar)
    if target > LONGEST_DAYS:
        raise PlanTooLong(days=round(target), limit=LONGEST_DAYS)
    team = {role: wanted.get(role, people) for role, people in _team(phases, target).items()}
    return Plan(start, team, windows(phases, team, start, parameters.planning, calendar))


def starting(baseline: Baseline, planning: Planning, calendar: WorkingCalendar) -> date:
    """The first working day: from the day that the client wants, or from some days after the approval.

    Raises `StartOutOfReach`.
    """
    wanted = baseline.planned_start or date.fromordinal(baseline.approved_on.toordinal() + planning.lead_days)
    if not YEARS[0] <= wanted.year <= YEARS[1]:
        raise StartOutOfReach(start=wanted, first=YEARS[0], last=YEARS[1])
    return working_day(wanted, calendar)


def windows(
    phases: Mapping[str, RoleUnits],
    team: Mapping[str, float],
    start: date,
    planning: Planning,
    calendar: WorkingCalendar,
) -> tuple[Window, ...]:
    """One phase after the other; the role that needs longest sets a phase's length.

    A warranty begins on the day after delivery and lasts its months, to the last working day in them.

    Raises `PlanTooLong`.
    """
    found: list[Window] = []
    for phase, roles in phases.items():
        if phase == AFTER_DELIVERY:
            finish = _end_of_warranty(found, start, planning.warranty_months, calendar)
        else:
            days = max(ceil(max(in_days(units) / team[role] for role, units in roles.items()) - 1e-9), 1)
            if days > LONGEST_DAYS:
                raise PlanTooLong(days=days, limit=LONGEST_DAYS)
            finish = plus_working_days(start, days - 1, calendar)
        found.append(Window(phase, start, finish, calendar))
        start = plus_working_days(finish, 1, calendar)
    return tuple(found)


def _end_of_warranty(before: Sequence[Window], start: date, months: int, calendar: WorkingCalendar) -> date:
    """The last working day of the warranty; `start` is the first one after delivery."""
    delivered = before[-1].finish if before else start - timedelta(days=1)
    last = plus_months(delivered, months)
    while last > start and not calendar.is_working(last):
        last -= timedelta(days=1)
    return max(last, start)


def _target_days(
    baseline: Baseline,
    phases: Mapping[str, RoleUnits],
    parameters: Parameters,
    start: date,
    calendar: WorkingCalendar,
) -> float:
    """Working days until delivery: as usual for such an effort, or shorter where a deadline asks for it.

    Months = 1.277 x person-months ^ 0.404 goes with the benchmark; Boehm's limit says how far it can be shortened.
    """
    planning = parameters.planning
    units = sum(sum(phases.get(phase, {}).values()) for phase in DELIVERY)
    person_months = in_days(units) / planning.days_per_month
    usual: float = planning.coefficient * person_months**planning.exponent * planning.days_per_month
    if baseline.deadline is None:
        return usual
    available = calendar.count(start, baseline.deadline)
    return min(max(float(available), usual * planning.compression_floor), usual)


def _team(phases: Mapping[str, RoleUnits], target_days: float) -> dict[str, float]:
    """People per role, in halves.

    Each phase gets time by the square root of its work, so that staffing peaks in the largest one instead of starting
    with everybody.
    """
    delivery = {phase: roles for phase, roles in phases.items() if phase != AFTER_DELIVERY}
    weights = {phase: sqrt(sum(roles.values())) for phase, roles in delivery.items()}
    whole = sum(weights.values())
    needs: dict[str, float] = {}
    for phase, roles in delivery.items():
        days = target_days * weights[phase] / whole
        for role, units in roles.items():
            needs[role] = max(needs.get(role, 0.0), in_days(units) / days)
    people = {role: max(ceil(need * 2 - 1e-9) / 2, 0.5) for role, need in needs.items()}
    return {role: people.get(role, 0.5) for role in roles_of(phases.values())}


def roles_of(parts: Iterable[RoleUnits]) -> tuple[str, ...]:
    """All roles, in alphabetical order."""
    return tuple(sorted({role for part in parts for role in part}))
