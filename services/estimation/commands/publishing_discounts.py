"""Publishes discounts."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation.models.discounts import Discount
from shared.kernel.messaging import publish_of
from shared.language.events.estimation import DiscountRecorded
from shared.language.money import Money


async def publish_discount(session: AsyncSession, row: Discount) -> None:
    """Say the state that a discount has reached."""
    await session.flush()
    amount = None if row.amount is None else Money.of(row.amount, row.currency)
    await publish_of(session, DiscountRecorded, row, amount=amount)
