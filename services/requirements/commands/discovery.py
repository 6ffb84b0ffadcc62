"""Stakeholders, pains, questionnaires, and what the answers become."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands.records import assign, own_currency
from services.requirements.commands.requirements import record_requirements
from services.requirements.models.discovery import Invitation, Pain, Questionnaire, Stakeholder
from services.requirements.models.opportunities import Level, Opportunity
from services.requirements.models.requirements import Kind, Priority
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
from shared.db import find, load, now
from shared.events.requirements import OriginFacts
from shared.forms import check_answers, check_form, title_of, visible
from shared.links import make_link
from shared.problems import FieldError, Invalid

USUAL_DAYS = 14
"""How long a link is good for."""
BECOMES = ("requirement", "pain", "objective", "success_criterion", "assumption", "in_scope")
"""What the answer to a question with `presales.becomes` is made into."""
_LISTS = {
    "objective": "objectives",
    "success_criterion": "success_criteria",
    "assumption": "assumptions",
    "in_scope": "in_scope",
}
_TITLE = 80


async def add_stakeholder(session: AsyncSession, wish: StakeholderIn) -> Stakeholder:
    (await find(session, Opportunity, wish.opportunity_id)).refuse_if_closed()
    stakeholder = Stakeholder(**wish.model_dump())
    session.add(stakeholder)
    await session.flush()
    return stakeholder


async def change_stakeholder(session: AsyncSession, key: UUID, patch: StakeholderPatch, *, version: int) -> Stakeholder:
    stakeholder = await load(session, Stakeholder, key, version=version)
    (await find(session, Opportunity, stakeholder.opportunity_id)).refuse_if_closed()
    assign(stakeholder, patch.model_dump(exclude_unset=True))
    await session.flush()
    return stakeholder


async def add_pain(session: AsyncSession, wish: PainIn) -> Pain:
    """Raises `Invalid` for another currency than the opportunity's."""
    opportunity = await find(session, Opportunity, wish.opportunity_id)
    opportunity.refuse_if_closed()
    pain = Pain(opportunity_id=opportunity.id)
    _set_pain(pain, wish.model_dump(mode="json", exclude={"opportunity_id", "cost_of_inaction"}))
    _set_cost(pain, wish, opportunity)
    session.add(pain)
    await session.flush()
    return pain


async def change_pain(session: AsyncSession, key: UUID, patch: PainPatch, *, version: int) -> Pain:
    pain = await load(session, Pain, key, version=version)
    opportunity = await find(session, Opportunity, pain.opportunity_id)
    opportunity.refuse_if_closed()
    _set_pain(pain, patch.model_dump(mode="json", exclude_unset=True, exclude={"cost_of_inaction"}))
    if "cost_of_inaction" in patch.model_fields_set:
        _set_cost(pain, patch, opportunity)
    await session.flush()
    return pain


def _set_pain(pain: Pain, values: Mapping[str, Any]) -> None:
    assign(pain, dict(values))


def _set_cost(pain: Pain, wish: PainIn | PainPatch, opportunity: Opportunity) -> None:
    cost = wish.cost_of_inaction
    if cost and cost.amount < 0:
        raise Invalid([FieldError("/cost_of_inaction/amount", "negative_amount", "must not be negative", "不得为负")])
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
    assign(questionnaire, changes)
    await session.flush()
    return questionnaire


async def move_questionnaire(session: AsyncSession, key: UUID, action: str, *, version: int) -> Questionnaire:
    """Publish or retire."""
    questionnaire = await load(session, Questionnaire, key, version=version)
    questionnaire.status = questionnaire.machine.next(questionnaire.status, action)
    if action == "publish":
        questionnaire.published_at = now()
    await session.flush()
    return questionnaire


def _refuse_wrong_form(form: Mapping[str, Any]) -> None:
    errors = [FieldError(f"/form{one.pointer}", one.code, one.en, one.zh) for one in check_form(form)]
    for number, question in enumerate(visible(form, {}) if not errors else []):
        becomes = _presales(question).get("becomes")
        if becomes is not None and becomes not in BECOMES:
            known = ", ".join(BECOMES)
            errors.append(
                FieldError(
                    f"/form/{number}/presales/becomes",
                    "not_allowed",
                    f"must be one of {known}",
                    f"必须是以下之一：{known}",
                )
            )
    if errors:
        raise Invalid(errors)


def _presales(question: Mapping[str, Any]) -> Mapping[str, Any]:
    ours = question.get("presales")
    return ours if isinstance(ours, Mapping) else {}


async def invite(session: AsyncSession, wish: InvitationIn) -> tuple[Invitation, str]:
    """Make a link to a published questionnaire; returns it with the invitation, once."""
    opportunity = await find(session, Opportunity, wish.opportunity_id)
    opportunity.refuse_if_closed()
    questionnaire = await find(session, Questionnaire, wish.questionnaire_id)
    questionnaire.refuse_unless_published()
    if wish.stakeholder_id:
        await find(session, Stakeholder, wish.stakeholder_id)
    invitation = Invitation(
        **wish.model_dump(exclude={"language", "expires_at"}),
        language=wish.language or opportunity.language,
        expires_at=wish.expires_at or now() + timedelta(days=USUAL_DAYS),
        made_requirement_ids=[],
        made_pain_ids=[],
    )
    session.add(invitation)
    await session.flush()
    return invitation, make_link(session, "invitations", invitation.id, invitation.expires_at)


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
    await _make_of_answers(session, invitation, questionnaire, opportunity)
    await session.flush()
    return invitation


async def _make_of_answers(
    session: AsyncSession, invitation: Invitation, questionnaire: Questionnaire, opportunity: Opportunity
) -> None:
    wishes: list[RequirementIn] = []
    for question in visible(questionnaire.form, invitation.answers or {}):
        ours, answer = _presales(question), (invitation.answers or {}).get(question["name"])
        becomes = ours.get("becomes")
        if becomes is None or answer is None:
            continue
        for words in _words_of(question, answer, invitation.language):
            source = Source(
                document=f"{questionnaire.key} v{questionnaire.number}: {invitation.recipient_name}"[:300],
                location=question["name"],
                quote=words,
            )
            if becomes == "requirement":
                wishes.append(_wish(invitation, question, ours, words, source))
            elif becomes == "pain":
                pain = Pain(
                    opportunity_id=opportunity.id,
                    statement=words,
                    severity=str(ours.get("severity", Level.MEDIUM)),
                    source=source.model_dump(mode="json"),
                )
                session.add(pain)
                await session.flush()
                invitation.made_pain_ids = [*invitation.made_pain_ids, pain.id]
            else:
                name = _LISTS[becomes]
                setattr(opportunity, name, [*getattr(opportunity, name), words])
    if wishes:
        made = await record_requirements(session, wishes, OriginFacts(kind="answer", id=invitation.id))
        invitation.made_requirement_ids = [row.id for row in made]


def _wish(
    invitation: Invitation, question: Mapping[str, Any], ours: Mapping[str, Any], words: str, source: Source
) -> RequirementIn:
    kind, priority = str(ours.get("kind")), str(ours.get("priority"))
    about = title_of(question.get("title"), invitation.language)
    return RequirementIn(
        opportunity_id=invitation.opportunity_id,
        title=(words.splitlines()[0] if len(words) <= _TITLE else about or words[:_TITLE])[:300],
        statement=words,
        client_words=words,
        kind=Kind(kind) if kind in set(Kind) else Kind.USER,
        priority=Priority(priority) if priority in set(Priority) else Priority.SHOULD,
        group=ours.get("group") if isinstance(ours.get("group"), str) else None,
        rationale=about or None,
        sources=[source],
    )


def _words_of(question: Mapping[str, Any], answer: Any, language: str) -> Sequence[str]:
    """An answer in words: the texts of what was chosen, each line of a comment that is a list."""
    choices = {
        str(item["value"] if isinstance(item, Mapping) else item): (
            title_of(item.get("text") or item["value"], language) if isinstance(item, Mapping) else str(item)
        )
        for item in question.get("choices", [])
    }
    if isinstance(answer, list):
        return [choices.get(str(one), str(one)) for one in answer if not isinstance(one, Mapping)]
    if isinstance(answer, str) and question["type"] == "comment":
        return [line.strip(" -•*\t") for line in answer.splitlines() if line.strip(" -•*\t")]
    if isinstance(answer, bool | Mapping):
        return []
    return [choices.get(str(answer), str(answer))]
