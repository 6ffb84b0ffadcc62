"""How many hours a person has, and how many of them are promised already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from services.engagement.domain.business_time import BusinessCalendar

_DAY = timedelta(days=1)
USUAL_SPAN = timedelta(days=13)
"""A task without a due day is taken to be done within two weeks."""


@dataclass(frozen=True, slots=True)
class WorkingWeek:
    """When somebody works: the hours of a week lie evenly on its working days, none on days off and absences."""

    calendar: BusinessCalendar
    weekly_hours: float
    absences: tuple[tuple[date, date], ...] = ()
    """First and last day of each."""

    def daily_hours(self, first: date, days: int) -> list[float]:
        """Hours of each of so many days from `first` on."""
        hours = self.weekly_hours / sum(1 for spans in self.calendar.hours.values() if spans)
        return [hours if self._works_on(first + _DAY * number) else 0.0 for number in range(days)]

    def hours_between(self, first: date, last: date) -> float:
        """Hours of all days from `first` to `last`, both included; none when `last` is earlier."""
        return sum(self.daily_hours(first, (last - first).days + 1))

    def _works_on(self, day: date) -> bool:
        return bool(self.calendar.spans(day)) and not any(first <= day <= last for first, last in self.absences)


@dataclass(frozen=True, slots=True)
class Task:
    """Work that somebody has taken on: what is left of it, and when it must be done."""

    hours: float
    due_on: date | None = None


def committed_hours(week: WorkingWeek, tasks: Sequence[Task], *, today: date, first: date, last: date) -> float:
    """Hours of `tasks` that fall on the days from `first` to `last`.

    Each task lies evenly on the working hours from today to its due day. One that is overdue lies on today; one
    whose days are all off lies on its due day.
    """
    dues = [max(task.due_on or today + USUAL_SPAN, today) for task in tasks]
    days = (max(dues, default=today) - today).days + 1
    until = list(accumulate(week.daily_hours(today, days), initial=0.0))

    def hours_before(day: date) -> float:
        return until[min(max((day - today).days, 0), days)]

    def share(due: date) -> float:
        whole = hours_before(due + _DAY)
        if whole == 0:
            return float(first <= due <= last)
        return max(hours_before(min(last, due) + _DAY) - hours_before(first), 0.0) / whole

    return sum(task.hours * share(due) for task, due in zip(tasks, dues, strict=True))
