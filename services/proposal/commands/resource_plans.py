"""What changes resource plans: drafting, editing, rebasing, agreeing. Every save computes months and money anew."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands.authoring import settle_part
from services.proposal.commands.drafting import ingredients_of
from services.proposal.commands.plans import BASIS, agree, behind_head, withdraw
from services.proposal.domain.basis import Basis
from services.proposal.domain.rebase import Change, rebased
from services.proposal.models.projections import Head
from services.proposal.models.resource_plans import ResourcePlan
from services.proposal.models.schedules import NotComputedYet, PlanIsStale, Schedule, ThereIsADraft
from services.proposal.queries import plans as queries
from services.proposal.queries.opportunities import open_opportunity
from services.proposal.queries.resourcing import (
    costs_of,
    drafted_content,
    inputs_of,
    planned_resources,
    settled_resources,
)
from services.proposal.queries.schedules import counting
from services.proposal.schemas.networks import ScheduleNetwork
from services.proposal.schemas.resource_plans import ResourceContent, ResourceInputs
from shared.kernel.auth import Principal
from shared.kernel.db import find, load
from shared.kernel.messaging import publish_of
from shared.kernel.validation import whole
from shared.language.events.estimation import EstimateCompleted
from shared.language.events.proposal import ResourcePlanAgreed, ResourcePlanWithdrawn

_COSTS = ("team", "day_costs", "financial", "material")


async def follow_schedule(
    session: AsyncSession,
    head: Head,
    estimate: EstimateCompleted | None = None,
    schedules: Sequence[Schedule] | None = None,
) -> None:
    """Bring the draft in line with the schedule that counts, unless persons edited it: then it becomes stale.

    `estimate` is that of the schedule when it has a newer one; without it the costs stay as they are. `schedules` are
    those that are live, where they were read.
    """
    schedule = counting(schedules or await queries.live(session, Schedule, head.opportunity_id))
    if schedule is None:
        return
    plans, last = await queries.live_and_last(session, ResourcePlan, head.opportunity_id)
    draft = next((one for one in plans if one.status == "draft"), None)
    if not plans and estimate:
        draft = ResourcePlan(
            opportunity_id=head.opportunity_id,
            code=schedule.code.replace("SCH-", "RES-", 1),
            revision=last + 1,
            status="draft",
        )
    for plan in plans:
        plan.compare_with(head, schedule)
    if draft is None or (draft in plans and draft.is_edited):
        return
    if estimate:
        costs: Mapping[str, Any] = costs_of(estimate)
    elif draft.estimate_id == schedule.estimate_id:
        costs = _costs(await queries.with_contents(session, draft))
    else:
        return
    known = (draft.schedule_hash, draft.made_from) if draft in plans else None
    if known != (schedule.network_hash, schedule.made_from):
        await _take(session, head, draft, await queries.with_contents(session, schedule), costs)


async def replace_content(
    session: AsyncSession, key: UUID, wish: ResourceContent, caller: Principal, *, version: int
) -> ResourcePlan:
    """Take other people and material in place of all; who may not see costs leaves those that are there."""
    await open_opportunity(session, (await find(session, ResourcePlan, key)).opportunity_id)
    plan = await queries.with_contents(session, await load(session, ResourcePlan, key, version=version))
    plan.act("change")
    if not caller.may("cost:read"):
        known = {one.id: one.unit_cost for one in ResourceContent.model_validate(plan.content).material}
        kept = [
            one if one.unit_cost is not None else one.model_copy(update={"unit_cost": known.get(one.id)})
            for one in wish.material
        ]
        wish = wish.model_copy(update={"material": kept})
    return await _saved(session, plan, wish)


async def rebase_resource_plan(
    session: AsyncSession, key: UUID, caller: Principal, *, version: int
) -> tuple[ResourcePlan, list[Change]]:
    """Bring a resource plan to the schedule that counts; changes by persons stay.

    Of an agreed one a new draft is made. Raises `NothingToRebase`, `NotComputedYet`, `PlanIsStale` while the schedule
    itself is behind, `ThereIsADraft`.
    """
    head, plan = await behind_head(session, ResourcePlan, key, version=version)
    plan.act("rebase")
    schedule = counting(await queries.live(session, Schedule, head.opportunity_id))
    if schedule is None:
        raise NotComputedYet
    reason = schedule.stale_reason
    if reason:
        raise PlanIsStale(code=schedule.code, revision=schedule.revision, why=reason.message, why_zh=reason.message_zh)
    made_of = await ingredients_of(session, head.opportunity_id, schedule.made_from)
    inputs = await _inputs(await queries.with_contents(session, schedule), costs_of(made_of.estimate))
    theirs = await asyncio.to_thread(drafted_content, inputs)
    merged, changes = _rebased(plan.drafted, plan.content, theirs)
    target = plan
    if plan.status == "agreed":
        live, last = await queries.live_and_last(session, ResourcePlan, head.opportunity_id)
        drafts = [one for one in live if one is not plan]
        if drafts:
            raise ThereIsADraft(code=plan.code, revision=drafts[0].revision)
        target = ResourcePlan(opportunity_id=head.opportunity_id, code=plan.code, revision=last + 1, status="draft")
    await _take(session, head, target, schedule, costs_of(made_of.estimate), merged)
    # What things cost is told to those only who may see it.
    return target, [one for one in changes if one.field != "unit_cost" or caller.may("cost:read")]


async def agree_resource_plan(session: AsyncSession, key: UUID, *, version: int) -> ResourcePlan:
    """It is what the next proposal says of people and material. Raises `PlanIsStale`."""
    _, plan = await behind_head(session, ResourcePlan, key, version=version)
    await agree(session, plan)
    content, inputs = ResourceContent.model_validate(plan.content), ResourceInputs.model_validate(plan.inputs)
    facts = await asyncio.to_thread(settled_resources, content, inputs)
    made_from = Basis(plan.epoch, plan.estimate_revision)
    await settle_part(session, plan.opportunity_id, "resource_plan", facts, made_from=made_from)
    await publish_of(session, ResourcePlanAgreed, plan)
    return plan


async def withdraw_resource_plan(session: AsyncSession, key: UUID, reason: str, *, version: int) -> ResourcePlan:
    """Take the agreement back: the computed plan counts again. With a newer draft there it is superseded."""
    _, plan = await behind_head(session, ResourcePlan, key, version=version)
    await withdraw(session, plan, reason)
    await settle_part(session, plan.opportunity_id, "resource_plan", None)
    await publish_of(session, ResourcePlanWithdrawn, plan, reason=reason)
    return plan


def _costs(plan: ResourcePlan) -> dict[str, Any]:
    inputs = ResourceInputs.model_validate(plan.inputs)
    return {name: getattr(inputs, name) for name in _COSTS}


async def _inputs(schedule: Schedule, costs: Mapping[str, Any]) -> ResourceInputs:
    return await asyncio.to_thread(inputs_of, ScheduleNetwork.model_validate(schedule.network), costs)


async def _take(
    session: AsyncSession,
    head: Head,
    plan: ResourcePlan,
    schedule: Schedule,
    costs: Mapping[str, Any],
    content: ResourceContent | None = None,
) -> None:
    """Make a plan one for this schedule, as drafted or with this content."""
    for name in BASIS:
        setattr(plan, name, getattr(schedule, name))
    plan.schedule_id, plan.schedule_revision = schedule.id, schedule.revision
    plan.schedule_hash, plan.start, plan.finish = schedule.network_hash, schedule.start, schedule.finish
    plan.compare_with(head, schedule)
    inputs = await _inputs(schedule, costs)
    drafted = await asyncio.to_thread(drafted_content, inputs)
    plan.drafted, plan.inputs = drafted.model_dump(mode="json"), inputs.model_dump(mode="json")
    await _saved(session, plan, content or drafted)


async def _saved(session: AsyncSession, plan: ResourcePlan, content: ResourceContent) -> ResourcePlan:
    inputs = ResourceInputs.model_validate(plan.inputs)
    found = await asyncio.to_thread(planned_resources, content, inputs, plan.currency)
    plan.content, plan.plan = content.model_dump(mode="json"), found.model_dump(mode="json")
    plan.is_edited = plan.content != plan.drafted
    for name in ("needed_days", "planned_days", "missing_days", "peak_people"):
        setattr(plan, name, getattr(found, name))
    plan.over_allocated_roles = [row.role for row in found.roles if row.over_team_from]
    session.add(plan)
    await session.flush()
    return plan


def _rebased(
    drafted: Mapping[str, Any], edited: Mapping[str, Any], theirs: ResourceContent
) -> tuple[ResourceContent, list[Change]]:
    new = theirs.model_dump(mode="json")
    parts: dict[str, Sequence[Any]] = {}
    changes: list[Change] = []
    for name in ("people", "material"):
        parts[name], told = rebased(drafted[name], edited[name], new[name])
        changes += [replace(one, part=name) for one in told]
    return whole(ResourceContent, parts), changes
