"""What an event says of the work that waits and of what can be found: kept with the log, and folded again from it."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.commands.newest import keep_newest_of
from services.insights.domain import search_entries, work_events
from services.insights.domain.search_entries import entries_of, newest_entries
from services.insights.domain.work_events import notes_of
from services.insights.domain.work_item import Told, newest
from services.insights.models import LoggedEvent, SearchEntry, WorkItem
from shared.kernel.messaging.envelope import Envelope

_AT_ONCE = 500
"""Events of the log that are read together when all is folded again."""
_RELEVANT = sorted({*work_events.RULES, *search_entries.RULES})


def kept_of(events: Iterable[Envelope | LoggedEvent], after: sa.FromClause | None = None) -> list[Insert]:
    """The statements that keep what these events say, none where they say nothing, once `after` has its row."""
    told = [Told(event.type, event.opportunity_id, event.time, event.sequence, event.data) for event in events]
    work = [note.as_row() for note in newest(note for one in told for note in notes_of(one))]
    found = [entry.as_row() for entry in newest_entries(entry for one in told for entry in entries_of(one))]
    kept = [keep_newest_of(WorkItem, ("slot", "subject_id"), work, after)] if work else []
    return [*kept, keep_newest_of(SearchEntry, ("id",), found, after)] if found else kept


async def fold_again(session: AsyncSession) -> None:
    """Throw the tenant's work and what can be found away, and fold both again from the log."""
    await session.execute(sa.delete(WorkItem))
    await session.execute(sa.delete(SearchEntry))
    position = 0
    while events := await _relevant_after(session, position):
        position = events[-1].position
        for statement in kept_of(events):
            await session.execute(statement)


async def _relevant_after(session: AsyncSession, position: int) -> Sequence[LoggedEvent]:
    wanted = sa.select(LoggedEvent).where(LoggedEvent.position > position, LoggedEvent.type.in_(_RELEVANT))
    return (await session.scalars(wanted.order_by(LoggedEvent.position).limit(_AT_ONCE))).all()
