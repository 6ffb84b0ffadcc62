"""Invitations: a questionnaire sent to somebody by link, and the page behind the link."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.requirements.commands import discovery
from services.requirements.models.discovery import Invitation, Questionnaire
from services.requirements.queries import guards, lists
from services.requirements.schemas.discovery import (
    AnsweredOut,
    AnswersIn,
    FormOut,
    InvitationIn,
    InvitationItem,
    InvitationMade,
    InvitationOut,
    InvitationQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.links import own_link
from shared.kernel.pages import Page, page_of

router = APIRouter(prefix="/v1/invitations", tags=["requirements"], route_class=Route)

Holder = Annotated[Principal, may("invitations:answer")]
Reader = Annotated[Principal, may("invitations:read")]
Writer = Annotated[Principal, may("invitations:write")]


@router.post("", status_code=201, response_model=InvitationMade, operation_id="inviteToQuestionnaire")
async def invite(wish: InvitationIn, session: Session, _caller: Writer) -> dict[str, Any]:
    """Make a signed link to a published questionnaire. The answer shows the link, once: send it to the recipient."""
    invitation, link = await discovery.invite(session, wish)
    return {**InvitationOut.model_validate(invitation).model_dump(), "link": link}


@router.get("", operation_id="listInvitations")
async def list_invitations(
    query: Annotated[InvitationQuery, Query()], session: Session, _caller: Reader
) -> Page[InvitationItem] | Page[InvitationOut]:
    """Invitations, newest first; `state` is sent, answered or withdrawn.

    `has_unmapped_answers=true` lists those where the client said something that its question makes into nothing.
    """
    return page_of(
        query, await guards.page(session, Invitation, query, lists.invitations(query)), InvitationItem, InvitationOut
    )


@router.get("/{invitation_id}", response_model=InvitationOut, operation_id="getInvitation")
async def get_invitation(invitation_id: UUID, session: Session, _caller: Reader) -> Invitation:
    """One invitation, with its answers and what they became."""
    return await guards.one(session, Invitation, invitation_id)


@router.post("/{invitation_id}/withdraw", response_model=InvitationOut, operation_id="withdrawInvitation")
async def withdraw_invitation(invitation_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Invitation:
    """Close the link; nothing can be answered by it any more."""
    return await discovery.withdraw_invitation(session, invitation_id, version=seen)


@router.get("/{invitation_id}/form", response_model=FormOut, operation_id="getInvitationForm")
async def get_form(invitation_id: UUID, session: Session, caller: Holder) -> dict[str, Any]:
    """What the page behind the link shows. For the holder of the link only."""
    own_link(caller, invitation_id)
    invitation = await find(session, Invitation, invitation_id)
    if invitation.answered_at is None:
        invitation.refuse_unless_open()
    questionnaire = await find(session, Questionnaire, invitation.questionnaire_id)
    is_zh = invitation.language == "zh"
    return {
        "id": invitation.id,
        "title": questionnaire.title_zh if is_zh else questionnaire.title,
        "introduction": questionnaire.introduction(invitation.language),
        "language": invitation.language,
        "form": questionnaire.form,
        **await discovery.head_of_page(session, invitation),
        "answered_at": invitation.answered_at,
        "expires_at": invitation.expires_at,
    }


@router.post("/{invitation_id}/answers", response_model=AnsweredOut, operation_id="answerInvitation")
async def answer(invitation_id: UUID, sent: AnswersIn, session: Session, caller: Holder) -> dict[str, Any]:
    """Take the answers, once. They become draft requirements, pains … with the client's words as their source."""
    own_link(caller, invitation_id)
    invitation = await discovery.take_answers(session, invitation_id, sent.answers)
    return {"answered_at": invitation.answered_at}
