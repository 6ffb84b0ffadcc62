"""Baselines: snapshot, review, approval, and taking an approval back."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements import queries
from services.requirements.commands.fit import fit_facts_of
from services.requirements.commands.guards import blocker_of
from services.requirements.commands.records import facts_of
from services.requirements.commands.requirements import tell_recorded
from services.requirements.domain import baseline as content
from services.requirements.models.baselines import Baseline, EmptyBaseline
from services.requirements.models.opportunities import Opportunity
from services.requirements.models.requirements import Priority, Requirement
from services.requirements.schemas.baselines import BaselineIn
from shared.db import context_of, find, load, now
from shared.events.requirements import (
    BaselineApproved,
    BaselineRejected,
    BaselineSubmitted,
    BaselineWithdrawn,
    ConcernFacts,
    ConstraintFacts,
    RequirementFacts,
)
from shared.messaging import publish
from shared.money import Money


async def draft_baseline(session: AsyncSession, wish: BaselineIn) -> Baseline:
    """Take the snapshot that will be reviewed. Raises `EmptyBaseline` when there is nothing to deliver."""
    opportunity = await load(session, Opportunity, wish.opportunity_id)
    opportunity.refuse_if_closed()
    snapshot = await snapshot_of(session, opportunity)
    if all(requirement["priority"] == Priority.WONT for requirement in snapshot["requirements"]):
        raise EmptyBaseline(code=opportunity.code)
    baseline = Baseline(
        opportunity_id=opportunity.id,
        number=await queries.next_baseline_number(session, opportunity.id),
        title=wish.title,
        content_hash=content.content_hash(snapshot),
        requirement_count=len(snapshot["requirements"]),
        snapshot=snapshot,
    )
    session.add(baseline)
    await session.flush()
    return baseline


async def submit_baseline(session: AsyncSession, baseline_id: UUID, *, version: int) -> Baseline:
    baseline, _ = await _open(session, baseline_id, version=version)
    actor = context_of(session).actor
    baseline.act("submit", by=actor)
    baseline.submitted_by = actor
    await session.flush()
    event = BaselineSubmitted(
        opportunity_id=baseline.opportunity_id,
        baseline_id=baseline.id,
        baseline_number=baseline.number,
        requirement_count=baseline.requirement_count,
        submitted_by=actor,
    )
    await publish(session, event, about=baseline)
    return baseline


async def approve_baseline(session: AsyncSession, baseline_id: UUID, *, version: int) -> Baseline:
    """Approve: the baseline before is superseded, and estimation starts from the event.

    Raises `OpenClarification` or `DiscoveryTooThin` where a guard of `commands.guards` fails.
    """
    baseline, opportunity = await _open(session, baseline_id, version=version)
    before = await queries.approved_baseline(session, opportunity.id)
    if before and before is not baseline:
        before.status = "superseded"
        await session.flush()  # one approved at a time is a unique index: the old one goes first
    await _review(session, baseline, "approve", None)
    blocker = await blocker_of(session, baseline)
    if blocker:
        raise blocker
    opportunity.epoch += 1
    opportunity.advance("active", among={"draft", "qualifying"})
    baseline.status, baseline.epoch = "approved", opportunity.epoch
    await _mark_baselined(session, baseline, opportunity)
    await session.flush()
    event = BaselineApproved(
        opportunity_id=opportunity.id,
        baseline_id=baseline.id,
        baseline_number=baseline.number,
        epoch=opportunity.epoch,
        content_hash=baseline.content_hash,
        author=baseline.created_by,
        approved_by=context_of(session).actor,
        approved_at=now(),
        **baseline.snapshot,
    )
    await publish(session, event, about=baseline)
    return baseline


async def reject_baseline(session: AsyncSession, baseline_id: UUID, reason: str, *, version: int) -> Baseline:
    baseline, _ = await _open(session, baseline_id, version=version)
    await _review(session, baseline, "reject", reason)
    await session.flush()
    event = BaselineRejected(
        opportunity_id=baseline.opportunity_id,
        baseline_id=baseline.id,
        baseline_number=baseline.number,
        rejected_by=context_of(session).actor,
        reason=reason,
    )
    await publish(session, event, about=baseline)
    return baseline


async def withdraw_baseline(session: AsyncSession, baseline_id: UUID, reason: str, *, version: int) -> Baseline:
    """Take an approval back: what was made from the baseline no longer counts."""
    baseline, opportunity = await _open(session, baseline_id, version=version)
    actor = context_of(session).actor
    baseline.act("withdraw", by=actor)
    baseline.review_note = reason
    opportunity.epoch += 1
    await session.flush()
    event = BaselineWithdrawn(
        opportunity_id=opportunity.id,
        baseline_id=baseline.id,
        baseline_number=baseline.number,
        epoch=opportunity.epoch,
        withdrawn_by=actor,
        reason=reason,
    )
    await publish(session, event, about=baseline)
    return baseline


async def _open(session: AsyncSession, baseline_id: UUID, *, version: int) -> tuple[Baseline, Opportunity]:
    """The baseline and its opportunity, both locked, the opportunity first: whoever approves waits for whoever does."""
    opportunity_id = (await find(session, Baseline, baseline_id)).opportunity_id
    opportunity = await load(session, Opportunity, opportunity_id)
    opportunity.refuse_if_closed()
    return await load(session, Baseline, baseline_id, version=version), opportunity


async def _review(session: AsyncSession, baseline: Baseline, action: str, note: str | None) -> None:
    reviewer = context_of(session).actor
    baseline.act(action, by=reviewer)
    baseline.reviewed_by, baseline.reviewed_at, baseline.review_note = reviewer, now(), note


async def _mark_baselined(session: AsyncSession, baseline: Baseline, opportunity: Opportunity) -> None:
    """Requirements that still are as in the snapshot are baselined; what changed since is told to be ahead of it."""
    current = {one["id"]: one for one in (await snapshot_of(session, opportunity))["requirements"]}
    wanted = {one["id"]: one for one in baseline.snapshot["requirements"]}
    rows = await session.scalars(sa.select(Requirement).where(Requirement.id.in_(map(UUID, wanted))))
    ahead = []
    for row in rows:
        if current.get(str(row.id)) == wanted[str(row.id)]:
            row.status = "baselined"
        else:
            row.status = "withdrawn" if row.status == "withdrawn" else "changed"
            row.updated_at = now()
            ahead.append(row)
    if ahead:
        await tell_recorded(session, ahead)


async def snapshot_of(session: AsyncSession, opportunity: Opportunity) -> dict[str, Any]:
    """What a baseline of the opportunity would hold now; the content that a change request would give, too."""
    requirements = [
        RequirementFacts.model_validate(row, from_attributes=True)
        for row in await queries.requirements_of(session, opportunity.id)
    ]
    kept = {requirement.id for requirement in requirements}
    requirements = [
        requirement.model_copy(update={"depends_on": tuple(key for key in requirement.depends_on if key in kept)})
        for requirement in requirements
    ]
    constraints = [
        ConstraintFacts(
            **{
                name: getattr(row, name)
                for name in (
                    "id",
                    "kind",
                    "name",
                    "is_hard",
                    "earliest",
                    "latest",
                    "statement",
                    "firmness",
                    "funding_source",
                )
            },
            budget_min=row.budget_min and Money.of(row.budget_min, opportunity.currency),
            budget_max=row.budget_max and Money.of(row.budget_max, opportunity.currency),
        )
        for row in await queries.constraints_of(session, opportunity.id)
    ]
    concerns = [
        ConcernFacts.model_validate(row, from_attributes=True)
        for row in await queries.concerns_of(session, opportunity.id)
    ]
    return {
        "opportunity": (await facts_of(session, opportunity)).model_dump(mode="json"),
        "requirements": [requirement.model_dump(mode="json") for requirement in requirements],
        "constraints": [constraint.model_dump(mode="json") for constraint in constraints],
        "concerns": [concern.model_dump(mode="json") for concern in concerns],
        "fits": [fit.model_dump(mode="json") for fit in await fit_facts_of(session, opportunity.id, kept)],
    }
