"""Hearing an event, and rebuilding from the log what is folded of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from prometheus_client import Counter
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer_group

from services.insights.commands.folding import fold_again, kept_of
from services.insights.commands.people import note_colleague
from services.insights.domain import dossier
from services.insights.domain.journey import Fact, Journey, fold
from services.insights.domain.readers import READERS
from services.insights.domain.status import view
from services.insights.models import JourneyRow, LoggedEvent, LogHead, RecordedOutcome
from services.insights.queries.journeys import as_json, folded
from services.insights.queries.log import log_of, log_of_type, opportunities_heard_of
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.kernel.events import NO_OPPORTUNITY, Event
from shared.kernel.messaging.envelope import Envelope
from shared.kernel.messaging.newest import keep_newest
from shared.language.business_day import note_calendar
from shared.language.events.engagement import CalendarRecorded, ColleagueRecorded
from shared.language.events.proposal import OutcomeRecorded

BLOCKED = Counter("presales_journeys_blocked_total", "times that an opportunity stopped for a reason")
_BLOCKED = "blocked"


async def hear(session: AsyncSession, event: Envelope) -> None:
    """Append an event to the log and fold it into its opportunity's journey, dossier and outcome."""
    appended, head = _append(event)
    also = [kept.cte(f"kept_{number}") for number, kept in enumerate(kept_of([event], head))]
    if not session.info.get("wakes_readers"):
        session.info["wakes_readers"] = True
        sa.event.listen(session.sync_session, "after_commit", lambda _session: READERS.wake(), once=True)
    if event.opportunity_id == NO_OPPORTUNITY:
        await session.execute(appended.add_cte(*also))
    else:
        place = await _place_of(session, event.opportunity_id, appended, also)
        before = place.row.status if place.row else ""
        if (await _fold_in(session, place, event.opportunity_id, [event])).status == _BLOCKED != before:
            sa.event.listen(session.sync_session, "after_commit", lambda _session: BLOCKED.inc(), once=True)
    if event.type in _NOTED:
        await _note(session, event)


async def rebuild(session: AsyncSession) -> tuple[int, int]:
    """Throw away all that is folded for the tenant, and fold it again from the log.

    Returns how many journeys and outcomes there are.
    """
    await session.execute(sa.delete(JourneyRow))
    await session.execute(sa.delete(RecordedOutcome))
    opportunities = [key for key in await opportunities_heard_of(session) if key != NO_OPPORTUNITY]
    for key in opportunities:
        log = await log_of(session, key)
        row = await session.scalar(_journey_of(key))
        await _fold_in(session, _Place(row, log[-1].position, None), key, log)
    for kind in _NOTED:
        for logged in await log_of_type(session, kind):
            await _note(session, logged)
    await fold_again(session)
    outcomes = await session.scalar(sa.select(sa.func.count()).select_from(RecordedOutcome))
    return len(opportunities), outcomes or 0


class _Place(NamedTuple):
    """Where an event of an opportunity comes in."""

    row: JourneyRow | None
    """What was folded before, locked."""
    position: int
    """Its own in the log."""
    before: int | None
    """That of the event of its opportunity before it."""


async def _place_of(session: AsyncSession, opportunity_id: UUID, appended: Insert, also: Sequence[sa.CTE]) -> _Place:
    """Append an event, keep what it says `also` and find what was folded before: in one statement, if there is any."""
    own = LoggedEvent.opportunity_id == opportunity_id
    position = appended.returning(LoggedEvent.position).cte("logged")
    at = sa.select(position.c.position).scalar_subquery()
    before = sa.select(sa.func.max(LoggedEvent.position)).where(own).scalar_subquery()
    # The journey is looked for once the head is locked; one that somebody else began until then is not seen here.
    sought = _journey_of(opportunity_id).add_columns(at, before).where(at.is_not(None)).add_cte(*also)
    found = (await session.execute(sought)).first()
    if found:
        return _Place(*found)
    last = (
        await session.scalars(sa.select(LoggedEvent.position).where(own).order_by(sa.desc("position")).limit(2))
    ).all()
    return _Place(await session.scalar(_journey_of(opportunity_id)), last[0], last[1] if last[1:] else None)


def _append(event: Envelope) -> tuple[Insert, sa.CTE]:
    """The event at the next position, and the head: locked until the commit, so that positions show in their order."""
    counted = insert(LogHead).values(name="log", position=1)
    counted = counted.on_conflict_do_update(index_elements=["name"], set_={"position": LogHead.position + 1})
    head = counted.returning(LogHead.position).cte("head")
    told = {
        name: sa.literal(getattr(event, name), sa.inspect(LoggedEvent).c[name].type)
        for name in ("type", "opportunity_id", "time", "aggregate_id", "sequence", "actor", "correlation_id",
                     "causation_id", "traceparent", "data")
    }  # fmt: skip
    values = {"position": head.c.position, "event_id": sa.literal(event.id, sa.Uuid), **told}
    return insert(LoggedEvent).from_select(list(values), sa.select(*values.values())), head


def _journey_of(opportunity_id: UUID) -> sa.Select[JourneyRow]:
    found = sa.select(JourneyRow).where(JourneyRow.opportunity_id == opportunity_id).with_for_update()
    return found.options(undefer_group("dossier")).execution_options(populate_existing=True)


async def _fold_in(
    session: AsyncSession, place: _Place, opportunity_id: UUID, events: Sequence[LoggedEvent | Envelope]
) -> JourneyRow:
    row = place.row
    journey = folded(row) if row else Journey()
    facts = [_fact(event) for event in events]
    for fact in facts:
        journey = fold(journey, fact)
    if row is None:
        row = JourneyRow(opportunity_id=opportunity_id)
        session.add(row)
    row.folded, row.updated_at = as_json(journey), now()
    stand(row, journey)
    if (row.dossier_to or 0) < (place.before or 0):
        # What a release before logged is in no dossier: such a one is made anew, from all that is known.
        facts = [_fact(event) for event in await log_of(session, opportunity_id)]
        set_fields(row, dict.fromkeys(dossier.SECTIONS))
    set_fields(row, dossier.fold({name: getattr(row, name) or {} for name in dossier.SECTIONS}, facts))
    row.dossier_to = place.position
    await session.flush()
    return row


def _fact(event: LoggedEvent | Envelope) -> Fact:
    return Fact(str(_id_of(event)), event.type, event.time, event.sequence, event.actor, event.data)


def stand(row: JourneyRow, journey: Journey) -> None:
    """Write where a journey stands into its row, to be asked for; a later time changes nothing of it."""
    standing = view(journey, row.updated_at)
    row.status = "running" if standing.status == "stalled" else standing.status
    row.stalls_at = standing.stalls_at
    row.code, row.title, row.owner = (journey.opportunity.get(name) for name in ("code", "title", "owner"))
    row.is_over = journey.outcome is not None


def _id_of(event: LoggedEvent | Envelope) -> UUID:
    return event.id if isinstance(event, Envelope) else event.event_id


async def _keep_outcome(session: AsyncSession, event: OutcomeRecorded) -> None:
    told = {"version": event.version, "decided_on": event.decided_on, "told": event.model_dump(mode="json")}
    await keep_newest(session, RecordedOutcome, {"opportunity_id": event.opportunity_id}, told)


_NOTED: Mapping[str, tuple[type[Event], Callable[[AsyncSession, Any], Awaitable[None]]]] = {
    OutcomeRecorded.type: (OutcomeRecorded, _keep_outcome),
    CalendarRecorded.type: (CalendarRecorded, note_calendar),
    ColleagueRecorded.type: (ColleagueRecorded, note_colleague),
}
"""What is kept by itself, the newest of it, beside what is folded: by the type of the event that tells it."""


async def _note(session: AsyncSession, event: LoggedEvent | Envelope) -> None:
    told, note = _NOTED[event.type]
    await note(session, told.model_validate(event.data))
