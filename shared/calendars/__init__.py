"""Public holidays and make-up working days by country: one JSON file each, a new year is added as it is announced."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.calendars.working_days import WorkingCalendar, working_calendar

__all__ = ["WorkingCalendar", "public_days", "working_calendar"]


def public_days(code: str) -> Mapping[str, Any]:
    """The file of a country, by its ISO 3166 code: `code` and, by year, status, source, holidays, working_weekends."""
    content: Mapping[str, Any] = json.loads(Path(__file__).with_name(f"{code}.json").read_text(encoding="utf-8"))
    return content
