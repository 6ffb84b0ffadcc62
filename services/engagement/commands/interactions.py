"""What changes interactions."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands import cadences, commitments, needs
from services.engagement.commands.publishing import publish_interaction
from services.engagement.commands.response_clocks import (
    ClockSubject,
    cancel_clock,
    change_clock,
    start_clock,
    stop_clock,
)
from services.engagement.models.contacts import refuse_to_disturb
from services.engagement.models.interactions import Direction, Interaction
from services.engagement.models.response_clocks import Purpose, SubjectKind
from services.engagement.queries.contacts import contacts_by_id
from services.engagement.queries.projections import load_in_open, open_opportunity, refuse_foreign
from services.engagement.schemas.interactions import InteractionBase, InteractionIn, InteractionPatch, NeedIn
from shared.kernel.base import set_fields
from shared.kernel.db import context_of
from shared.kernel.validation import whole

_REFERENCES = ("contact_ids", "requirement_ids", "in_reply_to")


async def record_interaction(session: AsyncSession, wish: InteractionIn) -> Interaction:
    """Keep a talk, tell what was heard in it, promise its next step, and start or stop the clock of an answer."""
    await open_opportunity(session, wish.opportunity_id)
    await _check(session, wish)
    interaction = Interaction(**wish.model_dump(exclude={"needs", "next_step_by"}))
    session.add(interaction)
    await publish_interaction(session, interaction)
    await needs.hear_in_talk(session, interaction, wish.needs)
    if wish.next_step_by:
        await commitments.promise_next_step(session, interaction, wish.next_step_by)
    await _answer_or_wait(session, interaction)
    await cadences.note_touch(session, interaction.opportunity_id)
    return interaction


async def change_interaction(
    session: AsyncSession, interaction_id: UUID, patch: InteractionPatch, *, version: int
) -> Interaction:
    interaction = await load_in_open(session, Interaction, interaction_id, version=version)
    changes = patch.changes()
    await _check(session, whole(InteractionBase, changes, of=interaction), changed=changes.keys())
    set_fields(interaction, changes)
    await session.flush()
    if interaction.version > version:  # a patch that changes nothing says nothing
        await publish_interaction(session, interaction)
        if "priority" in changes:
            await change_clock(session, SubjectKind.INTERACTION, interaction.id, priority=interaction.priority)
        if "needs_answer" in changes:
            await _answer_or_wait(session, interaction)
        await cadences.note_touch(session, interaction.opportunity_id)
    return interaction


async def hear_needs(session: AsyncSession, interaction_id: UUID, wishes: list[NeedIn], *, version: int) -> Interaction:
    """Add what was heard in a talk that is recorded already."""
    interaction = await load_in_open(session, Interaction, interaction_id, version=version)
    await needs.hear_in_talk(session, interaction, wishes)
    return interaction


async def _answer_or_wait(session: AsyncSession, interaction: Interaction) -> None:
    kind = SubjectKind.INTERACTION
    if interaction.in_reply_to and interaction.direction == Direction.OUTBOUND:
        await stop_clock(session, kind, interaction.in_reply_to, at=interaction.occurred_at)
    if not interaction.needs_answer:
        await cancel_clock(session, kind, interaction.id)
        return
    actor = context_of(session).actor
    subject = ClockSubject(kind, interaction.id, interaction.opportunity_id, interaction.subject, actor)
    purpose = Purpose.FOLLOWING if interaction.in_reply_to else Purpose.FIRST
    await start_clock(session, subject, priority=interaction.priority, purpose=purpose, at=interaction.occurred_at)


async def _check(session: AsyncSession, wish: InteractionBase, changed: Collection[str] = _REFERENCES) -> None:
    """Raises `NotOfThisOpportunity` for references that are new, and `MustNotBeContacted`."""
    references = {name: getattr(wish, name) for name in _REFERENCES if name in changed}
    await refuse_foreign(session, wish.opportunity_id, references)
    if wish.direction == Direction.OUTBOUND:
        contacts = await contacts_by_id(session, wish.contact_ids)
        refuse_to_disturb(contacts.values(), wish.occurred_at)
