"""What changes surveys and their invitations."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.commitments import follow_up
from services.engagement.commands.publishing_support import (
    publish_answered_survey,
    publish_request,
    publish_sent_survey,
)
from services.engagement.models.contacts import Contact
from services.engagement.models.projections import KnownOpportunity, UnknownOpportunity
from services.engagement.models.support import SupportRequest
from services.engagement.models.surveys import Survey, SurveyInvitation, SurveyKind
from services.engagement.queries.projections import find_opportunity, opportunities_by_id, refuse_foreign
from services.engagement.queries.surveys import verbatims
from services.engagement.schemas.surveys import (
    SUBJECTS,
    Addressed,
    FeedbackIn,
    SurveyIn,
    SurveyInvitationIn,
    SurveyPatch,
)
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.kernel.db import find, load
from shared.kernel.links import make_link
from shared.kernel.problems import FieldError, Invalid
from shared.language.do_not_contact import refuse_to_reach
from shared.language.form_answers import answers_schema, check_answers
from shared.language.forms import check_form
from shared.language.roster import first_active

COLLECTION = "survey-invitations"
_USUAL_DAYS = 14
_SCALES = {SurveyKind.CSAT: list(range(1, 6)), SurveyKind.NPS: list(range(11))}


async def draft_survey(session: AsyncSession, wish: SurveyIn) -> Survey:
    """The next version of a survey. Raises `Invalid`, naming what cannot be asked."""
    _refuse_wrong_form(wish.kind, wish.form)
    last = await session.scalar(sa.select(sa.func.max(Survey.number)).where(Survey.key == wish.key))
    survey = Survey(**wish.model_dump(), number=(last or 0) + 1, status="draft", is_shipped=False)
    session.add(survey)
    await session.flush()
    return survey


async def change_survey(session: AsyncSession, survey_id: UUID, patch: SurveyPatch, *, version: int) -> Survey:
    """Raises `SurveyIsNotDraft`, `Invalid`."""
    survey = await load(session, Survey, survey_id, version=version)
    survey.refuse_unless_draft()
    changes = patch.changes()
    if "form" in changes:
        _refuse_wrong_form(survey.kind, patch.form)
    set_fields(survey, changes)
    await session.flush()
    return survey


async def move_survey(session: AsyncSession, survey_id: UUID, action: str, *, version: int) -> Survey:
    """Publish or retire; links that were sent before can still be answered."""
    survey = await load(session, Survey, survey_id, version=version)
    survey.status = survey.machine.next(survey.status, action)
    if action == "publish":
        survey.published_at = now()
    await session.flush()
    return survey


async def invite(session: AsyncSession, wish: SurveyInvitationIn) -> tuple[SurveyInvitation, str]:
    """Make a link, also after the opportunity is closed: that is when one asks why. Returns it, once.

    Raises `SurveyNotPublished`, `MustNotBeContacted`, `UnknownOpportunity`, `NotOfThisOpportunity`.
    """
    survey = await find(session, Survey, wish.survey_id)
    survey.refuse_unless_published()
    invitation = await _addressed(session, wish)
    await refuse_to_reach(
        session,
        invitation.opportunity_id,
        invitation.recipient_name,
        invitation.recipient_mail,
        contact_id=invitation.contact_id,
    )
    expires_at = wish.expires_at or now() + timedelta(days=_USUAL_DAYS)
    invitation.survey_id, invitation.expires_at = survey.id, expires_at
    invitation.origin, invitation.state = "link", "sent"
    session.add(invitation)
    await publish_sent_survey(session, survey, invitation)
    return invitation, make_link(session, COLLECTION, invitation.id, expires_at, invitation.language)


async def withdraw_invitation(session: AsyncSession, invitation_id: UUID, *, version: int) -> SurveyInvitation:
    """Close a link that nobody answered."""
    invitation = await load(session, SurveyInvitation, invitation_id, version=version)
    invitation.state = invitation.machine.next(invitation.status, "withdraw")
    await session.flush()
    return invitation


async def take_answers(session: AsyncSession, invitation_id: UUID, answers: Mapping[str, Any]) -> SurveyInvitation:
    """Take the client's answers, once. Raises `Invalid`, `AlreadyAnswered`, `LinkNotOpen`."""
    invitation = await load(session, SurveyInvitation, invitation_id)
    invitation.refuse_unless_open()
    survey = await find(session, Survey, invitation.survey_id)
    return await _keep(session, survey, invitation, answers, now())


async def record_feedback(session: AsyncSession, survey_id: UUID, wish: FeedbackIn) -> SurveyInvitation:
    """Write down answers that came without a link. Raises `Invalid`, `SurveyNotPublished`."""
    survey = await find(session, Survey, survey_id)
    survey.refuse_unless_published()
    invitation = await _addressed(session, wish)
    invitation.survey_id, invitation.origin = survey.id, "recorded"
    session.add(invitation)
    return await _keep(session, survey, invitation, wish.answers, wish.answered_at or now())


async def _keep(
    session: AsyncSession, survey: Survey, invitation: SurveyInvitation, answers: Mapping[str, Any], at: datetime
) -> SurveyInvitation:
    errors = check_answers(survey.form, answers)
    if errors:
        raise Invalid(errors)
    score = answers.get("score")
    invitation.state, invitation.answered_at, invitation.answers = "answered", at, dict(answers)
    invitation.score = score if isinstance(score, int) and not isinstance(score, bool) else None
    words = [text for _, text in verbatims(survey, invitation)]
    await publish_answered_survey(session, survey, invitation, words)
    await _act_upon(session, survey, invitation, " ".join(words))
    return invitation


async def _act_upon(session: AsyncSession, survey: Survey, invitation: SurveyInvitation, words: str) -> None:
    """A mark on a support request rates it; a bad mark on anything is somebody's to look into."""
    request = None
    if invitation.support_request_id:
        request = await load(session, SupportRequest, invitation.support_request_id)
    score = invitation.score if survey.kind == SurveyKind.CSAT else None
    if request and score and request.rate_by_client(score, words or None, invitation.answered_at or now()):
        await publish_request(session, request)
    if survey.is_bad(invitation.score):
        opportunity = await find_opportunity(session, invitation.opportunity_id)
        candidates = (request.assignee, request.requester) if request else ()
        responsible = opportunity.owner if opportunity else None
        active = await first_active(session, *candidates, responsible, invitation.created_by)
        owner = active or invitation.created_by
        await follow_up(session, invitation, owner, _dissatisfied(survey, invitation, request, opportunity, words))


def _dissatisfied(
    survey: Survey,
    invitation: SurveyInvitation,
    request: SupportRequest | None,
    opportunity: KnownOpportunity | None,
    words: str,
) -> str:
    """What is to be looked into, in the language of the opportunity."""
    highest = _SCALES[SurveyKind(survey.kind)][-1]
    about = f"{request.code} " if request else ""
    if (opportunity and opportunity.language) == "en":
        said = f"{about}Dissatisfied client: {invitation.recipient_name} gave {invitation.score} of {highest}"
        return f"{said}. {words}" if words else said
    said = f"{about}客户不满意：{invitation.recipient_name}评分 {invitation.score}（满分 {highest}）"
    return f"{said}。{words}" if words else said


async def _addressed(session: AsyncSession, wish: Addressed) -> SurveyInvitation:
    """An invitation to whom it is for; what is not said is the contact's or the opportunity's."""
    deal: KnownOpportunity | None = (await opportunities_by_id(session, [wish.opportunity_id])).get(wish.opportunity_id)
    if deal is None:
        raise UnknownOpportunity(id=wish.opportunity_id)
    await refuse_foreign(session, wish.opportunity_id, wish.model_dump())
    contact = await _contact(session, wish)
    return SurveyInvitation(
        opportunity_id=wish.opportunity_id,
        **{name: getattr(wish, name) for name in SUBJECTS},
        contact_id=contact.id if contact else None,
        recipient_name=wish.recipient_name or (contact.name if contact else ""),
        recipient_mail=wish.recipient_mail or (contact.mail if contact else None),
        language=wish.language or (contact.language if contact else deal.language) or "zh",
    )


async def _contact(session: AsyncSession, wish: Addressed) -> Contact | None:
    """Whoever is named, or has that mail address: who wants to be left alone is not reached by the address either."""
    if wish.contact_id:
        return await find(session, Contact, wish.contact_id)
    own = sa.select(Contact).where(Contact.opportunity_id == wish.opportunity_id, Contact.mail == wish.recipient_mail)
    return (await session.scalars(own)).one_or_none() if wish.recipient_mail else None


def _refuse_wrong_form(kind: str, form: Mapping[str, Any]) -> None:
    errors = [FieldError(f"/form{one.pointer}", one.code, one.en, one.zh) for one in check_form(form)]
    scale = _SCALES.get(SurveyKind(kind))
    if scale and not errors:
        schema = answers_schema(form)
        if schema["properties"].get("score", {}).get("enum") != scale or "score" not in schema["required"]:
            first, last = scale[0], scale[-1]
            en = f"needs a required rating named score from {first} to {last}"
            errors.append(
                FieldError("/form", "score_missing", en, f"须有名为 score 的必填评分题，范围 {first} 至 {last}")
            )
    if errors:
        raise Invalid(errors)
