"""What changes the review policy: each change is a new revision, for proposals that go to review from then on."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.models.reviews import ReviewPolicy
from services.proposal.schemas.reviews import ReviewPolicyIn
from shared.kernel.revisions import put_in_force


async def revise_policy(session: AsyncSession, wish: ReviewPolicyIn) -> ReviewPolicy:
    """Put the next revision in force."""
    rule = ReviewPolicy(
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
    return await put_in_force(session, rule)
