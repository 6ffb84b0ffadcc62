"""What the risk service does when a moment has come."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.commands import analyses, budgets, control, register, settings, standing
from shared.kernel.timers import Due, Timers

timers = Timers()


@timers(register.EXPIRED)
async def reopen_accepted_risk(due: Due, session: AsyncSession) -> None:
    await register.note_expired(session, due.subject, due.at)


@timers(register.PASSED)
async def tell_risk_passed(due: Due, session: AsyncSession) -> None:
    await register.note_passed(session, due.subject, due.at)


@timers(standing.RECOMPUTE)
async def recompute_budget(due: Due, session: AsyncSession) -> None:
    await budgets.follow_register(session, due.subject)


@timers(control.NEARED)
async def tell_task_neared(due: Due, session: AsyncSession) -> None:
    await control.note_neared(session, due.subject, due.at)


@timers(control.OVERDUE)
async def tell_task_overdue(due: Due, session: AsyncSession) -> None:
    await control.note_overdue(session, due.subject, due.at)


@timers(control.REVIEW)
async def tell_review_overdue(due: Due, session: AsyncSession) -> None:
    await control.note_review_overdue(session, due.subject, due.at)


@timers(settings.FOLLOW)
async def follow_settings(due: Due, session: AsyncSession) -> None:
    await settings.follow_settings(session, due.subject)


@timers(analyses.ANALYSE)
async def run_analysis(due: Due, session: AsyncSession) -> None:
    await analyses.run_queued(session, due)
