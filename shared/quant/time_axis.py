"""The axis that a schedule is computed on: working days where all follow one calendar, else natural days."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import ceil, floor

import numpy as np

from shared.quant.calendars import WorkingCalendar
from shared.quant.network import Constraint, ConstraintKind
from shared.quant.work_clock import PLAIN, Clock, Moments, WorkClock

_ON_START = {
    ConstraintKind.START_NO_EARLIER_THAN,
    ConstraintKind.START_NO_LATER_THAN,
    ConstraintKind.MUST_START_ON,
}
_HAIR = 1e-3
"""Half a minute of a working day: over by so much is rounding."""


class TimeAxis:
    """Moments of a project that begins on or after `start`, and their dates.

    With one calendar the axis counts its working days, which plain arithmetic does; with `others` by name it counts
    natural days, on which each calendar is a clock.
    """

    def __init__(self, start: date, calendar: WorkingCalendar, others: Mapping[str, WorkingCalendar]) -> None:
        self._project = WorkClock(calendar, start)
        self._others = {name: WorkClock(other, start) for name, other in others.items()}
        self._offset = self._work(0.0) if not others else 0.0
        self.clock: Clock = self._project if others else PLAIN

    def clock_of(self, calendar: str | None) -> Clock:
        """The clock of a calendar by name; of the project's own for None."""
        return self.clock if calendar is None else self._others[calendar]

    def begin_of(self, day: date) -> float:
        """The moment that a day begins with."""
        moment = float((day - self._project.origin).days)
        return moment if self._others else self._work(moment) - self._offset

    def end_of(self, day: date) -> float:
        """The moment that a day ends with."""
        return self.begin_of(day + timedelta(days=1))

    def limit(self, kind: ConstraintKind, day: date, *, is_milestone: bool) -> Constraint:
        """A constraint on a day. A milestone is reached at the end of its day, also where its start is limited."""
        begins = kind in _ON_START and not is_milestone
        return Constraint(kind, self.begin_of(day) if begins else self.end_of(day))

    def day_begun(self, moment: float, calendar: str | None = None) -> date:
        """The day on which work that begins in `moment` begins."""
        clock, work = self._on(calendar, moment)
        return self._project.origin + timedelta(days=floor(float(clock.beginning(work + _HAIR)[0])))

    def day_ended(self, moment: float, calendar: str | None = None) -> date:
        """The day on which work that ends in `moment` ends; what takes no time and is first ends on the first day."""
        clock, work = self._on(calendar, moment)
        first = self._on(calendar, 0.0)[1]
        work = np.maximum(work - _HAIR, first + _HAIR)
        return self._project.origin + timedelta(days=ceil(float(clock.end(work)[0])) - 1)

    def moment_of(self, working_days: float) -> float:
        """The moment in which so many working days of the project have passed."""
        return float(self.clock.after(np.array([0.0]), working_days)[0])

    def day_after(self, working_days: float) -> date:
        """The day on which so many working days of the project have passed."""
        return self.day_ended(self.moment_of(working_days))

    def first_day(self, moment: float) -> int:
        """The working day of the project, from 0, that work beginning in `moment` begins on."""
        return floor(self.working_days(moment) + _HAIR)

    def last_day(self, moment: float) -> int:
        """The working day of the project, from 0, that work ending in `moment` ends on."""
        return max(ceil(self.working_days(moment) - _HAIR) - 1, 0)

    def timeline(self, until: float) -> Sequence[date]:
        """The date of each working day of the project up to `until`; at least the first."""
        return self._project.calendar.span(self.day_begun(0.0), self.last_day(until) + 1)

    def working_days(self, moment: float) -> float:
        """Working days of the project from its start to `moment`."""
        return self._work(moment) - self._work(0.0) if self._others else moment

    def _on(self, calendar: str | None, moment: float) -> tuple[WorkClock, Moments]:
        clock = self._project if calendar is None else self._others[calendar]
        work = np.array([moment + self._offset]) if not self._others else clock.work(np.array([moment]))
        return clock, work

    def _work(self, moment: float) -> float:
        return float(self._project.work(np.array([moment]))[0])
