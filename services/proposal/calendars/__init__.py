"""The calendars that schedules are made on: one JSON file per country, a new year is added as it is announced."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from services.proposal.domain.calendar import WorkingCalendar

WEEKDAYS = WorkingCalendar("weekdays")
"""Monday to Friday, no holidays known."""


def read(path: Path) -> WorkingCalendar:
    """The calendar in a file like CN.json. Raises `ValueError` or `KeyError` when it is not one."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    years: dict[str, dict[str, Any]] = raw["years"]

    def days(name: str) -> frozenset[date]:
        return frozenset(date.fromisoformat(day) for year in years.values() for day in year[name])

    def last(status: str) -> date | None:
        known = [int(year) for year, facts in years.items() if facts["status"] == status]
        return date(max(known), 12, 31) if known else None

    return WorkingCalendar(
        raw["code"], days("holidays"), days("working_weekends"), last("announced"), last("statutory")
    )


_BY_CURRENCY = {"CNY": read(Path(__file__).with_name("CN.json"))}


def calendar_of(currency: str) -> WorkingCalendar:
    """The calendar of the country that an opportunity is priced for; plain weekdays where we know no holidays."""
    return _BY_CURRENCY.get(currency, WEEKDAYS)
