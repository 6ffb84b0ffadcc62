"""Cost items: what an opportunity costs beside labour."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.estimation.commands import cost_items
from services.estimation.models.cost_items import CostItem
from services.estimation.schemas.cost_items import (
    CostItemIn,
    CostItemOut,
    CostItemPatch,
    CostItemQuery,
    CostItemsIn,
    CostItemsOut,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, page_as, paginate

router = APIRouter(prefix="/v1/cost-items", tags=["estimation"], route_class=Route)

Reader = Annotated[Principal, may("cost:read")]
Writer = Annotated[Principal, may("cost-items:write")]


@router.post("", status_code=201, operation_id="recordCostItem")
async def record_cost_item(wish: CostItemIn, session: Session, _caller: Writer) -> CostItemOut:
    """Record a cost of an opportunity. Its estimate is outdated at once and computed again a moment later."""
    [row] = await cost_items.record_cost_items(session, [wish])
    return CostItemOut.of(row)


@router.get("", operation_id="listCostItems")
async def list_cost_items(
    query: Annotated[CostItemQuery, Query()], session: Session, _caller: Reader
) -> Page[CostItemOut]:
    """Items that persons recorded, newest first. They are internal cost: `cost:read` is needed."""
    return page_as(CostItemOut, await paginate(session, CostItem, query))


@router.get("/{cost_item_id}", operation_id="getCostItem")
async def get_cost_item(cost_item_id: UUID, session: Session, _caller: Reader) -> CostItemOut:
    """One item."""
    return CostItemOut.of(await find(session, CostItem, cost_item_id))


@router.patch("/{cost_item_id}", operation_id="changeCostItem")
async def change_cost_item(
    cost_item_id: UUID, patch: CostItemPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> CostItemOut:
    """Change what is sent, keep the rest (JSON merge patch); the next revision of the estimate follows."""
    return CostItemOut.of(await cost_items.change_cost_item(session, cost_item_id, patch, version=seen))


@router.delete("/{cost_item_id}", status_code=204, operation_id="deleteCostItem")
async def delete_cost_item(cost_item_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> None:
    """Delete an item; the next revision of the estimate follows."""
    await cost_items.delete_cost_item(session, cost_item_id, version=seen)


batch = APIRouter(prefix="/v1", tags=["estimation"], route_class=Route)


@batch.post("/cost-items:batch", status_code=201, operation_id="recordCostItems")
async def record_cost_items(wish: CostItemsIn, session: Session, _caller: Writer) -> CostItemsOut:
    """Record several at once, all or none; they make one revision."""
    rows = await cost_items.record_cost_items(session, wish.items)
    return CostItemsOut(items=[CostItemOut.of(row) for row in rows])
