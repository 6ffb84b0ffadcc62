"""Discounts: asked for, decided by somebody else where the policy wants it, then in the price."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation import queries
from services.estimation.commands.estimates import reissue_estimate
from services.estimation.commands.publishing_discounts import publish_discount
from services.estimation.models.discounts import Discount, EstimateIsNotPriced, PricingPolicy
from services.estimation.models.estimates import Estimate
from services.estimation.queries import discounts
from services.estimation.schemas.discounts import DiscountIn, Evaluation, PricingPolicyIn
from shared.kernel.auth import Principal
from shared.kernel.clock import now
from shared.kernel.db import context_of, find, load
from shared.kernel.revisions import in_force, put_in_force

BY_POLICY = "policy"


async def revise_policy(session: AsyncSession, wish: PricingPolicyIn) -> PricingPolicy:
    """Put the next revision in force, for discounts that are asked for from then on."""
    return await put_in_force(session, PricingPolicy(levels=wish.stored, note=wish.note))


async def request_discount(session: AsyncSession, wish: DiscountIn) -> Discount:
    """Ask for a discount; where the policy wants nobody's approval it is given at once.

    Raises `EstimateIsNotPriced`, `DiscountTooLarge`, `AlreadyExists` when another request of the opportunity waits.
    """
    estimate = await find(session, Estimate, wish.estimate_id)
    await queries.head_of(session, estimate.opportunity_id)
    estimate = await load(session, Estimate, wish.estimate_id)
    policy = await in_force(session, PricingPolicy)
    found = discounts.evaluated(estimate, wish.taken_off, policy, wish.currency)
    row = Discount(
        opportunity_id=estimate.opportunity_id,
        rate=wish.discount_rate,
        amount=wish.taken_off.amount,
        currency=found.figures.list_price.currency,
        reason=wish.reason,
        status="requested",
        levels=policy.levels if policy else None,
    )
    _note(row, estimate, found)
    session.add(row)
    await publish_discount(session, row)
    if not found.needs_approval:
        await _approve(session, row, estimate, by=BY_POLICY, note=None)
    return row


async def approve_discount(
    session: AsyncSession, key: UUID, note: str | None, caller: Principal, *, version: int
) -> Discount:
    """Approve for the price as it is now, which goes out again with the discount.

    Raises `OwnDiscount`, `NotAnApprover`, `EstimateIsNotPriced` while there is no fresh price.
    """
    row = await _opened(session, key, version)
    row.machine.next(row.status, "approve")
    estimate = await _priced(session, row.opportunity_id)
    policy = await session.get(PricingPolicy, row.policy_id) if row.policy_id else None
    _note(row, estimate, discounts.evaluated(estimate, row.taken_off, policy))
    _refuse(row, caller)
    await _approve(session, row, estimate, by=caller.subject, note=note)
    return row


async def reject_discount(session: AsyncSession, key: UUID, note: str, caller: Principal, *, version: int) -> Discount:
    """Raises `OwnDiscount`, `NotAnApprover`."""
    row = await _opened(session, key, version)
    row.machine.next(row.status, "reject")
    _refuse(row, caller)
    row.act("reject")
    row.decided_by, row.decided_at, row.note = caller.subject, now(), note
    await publish_discount(session, row)
    return row


async def withdraw_discount(session: AsyncSession, key: UUID, *, version: int) -> Discount:
    """Take a request, or an approved discount, back; the price then goes out again without it."""
    row = await _opened(session, key, version)
    was_approved = row.status == "approved"
    row.act("withdraw")
    row.note = context_of(session).actor
    await publish_discount(session, row)
    if was_approved:
        await reissue_estimate(session, await _priced(session, row.opportunity_id))
    return row


async def _opened(session: AsyncSession, key: UUID, version: int) -> Discount:
    """The discount, locked, and its opportunity before it."""
    await queries.head_of(session, (await find(session, Discount, key)).opportunity_id)
    return await load(session, Discount, key, version=version)


async def _priced(session: AsyncSession, opportunity_id: UUID) -> Estimate:
    """The newest estimate. Raises `EstimateIsNotPriced` when there is none."""
    estimates = await queries.estimates_of(session, opportunity_id)
    if not estimates:
        raise EstimateIsNotPriced(state="none", freshness="stale")
    return estimates[-1]


def _note(row: Discount, estimate: Estimate, found: Evaluation) -> None:
    """Keep what the policy says of it now."""
    row.estimate_id, row.position = estimate.id, estimate.position
    row.policy_id, row.policy_revision = found.policy_id, found.policy_revision
    row.rank, row.approvers = found.rank, found.approvers
    row.findings = [one.model_dump(mode="json") for one in found.findings]
    row.figures = found.figures.model_dump(mode="json")


def _refuse(row: Discount, caller: Principal) -> None:
    refusal = row.refusal(caller.subject, caller.roles)
    if refusal:
        raise refusal


async def _approve(session: AsyncSession, row: Discount, estimate: Estimate, *, by: str, note: str | None) -> None:
    before = await discounts.approved(session, row.opportunity_id)
    if before:
        before.act("replace")
        await publish_discount(session, before)
    row.act("approve")
    row.decided_by, row.decided_at, row.note = by, now(), note
    await publish_discount(session, row)
    await reissue_estimate(session, estimate)
