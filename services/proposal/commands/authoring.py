"""What persons settle for an opportunity's proposals: the one way for solution, schedule, texts … into a proposal.

Whoever owns such a thing keeps it in tables of its own, in whatever states it has, and calls `settle_part` in the
transaction in which it is to count (an approval, a decision, "use this"), with a part from `content/authored.py` or
`content/plan.py`, by the kinds of `content/kinds.py`. From there on it is the newest draft's:

- each settling has the next authored revision of its opportunity, the last component of a proposal's basis;
- drafts that are there become stale, with a reason that names the part, and a new draft supersedes them at once when
  baseline, estimate, risk budget and price of the newest basis are there; otherwise the draft that they make has it;
- what is with the client keeps its content, as always; the new draft is its next revision.

Settling the same again changes nothing. The head of the opportunity is locked here and by every event: a command that
locks rows of its own takes the head first, so that nobody waits for each other.
"""

from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands import drafting
from services.proposal.commands.authored_parts import OF_NO_BASIS, keep_part
from services.proposal.content.base import Part
from services.proposal.content.part_types import KINDS
from services.proposal.domain.basis import Basis
from services.proposal.models.projections import KnownOpportunity
from services.proposal.models.solutions import Solution
from services.proposal.models.strategies import Strategy
from services.proposal.queries.authored_parts import newest_parts
from services.proposal.queries.opportunities import open_head
from shared.kernel.db import find, load

A = TypeVar("A", Solution, Strategy)


async def settle_part(
    session: AsyncSession, opportunity_id: UUID, kind: str, facts: Part | None, *, made_from: Basis = OF_NO_BASIS
) -> int:
    """Have the newest draft say `facts`; None drops the part, so that what is computed counts again.

    `made_from` is the baseline, or baseline and estimate, that it was made for: it is behind, and to be looked at
    again, as soon as there are newer ones. Returns the authored revision that it counts from. Raises
    `UnknownOpportunity`, `OpportunityIsClosed`, `TypeError` for facts of another kind, and what drafting raises.
    """
    if facts is not None and not isinstance(facts, KINDS[kind]):
        raise TypeError(f"a {kind} is a {KINDS[kind].__name__}, not a {type(facts).__name__}")
    head = await open_head(session, opportunity_id)
    parts = await newest_parts(session, opportunity_id)
    if not keep_part(session, head, parts, kind, facts, made_from):
        return parts[kind].revision if kind in parts else head.authored_revision
    head.settled, revision = kind, head.authored_revision
    await drafting.draft_anew(session, head)
    return revision


async def settle_heard(session: AsyncSession, opportunity_id: UUID, kind: str, facts: Part | None) -> None:
    """Settle what another service told: it proves that the opportunity exists; of a closed one nothing changes."""
    await session.execute(insert(KnownOpportunity).values(id=opportunity_id, facts={}).on_conflict_do_nothing())
    closed = sa.select(KnownOpportunity.is_closed).where(KnownOpportunity.id == opportunity_id)
    if not await session.scalar(closed):
        await settle_part(session, opportunity_id, kind, facts)


async def load_authored(session: AsyncSession, model: type[A], key: UUID, *, version: int) -> A:
    """What persons author of an open opportunity, to change: locked behind its head, as `settle_part` wants it.

    Raises `NotFound`, `PreconditionFailed`, `OpportunityIsClosed`.
    """
    opportunity_id = (await find(session, model, key)).opportunity_id
    await open_head(session, opportunity_id)
    return await load(session, model, key, version=version)
