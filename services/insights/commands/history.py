"""Bringing the history of opportunities from before: their events are heard as if they came from the stream."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from uuid import UUID

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.commands.hearing import hear
from services.insights.models import JourneyRow, LoggedEvent, PastOpportunity
from services.insights.schemas.event_types import EVENT_TYPES
from services.insights.schemas.history import PastEvent
from shared.kernel.clock import now
from shared.kernel.context import Context
from shared.kernel.db import context_of
from shared.kernel.events import NO_OPPORTUNITY, REGISTRY
from shared.kernel.messaging.envelope import PREFIX, Envelope
from shared.kernel.problems import FieldError, Invalid
from shared.kernel.validation import field_errors

_MOST_ERRORS = 50


async def bring(session: AsyncSession, events: Sequence[PastEvent]) -> int:
    """Hear those of `events` that the log does not have; returns how many.

    Raises `Invalid` for an event that is none of ours, is yet to happen, or is about an opportunity that our services
    tell of: what happens to that is theirs to say.
    """
    errors = [error for place, event in enumerate(events) for error in _wrong(f"/events/{place}", event)]
    wanted = {event.opportunity_id for event in events}
    past = await _of_the_past(session, wanted)
    errors += [
        FieldError(
            f"/events/{place}/subject", "not_history",
            "is an opportunity that Presales works on: its events come from there",
            "是系统内正在处理的商机，其事件由各服务发布",
        )
        for place, event in enumerate(events)
        if event.opportunity_id not in past
    ]  # fmt: skip
    if errors:
        raise Invalid(errors[:_MOST_ERRORS])
    ids = [event.id for event in events]
    known = set(await session.scalars(sa.select(LoggedEvent.event_id).where(LoggedEvent.event_id.in_(ids))))
    new = {event.id: event for event in events if event.id not in known}
    for event in new.values():
        await hear(session, _envelope(event, context_of(session)))
    return len(new)


async def _of_the_past(session: AsyncSession, wanted: AbstractSet[UUID]) -> set[UUID]:
    """Note as brought what nobody has told of; returns all of `wanted` that were brought, now or before."""
    told = sa.select(JourneyRow.opportunity_id).where(JourneyRow.opportunity_id.in_(wanted))
    new = wanted - set(await session.scalars(told))
    if new:
        noted = insert(PastOpportunity).values([{"opportunity_id": one} for one in sorted(new)])
        await session.execute(noted.on_conflict_do_nothing())
    brought = sa.select(PastOpportunity.opportunity_id).where(PastOpportunity.opportunity_id.in_(wanted))
    return set(await session.scalars(brought))


def _type_of(event: PastEvent) -> str:
    return event.type.removeprefix(f"{PREFIX}.")


def _wrong(at: str, event: PastEvent) -> Iterable[FieldError]:
    kind = _type_of(event)
    if kind not in EVENT_TYPES:
        yield FieldError(
            f"{at}/type", "not_allowed", "must be a type of docs/events.md", "必须是 docs/events.md 中的事件类型"
        )
        return
    if event.opportunity_id == NO_OPPORTUNITY:
        yield FieldError(f"{at}/subject", "no_opportunity", "must be about an opportunity", "必须属于某个商机")
    if event.time > now():
        yield FieldError(f"{at}/time", "in_the_future", "must have happened already", "必须是已发生的时间")
    try:
        data = REGISTRY[kind].model_validate(event.data)
    except ValidationError as wrong:
        found = [{**one, "loc": ("body", *at.split("/")[1:], "data", *one["loc"])} for one in wrong.errors()]
        yield from field_errors(found)
        return
    if data.opportunity_id != event.opportunity_id:
        yield FieldError(
            f"{at}/data/opportunity_id",
            "contradicts",
            "must be the opportunity of `subject`",
            "必须与 `subject` 的商机一致",
        )


def _envelope(event: PastEvent, context: Context) -> Envelope:
    return Envelope(
        id=event.id,
        type=_type_of(event),
        time=event.time,
        tenant=context.tenant,
        opportunity_id=event.opportunity_id,
        aggregate_id=event.partitionkey,
        sequence=event.sequence,
        correlation_id=event.correlationid or event.id,
        causation_id=event.causationid,
        actor=event.authid,
        traceparent=event.traceparent or context.traceparent,
        data=event.data,
    )
