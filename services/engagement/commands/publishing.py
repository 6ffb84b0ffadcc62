"""Publishes the rows that engagement changes, each as it is after the change."""

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


async def publish_contact(session: AsyncSession, contact: Contact) -> None:
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


async def publish_interaction(session: AsyncSession, interaction: Interaction) -> None:
    await session.flush()
    event = InteractionRecorded.of(interaction, interaction_id=interaction.id, recorded_by=interaction.created_by)
    await publish(session, event, about=interaction)


async def publish_need(session: AsyncSession, need: Need, *, source: str, heard_at: datetime) -> None:
    """Ask the requirements service to make of it what it wants to be; `source` names the talk or the answer."""
    await session.flush()
    event = NeedHeard.of(need, need_id=need.id, source=source, heard_at=heard_at, recorded_by=context_of(session).actor)
    await publish(session, event, about=need)


async def publish_clarification(session: AsyncSession, clarification: Clarification) -> None:
    await session.flush()
    event = ClarificationRecorded.of(clarification, clarification_id=clarification.id)
    await publish(session, event, about=clarification)


async def publish_lapsed_clarification(session: AsyncSession, clarification: Clarification, due_at: datetime) -> None:
    await session.flush()
    event = ClarificationLapsed.of(clarification, clarification_id=clarification.id, due_at=due_at)
    await publish(session, event, about=clarification)


async def publish_advice(session: AsyncSession, advice: Advice) -> None:
    await session.flush()
    event = AdviceRecorded.of(advice, advice_id=advice.id)
    await publish(session, event, about=advice)


async def publish_commitment(session: AsyncSession, commitment: Commitment) -> None:
    await session.flush()
    event = CommitmentRecorded.of(commitment, commitment_id=commitment.id)
    await publish(session, event, about=commitment)


async def publish_lapsed_commitment(session: AsyncSession, commitment: Commitment) -> None:
    await session.flush()
    event = CommitmentLapsed.of(commitment, commitment_id=commitment.id)
    await publish(session, event, about=commitment)


async def publish_lapsed_cadence(session: AsyncSession, cadence: Cadence, due_at: datetime) -> None:
    await session.flush()
    event = CadenceLapsed.of(cadence, cadence_id=cadence.id, due_at=due_at)
    await publish(session, event, about=cadence)
