"""Exchange rates: recorded with date and source. Estimates that would come out otherwise are marked."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation.commands.staleness import mark_outdated
from services.estimation.models.rates import ExchangeRate
from services.estimation.schemas.exchange_rates import ExchangeRateIn, ExchangeRatePatch
from shared.kernel.base import set_fields
from shared.kernel.db import load


async def record_exchange_rate(session: AsyncSession, wish: ExchangeRateIn) -> ExchangeRate:
    """Record the rate of a day. A second one of the same pair and day is `AlreadyExists`: change the first."""
    row = ExchangeRate(**wish.model_dump())
    session.add(row)
    await mark_outdated(session)
    return row


async def change_exchange_rate(
    session: AsyncSession, key: UUID, patch: ExchangeRatePatch, *, version: int
) -> ExchangeRate:
    """Correct a rate or its source."""
    row = await load(session, ExchangeRate, key, version=version)
    set_fields(row, patch.model_dump(exclude_unset=True, exclude_none=True))
    await mark_outdated(session)
    return row


async def delete_exchange_rate(session: AsyncSession, key: UUID, *, version: int) -> None:
    """Delete a rate that was recorded by mistake; estimates made with it keep their figures, and are marked."""
    await session.delete(await load(session, ExchangeRate, key, version=version))
    await mark_outdated(session)
