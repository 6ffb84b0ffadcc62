"""Business calendars of a tenant: hours by weekday, public holidays and make-up days by year."""

from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.engagement.domain.business_time import BusinessCalendar, Span
from shared.kernel.base import Resource
from shared.kernel.problems import Problem

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class OutOfReach(Problem):
    status = 422
    title = ("Too far ahead", "超出可计算范围")
    en = "That much working time does not pass within ten years on calendar {code}."
    zh = "日历 {code} 在十年内没有这么多工作时间。"


class Calendar(Resource):
    """When we work. Response clocks run on it; `years` is as in shared/quant/calendars/CN.json."""

    __tablename__ = "calendar"

    code: Mapped[str]
    name: Mapped[str]
    name_zh: Mapped[str]
    time_zone: Mapped[str]
    hours: Mapped[dict[str, Any]]
    """By weekday, `mon` to `sun`: a list of `opens` and `closes`."""
    years: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """By year: status (announced, statutory), source, holidays, working_weekends."""

    __table_args__ = (sa.UniqueConstraint("tenant_id", "code"),)

    def business_calendar(self) -> BusinessCalendar:
        """This calendar for arithmetic. A year that is not known has no holidays."""
        return BusinessCalendar(
            ZoneInfo(self.time_zone),
            {WEEKDAYS.index(day): tuple(map(_span, spans)) for day, spans in self.hours.items()},
            self._days("holidays"),
            self._days("working_weekends"),
        )

    @property
    def hours_per_day(self) -> Decimal:
        """Hours of a working day: the mean over the weekdays that are worked."""
        minutes = self._minutes
        return round(Decimal(sum(minutes)) / (60 * len(minutes)), 4)

    @property
    def hours_per_week(self) -> float:
        """Hours of a week without days off."""
        return sum(self._minutes) / 60

    @property
    def _minutes(self) -> list[int]:
        return [sum(until - since for since, until in map(_span, spans)) for spans in self.hours.values() if spans]

    def _days(self, name: str) -> frozenset[date]:
        return frozenset(date.fromisoformat(day) for year in self.years.values() for day in year[name])


def _span(span: dict[str, str]) -> Span:
    return minutes_of(span["opens"]), minutes_of(span["closes"])


def minutes_of(clock: str) -> int:
    """Minutes after midnight of `09:30`."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
