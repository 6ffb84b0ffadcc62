"""What engagement publishes about the rows that it changes; each tells the row as it is after the change."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.advice import Advice
from services.engagement.models.cadences import Cadence
from services.engagement.models.clarifications import Clarification
from services.engagement.models.commitments import Commitment
from services.engagement.models.contacts import Contact
from services.engagement.models.interactions import Interaction, Need
from shared.kernel.db import context_of
from shared.kernel.messaging import publish
from shared.language.do_not_contact import digest_of, note_contact
from shared.language.events.engagement import (
    AdviceRecorded,
    CadenceLapsed,
    ClarificationLapsed,
    ClarificationRecorded,
    CommitmentLapsed,
    CommitmentRecorded,
    ContactRecorded,
    InteractionRecorded,
    NeedHeard,
)


async def tell_contact(session: AsyncSession, contact: Contact) -> None:
    """Say, to ourselves too, whether this person wants to be left alone."""
    await session.flush()
    is_left_alone = contact.left_alone_since is not None
    event = ContactRecorded(
        opportunity_id=contact.opportunity_id,
        contact_id=contact.id,
        do_not_contact=is_left_alone,
        mail_digest=digest_of(session, contact.mail) if is_left_alone else None,
        name_digest=digest_of(session, contact.name) if is_left_alone else None,
        version=contact.version,
    )
    if await note_contact(session, event):
        await publish(session, event, about=contact)


async def tell_interaction(session: AsyncSession, interaction: Interaction) -> None:
    await session.flush()
    event = InteractionRecorded(
        opportunity_id=interaction.opportunity_id,
        interaction_id=interaction.id,
        channel=interaction.channel,
        direction=interaction.direction,
        occurred_at=interaction.occurred_at,
        subject=interaction.subject,
        requirement_ids=tuple(interaction.requirement_ids),
        recorded_by=interaction.created_by,
        sentiment=interaction.sentiment,
        contact_ids=tuple(interaction.contact_ids),
    )
    await publish(session, event, about=interaction)


async def tell_need(session: AsyncSession, need: Need, *, source: str, heard_at: datetime) -> None:
    """Ask the requirements service to make of it what it wants to be; `source` names the talk or the answer."""
    await session.flush()
    event = NeedHeard(
        opportunity_id=need.opportunity_id,
        need_id=need.id,
        interaction_id=need.interaction_id,
        clarification_id=need.clarification_id,
        statement=need.statement,
        client_words=need.client_words,
        speaker=need.speaker,
        wants=need.wants,
        kind=need.kind,
        priority=need.priority,
        source=source,
        heard_at=heard_at,
        recorded_by=context_of(session).actor,
    )
    await publish(session, event, about=need)


async def tell_clarification(session: AsyncSession, clarification: Clarification) -> None:
    await session.flush()
    event = ClarificationRecorded(
        opportunity_id=clarification.opportunity_id,
        clarification_id=clarification.id,
        code=clarification.code,
        question=clarification.question,
        requirement_ids=tuple(clarification.requirement_ids),
        status=clarification.status,
        is_open=clarification.is_open,
        owed_by=clarification.owed_by,
        due_at=clarification.due_at,
        room_question_id=clarification.room_question_id,
        version=clarification.version,
        priority=clarification.priority,
        owner=clarification.owner,
        asked_at=clarification.asked_at,
        answer=clarification.answer,
        answered_by=clarification.answered_by,
        answered_at=clarification.answered_at,
    )
    await publish(session, event, about=clarification)


async def tell_lapsed_clarification(session: AsyncSession, clarification: Clarification, due_at: datetime) -> None:
    await session.flush()
    event = ClarificationLapsed(
        opportunity_id=clarification.opportunity_id,
        clarification_id=clarification.id,
        code=clarification.code,
        question=clarification.question,
        requirement_ids=tuple(clarification.requirement_ids),
        owed_by=clarification.owed_by,
        owner=clarification.owner,
        due_at=due_at,
    )
    await publish(session, event, about=clarification)


async def tell_advice(session: AsyncSession, advice: Advice) -> None:
    await session.flush()
    event = AdviceRecorded(
        opportunity_id=advice.opportunity_id,
        advice_id=advice.id,
        code=advice.code,
        kind=advice.kind,
        recommendation=advice.recommendation,
        because=advice.because,
        requirement_ids=tuple(advice.requirement_ids),
        status=advice.status,
        reason=advice.reason,
        version=advice.version,
    )
    await publish(session, event, about=advice)


async def tell_commitment(session: AsyncSession, commitment: Commitment) -> None:
    await session.flush()
    event = CommitmentRecorded(
        opportunity_id=commitment.opportunity_id,
        commitment_id=commitment.id,
        code=commitment.code,
        side=commitment.side,
        statement=commitment.statement,
        owner=commitment.owner,
        due_on=commitment.due_on,
        status=commitment.status,
        version=commitment.version,
    )
    await publish(session, event, about=commitment)


async def tell_lapsed_commitment(session: AsyncSession, commitment: Commitment) -> None:
    await session.flush()
    event = CommitmentLapsed(
        opportunity_id=commitment.opportunity_id,
        commitment_id=commitment.id,
        code=commitment.code,
        side=commitment.side,
        statement=commitment.statement,
        owner=commitment.owner,
        due_on=commitment.due_on,
    )
    await publish(session, event, about=commitment)


async def tell_lapsed_cadence(session: AsyncSession, cadence: Cadence, due_at: datetime) -> None:
    await session.flush()
    event = CadenceLapsed(
        opportunity_id=cadence.opportunity_id,
        cadence_id=cadence.id,
        stage=cadence.stage,
        every_days=cadence.every_days,
        channel=cadence.channel,
        owner=cadence.owner,
        last_touch_at=cadence.last_touch_at,
        due_at=due_at,
    )
    await publish(session, event, about=cadence)
