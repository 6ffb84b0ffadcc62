"""What the estimation service does at its moment."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation.commands import estimates
from services.estimation.commands.staleness import RECOMPUTE
from shared.kernel.timers import Due, Timers

timers = Timers()


@timers(RECOMPUTE)
async def recompute_estimate(due: Due, session: AsyncSession) -> None:
    await estimates.recompute_newest(session, due.subject)
