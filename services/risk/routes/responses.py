"""Responses: what is done about risks."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.risk.commands import responses as commands
from services.risk.models.responses import RiskResponse
from services.risk.queries.register import responses_shown
from services.risk.schemas.responses import ResponseIn, ResponseOut, ResponsePatch, ResponseQuery
from services.risk.schemas.risks import Note
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/responses", tags=["risk"], route_class=Route)

Reader = Annotated[Principal, may("responses:read")]
Writer = Annotated[Principal, may("responses:write")]


@router.post("", status_code=201, operation_id="planResponse")
async def plan_response(wish: ResponseIn, session: Session, caller: Writer) -> ResponseOut:
    """Plan a measure about a risk: preventive, contingency or control. What it leaves of the risk counts at once."""
    return await _shown(session, await commands.record_response(session, wish), caller)


@router.get("", operation_id="listResponses")
async def list_responses(
    query: Annotated[ResponseQuery, Query()], session: Session, caller: Reader
) -> Page[ResponseOut]:
    """Measures, newest first, each with what it is worth beside the others of its risk."""
    rows: Slice[RiskResponse] = await paginate(session, RiskResponse, query)
    return Page(items=await responses_shown(session, rows.items, caller), next_cursor=rows.next_cursor)


@router.get("/{response_id}", operation_id="getResponse")
async def get_response(response_id: UUID, session: Session, caller: Reader) -> ResponseOut:
    """One measure with its effect and its return: (expected value before - after - of secondary risks) / cost."""
    return await _shown(session, await find(session, RiskResponse, response_id), caller)


@router.patch("/{response_id}", operation_id="changeResponse")
async def change_response(
    response_id: UUID, patch: ResponsePatch, session: Session, seen: SeenVersion, caller: Writer
) -> ResponseOut:
    """Change what is sent (JSON merge patch). What a person decides, no newer baseline overwrites."""
    return await _shown(session, await commands.change_response(session, response_id, patch, version=seen), caller)


@router.post("/{response_id}/start", operation_id="startResponse")
async def start_response(response_id: UUID, session: Session, seen: SeenVersion, caller: Writer) -> ResponseOut:
    """Somebody is at it."""
    return await _moved(session, response_id, "start", seen, caller)


@router.post("/{response_id}/implement", operation_id="implementResponse")
async def implement_response(response_id: UUID, session: Session, seen: SeenVersion, caller: Writer) -> ResponseOut:
    """It is in place: from now on it is in the current assessment of the risk."""
    return await _moved(session, response_id, "implement", seen, caller)


@router.post("/{response_id}/cancel", operation_id="cancelResponse")
async def cancel_response(
    response_id: UUID, note: Note, session: Session, seen: SeenVersion, caller: Writer
) -> ResponseOut:
    """It is not carried out: neither its cost nor its effect counts, whatever newer baselines propose."""
    return await _moved(session, response_id, "cancel", seen, caller, note.reason)


@router.post("/{response_id}/resume", operation_id="resumeResponse")
async def resume_response(response_id: UUID, session: Session, seen: SeenVersion, caller: Writer) -> ResponseOut:
    """It is planned after all."""
    return await _moved(session, response_id, "resume", seen, caller)


async def _moved(
    session: Session, response_id: UUID, action: str, seen: int, caller: Principal, reason: str | None = None
) -> ResponseOut:
    row = await commands.move_response(session, response_id, action, version=seen, reason=reason)
    return await _shown(session, row, caller)


async def _shown(session: Session, row: RiskResponse, caller: Principal) -> ResponseOut:
    [answer] = await responses_shown(session, [row], caller)
    return answer
