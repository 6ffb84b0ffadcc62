"""Dates as an iCalendar file (RFC 5545) that calendar programs follow."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event, Todo

REFRESH = timedelta(hours=1)
"""How often a calendar program should ask again."""


@dataclass(frozen=True, slots=True)
class CalendarItem:
    """An appointment when it has a `start`, else something to be done until `due`.

    Dates in place of times are whole days, `end` being the last of them.
    `uid` never changes and `sequence` grows with each change, so that a program moves what it has and adds nothing.
    """

    uid: str
    sequence: int
    changed_at: datetime
    summary: str
    description: str = ""
    start: date | datetime | None = None
    end: date | datetime | None = None
    due: date | datetime | None = None
    completed_at: datetime | None = None
    is_cancelled: bool = False


def calendar_file(name: str, items: Iterable[CalendarItem]) -> bytes:
    """The file, with its lines folded; the same items give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Presales//Calendar feed//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for item in items:
        calendar.add_component(_component(item))
    content: bytes = calendar.to_ical()
    return content


def _component(item: CalendarItem) -> Event | Todo:
    component = Event() if item.start else Todo()
    component.add("uid", item.uid)
    component.add("dtstamp", item.changed_at)
    component.add("last-modified", item.changed_at)
    component.add("sequence", item.sequence)
    component.add("summary", item.summary)
    if item.description:
        component.add("description", item.description)
    if item.start:
        component.add("dtstart", item.start)
        component.add("dtend", _until(item.end or item.start))
        component.add("status", "CANCELLED" if item.is_cancelled else "CONFIRMED")
        return component
    if item.due:
        component.add("due", item.due)
    done = "COMPLETED" if item.completed_at else "NEEDS-ACTION"
    component.add("status", "CANCELLED" if item.is_cancelled else done)
    if item.completed_at and not item.is_cancelled:
        component.add("completed", item.completed_at)
        component.add("percent-complete", 100)
    return component


def _until(end: date | datetime) -> date | datetime:
    """The end as the format has it: the day after the last one."""
    return end if isinstance(end, datetime) else end + timedelta(days=1)
