"""What the engagement service does when a moment has come."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands import (
    articles,
    cadences,
    clarifications,
    colleagues,
    commitments,
    contacts,
    response_clocks,
)
from shared.kernel.timers import Due, Timers

timers = Timers()


@timers(response_clocks.NEARED)
async def tell_clock_neared(due: Due, session: AsyncSession) -> None:
    await response_clocks.note_neared(session, due.subject, due.at)


@timers(response_clocks.BREACHED)
async def tell_clock_breached(due: Due, session: AsyncSession) -> None:
    await response_clocks.note_breached(session, due.subject, due.at)


@timers(commitments.DUE)
async def tell_commitment_overdue(due: Due, session: AsyncSession) -> None:
    await commitments.note_overdue(session, due.subject, due.at)


@timers(cadences.DUE)
async def tell_touch_overdue(due: Due, session: AsyncSession) -> None:
    await cadences.note_lapsed(session, due.subject, due.at)


@timers(clarifications.DUE)
async def tell_clarification_overdue(due: Due, session: AsyncSession) -> None:
    await clarifications.note_overdue(session, due.subject, due.at)


@timers(articles.DUE)
async def tell_review_overdue(due: Due, session: AsyncSession) -> None:
    await articles.note_stale(session, due.subject, due.at)


@timers(contacts.UNTOLD)
async def tell_contact(due: Due, session: AsyncSession) -> None:
    await contacts.tell_again(session, due.subject)


@timers(colleagues.UNTOLD)
async def tell_colleague(due: Due, session: AsyncSession) -> None:
    await colleagues.tell_again(session, due.subject)
