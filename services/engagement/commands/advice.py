"""What changes advice; each step is told."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.numbers import next_code
from services.engagement.commands.publishing import publish_advice
from services.engagement.models.advice import Advice
from services.engagement.models.contacts import refuse_to_disturb
from services.engagement.queries.contacts import contacts_by_id
from services.engagement.queries.projections import load_in_open, open_opportunity, refuse_foreign
from services.engagement.schemas.advice import AdviceIn, AdvicePatch, DecisionIn
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.kernel.db import context_of


async def draft_advice(session: AsyncSession, wish: AdviceIn) -> Advice:
    """Write a recommendation down. Raises `NotOfThisOpportunity`."""
    await open_opportunity(session, wish.opportunity_id)
    await refuse_foreign(session, wish.opportunity_id, wish.model_dump())
    advice = Advice(**wish.model_dump(), code=await next_code(session, "ADV", wish.opportunity_id), status="draft")
    session.add(advice)
    await publish_advice(session, advice)
    return advice


async def change_advice(session: AsyncSession, advice_id: UUID, patch: AdvicePatch, *, version: int) -> Advice:
    """Change a draft. Raises `AdviceIsGiven`."""
    advice = await load_in_open(session, Advice, advice_id, version=version)
    advice.refuse_if_given()
    changes: dict[str, Any] = patch.changes()
    await refuse_foreign(session, advice.opportunity_id, changes)
    set_fields(advice, changes)
    await session.flush()
    if advice.version > version:
        await publish_advice(session, advice)
    return advice


async def give_advice(session: AsyncSession, advice_id: UUID, *, version: int) -> Advice:
    """The client has it now. Raises `IllegalTransition`, or `MustNotBeContacted`."""
    advice = await load_in_open(session, Advice, advice_id, version=version)
    advice.act("give")
    refuse_to_disturb((await contacts_by_id(session, advice.contact_ids)).values(), now())
    advice.given_at, advice.given_by = now(), context_of(session).actor
    await publish_advice(session, advice)
    return advice


async def decide_advice(
    session: AsyncSession, advice_id: UUID, action: str, decision: DecisionIn, *, version: int
) -> Advice:
    """The client accepts or declines it. Raises `IllegalTransition`."""
    advice = await load_in_open(session, Advice, advice_id, version=version)
    advice.act(action)
    advice.decided_at, advice.decided_by, advice.reason = now(), decision.by, decision.reason
    await publish_advice(session, advice)
    return advice
