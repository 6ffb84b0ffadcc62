"""The calendars that schedules are made on."""

from shared.calendars import WorkingCalendar, public_days, working_calendar

WEEKDAYS = WorkingCalendar("weekdays")
"""Monday to Friday, no holidays known."""

_BY_CURRENCY = {"CNY": working_calendar(public_days("CN"))}


def calendar_of(currency: str) -> WorkingCalendar:
    """The calendar of the country that an opportunity is priced for; plain weekdays where we know no holidays."""
    return _BY_CURRENCY.get(currency, WEEKDAYS)
