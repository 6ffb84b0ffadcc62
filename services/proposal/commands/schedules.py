"""What changes schedules: drafting, editing, rebasing, agreeing. Every save computes dates and floats anew."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands.authoring import settle_part
from services.proposal.commands.drafting import ingredients_of
from services.proposal.commands.plans import agree, basis_of, behind_head, withdraw
from services.proposal.commands.resource_plans import follow_schedule
from services.proposal.content.assembly import Ingredients
from services.proposal.content.schedule_draft import drafted
from services.proposal.content.schedule_rebase import rebased_network
from services.proposal.domain.basis import Basis
from services.proposal.domain.canonical import canonical, content_hash
from services.proposal.domain.rebase import Change
from services.proposal.exchange.ms_project_dates import compare_dates
from services.proposal.exchange.ms_project_reader import completed, read_ms_project
from services.proposal.exchange.remarks import Remark
from services.proposal.models.projections import Head
from services.proposal.models.schedules import (
    NoSuchTask,
    NotComputedYet,
    Schedule,
    TaskIsNeeded,
    ThereIsADraft,
)
from services.proposal.queries import plans as queries
from services.proposal.queries.proposals import complete_bases, head_of
from services.proposal.queries.scheduling import planned, settled_schedule
from services.proposal.schemas.networks import ScheduleNetwork, TaskIn, TaskPatch
from services.proposal.schemas.plans import PlanOut, ScheduleInputs
from shared.kernel.base import set_fields
from shared.kernel.messaging import publish_of
from shared.kernel.validation import whole
from shared.language.events.proposal import ProposalDrafted, ScheduleAgreed, ScheduleWithdrawn


async def draft_schedule(session: AsyncSession, event: ProposalDrafted) -> None:
    """Draft the schedule of a new basis, unless persons edited the draft or agreed: then it is theirs to rebase."""
    head = await head_of(session, event.opportunity_id)
    basis = Basis(event.basis.epoch, event.estimate_revision, event.risk_revision)
    if basis < head.basis.computed or not head.is_live:
        return
    schedules, last = await queries.live_and_last(session, Schedule, event.opportunity_id)
    current = next(iter(schedules), None)
    if current and (current.status == "agreed" or current.is_edited or current.made_from >= basis):
        return
    made_of = await ingredients_of(session, event.opportunity_id, basis)
    network, inputs = await asyncio.to_thread(drafted, made_of)
    if current is None:
        current = _new_schedule(made_of, last + 1)
        schedules = [current]
    await _take(session, head, current, network, drafted=network, inputs=inputs, made_of=made_of)
    await follow_schedule(session, head, made_of.estimate, schedules)


async def replace_network(session: AsyncSession, key: UUID, wish: ScheduleNetwork, *, version: int) -> Schedule:
    """Take another network in place of the whole one. Raises the problems of a network."""
    head, schedule = await _editable(session, key, version)
    return await _edited(session, head, schedule, wish)


async def change_task(session: AsyncSession, key: UUID, task_id: str, patch: TaskPatch, *, version: int) -> Schedule:
    """Raises `NoSuchTask`, `Invalid`, and the problems of a network.

    A range keeps its proportion to the duration unless it is changed itself.
    """
    head, schedule = await _editable(session, key, version)
    network = _network(schedule)
    task = _task(schedule, network, task_id)
    changes = patch.changes(mode="json")
    if task.range and task.duration_days and "duration_days" in changes and "range" not in changes:
        changes["range"] = task.range.scaled(patch.duration_days / task.duration_days).model_dump(mode="json")
    changed = whole(TaskIn, {**task.model_dump(mode="json"), **changes})
    return await _edited(
        session, head, schedule, _with_tasks(network, [changed if one is task else one for one in network.tasks])
    )


async def add_task(session: AsyncSession, key: UUID, wish: TaskIn, *, version: int) -> Schedule:
    """Raises the problems of a network: `DuplicateActivity`, `UnknownPredecessor` and others."""
    head, schedule = await _editable(session, key, version)
    network = _network(schedule)
    return await _edited(session, head, schedule, _with_tasks(network, [*network.tasks, wish]))


async def remove_task(session: AsyncSession, key: UUID, task_id: str, *, version: int) -> Schedule:
    """Raises `NoSuchTask`, or `TaskIsNeeded` while others wait for it."""
    head, schedule = await _editable(session, key, version)
    network = _network(schedule)
    task = _task(schedule, network, task_id)
    waiting = [one.id for one in network.tasks if any(link.predecessor == task_id for link in one.links)]
    if waiting or network.delivery == task_id:
        raise TaskIsNeeded(id=task_id, ids=", ".join(waiting[:20]) or task_id)
    return await _edited(
        session, head, schedule, _with_tasks(network, [one for one in network.tasks if one is not task])
    )


async def import_network(
    session: AsyncSession, key: UUID, file: bytes, *, version: int
) -> tuple[Schedule, Sequence[Remark]]:
    """Take the network of a Microsoft Project XML file in place of the whole one; what is not held or met is told.

    What the format has no place for stays: work beside the tasks, and which task is the delivery. Raises
    `NotAProjectFile`, `Invalid`, and the problems of a network.
    """
    head, schedule = await _editable(session, key, version)
    known = _network(schedule)
    names = {one.name: one.id for one in known.calendars}
    found = await asyncio.to_thread(read_ms_project, file, names)
    edited = await _edited(session, head, schedule, completed(found.network, known))
    planned_tasks = PlanOut.model_validate(edited.plan).tasks
    unmet = compare_dates(found.dates, planned_tasks, found.network.calendar.calendar().is_working)
    return edited, [*found.remarks, *unmet]


async def rebase_schedule(session: AsyncSession, key: UUID, *, version: int) -> tuple[Schedule, list[Change]]:
    """Bring a schedule to the newest estimate and risk budget; changes by persons stay where their task does.

    Of an agreed schedule a new draft is made, while it goes on to count. Raises `NothingToRebase`, `NotComputedYet`,
    `ThereIsADraft`, and the problems of a network.
    """
    head, schedule = await behind_head(session, Schedule, key, version=version)
    schedule.act("rebase")
    basis = head.basis.computed
    if basis not in await complete_bases(session, head.opportunity_id, head.epoch):
        raise NotComputedYet
    made_of = await ingredients_of(session, head.opportunity_id, basis)
    theirs, inputs = await asyncio.to_thread(drafted, made_of)
    merged, changes = rebased_network(schedule.drafted, schedule.network, theirs)
    target = schedule
    if schedule.status == "agreed":
        live, last = await queries.live_and_last(session, Schedule, schedule.opportunity_id)
        for other in live:
            if other.status == "draft":
                raise ThereIsADraft(code=other.code, revision=other.revision)
        target = _new_schedule(made_of, last + 1)
    await _take(session, head, target, merged, drafted=theirs, inputs=inputs, made_of=made_of)
    await follow_schedule(session, head, made_of.estimate)
    return target, changes


async def agree_schedule(session: AsyncSession, key: UUID, *, version: int) -> Schedule:
    """It is what the next proposal says. Raises `PlanIsStale`, `ScheduleHasConflicts`."""
    head, schedule = await behind_head(session, Schedule, key, version=version)
    await agree(session, schedule)
    facts = await asyncio.to_thread(settled_schedule, *_contents(schedule))
    made_from = Basis(schedule.epoch, schedule.estimate_revision)
    await settle_part(session, schedule.opportunity_id, "schedule", facts, made_from=made_from)
    await publish_of(session, ScheduleAgreed, schedule)
    await follow_schedule(session, head)
    return schedule


async def withdraw_schedule(session: AsyncSession, key: UUID, reason: str, *, version: int) -> Schedule:
    """Take the agreement back: the computed schedule counts again. With a newer draft there it is superseded."""
    head, schedule = await behind_head(session, Schedule, key, version=version)
    await withdraw(session, schedule, reason)
    await settle_part(session, schedule.opportunity_id, "schedule", None)
    await publish_of(session, ScheduleWithdrawn, schedule, reason=reason)
    await follow_schedule(session, head)
    return schedule


async def _editable(session: AsyncSession, key: UUID, version: int) -> tuple[Head, Schedule]:
    """A draft of an open opportunity, with its tasks, locked behind the head of it."""
    head, schedule = await behind_head(session, Schedule, key, version=version)
    schedule.act("change")
    return head, schedule


def _new_schedule(made_of: Ingredients, revision: int) -> Schedule:
    opportunity = made_of.baseline.opportunity
    return Schedule(
        opportunity_id=made_of.baseline.opportunity_id,
        code="SCH-" + opportunity.code.removeprefix("OPP-"),
        revision=revision,
        status="draft",
    )


async def _take(
    session: AsyncSession,
    head: Head,
    schedule: Schedule,
    network: ScheduleNetwork,
    *,
    drafted: ScheduleNetwork,
    inputs: ScheduleInputs,
    made_of: Ingredients,
) -> None:
    """Make a schedule one of this basis."""
    set_fields(schedule, basis_of(made_of))
    schedule.compare(head)
    schedule.drafted, schedule.inputs = drafted.model_dump(mode="json"), inputs.model_dump(mode="json")
    await _saved(session, schedule, network)


async def _edited(session: AsyncSession, head: Head, schedule: Schedule, network: ScheduleNetwork) -> Schedule:
    """Keep what somebody changed; the resource plan follows."""
    await _saved(session, schedule, network)
    await follow_schedule(session, head)
    return schedule


async def _saved(session: AsyncSession, schedule: Schedule, network: ScheduleNetwork) -> Schedule:
    """Compute a network and keep it, with what follows from it."""
    plan = await asyncio.to_thread(planned, network, ScheduleInputs.model_validate(schedule.inputs))
    schedule.network, schedule.plan = network.model_dump(mode="json"), plan.model_dump(mode="json")
    schedule.network_hash = content_hash(canonical(schedule.network))
    schedule.is_edited = schedule.network != schedule.drafted
    for name in ("start", "finish", "p50_finish", "p80_finish", "duration_days"):
        setattr(schedule, name, getattr(plan, name))
    schedule.task_count = len(network.tasks)
    schedule.conflict_count = len(plan.conflicts)
    schedule.broken_count = sum(conflict.kind != "deadline" for conflict in plan.conflicts)
    session.add(schedule)
    await session.flush()
    return schedule


def _contents(schedule: Schedule) -> tuple[ScheduleNetwork, ScheduleInputs, PlanOut]:
    return (
        ScheduleNetwork.model_validate(schedule.network),
        ScheduleInputs.model_validate(schedule.inputs),
        PlanOut.model_validate(schedule.plan),
    )


def _network(schedule: Schedule) -> ScheduleNetwork:
    return ScheduleNetwork.model_validate(schedule.network)


def _task(schedule: Schedule, network: ScheduleNetwork, task_id: str) -> TaskIn:
    task = next((one for one in network.tasks if one.id == task_id), None)
    if task is None:
        raise NoSuchTask(code=schedule.code, id=task_id)
    return task


def _with_tasks(network: ScheduleNetwork, tasks: Sequence[TaskIn]) -> ScheduleNetwork:
    return whole(
        ScheduleNetwork, {**network.model_dump(mode="json"), "tasks": [one.model_dump(mode="json") for one in tasks]}
    )
