"""What changes competitors, and where they are met."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.models.competitors import Competitor, Rivalry
from services.proposal.queries.opportunities import open_opportunity
from services.proposal.schemas.competitors import CompetitorIn, CompetitorPatch, RivalryIn, RivalryPatch
from shared.kernel.base import set_fields
from shared.kernel.db import find, load


async def record_competitor(session: AsyncSession, wish: CompetitorIn) -> Competitor:
    competitor = Competitor(**wish.model_dump())
    session.add(competitor)
    await session.flush()
    return competitor


async def change_competitor(
    session: AsyncSession, competitor_id: UUID, patch: CompetitorPatch, *, version: int
) -> Competitor:
    competitor = await load(session, Competitor, competitor_id, version=version)
    set_fields(competitor, patch.changes())
    await session.flush()
    return competitor


async def act_on_competitor(session: AsyncSession, competitor_id: UUID, action: str, *, version: int) -> Competitor:
    """Retire or revive."""
    competitor = await load(session, Competitor, competitor_id, version=version)
    competitor.act(action)
    await session.flush()
    return competitor


async def note_rivalry(session: AsyncSession, wish: RivalryIn) -> Rivalry:
    """A competitor is in an opportunity. Raises `CompetitorIsRetired`, `OpportunityIsClosed`."""
    await open_opportunity(session, wish.opportunity_id)
    (await find(session, Competitor, wish.competitor_id)).refuse_if_retired()
    rivalry = Rivalry(**_columns(wish.model_dump()))
    session.add(rivalry)
    await session.flush()
    return rivalry


async def change_rivalry(session: AsyncSession, rivalry_id: UUID, patch: RivalryPatch, *, version: int) -> Rivalry:
    rivalry = await load(session, Rivalry, rivalry_id, version=version)
    await open_opportunity(session, rivalry.opportunity_id)
    set_fields(rivalry, _columns(patch.model_dump(include=patch.model_fields_set)))
    await session.flush()
    return rivalry


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    """A price as the amount and currency that the row keeps."""
    if "expected_price" not in values:
        return values
    price = values["expected_price"] or {"amount": None, "currency": None}
    return {**values, "expected_price": price["amount"], "expected_price_currency": price["currency"]}
