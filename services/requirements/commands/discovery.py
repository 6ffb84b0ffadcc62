"""Stakeholders, pains, questionnaires, and what the answers become."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands.records import load_in_open, own_currency, publish_moved
from services.requirements.commands.requirements import record_requirements
from services.requirements.domain.answers import BECOMES, Draft, drafts, options_of, unmapped
from services.requirements.domain.statements import heading
from services.requirements.models.discovery import Invitation, Pain, Questionnaire, Stakeholder
from services.requirements.models.interviews import Confirmation
from services.requirements.models.opportunities import Level, Opportunity
from services.requirements.models.requirements import Kind, Priority
from services.requirements.queries.opportunities import named_people
from services.requirements.schemas.discovery import (
    InvitationIn,
    PainIn,
    PainPatch,
    QuestionnaireIn,
    QuestionnairePatch,
    StakeholderIn,
    StakeholderPatch,
)
from services.requirements.schemas.requirements import RequirementIn, Source
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.kernel.db import find, load
from shared.kernel.events import NO_OPPORTUNITY
from shared.kernel.links import make_link
from shared.kernel.messaging import publish_of
from shared.kernel.problems import FieldError, Invalid
from shared.language.do_not_contact import refuse_to_reach
from shared.language.events.engagement import InteractionRecorded
from shared.language.events.requirements import OriginFacts
from shared.language.events.requirements.own import QuestionnaireRecorded
from shared.language.form_answers import check_answers
from shared.language.forms import check_form, placed
from shared.language.letterhead import letterhead

USUAL_DAYS = 14
"""How long a link is good for."""
_LISTS = {
    "objective": "objectives",
    "success_criterion": "success_criteria",
    "assumption": "assumptions",
    "in_scope": "in_scope",
}
_MEETINGS = {"meeting", "phone"}
_OPTIONS = {"becomes": BECOMES, "kind": tuple(Kind), "priority": tuple(Priority), "severity": tuple(Level)}
"""What may stand under `presales` in a question."""
_LONGEST_GROUP = 300


async def add_stakeholder(session: AsyncSession, wish: StakeholderIn) -> Stakeholder:
    (await find(session, Opportunity, wish.opportunity_id)).refuse_if_closed()
    stakeholder = Stakeholder(**wish.model_dump())
    session.add(stakeholder)
    await session.flush()
    return stakeholder


async def change_stakeholder(session: AsyncSession, key: UUID, patch: StakeholderPatch, *, version: int) -> Stakeholder:
    stakeholder = await load(session, Stakeholder, key, version=version)
    (await find(session, Opportunity, stakeholder.opportunity_id)).refuse_if_closed()
    set_fields(stakeholder, patch.model_dump(exclude_unset=True))
    await session.flush()
    return stakeholder


async def note_talk(session: AsyncSession, event: InteractionRecorded) -> None:
    """Stakeholders who are contacts that were met or telephoned with: a mail or chat is no meeting."""
    if event.channel not in _MEETINGS or not event.contact_ids:
        return
    present = sa.select(Stakeholder).where(
        Stakeholder.opportunity_id == event.opportunity_id, Stakeholder.contact_id.in_(event.contact_ids)
    )
    for person in await session.scalars(present.with_for_update()):
        person.meet(event.occurred_at)


async def add_pain(session: AsyncSession, wish: PainIn) -> Pain:
    """Raises `Invalid` for another currency than the opportunity's."""
    opportunity = await load(session, Opportunity, wish.opportunity_id)
    opportunity.refuse_if_closed()
    pain = Pain(opportunity_id=opportunity.id)
    set_fields(pain, wish.model_dump(mode="json", exclude={"opportunity_id", "cost_of_inaction"}))
    _set_cost(pain, wish, opportunity)
    session.add(pain)
    await publish_moved(session, opportunity)
    return pain


async def change_pain(session: AsyncSession, key: UUID, patch: PainPatch, *, version: int) -> Pain:
    pain, opportunity = await load_in_open(session, Pain, key, version=version)
    set_fields(pain, patch.model_dump(mode="json", exclude_unset=True, exclude={"cost_of_inaction"}))
    if "cost_of_inaction" in patch.model_fields_set:
        _set_cost(pain, patch, opportunity)
    await session.flush()
    if pain.version > version:
        await publish_moved(session, opportunity)
    return pain


async def remove_pain(session: AsyncSession, key: UUID, *, version: int) -> None:
    """It hurts no more; baselines made from it keep their copy."""
    pain, opportunity = await load_in_open(session, Pain, key, version=version)
    await session.delete(pain)
    await publish_moved(session, opportunity)


def _set_cost(pain: Pain, wish: PainIn | PainPatch, opportunity: Opportunity) -> None:
    cost = wish.cost_of_inaction
    pain.cost_of_inaction = own_currency("cost_of_inaction", cost, opportunity) if cost else None
    pain.currency = opportunity.currency if cost else None


async def draft_questionnaire(session: AsyncSession, wish: QuestionnaireIn) -> Questionnaire:
    """The next version of a questionnaire, as a draft. Raises `Invalid`, naming what cannot be asked."""
    _refuse_wrong_form(wish.form)
    last = await session.scalar(sa.select(sa.func.max(Questionnaire.number)).where(Questionnaire.key == wish.key))
    questionnaire = Questionnaire(**wish.model_dump(), number=(last or 0) + 1)
    session.add(questionnaire)
    await session.flush()
    return questionnaire


async def change_questionnaire(
    session: AsyncSession, key: UUID, patch: QuestionnairePatch, *, version: int
) -> Questionnaire:
    questionnaire = await load(session, Questionnaire, key, version=version)
    questionnaire.refuse_unless_draft()
    changes = patch.model_dump(exclude_unset=True)
    if "form" in changes:
        _refuse_wrong_form(patch.form)
    set_fields(questionnaire, changes)
    await session.flush()
    return questionnaire


async def move_questionnaire(session: AsyncSession, key: UUID, action: str, *, version: int) -> Questionnaire:
    """Publish or retire."""
    questionnaire = await load(session, Questionnaire, key, version=version)
    questionnaire.status = questionnaire.machine.next(questionnaire.status, action)
    if action == "publish":
        questionnaire.published_at = now()
    await publish_of(session, QuestionnaireRecorded, questionnaire, opportunity_id=NO_OPPORTUNITY)
    return questionnaire


def _refuse_wrong_form(form: Mapping[str, Any]) -> None:
    errors = [FieldError(f"/form{one.pointer}", one.code, one.en, one.zh) for one in check_form(form)]
    for pointer, question in placed(form):
        errors += _wrong_options(f"/form{pointer}/presales", options_of(question))
    if errors:
        raise Invalid(errors)


def _wrong_options(pointer: str, options: Mapping[str, Any]) -> Iterator[FieldError]:
    for name, values in _OPTIONS.items():
        if options.get(name) is not None and options[name] not in values:
            known = ", ".join(values)
            en, zh = f"must be one of {known}", f"必须是以下之一：{known}"
            yield FieldError(f"{pointer}/{name}", "not_allowed", en, zh)
    group = options.get("group")
    if group is not None and not (isinstance(group, str) and 0 < len(group.strip()) <= _LONGEST_GROUP):
        en, zh = f"must be a text of at most {_LONGEST_GROUP} characters", f"须为不超过 {_LONGEST_GROUP} 个字符的文本"
        yield FieldError(f"{pointer}/group", "wrong_type", en, zh)


async def invite(session: AsyncSession, wish: InvitationIn) -> tuple[Invitation, str]:
    """Make a link to a published questionnaire; returns it with the invitation, once. Raises `MustNotBeContacted`."""
    opportunity = await find(session, Opportunity, wish.opportunity_id)
    opportunity.refuse_if_closed()
    questionnaire = await find(session, Questionnaire, wish.questionnaire_id)
    questionnaire.refuse_unless_published()
    if wish.stakeholder_id:
        await named_people(session, opportunity.id, [wish.stakeholder_id], "/stakeholder_id")
    await refuse_to_reach(session, opportunity.id, wish.recipient_name, wish.recipient_mail)
    invitation = Invitation(
        **wish.model_dump(exclude={"language", "expires_at"}),
        language=wish.language or opportunity.language,
        expires_at=wish.expires_at or now() + timedelta(days=USUAL_DAYS),
        made_requirement_ids=[],
        made_pain_ids=[],
    )
    session.add(invitation)
    await session.flush()
    return invitation, make_link(session, "invitations", invitation.id, invitation.expires_at, invitation.language)


async def head_of_page(session: AsyncSession, sent: Invitation | Confirmation) -> dict[str, Any]:
    """Who asks, about which project, and whom the client may ask."""
    opportunity = await find(session, Opportunity, sent.opportunity_id)
    head = await letterhead(session, opportunity.id, sent.language, opportunity.owner, sent.created_by)
    return {**dict(head), "project": opportunity.title}


async def withdraw_invitation(session: AsyncSession, key: UUID, *, version: int) -> Invitation:
    """Close a link that nobody answered."""
    invitation = await load(session, Invitation, key, version=version)
    invitation.state = invitation.machine.next(invitation.status, "withdraw")
    await session.flush()
    return invitation


async def take_answers(session: AsyncSession, key: UUID, answers: Mapping[str, Any]) -> Invitation:
    """Take the client's answers, once, and make of them what the questions say. Raises `Invalid`, `AlreadyAnswered`."""
    invitation = await load(session, Invitation, key)
    invitation.refuse_unless_open()
    opportunity = await load(session, Opportunity, invitation.opportunity_id)
    opportunity.refuse_if_closed()
    questionnaire = await find(session, Questionnaire, invitation.questionnaire_id)
    errors = check_answers(questionnaire.form, answers)
    if errors:
        raise Invalid(errors)
    invitation.state, invitation.answered_at, invitation.answers = "answered", now(), dict(answers)
    invitation.unmapped_answers = list(unmapped(questionnaire.form, answers, invitation.language))
    await _make_of_answers(session, invitation, questionnaire, opportunity)
    await session.flush()
    return invitation


async def _make_of_answers(
    session: AsyncSession, invitation: Invitation, questionnaire: Questionnaire, opportunity: Opportunity
) -> None:
    wishes: list[RequirementIn] = []
    pains: list[Pain] = []
    is_told = False
    for draft in drafts(questionnaire.form, invitation.answers or {}, invitation.language):
        source = Source(
            document=f"{questionnaire.key} v{questionnaire.number}: {invitation.recipient_name}"[:300],
            location=draft.question,
            quote=draft.words,
        )
        match draft.becomes:
            case "requirement":
                wishes.append(_wish(opportunity, draft, source))
            case "pain":
                severity, told = draft.options.get("severity") or Level.MEDIUM, source.model_dump(mode="json")
                pains.append(Pain(opportunity_id=opportunity.id, statement=draft.words, severity=severity, source=told))
            case _:
                name, is_told = _LISTS[draft.becomes], True
                setattr(opportunity, name, list(dict.fromkeys([*getattr(opportunity, name), draft.words])))
    session.add_all(pains)
    await session.flush()
    invitation.made_pain_ids = [pain.id for pain in pains]
    if pains or is_told:
        await publish_moved(session, opportunity)
    if wishes:
        made = await record_requirements(session, wishes, OriginFacts(kind="answer", id=invitation.id))
        invitation.made_requirement_ids = [row.id for row in made]


def _wish(opportunity: Opportunity, draft: Draft, source: Source) -> RequirementIn:
    own = {name: draft.options.get(name) for name in ("kind", "priority", "group")}
    return RequirementIn(
        opportunity_id=opportunity.id,
        title=heading(draft.statement),
        statement=draft.statement,
        client_words=draft.words,
        kind=own["kind"] or Kind.USER,
        priority=own["priority"] or Priority.SHOULD,
        group=own["group"],
        rationale=draft.about or None,
        sources=[source],
    )
