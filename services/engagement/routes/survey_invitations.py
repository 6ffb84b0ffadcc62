"""Survey invitations: a survey sent to one person by a signed link that is good for one answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.engagement.commands import surveys as commands
from services.engagement.commands.shipped import install_surveys
from services.engagement.models.surveys import Survey, SurveyInvitation
from services.engagement.queries import surveys as queries
from services.engagement.schemas.surveys import (
    SurveyAnsweredOut,
    SurveyAnswersIn,
    SurveyFormOut,
    SurveyInvitationIn,
    SurveyInvitationItem,
    SurveyInvitationMade,
    SurveyInvitationOut,
    SurveyInvitationQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.links import own_link
from shared.kernel.pages import Page, page_of, paginate
from shared.language.forms import title_of

router = APIRouter(prefix="/v1/survey-invitations", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("survey-invitations:read")]
Writer = Annotated[Principal, may("survey-invitations:write")]
Holder = Annotated[Principal, may("survey-invitations:answer")]


@router.post("", status_code=201, response_model=SurveyInvitationMade, operation_id="inviteToSurvey")
async def invite(wish: SurveyInvitationIn, session: Session, _caller: Writer) -> dict[str, Any]:
    """Make a link to a published survey. The answer shows it, once: send it to the recipient."""
    await install_surveys(session)
    invitation, link = await commands.invite(session, wish)
    return {**SurveyInvitationOut.model_validate(invitation).model_dump(), "link": link}


@router.get("", operation_id="listSurveyInvitations")
async def list_invitations(
    query: Annotated[SurveyInvitationQuery, Query()], session: Session, _caller: Reader
) -> Page[SurveyInvitationItem] | Page[SurveyInvitationOut]:
    """Survey invitations, newest first."""
    return page_of(query, await paginate(session, SurveyInvitation, query), SurveyInvitationItem, SurveyInvitationOut)


@router.get("/{invitation_id}", response_model=SurveyInvitationOut, operation_id="getSurveyInvitation")
async def get_invitation(invitation_id: UUID, session: Session, _caller: Reader) -> SurveyInvitation:
    """One invitation, with its answers."""
    return await find(session, SurveyInvitation, invitation_id)


@router.post("/{invitation_id}/withdraw", response_model=SurveyInvitationOut, operation_id="withdrawSurveyInvitation")
async def withdraw(invitation_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> SurveyInvitation:
    """Close the link; nothing can be answered by it any more."""
    return await commands.withdraw_invitation(session, invitation_id, version=seen)


@router.get("/{invitation_id}/form", response_model=SurveyFormOut, operation_id="getSurveyForm")
async def get_form(invitation_id: UUID, session: Session, caller: Holder) -> dict[str, Any]:
    """What the page behind the link shows. For the holder of the link only."""
    own_link(caller, invitation_id)
    invitation = await find(session, SurveyInvitation, invitation_id)
    if invitation.answered_at is None:
        invitation.refuse_unless_open()
    survey = await find(session, Survey, invitation.survey_id)
    return {
        "id": invitation.id,
        "title": survey.title_zh if invitation.language == "zh" else survey.title,
        "introduction": title_of(survey.form.get("description"), invitation.language) or None,
        "language": invitation.language,
        "form": survey.form,
        **await queries.head_of_page(session, invitation),
        "answered_at": invitation.answered_at,
        "expires_at": invitation.expires_at,
    }


@router.post("/{invitation_id}/answers", response_model=SurveyAnsweredOut, operation_id="answerSurvey")
async def answer(invitation_id: UUID, sent: SurveyAnswersIn, session: Session, caller: Holder) -> SurveyInvitation:
    """Take the answers, once. For the holder of the link only."""
    own_link(caller, invitation_id)
    return await commands.take_answers(session, invitation_id, sent.answers)
