"""Response clocks: how long somebody has waited for our answer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.engagement.commands import response_clocks as commands
from services.engagement.models.response_clocks import ResponseClock
from services.engagement.queries import response_clocks as queries
from services.engagement.schemas.response_clocks import PauseIn, ResponseClockOut, ResponseClockQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page

router = APIRouter(prefix="/v1/response-clocks", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("response-clocks:read")]
Writer = Annotated[Principal, may("response-clocks:write")]


@router.get("", operation_id="listResponseClocks")
async def list_response_clocks(
    query: Annotated[ResponseClockQuery, Query()], session: Session, _caller: Reader
) -> Page[ResponseClockOut]:
    """Clocks as they show now; `sort=due_at` puts the most urgent first, those that stand last."""
    return await queries.clocks(session, query)


@router.get("/{clock_id}", operation_id="getResponseClock")
async def get_response_clock(clock_id: UUID, session: Session, _caller: Reader) -> ResponseClockOut:
    """One clock as it shows now."""
    return await _shown(session, await find(session, ResponseClock, clock_id))


@router.post("/{clock_id}/pause", operation_id="pauseResponseClock")
async def pause_response_clock(
    clock_id: UUID, pause: PauseIn, session: Session, seen: SeenVersion, _caller: Writer
) -> ResponseClockOut:
    """The client owes us something first: the clock stands until it is resumed."""
    return await _shown(session, await commands.pause_one(session, clock_id, pause.reason, version=seen))


@router.post("/{clock_id}/resume", operation_id="resumeResponseClock")
async def resume_response_clock(
    clock_id: UUID, session: Session, seen: SeenVersion, _caller: Writer
) -> ResponseClockOut:
    """The client has given what it owed: the clock runs on and is due later by the working time that it stood."""
    return await _shown(session, await commands.resume_one(session, clock_id, version=seen))


async def _shown(session: Session, clock: ResponseClock) -> ResponseClockOut:
    [answer] = await queries.shown(session, [clock])
    return answer
