"""The client confirms by link that we understood: agreed requirements, or what is to be changed."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands import records
from services.requirements.commands.changes import draft_change
from services.requirements.commands.discovery import USUAL_DAYS
from services.requirements.commands.requirements import publish_recorded
from services.requirements.domain.statements import heading
from services.requirements.models.interviews import Confirmation
from services.requirements.models.opportunities import Opportunity
from services.requirements.models.requirements import Requirement
from services.requirements.schemas.changes import ChangeRequestIn
from services.requirements.schemas.interviews import ConfirmationIn
from services.requirements.schemas.requirements import Source
from shared.kernel.clock import now
from shared.kernel.db import find, load
from shared.kernel.links import make_link
from shared.kernel.messaging import Passing, publish
from shared.kernel.problems import Invalid
from shared.language.do_not_contact import refuse_to_reach
from shared.language.events.requirements import ConfirmationRemarked, MetricFacts, OriginFacts
from shared.language.form_answers import check_answers

_SHOWN = ("code", "title", "statement", "acceptance_criteria", "metric")
_MEASURED = {"zh": "指标：", "en": "Measured by: "}
_ACCEPTED = {"zh": "验收标准：", "en": "Accepted when:"}
_LATER = {"zh": "此后该需求已变更，请重新确认。", "en": "It has changed since; ask again."}
_SETTLED = {"baselined", "agreed"}
_SOURCE = {"zh": "客户需求确认", "en": "Confirmation by the client"}


async def ask_for_confirmation(session: AsyncSession, wish: ConfirmationIn) -> tuple[Confirmation, str]:
    """Put requirements before the client as they read now; returns the link, once.

    Raises `UnknownRequirement`, `RequirementIsWithdrawn`, or `MustNotBeContacted`.
    """
    opportunity = await find(session, Opportunity, wish.opportunity_id)
    opportunity.refuse_if_closed()
    await refuse_to_reach(session, opportunity.id, wish.recipient_name, wish.recipient_mail)
    ids = await records.ids_of(session, opportunity, wish.requirement_codes)
    chosen = sa.select(Requirement).where(Requirement.id.in_(ids)).order_by(Requirement.code)
    rows = (await session.scalars(chosen)).all()
    for row in rows:
        row.refuse_if_withdrawn()
    confirmation = Confirmation(
        opportunity_id=opportunity.id,
        recipient_name=wish.recipient_name,
        recipient_mail=wish.recipient_mail,
        language=wish.language or opportunity.language,
        expires_at=wish.expires_at or now() + timedelta(days=USUAL_DAYS),
        requirement_ids=ids,
        shown=[_as_shown(row) for row in rows],
        outcome=[],
    )
    session.add(confirmation)
    await session.flush()
    return confirmation, make_link(
        session, "confirmations", confirmation.id, confirmation.expires_at, confirmation.language
    )


async def withdraw_confirmation(session: AsyncSession, key: UUID, *, version: int) -> Confirmation:
    """Close a link that nobody answered."""
    confirmation = await load(session, Confirmation, key, version=version)
    confirmation.state = confirmation.machine.next(confirmation.status, "withdraw")
    await session.flush()
    return confirmation


async def take_answer(session: AsyncSession, key: UUID, answers: Mapping[str, Any]) -> Confirmation:
    """Take what the client says to each requirement, once. Raises `Invalid`, `AlreadyAnswered`.

    Confirmed ones that still read as they were shown are agreed; what the client wants changed goes back to draft, is
    kept with the requirement and followed up, whatever it reads like now.
    """
    opportunity_id = (await find(session, Confirmation, key)).opportunity_id
    (await load(session, Opportunity, opportunity_id)).refuse_if_closed()
    confirmation = await load(session, Confirmation, key)
    confirmation.refuse_unless_open()
    errors = check_answers(form_of(confirmation), answers)
    if errors:
        raise Invalid(errors)
    confirmation.state, confirmation.answered_at = "answered", now()
    confirmation.outcome = [await _take(session, confirmation, one, answers) for one in confirmation.shown]
    await session.flush()
    return confirmation


async def _take(
    session: AsyncSession, confirmation: Confirmation, shown: Mapping[str, Any], answers: Mapping[str, Any]
) -> dict[str, Any]:
    requirement = await load(session, Requirement, UUID(shown["id"]))
    answer, comment = answers[_name(shown)], answers.get(f"{_name(shown)}_comment")
    today = _as_shown(requirement)
    is_as_shown = all(today[name] == said for name, said in shown.items()) and requirement.status != "withdrawn"
    if is_as_shown and answer == "confirm":
        if requirement.status not in _SETTLED:
            requirement.act("agree")
        requirement.confirmed_by, requirement.confirmed_at = confirmation.recipient_name, now()
        requirement.remarks = []
        await publish_recorded(session, [requirement])
    elif is_as_shown and requirement.status not in {"draft", "baselined"}:
        requirement.act("change")
        await publish_recorded(session, [requirement])
    if answer == "change":
        await _follow_up(session, confirmation, requirement, str(comment))
    return {
        "requirement_id": shown["id"],
        "code": shown["code"],
        "answer": answer,
        "comment": comment,
        "is_taken": is_as_shown,
        "reason": None if is_as_shown else _LATER[confirmation.language],
    }


async def _follow_up(session: AsyncSession, confirmation: Confirmation, requirement: Requirement, words: str) -> None:
    """Keep what the client wants changed with the requirement, and have somebody answer it.

    It is a change request where an approved baseline holds the requirement, else a clarification that we owe.
    """
    remark = {
        "confirmation_id": str(confirmation.id),
        "said_by": confirmation.recipient_name,
        "words": words,
        "at": now().isoformat(),
    }
    requirement.remarks = [*requirement.remarks, remark]
    if requirement.status in {"baselined", "changed"}:
        said = ChangeRequestIn(
            opportunity_id=requirement.opportunity_id,
            title=heading(f"{requirement.code}: {words}"),
            reason=words,
            source=Source(document=_SOURCE[confirmation.language], location=confirmation.recipient_name, quote=words),
        )
        await draft_change(session, said, OriginFacts(kind="confirmation", id=confirmation.id), [requirement.id])
        return
    event = ConfirmationRemarked(
        opportunity_id=requirement.opportunity_id,
        confirmation_id=confirmation.id,
        requirement_id=requirement.id,
        requirement_code=requirement.code,
        title=requirement.title,
        said_by=confirmation.recipient_name,
        words=words,
    )
    await publish(session, event, about=Passing(uuid5(confirmation.id, str(requirement.id)), 1, "remark"))


def form_of(confirmation: Confirmation) -> dict[str, Any]:
    """The page behind the link, in the SurveyJS format: each requirement with a choice and room for a comment."""
    elements: list[dict[str, Any]] = []
    for one in confirmation.shown:
        elements.append(
            {
                "type": "radiogroup",
                "name": _name(one),
                "title": f"{one['code']} {one['title']}",
                "description": "\n".join(_lines(one, confirmation.language)),
                "isRequired": True,
                "choices": [
                    {"value": "confirm", "text": {"default": "This is what we need", "zh-cn": "符合我们的需求"}},
                    {"value": "change", "text": {"default": "Something is to be changed", "zh-cn": "需要修改"}},
                ],
            }
        )
        elements.append(
            {
                "type": "comment",
                "name": f"{_name(one)}_comment",
                "title": {"default": "What is to be changed?", "zh-cn": "需要如何修改？"},
                "visibleIf": f"{{{_name(one)}}} = 'change'",
                "isRequired": True,
            }
        )
    return {"elements": elements}


def _lines(shown: Mapping[str, Any], language: str) -> list[str]:
    lines = [shown["statement"]]
    if metric := shown.get("metric"):
        lines.append(_MEASURED[language] + MetricFacts(**metric).said)
    if shown["acceptance_criteria"]:
        lines += [_ACCEPTED[language], *(f"- {criterion}" for criterion in shown["acceptance_criteria"])]
    return lines


def _name(shown: Mapping[str, Any]) -> str:
    return f"r_{shown['code']}"


def _as_shown(row: Requirement) -> dict[str, Any]:
    return {"id": str(row.id), **{name: getattr(row, name) for name in _SHOWN}}
