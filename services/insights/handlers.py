"""What the insights service does when it hears of others: it hears everything."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.insights import commands
from shared.kernel.messaging import Handlers
from shared.kernel.messaging.envelope import Envelope

on = Handlers("insights-log")


@on.every_event
async def log_event(event: Envelope, session: AsyncSession) -> None:
    await commands.hear(session, event)
