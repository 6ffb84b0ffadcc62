"""Clarifications 答疑: questions between the client and us."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.engagement.commands import clarifications as commands
from services.engagement.models.clarifications import Clarification
from services.engagement.queries import clarifications as queries
from services.engagement.schemas.clarifications import (
    AcceptIn,
    AnswerIn,
    ClarificationIn,
    ClarificationOut,
    ClarificationPatch,
    ClarificationQuery,
)
from services.engagement.schemas.commitments import ReasonIn
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page

router = APIRouter(prefix="/v1/clarifications", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("clarifications:read")]
Writer = Annotated[Principal, may("clarifications:write")]
Owner = Annotated[Principal, may("clarifications:own")]


@router.post("", status_code=201, operation_id="draftClarification")
async def draft_clarification(wish: ClarificationIn, session: Session, _caller: Writer) -> ClarificationOut:
    """Write a question down: what is unclear, which requirements it matters to, who owes the answer and until when."""
    return await _shown(session, await commands.draft_clarification(session, wish))


@router.get("", operation_id="listClarifications")
async def list_clarifications(
    query: Annotated[ClarificationQuery, Query()], session: Session, _caller: Reader
) -> Page[ClarificationOut]:
    """Clarifications, newest first; `q` looks for words in code, question, context and answer."""
    return await queries.clarifications(session, query)


@router.get("/{clarification_id}", operation_id="getClarification")
async def get_clarification(clarification_id: UUID, session: Session, _caller: Reader) -> ClarificationOut:
    """One clarification."""
    return await _shown(session, await find(session, Clarification, clarification_id))


@router.patch("/{clarification_id}", operation_id="changeClarification")
async def change_clarification(
    clarification_id: UUID, patch: ClarificationPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> ClarificationOut:
    """Change one that is not settled (JSON merge patch)."""
    return await _shown(session, await commands.change_clarification(session, clarification_id, patch, version=seen))


@router.post("/{clarification_id}/ask", operation_id="askClarification")
async def ask_clarification(
    clarification_id: UUID, session: Session, seen: SeenVersion, _caller: Writer
) -> ClarificationOut:
    """The question is asked. What we owe runs on a response clock; what the client owes lets `holds_up` stand."""
    return await _shown(session, await commands.ask(session, clarification_id, version=seen))


@router.post("/{clarification_id}/answer", operation_id="answerClarification")
async def answer_clarification(
    clarification_id: UUID, wish: AnswerIn, session: Session, seen: SeenVersion, _caller: Owner
) -> ClarificationOut:
    """Record the answer; the response clock stops at `answered_at`."""
    return await _shown(session, await commands.answer(session, clarification_id, wish, version=seen))


@router.post("/{clarification_id}/accept", operation_id="acceptClarification")
async def accept_clarification(
    clarification_id: UUID, session: Session, seen: SeenVersion, _caller: Writer, wish: AcceptIn | None = None
) -> ClarificationOut:
    """The answer settles the question; each of `needs` becomes a requirement or a change request."""
    return await _shown(session, await commands.accept(session, clarification_id, wish or AcceptIn(), version=seen))


@router.post("/{clarification_id}/reopen", operation_id="reopenClarification")
async def reopen_clarification(
    clarification_id: UUID, why: ReasonIn, session: Session, seen: SeenVersion, _caller: Writer
) -> ClarificationOut:
    """The answer does not do, or does no longer: it is owed again."""
    return await _shown(session, await commands.reopen(session, clarification_id, why.reason, version=seen))


@router.post("/{clarification_id}/withdraw", operation_id="withdrawClarification")
async def withdraw_clarification(
    clarification_id: UUID, why: ReasonIn, session: Session, seen: SeenVersion, _caller: Writer
) -> ClarificationOut:
    """Nobody needs the answer any more."""
    return await _shown(session, await commands.withdraw(session, clarification_id, why.reason, version=seen))


@router.post("/{clarification_id}/review", operation_id="reviewClarification")
async def review_clarification(
    clarification_id: UUID, session: Session, seen: SeenVersion, _caller: Writer
) -> ClarificationOut:
    """The linked requirements changed and the answer still holds: takes the suspect mark away."""
    return await _shown(session, await commands.review(session, clarification_id, version=seen))


async def _shown(session: Session, clarification: Clarification) -> ClarificationOut:
    [answer] = await queries.shown(session, [clarification])
    return answer
