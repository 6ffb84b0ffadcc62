"""Giving numbers that people say."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.numbers import EngagementCounter


async def next_code(session: AsyncSession, prefix: str, opportunity_id: UUID) -> str:
    """The next code of an opportunity: `CLR-001`, then `CLR-002`."""
    counted = insert(EngagementCounter).values(name=f"{prefix}/{opportunity_id}", value=1)
    counted = counted.on_conflict_do_update(
        index_elements=["tenant_id", "name"], set_={"value": EngagementCounter.value + 1}
    )
    number: int | None = await session.scalar(counted.returning(EngagementCounter.value))
    return f"{prefix}-{number:03d}"
