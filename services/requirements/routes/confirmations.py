"""Confirmations: the client says by link whether we understood."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.requirements.commands import confirmations, discovery
from services.requirements.models.interviews import Confirmation
from services.requirements.queries import guards, lists
from services.requirements.schemas.discovery import AnsweredOut, AnswersIn, FormOut
from services.requirements.schemas.interviews import (
    ConfirmationIn,
    ConfirmationMade,
    ConfirmationOut,
    ConfirmationQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.links import own_link
from shared.kernel.pages import Page, Slice

router = APIRouter(prefix="/v1/confirmations", tags=["requirements"], route_class=Route)

Reader = Annotated[Principal, may("confirmations:read")]
Writer = Annotated[Principal, may("confirmations:write")]
Client = Annotated[Principal, may("confirmations:answer")]
_TITLES = {"zh": "请确认需求", "en": "Please confirm what you need"}
_INTRODUCTIONS = {
    "zh": "以下是我们对贵方需求的理解。请逐条确认，或说明需要修改之处。",
    "en": "This is how we understood what you need. Please confirm each one, or say what is to be changed.",
}


@router.post("", status_code=201, response_model=ConfirmationMade, operation_id="askForConfirmation")
async def ask_for_confirmation(wish: ConfirmationIn, session: Session, _caller: Writer) -> dict[str, Any]:
    """Put requirements before the client. The answer shows the signed link, once: send it to the recipient."""
    confirmation, link = await confirmations.ask_for_confirmation(session, wish)
    return {**ConfirmationOut.model_validate(confirmation).model_dump(), "link": link}


@router.get("", response_model=Page[ConfirmationOut], operation_id="listConfirmations")
async def list_confirmations(
    query: Annotated[ConfirmationQuery, Query()], session: Session, _caller: Reader
) -> Slice[Confirmation]:
    """Confirmations, newest first; `state` is sent, answered or withdrawn.

    `has_untaken=true` lists those where the client confirmed wording that was no longer the current one.
    """
    return await guards.page(session, Confirmation, query, lists.confirmations(query))


@router.get("/{confirmation_id}", response_model=ConfirmationOut, operation_id="getConfirmation")
async def get_confirmation(confirmation_id: UUID, session: Session, _caller: Reader) -> Confirmation:
    """One confirmation, with what the client said to each requirement."""
    return await guards.one(session, Confirmation, confirmation_id)


@router.post("/{confirmation_id}/withdraw", response_model=ConfirmationOut, operation_id="withdrawConfirmation")
async def withdraw_confirmation(
    confirmation_id: UUID, session: Session, seen: SeenVersion, _caller: Writer
) -> Confirmation:
    """Close the link; nothing can be answered by it any more."""
    return await confirmations.withdraw_confirmation(session, confirmation_id, version=seen)


@router.get("/{confirmation_id}/form", response_model=FormOut, operation_id="getConfirmationForm")
async def get_form(confirmation_id: UUID, session: Session, caller: Client) -> dict[str, Any]:
    """What the page behind the link shows. For the holder of the link only."""
    own_link(caller, confirmation_id)
    confirmation = await find(session, Confirmation, confirmation_id)
    if confirmation.answered_at is None:
        confirmation.refuse_unless_open()
    return {
        "id": confirmation.id,
        "title": _TITLES[confirmation.language],
        "introduction": _INTRODUCTIONS[confirmation.language],
        "language": confirmation.language,
        "form": confirmations.form_of(confirmation),
        **await discovery.head_of_page(session, confirmation),
        "answered_at": confirmation.answered_at,
        "expires_at": confirmation.expires_at,
    }


@router.post("/{confirmation_id}/answers", response_model=AnsweredOut, operation_id="answerConfirmation")
async def answer(confirmation_id: UUID, sent: AnswersIn, session: Session, caller: Client) -> dict[str, Any]:
    """Take the client's answer, once: what is confirmed is agreed, what is to be changed goes back to us."""
    own_link(caller, confirmation_id)
    confirmation = await confirmations.take_answer(session, confirmation_id, sent.answers)
    return {"answered_at": confirmation.answered_at}
