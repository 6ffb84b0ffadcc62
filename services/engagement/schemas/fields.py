"""Kinds of fields that several resources take."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal, TypeVar
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from shared.kernel.clock import now
from shared.kernel.validation import Line, Moment, rule

Language = Literal["zh", "en"]


Mail = Annotated[
    str, Field(pattern=r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$", max_length=254), AfterValidator(str.lower)
]


Phone = Annotated[str, Field(pattern=r"^[+(]?[0-9][0-9 ()/.+-]{3,29}$", examples=["+86 21 5888 0000"])]


Ids = Annotated[list[UUID], Field(max_length=200)]


IN_FUTURE = rule("in_future", "lies in the future", "晚于当前时间")


TWICE = rule("named_twice", "names the same one twice", "重复列出同一项")


FAR_AWAY = rule("far_away", "must lie in the years 1970 to 2200", "须在 1970 年至 2200 年之间")


_YEARS = range(1970, 2201)
"""Beyond them nothing is planned, and arithmetic with working days would have no end."""


_CLOCK_SKEW = timedelta(minutes=5)


D = TypeVar("D", bound=date)


def _near(day: D) -> D:
    if day.year not in _YEARS:
        raise ValueError(FAR_AWAY)
    return day


def _past(moment: datetime) -> datetime:
    if moment > now() + _CLOCK_SKEW:
        raise ValueError(IN_FUTURE)
    return moment


def _distinct(ids: list[UUID]) -> list[UUID]:
    if len(set(ids)) < len(ids):
        raise ValueError(TWICE)
    return ids


PlannedMoment = Annotated[Moment, AfterValidator(_near)]


PlannedDay = Annotated[date, AfterValidator(_near)]


Past = Annotated[PlannedMoment, AfterValidator(_past)]


DistinctIds = Annotated[Ids, AfterValidator(_distinct)]


Names = Annotated[list[Line], Field(max_length=100)]


NO_SUCH_ZONE = rule(
    "unknown_time_zone", "must be an IANA time zone such as Asia/Shanghai", "必须是 IANA 时区，如 Asia/Shanghai"
)


_ZONES = frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name not in _ZONES:
        raise ValueError(NO_SUCH_ZONE)
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]
