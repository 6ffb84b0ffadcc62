"""Change requests: raising, assessing, deciding and applying them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands import records
from services.requirements.commands.baselines import draft_baseline
from services.requirements.commands.projections import before_of, effort_of, price_of, schedule_of
from services.requirements.commands.requirements import change_requirement, move_requirement, record_requirements
from services.requirements.commands.snapshots import snapshot_of
from services.requirements.domain.baseline import content_hash
from services.requirements.domain.statements import heading
from services.requirements.models.changes import ChangeRequest, ImpactIsOutdated
from services.requirements.models.opportunities import Opportunity
from services.requirements.queries.baselines import next_baseline_number
from services.requirements.queries.completeness import record_of
from services.requirements.queries.requirements import ids_of_codes
from services.requirements.schemas.baselines import BaselineIn
from services.requirements.schemas.changes import Add, Application, ChangeRequestIn, ChangeRequestPatch, Operation
from services.requirements.schemas.requirements import RequirementIn, RequirementPatch, Source
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.kernel.db import context_of, load, taken_back
from shared.kernel.messaging import Passing, publish, publish_of
from shared.language.events.engagement import NeedHeard
from shared.language.events.estimation import EstimationScenarioFailed, ScenarioPriced
from shared.language.events.proposal import ProposalScenarioFailed, ScenarioScheduled
from shared.language.events.requirements import BaselineApproved, ChangeRequestRecorded, OriginFacts, ScenarioProposed
from shared.language.events.risk import RiskScenarioFailed

_PARTS = {"price_incl_tax", "finish"}
"""The figures that come last of the two answers to a scenario: with both, the impact is complete."""


async def draft_change(
    session: AsyncSession, wish: ChangeRequestIn, origin: OriginFacts | None = None, about: Sequence[UUID] = ()
) -> ChangeRequest:
    """A request for a change; `about` names the requirements of one that does not say yet what would change."""
    opportunity = await load(session, Opportunity, wish.opportunity_id)
    opportunity.refuse_if_closed()
    number = await records.next_number(session, f"change-{opportunity.id}")
    change = ChangeRequest(
        **wish.model_dump(mode="json", include={"title", "reason", "source"}),
        opportunity_id=opportunity.id,
        code=f"CR-{number:03d}",
        authors=[context_of(session).actor],
        origin=origin and origin.model_dump(mode="json"),
    )
    await _set_operations(session, change, opportunity, wish.operations)
    change.requirement_ids = change.requirement_ids or list(about)
    session.add(change)
    await _publish(session, change)
    return change


async def raise_change(session: AsyncSession, event: NeedHeard) -> None:
    """A wish for a change that was heard in a talk: a draft in our words, for somebody to say what would change."""
    wish = ChangeRequestIn(
        opportunity_id=event.opportunity_id,
        title=heading(event.statement),
        reason=event.statement,
        source=Source(
            document=event.source[:300],
            location=event.speaker or "client",
            quote=event.client_words or event.statement,
        ),
    )
    await draft_change(session, wish, OriginFacts(kind="need", id=event.need_id))


async def change_change(session: AsyncSession, key: UUID, patch: ChangeRequestPatch, *, version: int) -> ChangeRequest:
    """Change the request; an impact that was computed no longer holds."""
    change, opportunity = await records.load_in_open(session, ChangeRequest, key, version=version)
    change.act("change", by=context_of(session).actor)
    change.authors = list(dict.fromkeys([*change.authors, context_of(session).actor]))
    set_fields(change, patch.model_dump(mode="json", exclude_unset=True, exclude={"operations"}))
    if "operations" in patch.model_fields_set:
        await _set_operations(session, change, opportunity, patch.operations)
    _forget_impact(change)
    await _publish(session, change)
    return change


async def assess_change(session: AsyncSession, key: UUID, *, version: int) -> ChangeRequest:
    """Ask the other stages what the change would do. Raises what applying it would raise, and `NothingToChange`."""
    change, opportunity = await records.load_in_open(session, ChangeRequest, key, version=version)
    change.act("assess", by=context_of(session).actor)
    snapshot = await _content_with(session, change, opportunity)
    _forget_impact(change)
    change.scenario_id, change.basis_hash = new_id(), content_hash(snapshot)
    change.after = {"requirement_count": len(snapshot["requirements"])}
    await _publish(session, change)
    actor = context_of(session).actor
    event = ScenarioProposed(
        opportunity_id=opportunity.id,
        scenario_id=change.scenario_id,
        baseline=BaselineApproved(
            opportunity_id=opportunity.id,
            baseline_id=change.scenario_id,
            baseline_number=await next_baseline_number(session, opportunity.id),
            epoch=opportunity.epoch + 1,
            content_hash=change.basis_hash,
            author=change.created_by,
            approved_by=actor,
            approved_at=now(),
            **snapshot,
        ),
    )
    await publish(session, event, Passing(change.scenario_id, version=1))
    return change


async def review_change(
    session: AsyncSession, key: UUID, action: str, reason: str | None, *, version: int
) -> ChangeRequest:
    """Approve, reject or withdraw. Approving raises `ImpactIsOutdated` when the content has moved since."""
    change, opportunity = await records.load_in_open(session, ChangeRequest, key, version=version)
    actor = context_of(session).actor
    change.act(action, by=actor)
    if action == "approve":
        await _refuse_if_moved(session, change, opportunity)
    change.reviewed_by, change.reviewed_at, change.review_note = actor, now(), reason
    await _publish(session, change)
    return change


async def apply_change(session: AsyncSession, key: UUID, wish: Application, *, version: int) -> ChangeRequest:
    """Make the change, all or nothing, exactly as it was assessed; raises `ImpactIsOutdated` otherwise."""
    change, opportunity = await records.load_in_open(session, ChangeRequest, key, version=version)
    change.act("apply", by=context_of(session).actor)
    await _refuse_if_moved(session, change, opportunity)
    await _make(session, change)
    change.applied_at = now()
    if wish.baseline_title:
        drafted = await draft_baseline(session, BaselineIn(opportunity_id=opportunity.id, title=wish.baseline_title))
        change.baseline_id = drafted.id
    await _publish(session, change)
    return change


async def take_price(session: AsyncSession, event: ScenarioPriced) -> None:
    await _take(session, event.scenario_id, {**effort_of(event.estimate), **price_of(event.price)})


async def take_schedule(session: AsyncSession, event: ScenarioScheduled) -> None:
    await _take(session, event.scenario_id, schedule_of(event))


async def take_failure(
    session: AsyncSession, event: EstimationScenarioFailed | RiskScenarioFailed | ProposalScenarioFailed
) -> None:
    """The scenario has no figures: the request is a draft again, with the reason."""
    change = await _asked_for(session, event.scenario_id)
    if change:
        change.status, change.failure = "draft", event.reason.model_dump(mode="json")
        await _publish(session, change)


async def _take(session: AsyncSession, scenario_id: UUID, figures: Mapping[str, Any]) -> None:
    change = await _asked_for(session, scenario_id)
    if change is None:
        return
    change.after = {**(change.after or {}), **figures}
    if change.after.keys() >= _PARTS:
        change.status, change.assessed_at = "assessed", now()
        change.before = await before_of(session, change.opportunity_id)
    await _publish(session, change)


async def _asked_for(session: AsyncSession, scenario_id: UUID) -> ChangeRequest | None:
    """The request that waits for this scenario, locked; None when it was changed or asked again since."""
    waiting = sa.select(ChangeRequest).where(
        ChangeRequest.scenario_id == scenario_id, ChangeRequest.status == "assessing"
    )
    return await session.scalar(waiting.with_for_update())


async def _set_operations(
    session: AsyncSession, change: ChangeRequest, opportunity: Opportunity, operations: Sequence[Operation]
) -> None:
    """Keep the operations, each addition with its code from now on. Raises `UnknownRequirement`."""
    kept = []
    beside = {one.requirement.code for one in operations if isinstance(one, Add) and one.requirement.code}
    for one in operations:
        told = one.model_dump(mode="json", exclude_unset=True)
        if isinstance(one, Add) and not one.requirement.code:
            [told["requirement"]["code"]] = await records.next_requirement_codes(session, opportunity.id, 1, beside)
        kept.append(told)
    named = [one.code for one in operations if not isinstance(one, Add)]
    change.operations, change.requirement_ids = kept, await records.ids_of(session, opportunity, named)


def _forget_impact(change: ChangeRequest) -> None:
    change.scenario_id = change.basis_hash = change.after = change.before = None
    change.failure = change.assessed_at = None


async def _refuse_if_moved(session: AsyncSession, change: ChangeRequest, opportunity: Opportunity) -> None:
    if content_hash(await _content_with(session, change, opportunity)) != change.basis_hash:
        raise ImpactIsOutdated(code=change.code)


async def _content_with(session: AsyncSession, change: ChangeRequest, opportunity: Opportunity) -> dict[str, Any]:
    """The snapshot that a baseline would have after the change: it is made, looked at, and taken back."""
    async with taken_back(session):
        await _make(session, change)
        return await snapshot_of(session, await record_of(session, opportunity))


async def _make(session: AsyncSession, change: ChangeRequest) -> None:
    """Additions first, since changes may depend on them; their ids are the same each time."""
    added = [one["requirement"] for one in change.operations if one["op"] == "add"]
    wishes = [RequirementIn(opportunity_id=change.opportunity_id, **requirement) for requirement in added]
    ids = [uuid5(change.id, str(number)) for number in range(len(wishes))]
    if wishes:
        await record_requirements(session, wishes, OriginFacts(kind="change_request", id=change.id), ids)
    codes = [one["code"] for one in change.operations if one["op"] != "add"]
    known = await ids_of_codes(session, change.opportunity_id, codes)
    for one in change.operations:
        if one["op"] == "change":
            patch = RequirementPatch.model_validate(one["changes"])
            await change_requirement(session, known[one["code"]], patch, version=None)
    for one in change.operations:
        if one["op"] == "withdraw":
            await move_requirement(session, known[one["code"]], "withdraw", version=None)


async def _publish(session: AsyncSession, change: ChangeRequest) -> None:
    await publish_of(session, ChangeRequestRecorded, change)
