"""Pursuits: what opportunities may bring against what it still costs to get them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.risk.commands import pursuits
from services.risk.models.pursuits import Pursuit
from services.risk.schemas.pursuits import PlanIn, PursuitOut, PursuitQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, page_as, paginate

router = APIRouter(prefix="/v1/pursuits", tags=["risk"], route_class=Route)

Reader = Annotated[Principal, may("pursuits:read")]


@router.get("", operation_id="listPursuits")
async def list_pursuits(query: Annotated[PursuitQuery, Query()], session: Session, caller: Reader) -> Page[PursuitOut]:
    """Pursuits, newest first; `status=negative` shows those that no longer pay."""
    return page_as(PursuitOut, await paginate(session, Pursuit, query), caller)


@router.get("/{pursuit_id}", operation_id="getPursuit")
async def get_pursuit(pursuit_id: UUID, session: Session, caller: Reader) -> PursuitOut:
    """One pursuit: win probability x expected margin against what it still costs."""
    return PursuitOut.of(await find(session, Pursuit, pursuit_id), caller)


@router.post("/{pursuit_id}/plan", operation_id="planPursuit")
async def plan_pursuit(
    pursuit_id: UUID,
    wish: PlanIn,
    session: Session,
    seen: SeenVersion,
    caller: Annotated[Principal, may("pursuits:write")],
) -> PursuitOut:
    """Say what the rest of the pursuit will cost, or what margin is expected in place of the price's."""
    return PursuitOut.of(await pursuits.plan_pursuit(session, pursuit_id, wish, version=seen), caller)
