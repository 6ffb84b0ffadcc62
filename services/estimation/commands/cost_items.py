"""Cost items of an opportunity: recorded by persons; the next revision of its estimate follows by itself."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation.commands.staleness import ITEMS, mark_own
from services.estimation.models.cost_items import CostItem
from services.estimation.queries import inputs
from services.estimation.schemas.cost_items import CostItemIn, CostItemPatch
from shared.kernel.base import set_fields
from shared.kernel.db import find, load
from shared.kernel.validation import whole


async def record_cost_items(session: AsyncSession, wishes: Sequence[CostItemIn]) -> list[CostItem]:
    """Record items, all or none. Raises `NotFound` for an opportunity that nobody has heard of."""
    rows = [CostItem(**_columns(wish)) for wish in wishes]
    for opportunity_id in dict.fromkeys(wish.opportunity_id for wish in wishes):
        await inputs.known_opportunity(session, opportunity_id)
    session.add_all(rows)
    for opportunity_id in dict.fromkeys(wish.opportunity_id for wish in wishes):
        await mark_own(session, opportunity_id, ITEMS)
    return rows


async def change_cost_item(session: AsyncSession, key: UUID, patch: CostItemPatch, *, version: int) -> CostItem:
    """Change what is sent, keep the rest."""
    row = await load(session, CostItem, key, version=version)
    before = {name: getattr(row, name) for name in CostItemIn.model_fields if name != "unit_cost"}
    before["unit_cost"] = {"amount": row.unit_cost, "currency": row.currency}
    set_fields(row, _columns(whole(CostItemIn, {**before, **patch.model_dump(exclude_unset=True)})))
    await mark_own(session, row.opportunity_id, ITEMS)
    return row


async def delete_cost_item(session: AsyncSession, key: UUID, *, version: int) -> None:
    opportunity_id = (await find(session, CostItem, key)).opportunity_id
    await session.delete(await load(session, CostItem, key, version=version))
    await mark_own(session, opportunity_id, ITEMS)


def _columns(wish: CostItemIn) -> dict[str, Any]:
    money = {"unit_cost": wish.unit_cost.amount, "currency": wish.unit_cost.currency}
    return {**wish.model_dump(exclude={"unit_cost"}), **money, "name_zh": wish.name_zh or wish.name}
