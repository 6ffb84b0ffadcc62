"""What changes calendar feeds, and their links."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.calendar_feeds import CalendarFeed
from services.engagement.models.projections import UnknownOpportunity
from services.engagement.queries.projections import opportunities_by_id
from services.engagement.schemas.calendar_feeds import CalendarFeedIn
from shared.kernel.clock import now
from shared.kernel.db import context_of, load
from shared.kernel.links import make_feed_link

COLLECTION = "calendar-feeds"


async def make_feed(session: AsyncSession, wish: CalendarFeedIn) -> CalendarFeed:
    """A feed of an opportunity, a person, or the caller. Raises `UnknownOpportunity`."""
    person = wish.person
    title = None
    if wish.opportunity_id:
        known = (await opportunities_by_id(session, [wish.opportunity_id])).get(wish.opportunity_id)
        if known is None:
            raise UnknownOpportunity(id=wish.opportunity_id)
        title = f"{known.code} {known.title}" if known.code else None
    else:
        person = person or context_of(session).actor
    feed = CalendarFeed(
        name=wish.name or title or person or str(wish.opportunity_id),
        person=person,
        opportunity_id=wish.opportunity_id,
        language=wish.language,
        expires_at=now() + timedelta(days=wish.valid_days),
        state="active",
    )
    session.add(feed)
    await session.flush()
    return feed


async def renew_feed(session: AsyncSession, feed_id: UUID, valid_days: int, *, version: int) -> CalendarFeed:
    """Have a new link, good for so many days from now; one given before is good until its own end."""
    feed = await load(session, CalendarFeed, feed_id, version=version)
    feed.state = feed.machine.next(feed.state, "renew")
    feed.expires_at = now() + timedelta(days=valid_days)
    await session.flush()
    return feed


async def revoke_feed(session: AsyncSession, feed_id: UUID, *, version: int) -> CalendarFeed:
    """Every link of the feed shows nothing from now on."""
    feed = await load(session, CalendarFeed, feed_id, version=version)
    feed.state = feed.machine.next(feed.state, "revoke")
    await session.flush()
    return feed


def link_of(session: AsyncSession, feed: CalendarFeed) -> str:
    """The URL for a calendar program."""
    return make_feed_link(session, COLLECTION, feed.id, feed.expires_at)
