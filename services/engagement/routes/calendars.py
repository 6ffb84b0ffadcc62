"""Business calendars: when working time passes."""

import asyncio
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.engagement.commands import calendars as commands
from services.engagement.commands.shipped import install_shipped
from services.engagement.domain.business_time import NoWorkingTime, add_business_time, business_time_between
from services.engagement.models.calendars import Calendar, OutOfReach
from services.engagement.schemas.calendar_files import years_of
from services.engagement.schemas.calendars import (
    CalendarFileQuery,
    CalendarIn,
    CalendarOut,
    CalendarPatch,
    CalendarQuery,
    WorkingTimeOut,
    WorkingTimeQuery,
    YearIn,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice, paginate
from shared.kernel.upload import FileBody, Upload
from shared.language.business_day import today

router = APIRouter(prefix="/v1/calendars", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("calendars:read")]
Writer = Annotated[Principal, may("calendars:write")]
_ICS = FileBody("an iCalendar file, 200 kB at most", ["text/calendar"], 200_000)


@router.post("", status_code=201, response_model=CalendarOut, operation_id="createCalendar")
async def create_calendar(wish: CalendarIn, session: Session, _caller: Writer) -> Calendar:
    """Make a calendar: a time zone and the hours of each weekday. Public holidays are put in by year."""
    return await commands.create_calendar(session, wish)


@router.get("", response_model=Page[CalendarOut], operation_id="listCalendars")
async def list_calendars(
    query: Annotated[CalendarQuery, Query()], session: Session, _caller: Reader
) -> Slice[Calendar]:
    """The shipped calendar `CN` and your own."""
    await install_shipped(session)
    return await paginate(session, Calendar, query)


@router.get("/{calendar_id}", response_model=CalendarOut, operation_id="getCalendar")
async def get_calendar(calendar_id: UUID, session: Session, _caller: Reader) -> Calendar:
    """One calendar, with all its years."""
    return await find(session, Calendar, calendar_id)


@router.get("/{calendar_id}/working-time", operation_id="getWorkingTime")
async def get_working_time(
    calendar_id: UUID, query: Annotated[WorkingTimeQuery, Query()], session: Session, _caller: Reader
) -> WorkingTimeOut:
    """How many working minutes lie between `start` and `end`, or when `minutes` of them have passed since `start`."""
    calendar = await find(session, Calendar, calendar_id)
    hours = calendar.business_calendar()
    if query.end is not None:
        passed = business_time_between(hours, query.start, min(query.end, query.start + timedelta(days=3660)))
        return WorkingTimeOut(start=query.start, end=query.end, minutes=passed / timedelta(minutes=1))
    minutes = query.minutes or 0
    try:
        end = add_business_time(hours, query.start, timedelta(minutes=minutes))
    except NoWorkingTime:
        raise OutOfReach(code=calendar.code) from None
    return WorkingTimeOut(start=query.start, end=end, minutes=minutes)


@router.patch("/{calendar_id}", response_model=CalendarOut, operation_id="changeCalendar")
async def change_calendar(
    calendar_id: UUID, patch: CalendarPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Calendar:
    """Change name, zone or hours (JSON merge patch of the whole field); running clocks are planned anew."""
    return await commands.change_calendar(session, calendar_id, patch, version=seen)


@router.post("/{calendar_id}/years", response_model=CalendarOut, operation_id="importCalendarYear")
async def import_year(
    calendar_id: UUID, year: YearIn, session: Session, seen: SeenVersion, _caller: Writer
) -> Calendar:
    """Put in the holidays and make-up days of a year, in place of what was known of it; running clocks follow."""
    return await commands.import_years(session, calendar_id, [year], version=seen)


@router.post(
    "/{calendar_id}/years/ics",
    response_model=CalendarOut,
    operation_id="importCalendarFile",
    openapi_extra=_ICS.openapi,
)
async def import_file(
    calendar_id: UUID,
    session: Session,
    seen: SeenVersion,
    _caller: Writer,
    file: Annotated[Upload, _ICS.received],
    query: Annotated[CalendarFileQuery, Query()],
) -> Calendar:
    """Put in holidays from an iCalendar file, such as the public ones of China.

    A whole-day event is a make-up day when it says `X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY` or its summary has 班,
    补班 or "workday"; it is a holiday when it says `WORK-HOLIDAY`, or its summary has 休, 假 or "holiday".
    Where no event says any of this, all are holidays in a calendar that is named one of holidays ("Feiertage"), and
    with `all_days=holiday`, which counts for any other event too; else they are left out, as cancelled ones are. What
    recurs (RRULE) counts in the years of which there are single days, or from this year on for five more.
    Each year with at least one such day replaces what was known of it.
    """
    years = await asyncio.to_thread(
        years_of, file.content, all_days=query.all_days == "holiday", this_year=today(session).year
    )
    return await commands.import_years(session, calendar_id, years, version=seen)


@router.delete("/{calendar_id}", status_code=204, operation_id="deleteCalendar")
async def delete_calendar(calendar_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> None:
    """Remove a calendar that no policy and no clock is on."""
    await commands.remove_calendar(session, calendar_id, version=seen)
