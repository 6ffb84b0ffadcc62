"""A response clock: working time since a question came, without the time that we waited for the client."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.engagement.domain.business_time import (
    BusinessCalendar,
    NoWorkingTime,
    add_business_time,
    business_time_between,
)


@dataclass(frozen=True, slots=True)
class Pause:
    """The client owes something; `until` is None while that lasts. Pauses of a clock do not overlap."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clock shows at a moment; `due_at` and `due_soon_at` are None while it is paused.

    They are None too where the calendar is open so rarely that the time does not pass within ten years.
    """

    elapsed: timedelta
    remaining: timedelta
    """Negative when it is late."""
    due_at: datetime | None
    due_soon_at: datetime | None


def elapsed(calendar: BusinessCalendar, started: datetime, pauses: Sequence[Pause], until: datetime) -> timedelta:
    """Working time from `started` to `until` outside of the pauses."""
    paused = (
        business_time_between(calendar, max(pause.since, started), min(pause.until or until, until)) for pause in pauses
    )
    return business_time_between(calendar, started, until) - sum(paused, timedelta())


def read(
    calendar: BusinessCalendar,
    started: datetime,
    pauses: Sequence[Pause],
    target: timedelta,
    *,
    due_soon_fraction: float,
    at: datetime,
) -> Reading:
    """The clock at `at`: it is due when `target` has elapsed, due soon when that fraction of it has."""
    gone = elapsed(calendar, started, pauses, at)
    if any(pause.until is None for pause in pauses):
        return Reading(gone, target - gone, None, None)
    try:
        due_at = moment_of(calendar, started, pauses, target)
        due_soon_at = moment_of(calendar, started, pauses, target * due_soon_fraction)
    except NoWorkingTime:
        return Reading(gone, target - gone, None, None)
    return Reading(gone, target - gone, due_at, due_soon_at)


def moment_of(calendar: BusinessCalendar, started: datetime, pauses: Sequence[Pause], amount: timedelta) -> datetime:
    """When `amount` has elapsed on a clock whose pauses have all ended. Raises `NoWorkingTime`."""
    begin, left = started, amount
    for pause in sorted(pauses, key=lambda one: one.since):
        if pause.until is None or pause.until <= begin:
            continue
        before = business_time_between(calendar, begin, pause.since)
        if before >= left:
            break
        left -= before
        begin = max(begin, pause.until)
    return add_business_time(calendar, begin, left)
