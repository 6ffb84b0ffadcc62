"""Public holidays and make-up working days by country: one JSON file each, a new year is added as it is announced."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.quant.calendars.working_days import WorkingCalendar, working_calendar

__all__ = ["KNOWN", "WEEKDAYS", "WITH_HOLIDAYS", "WorkingCalendar", "calendar_of", "public_days", "working_calendar"]


def public_days(code: str) -> Mapping[str, Any]:
    """The file of a country, by its ISO 3166 code: `code` and, by year, status, source, holidays, working_weekends."""
    content: Mapping[str, Any] = json.loads(Path(__file__).with_name(f"{code}.json").read_text(encoding="utf-8"))
    return content


WEEKDAYS = WorkingCalendar("weekdays")
"""Monday to Friday, no holidays known."""
WITH_HOLIDAYS = tuple(working_calendar(public_days(code)) for code in ("CN", "GB", "US"))
KNOWN = {calendar.code: calendar for calendar in (WEEKDAYS, *WITH_HOLIDAYS)}
_BY_CURRENCY = {"CNY": KNOWN["CN"], "GBP": KNOWN["GB"], "USD": KNOWN["US"]}


def calendar_of(currency: str) -> WorkingCalendar:
    """The calendar of the country that an opportunity is priced for; plain weekdays where we know no holidays.

    Estimate, budget plan and schedule count working days on the same one.
    """
    return _BY_CURRENCY.get(currency, WEEKDAYS)
