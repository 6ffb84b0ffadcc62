"""Clocks that durations are counted by: plain numbers, or the working time of a calendar.

A moment is a number on the axis of a network. With calendars the axis counts natural days from an origin: 4.0 is the
beginning of the fifth day, 4.5 the middle of its working time; a day off has none. All arithmetic is on arrays, with
one element for each sample of a simulation.
"""

from datetime import date, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from shared.quant.calendars import WorkingCalendar
from shared.quant.impossible import Impossible

Moments = NDArray[np.float64]

DAYS_BACK, DAYS_AHEAD = 3_700, 7_400
"""Ten years before the origin, for late dates of what cannot be met, and twenty after it."""
_DIGITS = 9
_HAIR = 1e-6


class ScheduleTooLong(Impossible):
    """A moment beyond the day `until`."""

    code = "schedule_too_long"
    text = "the work goes beyond {until}"


class Clock(Protocol):
    """How working time passes on the axis of a network."""

    def opens(self, moments: Moments) -> Moments:
        """The next moments, from these on, in which work can begin."""

    def after(self, moments: Moments, time: Moments | float) -> Moments:
        """The earliest moments that `time` of work, from these on, ends in; the same moment for no time."""

    def before(self, moments: Moments, time: Moments | float) -> Moments:
        """The latest moments that `time` of work, ending in these, can begin in; the same moment for no time."""

    def between(self, first: Moments, last: Moments) -> Moments:
        """The working time from `first` to `last`; negative when `last` is earlier."""


class PlainClock:
    """Time passes always: a network in plain numbers."""

    def opens(self, moments: Moments) -> Moments:
        return moments

    def after(self, moments: Moments, time: Moments | float) -> Moments:
        return moments + time

    def before(self, moments: Moments, time: Moments | float) -> Moments:
        return moments - time

    def between(self, first: Moments, last: Moments) -> Moments:
        return last - first


PLAIN = PlainClock()


class WorkClock:
    """Working days of a calendar, on an axis of natural days from `origin`."""

    def __init__(self, calendar: WorkingCalendar, origin: date) -> None:
        after = np.arange(-DAYS_BACK, DAYS_AHEAD)
        off, weekend = (
            np.isin(np.datetime64(origin) + after, np.array(sorted(days), "datetime64[D]"))
            for days in (calendar.holidays, calendar.working_weekends)
        )
        worked = np.where(np.isin((origin.weekday() + after) % 7, sorted(calendar.weekdays)), ~off, weekend)
        self.calendar, self.origin = calendar, origin
        self._worked = worked.astype(np.float64)
        self._counted = np.concatenate(([0.0], np.cumsum(self._worked)))
        self._place = np.flatnonzero(worked)

    def opens(self, moments: Moments) -> Moments:
        return self.beginning(self.work(moments))

    def after(self, moments: Moments, time: Moments | float) -> Moments:
        if np.ndim(time) == 0 and time == 0:
            return moments
        return np.where(np.equal(time, 0), moments, self.end(self.work(moments) + time))

    def before(self, moments: Moments, time: Moments | float) -> Moments:
        if np.ndim(time) == 0 and time == 0:
            return moments
        return np.where(np.equal(time, 0), moments, self.beginning(self.work(moments) - time))

    def between(self, first: Moments, last: Moments) -> Moments:
        return np.asarray(np.round(self.work(last) - self.work(first), _DIGITS))

    def work(self, moments: Moments) -> Moments:
        """Working time since the beginning of what the clock knows."""
        shifted = moments + DAYS_BACK
        days = np.floor(shifted)
        if days.max(initial=0) >= len(self._worked):
            raise self._too_long()
        place = np.maximum(days, 0).astype(np.intp)
        known = self._counted[place] + (shifted - days) * self._worked[place]
        # Before all that it knows, each day counts: nobody reads these dates, but their order must stay.
        return np.asarray(np.round(np.where(days < 0, shifted, known), _DIGITS))

    def end(self, work: Moments) -> Moments:
        """The earliest moment with so much working time before it."""
        full = np.ceil(work) - 1
        return np.asarray(self._at(full) + (work - full))

    def beginning(self, work: Moments) -> Moments:
        """The latest moment with so much working time before it."""
        full = np.floor(work)
        return np.asarray(self._at(full) + (work - full))

    def _at(self, day: Moments) -> Moments:
        if day.max(initial=0) >= len(self._place):
            raise self._too_long()
        place = np.maximum(day, 0).astype(np.intp)
        return np.where(day < 0, day, self._place[place]) - DAYS_BACK

    def _too_long(self) -> ScheduleTooLong:
        return ScheduleTooLong(until=self.origin + timedelta(days=DAYS_AHEAD))
