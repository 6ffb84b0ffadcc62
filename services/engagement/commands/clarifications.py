"""What changes clarifications; each step is told, since an open question may block an approval."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands import needs
from services.engagement.commands.numbers import next_code
from services.engagement.commands.publishing import publish_clarification, publish_lapsed_clarification
from services.engagement.commands.response_clocks import (
    ClockSubject,
    cancel_clock,
    change_clock,
    pause_clock,
    resume_clock,
    start_clock,
    stop_clock,
)
from services.engagement.models.clarifications import Clarification, Party
from services.engagement.models.contacts import refuse_to_disturb
from services.engagement.models.response_clocks import Purpose, SubjectKind
from services.engagement.queries.colleagues import person_of_ours
from services.engagement.queries.contacts import contacts_by_id
from services.engagement.queries.projections import (
    find_opportunity,
    load_in_open,
    open_opportunity,
    refuse_foreign,
    requirements_by_id,
)
from services.engagement.schemas.clarifications import AcceptIn, AnswerIn, ClarificationIn, ClarificationPatch
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.kernel.db import context_of
from shared.kernel.timers import Due, clear_timer, set_timer

_KIND = SubjectKind.CLARIFICATION

DUE = "clarification-due"
"""Kind of timer."""


async def draft_clarification(
    session: AsyncSession, wish: ClarificationIn, *, room_question_id: UUID | None = None
) -> Clarification:
    """Write a question down. Raises `NotOfThisOpportunity`, and as `person_of_ours`."""
    opportunity = await open_opportunity(session, wish.opportunity_id)
    await refuse_foreign(session, wish.opportunity_id, wish.model_dump())
    owner = wish.owner
    if owner and wish.owed_by == Party.US and not room_question_id:  # whoever has the opportunity owes the client
        owner = await person_of_ours(session, owner, opportunity)
    if wish.holds_up:
        held = {f"{wish.holds_up.kind}_id": [wish.holds_up.id]}
        await refuse_foreign(session, wish.opportunity_id, held, "/holds_up/id")
    clarification = Clarification(
        **{**wish.model_dump(exclude={"holds_up"}), "owner": owner},
        code=await next_code(session, "CLR", wish.opportunity_id),
        seen_versions=await _versions(session, wish.requirement_ids),
        holds_up_kind=wish.holds_up and wish.holds_up.kind,
        holds_up_id=wish.holds_up and wish.holds_up.id,
        room_question_id=room_question_id,
        status="draft",
    )
    session.add(clarification)
    await publish_clarification(session, clarification)
    return clarification


async def change_clarification(
    session: AsyncSession, clarification_id: UUID, patch: ClarificationPatch, *, version: int
) -> Clarification:
    """Change one that is not settled. Raises `ClarificationIsSettled`, and as `person_of_ours`."""
    clarification = await load_in_open(session, Clarification, clarification_id, version=version)
    clarification.refuse_if_settled()
    changes: dict[str, Any] = patch.changes()
    if changes.get("owner") and clarification.owed_by == Party.US:
        opportunity = await find_opportunity(session, clarification.opportunity_id)
        changes["owner"] = await person_of_ours(session, changes["owner"], opportunity)
    new = [key for key in changes.get("requirement_ids", ()) if key not in clarification.requirement_ids]
    await refuse_foreign(session, clarification.opportunity_id, changes)
    if new:
        clarification.seen_versions = {**clarification.seen_versions, **await _versions(session, new)}
    set_fields(clarification, changes)
    if "due_at" in changes:
        clarification.overdue_since = None
        await _watch(session, clarification)
    await session.flush()
    if clarification.version > version:
        await change_clock(session, _KIND, clarification.id, priority=clarification.priority, owner=clarification.owner)
        await publish_clarification(session, clarification)
    return clarification


async def ask(session: AsyncSession, clarification_id: UUID, *, version: int) -> Clarification:
    """The question is asked: what we owe runs on a clock, and what the client owes lets another clock stand.

    Raises `IllegalTransition`, or `MustNotBeContacted`.
    """
    clarification = await load_in_open(session, Clarification, clarification_id, version=version)
    clarification.act("ask")
    if clarification.owed_by == Party.CLIENT and clarification.contact_id:
        contacts = await contacts_by_id(session, [clarification.contact_id])
        refuse_to_disturb(contacts.values(), now())
    clarification.asked_at = now()
    await publish_clarification(session, clarification)
    await _wait(session, clarification, Purpose.FIRST)
    return clarification


async def answer(session: AsyncSession, clarification_id: UUID, wish: AnswerIn, *, version: int) -> Clarification:
    """The answer is there; whoever asked has to accept it. Raises `IllegalTransition`, `OnlyTheOwner`."""
    clarification = await load_in_open(session, Clarification, clarification_id, version=version)
    clarification.act("answer")
    clarification.refuse_others()
    clarification.answer = wish.answer
    clarification.answered_by = wish.answered_by or context_of(session).actor
    clarification.answered_at = wish.answered_at or now()
    await publish_clarification(session, clarification)
    await _watch(session, clarification)
    await stop_clock(session, _KIND, clarification.id, at=clarification.answered_at)
    await _let_go(session, clarification, clarification.answered_at)
    return clarification


async def accept(session: AsyncSession, clarification_id: UUID, wish: AcceptIn, *, version: int) -> Clarification:
    """The answer settles the question; what it asks for is told to the requirements service."""
    clarification = await load_in_open(session, Clarification, clarification_id, version=version)
    clarification.act("accept")
    clarification.settled_at = now()
    clarification.seen_versions = await _versions(session, clarification.requirement_ids)
    await publish_clarification(session, clarification)
    await needs.hear_in_answer(session, clarification, wish.needs)
    return clarification


async def reopen(session: AsyncSession, clarification_id: UUID, reason: str, *, version: int) -> Clarification:
    """The answer does not do: it is owed again, as a following answer."""
    clarification = await load_in_open(session, Clarification, clarification_id, version=version)
    clarification.act("reopen")
    clarification.note, clarification.settled_at = reason, None
    await publish_clarification(session, clarification)
    await _wait(session, clarification, Purpose.FOLLOWING)
    return clarification


async def withdraw(session: AsyncSession, clarification_id: UUID, reason: str, *, version: int) -> Clarification:
    """Nobody needs the answer any more."""
    clarification = await load_in_open(session, Clarification, clarification_id, version=version)
    clarification.act("withdraw")
    clarification.note, clarification.settled_at = reason, now()
    await publish_clarification(session, clarification)
    await _watch(session, clarification)
    await cancel_clock(session, _KIND, clarification.id)
    await _let_go(session, clarification, now())
    return clarification


async def review(session: AsyncSession, clarification_id: UUID, *, version: int) -> Clarification:
    """Somebody looked at it after its requirements had changed: it still holds. Raises `IllegalTransition`."""
    clarification = await load_in_open(session, Clarification, clarification_id, version=version)
    clarification.act("review")
    clarification.seen_versions = await _versions(session, clarification.requirement_ids)
    await session.flush()
    return clarification


async def _wait(session: AsyncSession, clarification: Clarification, purpose: str) -> None:
    await _watch(session, clarification)
    if clarification.owed_by == Party.US:
        subject = ClockSubject(
            _KIND,
            clarification.id,
            clarification.opportunity_id,
            f"{clarification.code} {clarification.question}"[:300],
            clarification.owner,
        )
        await start_clock(session, subject, priority=clarification.priority, purpose=purpose)
    elif clarification.holds_up_kind and clarification.holds_up_id:
        reason = f"{clarification.code} {clarification.question}"[:300]
        await pause_clock(session, clarification.holds_up_kind, clarification.holds_up_id, reason=reason)


async def note_overdue(session: AsyncSession, due: Due) -> None:
    """Say, once for each agreed moment, that the answer has not come."""
    clarification = await session.get(Clarification, due.subject, with_for_update=True)
    if clarification and clarification.is_owed and clarification.overdue_since is None:
        clarification.overdue_since = due.at
        await publish_lapsed_clarification(session, clarification, due.at)


async def forget_due_times(session: AsyncSession, opportunity_id: UUID) -> None:
    """The opportunity is closed: nobody waits for an answer in it any more."""
    own = sa.select(Clarification.id).where(
        Clarification.opportunity_id == opportunity_id, Clarification.due_at.is_not(None)
    )
    for key in await session.scalars(own):
        await clear_timer(session, DUE, key)


async def _watch(session: AsyncSession, clarification: Clarification) -> None:
    """Look again at the moment that was agreed, while the answer is owed."""
    if clarification.is_owed and clarification.due_at:
        await set_timer(session, DUE, clarification.id, clarification.due_at)
    else:
        await clear_timer(session, DUE, clarification.id)


async def _let_go(session: AsyncSession, clarification: Clarification, at: datetime) -> None:
    """Let the clock that this question held up run on from then on."""
    if clarification.holds_up_kind and clarification.holds_up_id:
        await resume_clock(session, clarification.holds_up_kind, clarification.holds_up_id, at=at)


async def _versions(session: AsyncSession, requirement_ids: Sequence[UUID]) -> dict[str, int]:
    return {str(row.id): row.version for row in (await requirements_by_id(session, requirement_ids)).values()}
