"""Interviews and what their quotes become."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands import records
from services.requirements.commands.requirements import record_requirements
from services.requirements.models.interviews import Interview, UnknownQuote
from services.requirements.models.opportunities import Opportunity
from services.requirements.models.requirements import Requirement
from services.requirements.schemas.interviews import InterviewIn, InterviewPatch, QuotedRequirement, QuoteIn
from services.requirements.schemas.requirements import RequirementIn, Source
from shared.context import new_id
from shared.db import find, load
from shared.events.requirements import OriginFacts


async def record_interview(session: AsyncSession, wish: InterviewIn) -> Interview:
    opportunity = await find(session, Opportunity, wish.opportunity_id)
    opportunity.refuse_if_closed()
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
    interview = await _open(session, key, version=version)
    records.assign(interview, patch.model_dump(exclude_unset=True, exclude={"participants"}))
    if "participants" in patch.model_fields_set:
        interview.participants = [one.model_dump(mode="json") for one in patch.participants]
    await session.flush()
    return interview


async def add_quotes(session: AsyncSession, key: UUID, quotes: Sequence[QuoteIn], *, version: int) -> Interview:
    interview = await _open(session, key, version=version)
    interview.quotes = [*interview.quotes, *_kept(quotes)]
    await session.flush()
    return interview


async def make_requirements(
    session: AsyncSession, key: UUID, wishes: Sequence[QuotedRequirement], *, version: int
) -> list[Requirement]:
    """Draft requirements from quotes, each with its quote as source and client's words. Raises `UnknownQuote`."""
    interview = await _open(session, key, version=version)
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


async def _open(session: AsyncSession, key: UUID, *, version: int) -> Interview:
    opportunity_id = (await find(session, Interview, key)).opportunity_id
    (await load(session, Opportunity, opportunity_id)).refuse_if_closed()
    return await load(session, Interview, key, version=version)


def _kept(quotes: Sequence[QuoteIn]) -> list[dict[str, Any]]:
    return [{"id": str(new_id()), **quote.model_dump(mode="json"), "requirement_ids": []} for quote in quotes]
