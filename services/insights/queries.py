"""What the insights service reads: the log after a position, journeys, and outcomes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.domain.journey import Journey
from services.insights.domain.win_loss import Outcome
from services.insights.models import JourneyRow, LoggedEvent, RecordedOutcome
from services.insights.schemas.journeys import FeedQuery
from services.insights.schemas.outcomes import DecidedQuery
from shared.kernel.problems import NotFound
from shared.language.events.proposal import OutcomeRecorded

_JOURNEY = TypeAdapter(Journey)


async def events_after(session: AsyncSession, query: FeedQuery, position: int, limit: int) -> Sequence[LoggedEvent]:
    """The next events of the caller's tenant after `position`, in order."""
    statement = sa.select(LoggedEvent).where(LoggedEvent.position > position)
    if query.opportunity_id:
        statement = statement.where(LoggedEvent.opportunity_id == query.opportunity_id)
    if query.type:
        wanted = (LoggedEvent.type.startswith(kind, autoescape=True) for kind in query.type)
        statement = statement.where(sa.or_(*wanted))
    return (await session.scalars(statement.order_by(LoggedEvent.position).limit(limit))).all()


async def last_position(session: AsyncSession) -> int:
    """The position of the caller's tenant's newest event; 0 when there is none."""
    return await session.scalar(sa.select(sa.func.max(LoggedEvent.position))) or 0


async def log_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[LoggedEvent]:
    """All events of an opportunity, in the order of the log."""
    statement = sa.select(LoggedEvent).where(LoggedEvent.opportunity_id == opportunity_id)
    return (await session.scalars(statement.order_by(LoggedEvent.position))).all()


async def log_of_type(session: AsyncSession, event_type: str) -> Sequence[LoggedEvent]:
    """All events of a type, in the order of the log."""
    statement = sa.select(LoggedEvent).where(LoggedEvent.type == event_type)
    return (await session.scalars(statement.order_by(LoggedEvent.position))).all()


async def opportunities_heard_of(session: AsyncSession) -> Sequence[UUID]:
    """Every opportunity in the log."""
    return (await session.scalars(sa.select(LoggedEvent.opportunity_id).distinct())).all()


async def journey_of(session: AsyncSession, opportunity_id: UUID) -> tuple[JourneyRow, Journey]:
    """A journey and its row. Raises `NotFound` when nothing was heard of the opportunity."""
    row = await session.scalar(sa.select(JourneyRow).where(JourneyRow.opportunity_id == opportunity_id))
    if row is None:
        raise NotFound(kind="journey", id=opportunity_id)
    return row, folded(row)


async def journeys_before(
    session: AsyncSession, before: JourneyRow | None, limit: int, wanted: Collection[str], at: datetime
) -> Sequence[JourneyRow]:
    """Journeys by their newest event, newest first, after the row `before`; of `wanted` as of `at`, if any is given."""
    statement = sa.select(JourneyRow).order_by(JourneyRow.updated_at.desc(), JourneyRow.opportunity_id.desc())
    if wanted:
        statement = statement.where(sa.or_(*(_stands(status, at) for status in wanted)))
    if before:
        seen = sa.tuple_(JourneyRow.updated_at, JourneyRow.opportunity_id)
        statement = statement.where(seen < sa.tuple_(sa.literal(before.updated_at), sa.literal(before.opportunity_id)))
    return (await session.scalars(statement.limit(limit))).all()


def _stands(status: str, at: datetime) -> sa.ColumnElement[bool]:
    if status == "running":
        return (JourneyRow.status == "running") & (JourneyRow.stalls_at >= at)
    if status == "stalled":
        return (JourneyRow.status == "running") & (JourneyRow.stalls_at < at)
    return JourneyRow.status == status


async def outcomes_decided(session: AsyncSession, query: DecidedQuery) -> Sequence[Outcome]:
    """The tenant's outcomes that were decided in a span of days, the earliest first."""
    statement = sa.select(RecordedOutcome.told)
    if query.first:
        statement = statement.where(RecordedOutcome.decided_on >= query.first)
    if query.last:
        statement = statement.where(RecordedOutcome.decided_on <= query.last)
    statement = statement.order_by(RecordedOutcome.decided_on, RecordedOutcome.opportunity_id)
    return [_outcome(OutcomeRecorded.model_validate(told)) for told in await session.scalars(statement)]


def folded(row: JourneyRow) -> Journey:
    """The journey that a row holds."""
    return _JOURNEY.validate_python(row.folded)


def as_json(journey: Journey) -> dict[str, object]:
    """A journey as its row keeps it."""
    kept: dict[str, object] = _JOURNEY.dump_python(journey, mode="json")
    return kept


def _outcome(event: OutcomeRecorded) -> Outcome:
    return Outcome(
        opportunity_id=event.opportunity_id,
        result=event.result,
        decided_on=event.decided_on,
        reasons=event.reasons,
        competitor_id=event.competitor_id,
        competitor_name=event.competitor_name,
        win_probability=event.win_probability,
        offered=event.offered_price,
        final=event.final_price,
    )
