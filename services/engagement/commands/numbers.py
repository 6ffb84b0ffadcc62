"""Giving numbers that people say."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.numbers import EngagementCounter


async def next_code(session: AsyncSession, prefix: str, opportunity_id: UUID) -> str:
    """The next code of an opportunity: `CLR-001`, then `CLR-002`."""
    return f"{prefix}-{await next_number(session, f'{prefix}/{opportunity_id}'):03d}"


async def next_number(session: AsyncSession, name: str) -> int:
    """The next number of a sequence, from 1. Nobody else gets one of it until this transaction has ended."""
    counted = insert(EngagementCounter).values(name=name, value=1)
    counted = counted.on_conflict_do_update(
        index_elements=["tenant_id", "name"], set_={"value": EngagementCounter.value + 1}
    )
    return (await session.execute(counted.returning(EngagementCounter.value))).scalar_one()
