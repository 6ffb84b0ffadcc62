"""Professional advice 专业建议: technical, on project management, on risk control."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.engagement.commands import advice as commands
from services.engagement.models.advice import Advice
from services.engagement.queries import advice as queries
from services.engagement.schemas.advice import AdviceIn, AdviceOut, AdvicePatch, AdviceQuery, DecisionIn
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page

router = APIRouter(prefix="/v1/advice", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("advice:read")]
Writer = Annotated[Principal, may("advice:write")]


@router.post("", status_code=201, operation_id="draftAdvice")
async def draft_advice(wish: AdviceIn, session: Session, _caller: Writer) -> AdviceOut:
    """Write down what we recommend, because of what, and which alternatives were weighed."""
    return await _shown(session, await commands.draft_advice(session, wish))


@router.get("", operation_id="listAdvice")
async def list_advice(query: Annotated[AdviceQuery, Query()], session: Session, _caller: Reader) -> Page[AdviceOut]:
    """Advice, newest first; `q` looks for words in all its texts."""
    return await queries.advice(session, query)


@router.get("/{advice_id}", operation_id="getAdvice")
async def get_advice(advice_id: UUID, session: Session, _caller: Reader) -> AdviceOut:
    """One piece of advice."""
    return await _shown(session, await find(session, Advice, advice_id))


@router.patch("/{advice_id}", operation_id="changeAdvice")
async def change_advice(
    advice_id: UUID, patch: AdvicePatch, session: Session, seen: SeenVersion, _caller: Writer
) -> AdviceOut:
    """Change a draft (JSON merge patch); what was given to the client stays."""
    return await _shown(session, await commands.change_advice(session, advice_id, patch, version=seen))


@router.post("/{advice_id}/give", operation_id="giveAdvice")
async def give_advice(advice_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> AdviceOut:
    """The client has it now."""
    return await _shown(session, await commands.give_advice(session, advice_id, version=seen))


@router.post("/{advice_id}/accept", operation_id="acceptAdvice")
async def accept_advice(
    advice_id: UUID, decision: DecisionIn, session: Session, seen: SeenVersion, _caller: Writer
) -> AdviceOut:
    """The client follows it."""
    return await _shown(session, await commands.decide_advice(session, advice_id, "accept", decision, version=seen))


@router.post("/{advice_id}/decline", operation_id="declineAdvice")
async def decline_advice(
    advice_id: UUID, decision: DecisionIn, session: Session, seen: SeenVersion, _caller: Writer
) -> AdviceOut:
    """The client does not follow it."""
    return await _shown(session, await commands.decide_advice(session, advice_id, "decline", decision, version=seen))


async def _shown(session: Session, advice: Advice) -> AdviceOut:
    [answer] = await queries.shown(session, [advice])
    return answer
