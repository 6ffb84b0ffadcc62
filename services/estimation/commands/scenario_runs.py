"""Scenarios: a change is sent through the real stages, whose answers are kept, and nothing else."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation import queries
from services.estimation.commands import estimates
from services.estimation.domain.pricing import Discount
from services.estimation.domain.what_if import WhatIf
from services.estimation.models.estimates import Estimate
from services.estimation.models.projections import KnownSchedule
from services.estimation.models.rates import RateCard
from services.estimation.models.scenarios import NothingToCompare, Scenario, UnknownRequirements
from services.estimation.queries import scenarios
from services.estimation.queries.inputs import known_opportunity
from services.estimation.schemas.scenarios import AddedRequirement, Changes, ScenarioIn, ScenarioPatch
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.kernel.db import find, load
from shared.kernel.messaging import Passing, publish
from shared.kernel.problems import Problem
from shared.language.events.estimation import (
    EstimateCompleted,
    EstimatePriced,
    EstimationScenarioFailed,
    ScenarioEstimated,
)
from shared.language.events.proposal import ProposalDrafted, ProposalScenarioFailed, ScenarioScheduled
from shared.language.events.requirements import BaselineApproved, ConstraintFacts, RequirementFacts, SizeFacts
from shared.language.events.risk import RiskBudgetCalculated, RiskOverride, RiskScenarioFailed
from shared.language.events.values import Reason

_DATES = ("start", "finish", "p80_finish")


async def begin_scenario(session: AsyncSession, wish: ScenarioIn) -> Scenario:
    """Record a scenario of the newest estimate and run it. Raises `NothingToCompare`, `UnknownRequirements`."""
    await known_opportunity(session, wish.opportunity_id)
    base = await _newest(session, wish.opportunity_id)
    row = Scenario(
        id=new_id(),
        opportunity_id=wish.opportunity_id,
        name=wish.name,
        changes=wish.changes.model_dump(mode="json"),
        status="computing",
    )
    session.add(row)
    await _run(session, row, base, refuses_unknown=True)
    return row


async def change_scenario(session: AsyncSession, key: UUID, patch: ScenarioPatch, *, version: int) -> Scenario:
    """Change the name, or what is otherwise: then it is run again."""
    row = await load(session, Scenario, key, version=version)
    row.name = patch.name or row.name
    if patch.changes is not None:
        row.act("change")
        row.changes = patch.changes.model_dump(mode="json")
        await _run(session, row, await find(session, Estimate, row.base_estimate_id), refuses_unknown=True)
    await session.flush()
    return row


async def rebase_scenario(session: AsyncSession, key: UUID, *, version: int) -> Scenario:
    """Run the same changes on the newest estimate. Raises `NothingToCompare`."""
    row = await load(session, Scenario, key, version=version)
    row.act("rebase")
    await _run(session, row, await _newest(session, row.opportunity_id), refuses_unknown=False)
    return row


async def delete_scenario(session: AsyncSession, key: UUID, *, version: int) -> None:
    await session.delete(await load(session, Scenario, key, version=version))
    await session.flush()


def take_price(row: Scenario, estimate: EstimateCompleted, risk: RiskBudgetCalculated, price: EstimatePriced) -> None:
    """Keep what the stages say of effort, cost, reserves and price."""
    told = estimate.model_dump(mode="json")
    row.lines = [{name: line[name] for name in scenarios.LINE} for line in told["lines"]]
    row.result = {
        **row.result,
        **scenarios.figures_of(told, price.model_dump(mode="json")),
        "requirement_count": len({line.requirement_id for line in estimate.lines if line.requirement_id}),
        "schedule_p50_days": risk.schedule_p50_days,
        "schedule_p80_days": risk.schedule_p80_days,
    }
    _complete(row)


async def take_schedule(session: AsyncSession, event: ScenarioScheduled) -> None:
    """Keep the dates."""
    row = await scenarios.of_run(session, event.scenario_id)
    if row:
        row.result = {**row.result, **{name: getattr(event, name).isoformat() for name in _DATES}}
        _complete(row)


async def take_failure(
    session: AsyncSession, event: EstimationScenarioFailed | RiskScenarioFailed | ProposalScenarioFailed
) -> None:
    """A stage refuses the scenario."""
    row = await scenarios.of_run(session, event.scenario_id)
    if row:
        _fail(row, event.reason)


async def note_schedule(session: AsyncSession, event: ProposalDrafted) -> None:
    """Know the dates of an estimate, as the newest proposal of it says them."""
    facts = {name: day.isoformat() for name in _DATES if (day := getattr(event, name))}
    heard = insert(KnownSchedule).values(estimate_id=event.estimate_id, revision=event.revision, facts=facts)
    newer = heard.on_conflict_do_update(
        index_elements=["tenant_id", "estimate_id"],
        set_={"revision": heard.excluded.revision, "facts": heard.excluded.facts},
        where=heard.excluded.revision > KnownSchedule.revision,
    )
    await session.execute(newer)


def what_if_of(changes: Changes, card: RateCard | None = None) -> WhatIf:
    """The changes that are ours, as the domain makes them; of a rate card only the estimate needs to know."""
    price, rates = changes.price, changes.rates
    discount = None
    if price and (price.discount_rate is not None or price.discount_amount is not None):
        discount = Discount(price.discount_rate, price.discount_amount.amount if price.discount_amount else None)
    return WhatIf(
        rate_factors=rates.factors if rates else {},
        card=card.as_rates() if card else None,
        team=changes.team,
        margin_rate=price.margin_rate if price else None,
        markup_rate=price.markup_rate if price else None,
        discount=discount,
        terms=price.terms.terms if price and price.terms else None,
    )


async def _what_if(session: AsyncSession, changes: Changes) -> WhatIf:
    """The same, with the rate card that they name. Raises `NotFound`."""
    key = changes.rates.rate_card_id if changes.rates else None
    return what_if_of(changes, await find(session, RateCard, key) if key else None)


async def _newest(session: AsyncSession, opportunity_id: UUID) -> Estimate:
    found = await queries.estimates_of(session, opportunity_id)
    if not found or found[-1].status != "priced":
        raise NothingToCompare(state=found[-1].status if found else "none")
    return found[-1]


async def _run(session: AsyncSession, row: Scenario, base: Estimate, *, refuses_unknown: bool) -> None:
    """Say the changed estimate to the other stages; what was known of another run is forgotten."""
    changes = Changes.model_validate(row.changes)
    row.run_id, row.base_estimate_id, row.base_risk_revision = new_id(), base.id, base.risk_revision or 0
    row.result, row.lines, row.unmatched, row.failure, row.computed_at = {}, [], [], None, None
    baseline = BaselineApproved.model_validate((await queries.heard_baseline(session, base.baseline_id)).facts)
    row.unmatched = [str(key) for key in _unknown(changes, baseline.requirements)]
    if row.unmatched and refuses_unknown:
        raise UnknownRequirements(ids=", ".join(row.unmatched[:10]))
    changed = _changed(row, baseline, changes)
    parameter_set = await queries.parameter_set_in_force(session)
    otherwise = await _what_if(session, changes)
    try:
        priced_as = estimates.row_of(changed, base.revision + 1, parameter_set)
        told = await estimates.made_of(session, priced_as, changed, parameter_set, otherwise)
    except Problem as refused:
        _fail(row, Reason(code=refused.code, message=refused.detail("en"), message_zh=refused.detail("zh")))
        await session.flush()
    else:
        await session.flush()
        event = ScenarioEstimated(
            opportunity_id=row.opportunity_id,
            scenario_id=row.run_id,
            baseline=changed,
            estimate=told,
            risk_overrides=tuple(RiskOverride(**one.model_dump()) for one in changes.risks),
        )
        await publish(session, event, Passing(row.run_id, version=1))
    await session.refresh(row, ["base"])


def _unknown(changes: Changes, requirements: Sequence[RequirementFacts]) -> list[UUID]:
    known = {need.id for need in requirements}
    return [key for key in (changes.scope.excluded_requirement_ids if changes.scope else ()) if key not in known]


def _changed(row: Scenario, baseline: BaselineApproved, changes: Changes) -> BaselineApproved:
    """The snapshot with scope and dates otherwise; its ids are the run's and mean nothing else."""
    update: dict[str, Any] = {"baseline_id": row.run_id}
    if changes.scope:
        out, priorities = set(changes.scope.excluded_requirement_ids), set(changes.scope.excluded_priorities)
        kept = [need for need in baseline.requirements if need.id not in out and need.priority not in priorities]
        added = [_requirement(row, place, wish) for place, wish in enumerate(changes.scope.added, 1)]
        update["requirements"] = (*kept, *added)
    if changes.dates and changes.dates.planned_start:
        update["opportunity"] = baseline.opportunity.model_copy(update={"planned_start": changes.dates.planned_start})
    if changes.dates and changes.dates.deadline:
        others = [limit for limit in baseline.constraints if not (limit.kind == "date" and limit.is_hard)]
        wanted = ConstraintFacts(
            id=uuid5(row.id, "deadline"), kind="date", name="Deadline", is_hard=True, latest=changes.dates.deadline
        )
        update["constraints"] = (*others, wanted)
    return baseline.model_copy(update=update)


def _requirement(row: Scenario, place: int, wish: AddedRequirement) -> RequirementFacts:
    size = wish.size
    return RequirementFacts(
        id=uuid5(row.id, f"requirement:{place}"),
        code=f"NEW-{place}",
        statement=wish.statement or wish.title,
        size=size and SizeFacts.of(size),
        **wish.model_dump(include={"title", "kind", "priority", "group"}),
    )


def _complete(row: Scenario) -> None:
    """It is computed when price and dates are there."""
    if row.result.keys() >= {"price_incl_tax", "finish"}:
        row.act("compute")
        row.computed_at = now()


def _fail(row: Scenario, reason: Reason) -> None:
    row.act("fail")
    row.failure = reason.model_dump(mode="json")
