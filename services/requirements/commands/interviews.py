"""Interviews and what their quotes become."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands import records
from services.requirements.commands.requirements import record_requirements
from services.requirements.models.interviews import Interview, UnknownQuote
from services.requirements.models.opportunities import Opportunity
from services.requirements.models.requirements import Requirement
from services.requirements.queries.opportunities import named_people
from services.requirements.schemas.interviews import (
    InterviewIn,
    InterviewPatch,
    Participant,
    QuotedRequirement,
    QuoteIn,
)
from services.requirements.schemas.requirements import RequirementIn, Source
from shared.kernel.base import set_fields
from shared.kernel.context import new_id
from shared.kernel.db import find
from shared.language.events.requirements import OriginFacts


async def record_interview(session: AsyncSession, wish: InterviewIn) -> Interview:
    opportunity = await find(session, Opportunity, wish.opportunity_id)
    opportunity.refuse_if_closed()
    await _note_meeting(session, opportunity.id, wish.participants, wish.held_at)
    number = await records.next_number(session, f"interview-{opportunity.id}")
    interview = Interview(
        **wish.model_dump(exclude={"quotes", "participants"}),
        code=f"INT-{number:03d}",
        participants=[one.model_dump(mode="json") for one in wish.participants],
        quotes=_kept(wish.quotes),
    )
    session.add(interview)
    await session.flush()
    return interview


async def change_interview(session: AsyncSession, key: UUID, patch: InterviewPatch, *, version: int) -> Interview:
    """Change what is said about the talk; quotes stay as they were said."""
    interview, _ = await records.load_in_open(session, Interview, key, version=version)
    set_fields(interview, patch.model_dump(exclude_unset=True, exclude={"participants"}))
    if "participants" in patch.model_fields_set:
        await _note_meeting(session, interview.opportunity_id, patch.participants, interview.held_at)
        interview.participants = [one.model_dump(mode="json") for one in patch.participants]
    await session.flush()
    return interview


async def add_quotes(session: AsyncSession, key: UUID, quotes: Sequence[QuoteIn], *, version: int) -> Interview:
    interview, _ = await records.load_in_open(session, Interview, key, version=version)
    interview.quotes = [*interview.quotes, *_kept(quotes)]
    await session.flush()
    return interview


async def make_requirements(
    session: AsyncSession, key: UUID, wishes: Sequence[QuotedRequirement], *, version: int
) -> list[Requirement]:
    """Draft requirements from quotes, each with its quote as source and client's words. Raises `UnknownQuote`."""
    interview, _ = await records.load_in_open(session, Interview, key, version=version)
    quotes = {UUID(quote["id"]): dict(quote) for quote in interview.quotes}
    unknown = [str(wish.quote_id) for wish in wishes if wish.quote_id not in quotes]
    if unknown:
        raise UnknownQuote(code=interview.code, quotes=", ".join(unknown))
    made: list[Requirement] = []
    for wish in wishes:
        quote = quotes[wish.quote_id]
        document = f"{interview.code} {interview.title}, {interview.held_at:%Y-%m-%d}"[:300]
        own = {
            "opportunity_id": interview.opportunity_id,
            "client_words": wish.client_words or quote["text"],
            "sources": [Source(document=document, location=quote["speaker"], quote=quote["text"]), *wish.sources],
        }
        full = RequirementIn(**(dict(wish.model_dump(exclude={"quote_id", "sources", "client_words"})) | own))
        made += await record_requirements(session, [full], OriginFacts(kind="quote", id=wish.quote_id))
        quote["requirement_ids"] = [*quote["requirement_ids"], str(made[-1].id)]
    interview.quotes = list(quotes.values())
    await session.flush()
    return made


async def _note_meeting(
    session: AsyncSession, opportunity_id: UUID, participants: Sequence[Participant], held_at: datetime
) -> None:
    """The stakeholders who took part were met on that day. Raises `Invalid` for those of another opportunity."""
    ids = [one.stakeholder_id for one in participants if one.stakeholder_id]
    for person in await named_people(session, opportunity_id, ids, "/participants"):
        person.meet(held_at)


def _kept(quotes: Sequence[QuoteIn]) -> list[dict[str, Any]]:
    return [{"id": str(new_id()), **quote.model_dump(mode="json"), "requirement_ids": []} for quote in quotes]
