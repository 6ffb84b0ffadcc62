"""What the risk service does when a moment has come."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.commands import settings
from shared.timers import Due, Timers

timers = Timers()


@timers(settings.FOLLOW)
async def follow_settings(due: Due, session: AsyncSession) -> None:
    await settings.follow_settings(session, due.subject)
