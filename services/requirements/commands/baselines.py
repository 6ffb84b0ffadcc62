"""Baselines: snapshot, review, approval, and taking an approval back."""

from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands.guards import blocker_of
from services.requirements.commands.records import load_in_open
from services.requirements.commands.snapshots import snapshot_of
from services.requirements.domain import baseline as content
from services.requirements.models.baselines import MOST_REQUIREMENTS, Baseline, EmptyBaseline, TooManyRequirements
from services.requirements.models.opportunities import Opportunity
from services.requirements.models.requirements import Priority
from services.requirements.queries.baselines import approved_baseline, next_baseline_number
from services.requirements.queries.completeness import record_of
from services.requirements.schemas.baselines import BaselineIn
from shared.kernel.audit import set_on_all
from shared.kernel.clock import now
from shared.kernel.db import context_of, load
from shared.kernel.messaging import publish, publish_of
from shared.kernel.messaging.large import MOST_BYTES
from shared.kernel.problems import EventTooLarge
from shared.language.events.requirements import BaselineApproved, BaselineRejected, BaselineSubmitted, BaselineWithdrawn

_BESIDE_CONTENT_BYTES = 4096
"""At most, in the event of an approval: what it tells besides the content."""


async def draft_baseline(session: AsyncSession, wish: BaselineIn) -> Baseline:
    """Take the content as it is now; submitting takes it again.

    Raises `EmptyBaseline` where nothing is to deliver, `TooManyRequirements`, and `EventTooLarge` where their texts are
    more than the event of its approval carries.
    """
    opportunity = await load(session, Opportunity, wish.opportunity_id)
    opportunity.refuse_if_closed()
    number = await next_baseline_number(session, opportunity.id)
    baseline = Baseline(opportunity_id=opportunity.id, number=number, title=wish.title)
    await _take_content(session, baseline, opportunity)
    session.add(baseline)
    await session.flush()
    return baseline


async def _take_content(session: AsyncSession, baseline: Baseline, opportunity: Opportunity) -> None:
    snapshot = await snapshot_of(session, await record_of(session, opportunity))
    if all(requirement["priority"] == Priority.WONT for requirement in snapshot["requirements"]):
        raise EmptyBaseline(code=opportunity.code)
    count = len(snapshot["requirements"])
    if count > MOST_REQUIREMENTS:
        raise TooManyRequirements(code=opportunity.code, count=count, limit=MOST_REQUIREMENTS)
    size = len(orjson.dumps(snapshot)) + _BESIDE_CONTENT_BYTES
    if size > MOST_BYTES:
        raise EventTooLarge(kind=Baseline.__tablename__, size=size, limit=MOST_BYTES)
    baseline.snapshot, baseline.content_hash = snapshot, content.content_hash(snapshot)
    baseline.requirement_count = count


async def submit_baseline(session: AsyncSession, baseline_id: UUID, *, version: int) -> Baseline:
    """To the reviewer, with the content as it is now; again, when it has moved since. Raises as drafting does."""
    baseline, opportunity = await load_in_open(session, Baseline, baseline_id, version=version)
    actor = context_of(session).actor
    await _take_content(session, baseline, opportunity)
    baseline.act("submit", by=actor)
    baseline.submitted_by = actor
    await session.flush()
    if baseline.version == version:
        return baseline  # submitted again as it was: there is nothing to tell
    await publish_of(session, BaselineSubmitted, baseline, baseline_number=baseline.number, submitted_by=actor)
    return baseline


async def approve_baseline(session: AsyncSession, baseline_id: UUID, *, version: int) -> Baseline:
    """Approve: the baseline before is superseded, and estimation starts from the event.

    Raises `OpenClarification`, `DiscoveryTooThin` or `BaselineMoved` where a guard of `commands.guards` fails: what is
    approved is what was submitted, and what is so now.
    """
    baseline, opportunity = await load_in_open(session, Baseline, baseline_id, version=version)
    before = await approved_baseline(session, opportunity.id) if opportunity.epoch else None
    if before and before is not baseline:
        before.status = "superseded"
        await session.flush()  # one approved at a time is a unique index: the old one goes first
    await _review(session, baseline, "approve", None)
    with session.no_autoflush:  # the review is one change with the epoch
        record = await record_of(session, opportunity)
        blocker = await blocker_of(session, baseline, record)
    if blocker:
        raise blocker
    opportunity.epoch += 1
    opportunity.advance("active", among={"draft", "qualifying"})
    baseline.status, baseline.epoch = "approved", opportunity.epoch
    await set_on_all(session, record.requirements, status="baselined")  # it holds all of them, or it has moved
    await session.flush()
    await _say_approved(session, baseline, opportunity)
    return baseline


async def _say_approved(session: AsyncSession, baseline: Baseline, opportunity: Opportunity) -> None:
    event = BaselineApproved(
        opportunity_id=opportunity.id,
        baseline_id=baseline.id,
        baseline_number=baseline.number,
        epoch=opportunity.epoch,
        content_hash=baseline.content_hash,
        author=baseline.created_by,
        approved_by=baseline.reviewed_by or context_of(session).actor,
        approved_at=baseline.reviewed_at or now(),
        opportunity_version=opportunity.version,
        **baseline.snapshot,
    )
    await publish(session, event, about=baseline)


async def go_on_after(session: AsyncSession, forgotten: BaselineWithdrawn) -> Baseline | None:
    """After a restore: others have heard of an epoch that is not known here any more, that of `forgotten`.

    What counts here counts there again, in an epoch after it: the baseline that is approved here, which is returned, or
    else nothing (`forgotten` is said then), until the next approval.
    """
    opportunity = await load(session, Opportunity, forgotten.opportunity_id)
    opportunity.epoch = max(opportunity.epoch, forgotten.epoch) + 1
    baseline = await approved_baseline(session, opportunity.id)
    if baseline:
        baseline.epoch = opportunity.epoch
    await session.flush()
    if baseline:
        await _say_approved(session, baseline, opportunity)
    else:
        await publish(session, forgotten.model_copy(update={"epoch": opportunity.epoch}), about=opportunity)
    return baseline


async def reject_baseline(session: AsyncSession, baseline_id: UUID, reason: str, *, version: int) -> Baseline:
    baseline, _ = await load_in_open(session, Baseline, baseline_id, version=version)
    await _review(session, baseline, "reject", reason)
    await publish_of(
        session,
        BaselineRejected,
        baseline,
        baseline_number=baseline.number,
        rejected_by=context_of(session).actor,
        reason=reason,
    )
    return baseline


async def withdraw_baseline(session: AsyncSession, baseline_id: UUID, reason: str, *, version: int) -> Baseline:
    """Take an approval back: what was made from the baseline no longer counts."""
    baseline, opportunity = await load_in_open(session, Baseline, baseline_id, version=version)
    actor = context_of(session).actor
    baseline.act("withdraw", by=actor)
    baseline.review_note = reason
    opportunity.epoch += 1
    await publish_of(
        session,
        BaselineWithdrawn,
        baseline,
        opportunity_id=opportunity.id,
        baseline_number=baseline.number,
        epoch=opportunity.epoch,
        withdrawn_by=actor,
        reason=reason,
    )
    return baseline


async def _review(session: AsyncSession, baseline: Baseline, action: str, note: str | None) -> None:
    reviewer = context_of(session).actor
    baseline.act(action, by=reviewer)
    baseline.reviewed_by, baseline.reviewed_at, baseline.review_note = reviewer, now(), note
