"""The calendars that schedules are made on."""

from datetime import date

from shared.calendars import WorkingCalendar, public_days, working_calendar

WEEKDAYS = WorkingCalendar("weekdays")
"""Monday to Friday, no holidays known."""
WITH_HOLIDAYS = tuple(working_calendar(public_days(code)) for code in ("CN", "GB", "US"))
_KNOWN = {calendar.code: calendar for calendar in (WEEKDAYS, *WITH_HOLIDAYS)}

_BY_CURRENCY = {"CNY": _KNOWN["CN"], "GBP": _KNOWN["GB"], "USD": _KNOWN["US"]}


def calendar_of(currency: str) -> WorkingCalendar:
    """The calendar of the country that an opportunity is priced for; plain weekdays where we know no holidays."""
    return _BY_CURRENCY.get(currency, WEEKDAYS)


def known_calendar(
    code: str, *, weekdays: frozenset[int] | None, holidays: frozenset[date], worked: frozenset[date]
) -> WorkingCalendar:
    """The calendar with this code, with days of its own; a day that it names is decided by that alone."""
    base = _KNOWN[code]
    week = base.weekdays if weekdays is None else weekdays
    return WorkingCalendar(
        base.code,
        (base.holidays | holidays) - worked,
        (base.working_weekends | worked) - holidays,
        base.announced_until,
        base.statutory_until,
        week,
    )
