"""What changes the review policy: each change is a new revision, for proposals that go to review from then on."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.models.reviews import ReviewPolicy
from services.proposal.queries.review_policies import policy_in_force
from services.proposal.schemas.reviews import ReviewPolicyIn
from shared.kernel.clock import now
from shared.kernel.db import load


async def revise_policy(session: AsyncSession, wish: ReviewPolicyIn) -> ReviewPolicy:
    """Put the next revision in force."""
    before = await policy_in_force(session)
    if before:
        before = await load(session, ReviewPolicy, before.id)
        before.superseded_at = now()
        await session.flush()
    last = await session.scalar(sa.select(sa.func.max(ReviewPolicy.revision)))
    policy = ReviewPolicy(
        revision=(last or 0) + 1,
        usual=[one.model_dump() for one in wish.usual],
        tiers=[
            {
                "currency": tier.from_amount.currency,
                "from_amount": str(tier.from_amount.amount),
                "reviews": [one.model_dump() for one in tier.reviews],
            }
            for tier in wish.tiers
        ],
        required_sections=list(dict.fromkeys(wish.required_sections)),
        note=wish.note,
    )
    session.add(policy)
    await session.flush()
    return policy
