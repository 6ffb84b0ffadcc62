"""Reserve draws: contingency that was used, or given back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.risk.commands import drawdown
from services.risk.models.draws import ReserveDraw
from services.risk.schemas.draws import DrawIn, DrawOut, DrawQuery
from services.risk.schemas.risks import Note
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, page_as, paginate

router = APIRouter(prefix="/v1/reserve-draws", tags=["risk"], route_class=Route)

Reader = Annotated[Principal, may("reserve-draws:read")]
Writer = Annotated[Principal, may("reserve-draws:write")]


@router.post("", status_code=201, operation_id="drawReserve")
async def draw_reserve(wish: DrawIn, session: Session, caller: Writer) -> DrawOut:
    """Record contingency that was used for a risk that happened, or for more work than was estimated."""
    return DrawOut.of(await drawdown.draw_reserve(session, wish), caller)


@router.get("", operation_id="listReserveDraws")
async def list_reserve_draws(query: Annotated[DrawQuery, Query()], session: Session, caller: Reader) -> Page[DrawOut]:
    """Draws, newest first; what is left is in `GET /v1/risk-budgets/{id}/reserve`."""
    return page_as(DrawOut, await paginate(session, ReserveDraw, query), caller)


@router.get("/{draw_id}", operation_id="getReserveDraw")
async def get_reserve_draw(draw_id: UUID, session: Session, caller: Reader) -> DrawOut:
    """One draw."""
    return DrawOut.of(await find(session, ReserveDraw, draw_id), caller)


@router.post("/{draw_id}/void", operation_id="voidReserveDraw")
async def void_reserve_draw(draw_id: UUID, note: Note, session: Session, seen: SeenVersion, caller: Writer) -> DrawOut:
    """It was a mistake: what it took is there again."""
    return DrawOut.of(await drawdown.void_draw(session, draw_id, note.reason, version=seen), caller)
