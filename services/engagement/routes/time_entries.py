"""Time entries: hours spent on an opportunity, and what its pursuit costs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.engagement.commands import effort as commands
from services.engagement.models.effort import TimeEntry
from services.engagement.queries import effort as queries
from services.engagement.schemas.commitments import ReasonIn
from services.engagement.schemas.effort import (
    EffortSummaryOut,
    SummaryQuery,
    TimeEntryIn,
    TimeEntryOut,
    TimeEntryPatch,
    TimeEntryQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page

router = APIRouter(prefix="/v1/time-entries", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("time-entries:read")]
Writer = Annotated[Principal, may("time-entries:write")]


@router.post("", status_code=201, operation_id="recordHours")
async def record_hours(wish: TimeEntryIn, session: Session, _caller: Writer) -> TimeEntryOut:
    """Record hours of a day, yours or a colleague's."""
    return await _shown(session, await commands.record_hours(session, wish))


@router.get("", operation_id="listTimeEntries")
async def list_time_entries(
    query: Annotated[TimeEntryQuery, Query()], session: Session, _caller: Reader
) -> Page[TimeEntryOut]:
    """Time entries, newest first."""
    return await queries.time_entries(session, query)


@router.get("/summary", operation_id="getEffortSummary")
async def get_summary(query: Annotated[SummaryQuery, Query()], session: Session, caller: Reader) -> EffortSummaryOut:
    """Hours by role, activity and month, never by person, and the cost of the pursuit."""
    return await queries.summary(session, query.opportunity_id, with_cost=caller.may("cost:read"))


@router.get("/{entry_id}", operation_id="getTimeEntry")
async def get_time_entry(entry_id: UUID, session: Session, _caller: Reader) -> TimeEntryOut:
    """One time entry."""
    return await _shown(session, await find(session, TimeEntry, entry_id))


@router.patch("/{entry_id}", operation_id="changeTimeEntry")
async def change_time_entry(
    entry_id: UUID, patch: TimeEntryPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> TimeEntryOut:
    """Correct an entry (JSON merge patch)."""
    return await _shown(session, await commands.change_hours(session, entry_id, patch, version=seen))


@router.post("/{entry_id}/void", operation_id="voidTimeEntry")
async def void_time_entry(
    entry_id: UUID, why: ReasonIn, session: Session, seen: SeenVersion, _caller: Writer
) -> TimeEntryOut:
    """It was recorded by mistake: it counts no more."""
    return await _shown(session, await commands.void_hours(session, entry_id, why.reason, version=seen))


async def _shown(session: Session, entry: TimeEntry) -> TimeEntryOut:
    [answer] = await queries.shown(session, [entry])
    return answer
