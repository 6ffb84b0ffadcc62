"""Calendar feeds: commitments, answers that are due and the next talks, in any calendar program."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.engagement.commands import calendar_feeds as commands
from services.engagement.models.calendar_feeds import CalendarFeed
from services.engagement.queries.calendar_feeds import items_of
from services.engagement.schemas.calendar_feeds import (
    CalendarFeedIn,
    CalendarFeedLinkOut,
    CalendarFeedOut,
    CalendarFeedQuery,
    RenewIn,
)
from shared.files.calendar_file import calendar_file
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.links import own_link
from shared.kernel.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/calendar-feeds", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("calendar-feeds:read")]
Writer = Annotated[Principal, may("calendar-feeds:write")]


@router.post("", status_code=201, operation_id="makeCalendarFeed")
async def make_calendar_feed(wish: CalendarFeedIn, session: Session, _caller: Writer) -> CalendarFeedLinkOut:
    """Make a feed and its link, to be put into a calendar program."""
    return _with_link(session, await commands.make_feed(session, wish))


@router.get("", response_model=Page[CalendarFeedOut], operation_id="listCalendarFeeds")
async def list_calendar_feeds(
    query: Annotated[CalendarFeedQuery, Query()], session: Session, _caller: Reader
) -> Slice[CalendarFeed]:
    """Feeds, without their links."""
    return await paginate(session, CalendarFeed, query)


@router.get("/{feed_id}.ics", response_class=Response, operation_id="followCalendarFeed")
async def follow_calendar_feed(
    feed_id: UUID, session: Session, caller: Annotated[Principal, may("calendar-feeds:follow")]
) -> Response:
    """The dates as iCalendar (RFC 5545): to-dos for commitments and due answers, appointments for the next talks."""
    own_link(caller, feed_id)
    feed = await find(session, CalendarFeed, feed_id)
    feed.refuse_if_revoked()
    content = calendar_file(feed.name, await items_of(session, feed))
    return Response(content, media_type="text/calendar; charset=utf-8")


@router.get("/{feed_id}", response_model=CalendarFeedOut, operation_id="getCalendarFeed")
async def get_calendar_feed(feed_id: UUID, session: Session, _caller: Reader) -> CalendarFeed:
    """One feed, without its link."""
    return await find(session, CalendarFeed, feed_id)


@router.post("/{feed_id}/renew", operation_id="renewCalendarFeed")
async def renew_calendar_feed(
    feed_id: UUID, session: Session, seen: SeenVersion, _caller: Writer, wish: RenewIn | None = None
) -> CalendarFeedLinkOut:
    """A new link, good for longer; one given before is good until its own end."""
    valid_days = (wish or RenewIn()).valid_days
    return _with_link(session, await commands.renew_feed(session, feed_id, valid_days, version=seen))


@router.post("/{feed_id}/revoke", response_model=CalendarFeedOut, operation_id="revokeCalendarFeed")
async def revoke_calendar_feed(feed_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> CalendarFeed:
    """Every link of this feed shows nothing from now on."""
    return await commands.revoke_feed(session, feed_id, version=seen)


def _with_link(session: Session, feed: CalendarFeed) -> CalendarFeedLinkOut:
    shown = CalendarFeedOut.model_validate(feed)
    return CalendarFeedLinkOut(**shown.model_dump(), url=commands.link_of(session, feed))
