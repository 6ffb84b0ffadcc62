"""What a calendar feed shows: promises, answers and support that are due, the next talks, trainings and reviews."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.engagement.models.articles import Article
from services.engagement.models.cadences import Cadence
from services.engagement.models.calendar_feeds import CalendarFeed
from services.engagement.models.clarifications import Clarification
from services.engagement.models.commitments import Commitment
from services.engagement.models.response_clocks import ResponseClock
from services.engagement.models.support import OPEN, SupportRequest
from services.engagement.models.trainings import Training
from services.engagement.queries.projections import opportunities_by_id
from shared.files.calendar_file import CalendarItem
from shared.kernel.base import Resource
from shared.kernel.clock import now

T = TypeVar("T", bound=Resource)

MOST = 500
"""Items of each kind, the newest."""

_KEPT = timedelta(days=90)
"""How long something stays in the feed after its end, so that calendar programs see that it is done."""

_TALK = timedelta(minutes=30)

_WORDS = {
    "us": ("我方承诺", "Our commitment"),
    "client": ("客户承诺", "Client's commitment"),
    "answer_us": ("我方答疑", "Our answer"),
    "answer_client": ("客户答复", "Client's answer"),
    "first": ("首次答复", "First answer"),
    "following": ("后续答复", "Following answer"),
    "resolution": ("解决", "Resolution"),
    "support": ("售前支持", "Support"),
    "training": ("培训", "Training"),
    "review": ("复核文章", "Review the article"),
    "touch": ("与客户沟通", "Talk with the client"),
    "owner": ("负责人", "Owner"),
    "channel": ("渠道", "Channel"),
    "phone": ("电话", "phone"),
    "mail": ("邮件", "mail"),
    "meeting": ("会议", "meeting"),
    "chat": ("即时通讯", "chat"),
}


def _said(feed: CalendarFeed, word: str) -> str:
    """A word in the language of the feed."""
    zh, en = _WORDS[word]
    return zh if feed.language == "zh" else en


async def items_of(session: AsyncSession, feed: CalendarFeed) -> list[CalendarItem]:
    """All that the feed shows now."""
    return [item for source in SOURCES for item in await source(session, feed)]


async def _rows(
    session: AsyncSession, feed: CalendarFeed, statement: sa.Select[T], owner: InstrumentedAttribute[Any]
) -> list[tuple[T, str]]:
    """Those that the feed is about, of its person, its opportunity or both; each with how its opportunity is called."""
    opportunity = owner.class_.opportunity_id
    if feed.person:
        statement = statement.where(owner == feed.person)
    if feed.opportunity_id:
        statement = statement.where(opportunity == feed.opportunity_id)
    rows = (await session.scalars(statement.limit(MOST))).all()
    about = [getattr(row, opportunity.key) for row in rows]
    names = await _names_of(session, about)
    return [(row, names[key]) for row, key in zip(rows, about, strict=True)]


def _item(row: Resource, *, part: str = "", **shown: Any) -> CalendarItem:
    """A row, or a part of it, in the calendar: its uid is stable over all changes, and unique over all feeds."""
    uid = f"{part}{row.__tablename__}-{row.id}@presales"
    return CalendarItem(uid=uid, sequence=row.version - 1, changed_at=row.updated_at, **shown)


async def _commitments(session: AsyncSession, feed: CalendarFeed) -> list[CalendarItem]:
    kept = (Commitment.status == "open") | (Commitment.ended_at > now() - _KEPT)
    statement = sa.select(Commitment).where(kept).order_by(Commitment.due_on.desc(), Commitment.id)
    return [
        _item(
            row,
            summary=f"{_said(feed, row.side)} {row.code}: {row.statement}",
            description="\n".join(part for part in (name, f"{_said(feed, 'owner')}: {row.owner}", row.note) if part),
            due=row.due_on,
            completed_at=row.ended_at if row.status == "done" else None,
            is_cancelled=row.status in {"missed", "cancelled"},
        )
        for row, name in await _rows(session, feed, statement, Commitment.owner)
    ]


async def _clocks(session: AsyncSession, feed: CalendarFeed) -> list[CalendarItem]:
    is_due = ResponseClock.stopped_at.is_(None) & ResponseClock.due_at.is_not(None)
    statement = sa.select(ResponseClock).where(is_due).order_by(ResponseClock.due_at, ResponseClock.id)
    return [
        _item(row, summary=f"{_said(feed, row.purpose)}: {row.subject_label}", description=name, due=row.due_at)
        for row, name in await _rows(session, feed, statement, ResponseClock.owner)
    ]


async def _questions(session: AsyncSession, feed: CalendarFeed) -> list[CalendarItem]:
    is_due = Clarification.status.in_(["asked", "reopened"]) & Clarification.due_at.is_not(None)
    statement = sa.select(Clarification).where(is_due).order_by(Clarification.due_at, Clarification.id)
    return [
        _item(
            row,
            summary=f"{_said(feed, f'answer_{row.owed_by}')} {row.code}: {row.question}"[:300],
            description=name,
            due=row.due_at,
        )
        for row, name in await _rows(session, feed, statement, Clarification.owner)
    ]


async def _talks(session: AsyncSession, feed: CalendarFeed) -> list[CalendarItem]:
    statement = sa.select(Cadence).where(Cadence.next_touch_at.is_not(None)).order_by(Cadence.next_touch_at, Cadence.id)
    return [
        _item(
            row,
            summary=f"{_said(feed, 'touch')}: {name}",
            description=f"{_said(feed, 'channel')}: {_said(feed, row.channel)}",
            start=row.next_touch_at,
            end=row.next_touch_at and row.next_touch_at + _TALK,
        )
        for row, name in await _rows(session, feed, statement, Cadence.owner)
    ]


async def _requests(session: AsyncSession, feed: CalendarFeed) -> list[CalendarItem]:
    is_due = SupportRequest.status.in_(OPEN) & SupportRequest.needed_by.is_not(None)
    statement = sa.select(SupportRequest).where(is_due).order_by(SupportRequest.needed_by, SupportRequest.id)
    return [
        _item(row, summary=f"{_said(feed, 'support')} {row.code}: {row.title}", description=name, due=row.needed_by)
        for row, name in await _rows(session, feed, statement, SupportRequest.assignee)
    ]


async def _trainings(session: AsyncSession, feed: CalendarFeed) -> list[CalendarItem]:
    """Each session is an appointment, also of whoever planned the training."""
    kept = Training.updated_at > now() - _KEPT
    statement = sa.select(Training).where((Training.status == "planned") | kept).order_by(Training.id.desc())
    return [
        _item(
            row,
            part=f"{session_of['number']}-",
            summary=f"{_said(feed, 'training')} {row.code}: {row.topic}",
            description="\n".join(part for part in (name, session_of["place"], session_of["link"]) if part),
            start=datetime.fromisoformat(session_of["starts_at"]),
            end=datetime.fromisoformat(session_of["ends_at"]),
            is_cancelled=row.status == "cancelled",
        )
        for row, name in await _rows(session, feed, statement, Training.created_by)
        for session_of in row.sessions
    ]


async def _reviews(session: AsyncSession, feed: CalendarFeed) -> list[CalendarItem]:
    """Articles are of no opportunity: their reviews are in the feeds of persons."""
    if feed.opportunity_id:
        return []
    own = sa.select(Article).where(Article.status == "published", Article.owner == feed.person)
    return [
        _item(
            row,
            summary=f"{_said(feed, 'review')}: {(row.title_zh if feed.language == 'zh' else row.title) or row.key}",
            due=row.review_on,
        )
        for row in await session.scalars(own.order_by(Article.review_on, Article.id).limit(MOST))
    ]


async def _names_of(session: AsyncSession, ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """How people call the opportunities: code and title."""
    wanted = set(ids)
    known = await opportunities_by_id(session, wanted)
    called = {key: " ".join(part for part in (row.code, row.title) if part) for key, row in known.items()}
    return {key: called.get(key) or str(key) for key in wanted}


SOURCES: tuple[Callable[[AsyncSession, CalendarFeed], Awaitable[list[CalendarItem]]], ...] = (
    _commitments,
    _clocks,
    _questions,
    _talks,
    _requests,
    _trainings,
    _reviews,
)
"""What feeds are made of: each gives the items of its kind."""
