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
from shared.kernel.messaging import publish, publish_of
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
    await publish_of(session, NeedHeard, need, source=source, heard_at=heard_at, recorded_by=context_of(session).actor)


async def publish_clarification(session: AsyncSession, clarification: Clarification) -> None:
    await publish_of(session, ClarificationRecorded, clarification)


async def publish_lapsed_clarification(session: AsyncSession, clarification: Clarification, due_at: datetime) -> None:
    await publish_of(session, ClarificationLapsed, clarification, due_at=due_at)


async def publish_advice(session: AsyncSession, advice: Advice) -> None:
    await publish_of(session, AdviceRecorded, advice)


async def publish_commitment(session: AsyncSession, commitment: Commitment) -> None:
    await publish_of(session, CommitmentRecorded, commitment)


async def publish_lapsed_commitment(session: AsyncSession, commitment: Commitment) -> None:
    await publish_of(session, CommitmentLapsed, commitment)


async def publish_lapsed_cadence(session: AsyncSession, cadence: Cadence, due_at: datetime) -> None:
    await publish_of(session, CadenceLapsed, cadence, due_at=due_at)
