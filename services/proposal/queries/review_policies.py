"""Review policies, and what they ask of a proposal."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.domain.review_policy import Tier, tier_of
from services.proposal.models.proposals import Proposal
from services.proposal.models.reviews import ReviewPolicy, usual_of
from services.proposal.schemas.reviews import AskedReview, Evaluation, PolicyQuestion, ReviewPolicyQuery
from shared.kernel.db import find
from shared.kernel.pages import Slice, paginate
from shared.kernel.revisions import in_force, revisions
from shared.language.money import Money


async def policies(session: AsyncSession, query: ReviewPolicyQuery) -> Slice[ReviewPolicy]:
    """Revisions of the policy."""
    return await paginate(session, ReviewPolicy, query, revisions(ReviewPolicy, is_in_force=query.is_in_force))


async def evaluate(session: AsyncSession, question: PolicyQuestion) -> Evaluation:
    """Which reviews an amount, or a proposal as it is, would need under the policy in force, and why."""
    policy = await in_force(session, ReviewPolicy)
    proposal = await find(session, Proposal, question.proposal_id) if question.proposal_id else None
    price = question.price_incl_tax or _price(proposal)
    tier = tier_of(policy.parsed_tiers, price.amount, price.currency) if policy else None
    revision = policy.revision if policy else 0
    en, zh = _reason(tier, price, revision)
    return Evaluation(
        price_incl_tax=price,
        policy_revision=revision,
        reviews=[AskedReview(role=one.role, count=one.count) for one in (tier.reviews if tier else usual_of(policy))],
        missing=_missing(proposal),
        reason=en,
        reason_zh=zh,
    )


def _missing(proposal: Proposal | None) -> list[AskedReview] | None:
    if proposal is None or not proposal.reviews_asked:
        return None
    return [AskedReview(role=one.role, count=one.count) for one in proposal.reviews_missing]


def _price(proposal: Proposal | None) -> Money:
    if proposal is None:
        raise TypeError("a question has an amount or a proposal")
    return Money.of(proposal.price_incl_tax, proposal.currency)


def _reason(tier: Tier | None, price: Money, revision: int) -> tuple[str, str]:
    if tier:
        limit = f"{tier.from_amount:,} {tier.currency}"
        return (
            f"{price.amount:,} {price.currency} reaches the tier from {limit} of policy revision {revision}.",
            f"金额 {price.amount:,} {price.currency} 达到评审政策第 {revision} 版中 {limit} 起的档次。",
        )
    if revision:
        return (
            f"{price.amount:,} {price.currency} reaches no tier of policy revision {revision}: the usual reviews.",
            f"金额 {price.amount:,} {price.currency} 未达到评审政策第 {revision} 版的任何档次，按常规评审。",
        )
    return "No policy has been made: one approval by an approver.", "尚未制定评审政策：由一名审批人批准。"
