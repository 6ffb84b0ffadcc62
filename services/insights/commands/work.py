"""Folding what events say into the work that waits for somebody."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.domain.work_events import RULES, notes_of
from services.insights.domain.work_item import Note, Told, newest
from services.insights.models import LoggedEvent, WorkItem
from shared.kernel.messaging.envelope import Envelope

_COLUMNS = [column for column in WorkItem.__table__.columns if column.name != "tenant_id"]
_KEY = ("tenant_id", "slot", "subject_id")
_AT_ONCE = 500
"""Events of the log that are read together when all is folded again."""


def work_of(event: Envelope) -> list[Note]:
    """What an event says of the work."""
    return notes_of(Told(event.type, event.opportunity_id, event.time, event.sequence, event.data))


def keep_work(notes: Iterable[Note], after: sa.FromClause | None = None) -> Insert:
    """The statement that keeps the newest that is said of each slot, once `after` has its row."""
    rows = sa.literal([note.as_row() for note in newest(notes)], JSONB)
    types = [sa.column(column.name, column.type) for column in _COLUMNS]
    told = sa.func.jsonb_to_recordset(rows).table_valued(*types).render_derived(name="told", with_types=True)
    source = sa.select(*(told.c[column.name] for column in _COLUMNS))
    source = source.select_from(after.join(told, sa.true())) if after is not None else source
    new = insert(WorkItem).from_select([column.name for column in _COLUMNS], source.order_by("slot", "subject_id"))
    # A code is told at first, and by few of the events after that: it stays, whichever comes first.
    is_newer = WorkItem.place < new.excluded.place
    names_it = WorkItem.code.is_(None) & new.excluded.code.is_not(None)
    values = {
        column.name: sa.case((is_newer, new.excluded[column.name]), else_=getattr(WorkItem, column.name))
        for column in _COLUMNS
        if column.name not in _KEY
    }
    values["code"] = sa.case(
        (is_newer, sa.func.coalesce(new.excluded.code, WorkItem.code)),
        else_=sa.func.coalesce(WorkItem.code, new.excluded.code),
    )
    return new.on_conflict_do_update(index_elements=_KEY, set_=values, where=is_newer | names_it)


async def rebuild_work(session: AsyncSession) -> int:
    """Throw the tenant's work away and fold it again from the log; returns how many slots there are."""
    await session.execute(sa.delete(WorkItem))
    position = 0
    while events := await _relevant_after(session, position):
        position = events[-1].position
        notes = [note for event in events for note in notes_of(_told(event))]
        await session.execute(keep_work(notes))
    return await session.scalar(sa.select(sa.func.count()).select_from(WorkItem)) or 0


async def _relevant_after(session: AsyncSession, position: int) -> Sequence[LoggedEvent]:
    wanted = sa.select(LoggedEvent).where(LoggedEvent.position > position, LoggedEvent.type.in_(sorted(RULES)))
    return (await session.scalars(wanted.order_by(LoggedEvent.position).limit(_AT_ONCE))).all()


def _told(event: LoggedEvent) -> Told:
    return Told(event.type, event.opportunity_id, event.time, event.sequence, event.data)
