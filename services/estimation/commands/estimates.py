"""Estimates: made from an approved baseline as soon as it is heard, and anew on request."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation import queries
from services.estimation.commands import pricing, publishing
from services.estimation.commands.parameter_sets import set_in_force
from services.estimation.commands.publishing_overrides import facts_of, overrides_of
from services.estimation.commands.staleness import RECOMPUTE
from services.estimation.commands.translation import baseline_of
from services.estimation.commands.warnings import with_judgements
from services.estimation.domain.estimate import estimate
from services.estimation.domain.exchange_rates import CurrencyRateMissing
from services.estimation.domain.expert_override import TotalBelowLines
from services.estimation.domain.parameters import parameters_of
from services.estimation.domain.rates import RateNotInForceOnDate, UnknownRoleRate
from services.estimation.domain.wbs import KindWithoutParameters
from services.estimation.domain.what_if import UNCHANGED, WhatIf
from services.estimation.models.estimates import RECOMPUTABLE, Estimate, ParameterSet
from services.estimation.models.projections import Head, KnownBaseline
from services.estimation.queries.history import choice_of, history_of, standing_overrides
from services.estimation.queries.inputs import inputs_of
from shared.kernel.db import find, load
from shared.kernel.messaging import publish, publish_of
from shared.kernel.problems import Problem
from shared.kernel.timers import Due, clear_timer
from shared.language.business_day import today
from shared.language.events.estimation import EstimateCompleted, EstimateFailed, EstimateSuperseded
from shared.language.events.requirements import BaselineApproved, OpportunityClosed
from shared.language.events.values import Reason

_MENDS: Mapping[type[Problem], tuple[str, ...]] = {
    UnknownRoleRate: ("add_rate", "recompute_estimate"),
    RateNotInForceOnDate: ("extend_rate_card", "recompute_estimate"),
    CurrencyRateMissing: ("record_exchange_rate", "recompute_estimate"),
    KindWithoutParameters: ("create_parameter_set", "recompute_estimate"),
    TotalBelowLines: ("withdraw_override",),
}
"""What a person can do about a failure; anything else needs another baseline."""
_NEW_BASELINE = ("approve_new_baseline",)
WON = "won"


async def estimate_baseline(session: AsyncSession, event: BaselineApproved) -> None:
    """Estimate a baseline; older estimates of its opportunity count no longer.

    A baseline that is older than the newest is estimated as well, so that everything ends the same in any order.
    """
    head = await queries.head_of(session, event.opportunity_id)
    head.epoch = max(head.epoch, event.epoch)
    heard = insert(KnownBaseline).values(baseline_id=event.baseline_id, facts=event.model_dump(mode="json"))
    # Approved again it has a newer epoch: its first approval was forgotten by a restore.
    is_newer = KnownBaseline.facts["epoch"].as_integer() < event.epoch
    newer = heard.on_conflict_do_update(
        index_elements=["tenant_id", "baseline_id"], set_={"facts": heard.excluded.facts}, where=is_newer
    )
    await session.execute(newer)
    estimates = [*await queries.estimates_of(session, event.opportunity_id)]
    of_baseline = [one for one in estimates if one.baseline_id == event.baseline_id]
    if all(one.epoch < event.epoch for one in of_baseline):
        parameter_set = await set_in_force(session)
        row = row_of(event, 1 + max((one.revision for one in of_baseline), default=0), parameter_set)
        try:
            await _complete(session, row, event, parameter_set)
        except Problem as refused:
            await _fail(session, row, refused)
        await pricing.price(session, row)
        estimates = sorted([*estimates, row], key=lambda one: one.position)
    await _settle(session, head, estimates)


async def recompute_estimate(session: AsyncSession, estimate_id: UUID, *, version: int) -> Estimate:
    """The next revision of an estimate, with the rates and parameters in force now.

    Raises `IllegalTransition` when it counts no longer, or the problem that prevents a new one: the old one then stays.
    """
    head = await queries.head_of(session, (await find(session, Estimate, estimate_id)).opportunity_id)
    before = await load(session, Estimate, estimate_id, version=version)
    before.machine.next(before.status, "recompute")
    event = BaselineApproved.model_validate((await queries.heard_baseline(session, before.baseline_id)).facts)
    parameter_set = await queries.parameter_set_in_force(session)
    row = row_of(event, before.revision + 1, parameter_set)
    await _complete(session, row, event, parameter_set)
    # What was to be taken in by itself is in it now.
    await clear_timer(session, RECOMPUTE, before.opportunity_id)
    await _settle(session, head)
    return row


async def reissue_estimate(session: AsyncSession, before: Estimate) -> Estimate:
    """The next revision with the very same figures: its price is made anew, with the discount as it is now."""
    head = await queries.head_of(session, before.opportunity_id)
    before.machine.next(before.status, "recompute")
    event = BaselineApproved.model_validate((await queries.heard_baseline(session, before.baseline_id)).facts)
    row = row_of(event, before.revision + 1, await find(session, ParameterSet, before.parameter_set_id))
    await session.refresh(before, ["lines"])
    told = EstimateCompleted.model_validate({**(before.figures or {}), "lines": before.lines}).model_copy(
        update={"estimate_id": row.id, "revision": row.revision}
    )
    await _keep(session, row, told)
    await _settle(session, head)
    return row


async def recompute_newest(session: AsyncSession, due: Due) -> None:
    """Compute the estimate that counts again, if there is one; what prevents it is kept with the old one."""
    head = await queries.head_of(session, due.subject)
    estimates = await queries.estimates_of(session, due.subject)
    newest = estimates[-1] if estimates else None
    if newest is None or newest.epoch < head.epoch or newest.status not in RECOMPUTABLE:
        return
    try:
        async with session.begin_nested():
            await recompute_estimate(session, newest.id, version=newest.version)
    except Problem as refused:
        await session.refresh(newest)
        newest.outdated = _reason_of(refused).model_dump(mode="json")


async def accept_estimate(session: AsyncSession, opportunity_id: UUID, estimate_id: UUID) -> None:
    """The client accepted an offer: the estimate that it stands on stays as it is; one accepted before gives way."""
    head = await queries.head_of(session, opportunity_id)
    for row in await queries.estimates_of(session, opportunity_id):
        if row.id == estimate_id and row.status != "accepted":
            row.accept()
        elif row.id != estimate_id and row.status == "accepted":
            row.status = row.machine.next(row.status, "replace")
    await _settle(session, head)


async def close_estimates(session: AsyncSession, event: OpportunityClosed) -> None:
    """The opportunity is closed: nothing of it counts any more, but for what was won."""
    await queries.head_of(session, event.opportunity_id)
    estimates = await queries.estimates_of(session, event.opportunity_id)
    newest = estimates[-1] if estimates else None
    is_open = newest and newest.status in ("completed", "priced") and newest.epoch < event.epoch
    if event.outcome == WON and newest and is_open and all(row.status != "accepted" for row in estimates):
        await accept_estimate(session, event.opportunity_id, newest.id)
    await void_estimates(session, event.opportunity_id, event.epoch)


async def void_estimates(session: AsyncSession, opportunity_id: UUID, epoch: int) -> None:
    """Nothing older than `epoch` counts, but for what was accepted: its baseline was withdrawn, or all is closed."""
    head = await queries.head_of(session, opportunity_id)
    head.epoch = max(head.epoch, epoch)
    await _settle(session, head)


def row_of(event: BaselineApproved, revision: int, parameter_set: ParameterSet) -> Estimate:
    """A new estimate of a baseline, without figures."""
    return Estimate(
        id=uuid5(event.baseline_id, f"estimate:{revision}"),
        opportunity_id=event.opportunity_id,
        baseline_id=event.baseline_id,
        baseline_number=event.baseline_number,
        epoch=event.epoch,
        content_hash=event.content_hash,
        revision=revision,
        position=Estimate.position_of(event.epoch, revision),
        status="completed",
        parameter_set_id=parameter_set.id,
        lines=[],
    )


async def _complete(session: AsyncSession, row: Estimate, event: BaselineApproved, parameter_set: ParameterSet) -> None:
    """Fill `row` with the figures, and say them. Raises the problem that prevents it."""
    await _keep(session, row, await made_of(session, row, event, parameter_set))


async def _keep(session: AsyncSession, row: Estimate, told: EstimateCompleted) -> None:
    told = await with_judgements(session, row, told)
    row.figures, row.lines = _stored(told)
    session.add(row)
    await publish(session, told, about=row)


async def made_of(
    session: AsyncSession,
    row: Estimate,
    event: BaselineApproved,
    parameter_set: ParameterSet,
    what_if: WhatIf = UNCHANGED,
) -> EstimateCompleted:
    """The figures of a baseline with the rates in force now. Raises the problem that prevents them."""
    parameters = what_if.parameters(parameters_of(parameter_set.parameters))
    judgements = await standing_overrides(session, event.opportunity_id)
    inputs = replace(
        await inputs_of(session, event.opportunity_id),
        history=await history_of(session, parameters.effort.hours_per_day),
        overrides=overrides_of(judgements),
        today=today(session),
        choice=await choice_of(session, event.opportunity_id),
    )
    inputs = what_if.inputs(inputs, event.opportunity.region)
    made = estimate(baseline_of(event), parameters, inputs)
    terms = inputs.terms or parameters.commerce.terms
    return publishing.completed(row, made, event, parameter_set.name, terms, [facts_of(one) for one in judgements])


def _stored(told: EstimateCompleted) -> tuple[dict[str, Any], list[Any]]:
    figures = told.model_dump(mode="json")
    return figures, figures.pop("lines")


async def _fail(session: AsyncSession, row: Estimate, refused: Problem) -> None:
    """Keep and say why a baseline has no estimate."""
    reason = _reason_of(refused)
    row.status, row.reason = "failed", reason.model_dump(mode="json")
    row.figures, row.lines = None, []
    session.add(row)
    await publish_of(session, EstimateFailed, row, basis=publishing.basis_of(row), reason=reason)


def _reason_of(refused: Problem) -> Reason:
    mends = _MENDS.get(type(refused))
    return Reason(
        code=refused.code,
        message=refused.detail("en"),
        message_zh=refused.detail("zh"),
        retryable=mends is not None,
        actions=mends or _NEW_BASELINE,
    )


async def _settle(session: AsyncSession, head: Head, known: Sequence[Estimate] | None = None) -> None:
    """Mark what counts no longer, and tell of it; the same whatever the order of events was.

    `known` are the opportunity's estimates, oldest basis first, where they were read.
    """
    await session.flush()
    estimates = known or await queries.estimates_of(session, head.opportunity_id)
    for row in estimates:
        if row.stand(head, newest=estimates[-1]):
            await publish_of(
                session,
                EstimateSuperseded,
                row,
                basis=publishing.basis_of(row),
                superseded_by_epoch=max(estimates[-1].epoch, head.epoch),
            )
    await session.flush()
