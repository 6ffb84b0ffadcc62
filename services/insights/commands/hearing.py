"""Hearing an event, and rebuilding from the log what is folded of it."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from prometheus_client import Counter
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.commands.people import note_colleague
from services.insights.commands.work import keep_work, rebuild_work, work_of
from services.insights.domain.journey import Fact, Journey, fold
from services.insights.domain.readers import READERS
from services.insights.domain.status import view
from services.insights.models import JourneyRow, LoggedEvent, LogHead, RecordedOutcome
from services.insights.queries.journeys import as_json, folded
from services.insights.queries.log import log_of, log_of_type, opportunities_heard_of
from shared.kernel.clock import now
from shared.kernel.events import NO_OPPORTUNITY
from shared.kernel.messaging.envelope import Envelope
from shared.kernel.messaging.newest import keep_newest
from shared.language.business_day import note_calendar
from shared.language.events.engagement import CalendarRecorded, ColleagueRecorded
from shared.language.events.proposal import OutcomeRecorded

BLOCKED = Counter("presales_journeys_blocked_total", "times that an opportunity stopped for a reason")
_BLOCKED = "blocked"


async def hear(session: AsyncSession, event: Envelope) -> None:
    """Append an event to the log and fold it into its opportunity's journey and outcome."""
    appended, head = _append(event)
    work = [keep_work(notes, head).cte("work")] if (notes := work_of(event)) else []
    if not session.info.get("wakes_readers"):
        session.info["wakes_readers"] = True
        sa.event.listen(session.sync_session, "after_commit", lambda _session: READERS.wake(), once=True)
    if event.opportunity_id == NO_OPPORTUNITY:
        await session.execute(appended.add_cte(*work))
    else:
        # The journey is looked for once the head is locked; one that somebody else began until then is not seen here.
        position = appended.returning(LoggedEvent.position).cte("logged")
        is_appended = sa.select(position.c.position).scalar_subquery().is_not(None)
        row = await session.scalar(_journey_of(event.opportunity_id).where(is_appended).add_cte(*work))
        row = row or await _known(session, event.opportunity_id)
        before = row.status if row else ""
        if (await _fold_in(session, row, event.opportunity_id, [event])).status == _BLOCKED != before:
            sa.event.listen(session.sync_session, "after_commit", lambda _session: BLOCKED.inc(), once=True)
    if event.type == OutcomeRecorded.type:
        await _keep_outcome(session, OutcomeRecorded.model_validate(event.data))
    if event.type == CalendarRecorded.type:
        await note_calendar(session, CalendarRecorded.model_validate(event.data))
    if event.type == ColleagueRecorded.type:
        await note_colleague(session, ColleagueRecorded.model_validate(event.data))


async def rebuild(session: AsyncSession) -> tuple[int, int]:
    """Throw away all that is folded for the tenant, and fold it again from the log.

    Returns how many journeys and outcomes there are.
    """
    await session.execute(sa.delete(JourneyRow))
    await session.execute(sa.delete(RecordedOutcome))
    opportunities = [key for key in await opportunities_heard_of(session) if key != NO_OPPORTUNITY]
    for key in opportunities:
        await _fold_in(session, await _known(session, key), key, await log_of(session, key))
    outcomes = await log_of_type(session, OutcomeRecorded.type)
    for logged in outcomes:
        await _keep_outcome(session, OutcomeRecorded.model_validate(logged.data))
    for told in await log_of_type(session, CalendarRecorded.type):
        await note_calendar(session, CalendarRecorded.model_validate(told.data))
    for told in await log_of_type(session, ColleagueRecorded.type):
        await note_colleague(session, ColleagueRecorded.model_validate(told.data))
    await rebuild_work(session)
    return len(opportunities), len({logged.opportunity_id for logged in outcomes})


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
    return found.execution_options(populate_existing=True)


async def _known(session: AsyncSession, opportunity_id: UUID) -> JourneyRow | None:
    return await session.scalar(_journey_of(opportunity_id))


async def _fold_in(
    session: AsyncSession,
    row: JourneyRow | None,
    opportunity_id: UUID,
    events: Iterable[LoggedEvent | Envelope],
) -> JourneyRow:
    journey = folded(row) if row else Journey()
    for event in events:
        journey = fold(
            journey,
            Fact(str(_id_of(event)), event.type, event.time, event.sequence, event.actor, event.data),
        )
    if row is None:
        row = JourneyRow(opportunity_id=opportunity_id)
        session.add(row)
    row.folded, row.updated_at = as_json(journey), now()
    stand(row, journey)
    await session.flush()
    return row


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
