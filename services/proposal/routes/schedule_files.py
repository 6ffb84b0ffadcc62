"""Schedules in other forms: charts, calendars, tables, and the files of Microsoft Project."""

import asyncio
from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.proposal.commands import schedules as commands
from services.proposal.exchange.ms_project_xml import MOST_BYTES
from services.proposal.exchange.schedule_calendar import schedule_calendar
from services.proposal.exchange.schedule_file import MEDIA_TYPES, schedule_file
from services.proposal.models.schedules import Schedule
from services.proposal.queries import plans
from services.proposal.queries import schedules as queries
from services.proposal.schemas.plan_charts import chart_of_schedule
from services.proposal.schemas.schedules import FeedIn, FeedOut, ImportedScheduleOut, RemarkOut, ScheduleDetailOut
from shared.charts.answer import CHART_RESPONSES, ChartLanguage, chart_answer
from shared.kernel.auth import Principal, may
from shared.kernel.clock import now
from shared.kernel.db import Session
from shared.kernel.http import Route, SeenVersion
from shared.kernel.links import make_feed_link, own_link
from shared.kernel.upload import FileBody, Upload

router = APIRouter(prefix="/v1/schedules", tags=["proposal"], route_class=Route)

Reader = Annotated[Principal, may("schedules:read")]
Writer = Annotated[Principal, may("schedules:write")]
Follower = Annotated[Principal, may("schedules:follow")]
FileLanguage = Annotated[Literal["zh", "en"] | None, Query(description="of names; the opportunity's when left out")]
_XML = FileBody("Microsoft Project XML, as its program saves it", ["application/xml", "text/xml"], MOST_BYTES)
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA_TYPES.values()}}
}


@router.get("/{schedule_id}.ics", response_class=Response, operation_id="followSchedule")
async def follow_schedule(schedule_id: UUID, session: Session, caller: Follower) -> Response:
    """The dates as iCalendar (RFC 5545): of the agreed schedule, or of this one while none is agreed."""
    own_link(caller, schedule_id)
    schedule = await queries.followed_schedule(session, schedule_id)
    content = schedule_calendar(schedule, *await queries.title_and_language(session, schedule.opportunity_id))
    return Response(content, media_type="text/calendar; charset=utf-8")


@router.get(
    "/{schedule_id}/charts/{name}", response_class=Response, responses=CHART_RESPONSES, operation_id="getScheduleChart"
)
async def get_schedule_chart(
    schedule_id: UUID, name: str, request: Request, session: Session, _caller: Reader, language: ChartLanguage = None
) -> Response:
    """A chart, as data, picture or Vega-Lite by `Accept`: gantt."""
    return await chart_answer(
        request, chart_of_schedule(await plans.whole(session, Schedule, schedule_id), name), language
    )


@router.get("/{schedule_id}/export", response_class=Response, responses=_FILES, operation_id="exportSchedule")
async def export_schedule(
    schedule_id: UUID,
    session: Session,
    _caller: Reader,
    form: Annotated[Literal["ms_project", "icalendar", "csv"], Query(alias="format")] = "ms_project",
    language: FileLanguage = None,
) -> Response:
    """The schedule as Microsoft Project XML, which `import` takes again, as iCalendar, or as a table."""
    schedule = await plans.whole(session, Schedule, schedule_id)
    title, own = await queries.title_and_language(session, schedule.opportunity_id)
    return await asyncio.to_thread(schedule_file, schedule, title, form, language or own)


@router.post("/{schedule_id}/import", operation_id="importSchedule", openapi_extra=_XML.openapi)
async def import_schedule(
    schedule_id: UUID,
    session: Session,
    seen: SeenVersion,
    _caller: Writer,
    file: Annotated[Upload, _XML.received],
) -> ImportedScheduleOut:
    """Take a Microsoft Project XML file in place of the network of a draft; what it cannot hold is told."""
    schedule, remarks = await commands.import_network(session, schedule_id, file.content, version=seen)
    return ImportedScheduleOut(
        schedule=ScheduleDetailOut.model_validate(schedule),
        remarks=[RemarkOut.model_validate(remark) for remark in remarks],
    )


@router.post("/{schedule_id}/feed", operation_id="makeScheduleFeed")
async def make_schedule_feed(schedule_id: UUID, wish: FeedIn, session: Session, _caller: Reader) -> FeedOut:
    """A link that a calendar program follows: it shows the agreed schedule, or this one while none is agreed."""
    schedule = await plans.whole(session, Schedule, schedule_id)
    expires_at = now() + timedelta(days=wish.valid_days)
    url = make_feed_link(session, "schedules", schedule.id, expires_at)
    return FeedOut(url=url, expires_at=expires_at)
