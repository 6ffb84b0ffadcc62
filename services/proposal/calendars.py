"""The calendars that schedules are made on."""

from datetime import date

from shared.calendars import KNOWN, WEEKDAYS, WITH_HOLIDAYS, WorkingCalendar, calendar_of

__all__ = ["WEEKDAYS", "WITH_HOLIDAYS", "calendar_of", "known_calendar"]


def known_calendar(
    code: str, *, weekdays: frozenset[int] | None, holidays: frozenset[date], worked: frozenset[date]
) -> WorkingCalendar:
    """The calendar with this code, with days of its own; a day that it names is decided by that alone."""
    base = KNOWN[code]
    week = base.weekdays if weekdays is None else weekdays
    return WorkingCalendar(
        base.code,
        (base.holidays | holidays) - worked,
        (base.working_weekends | worked) - holidays,
        base.announced_until,
        base.statutory_until,
        week,
    )
