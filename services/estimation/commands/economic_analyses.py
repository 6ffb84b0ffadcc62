"""Economic analyses: computed from the newest price, and again with each newer one."""

import asyncio
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation import queries
from services.estimation.commands.appraising import ENGINE_VERSION, Subject, appraise
from services.estimation.commands.publishing_economics import publish_offered, publish_withdrawn
from services.estimation.models.budget_plans import BudgetPlan
from services.estimation.models.economic_analyses import EconomicAnalysis
from services.estimation.models.estimates import Estimate, NotPricedYet
from services.estimation.queries.inputs import known_opportunity
from services.estimation.schemas.economic_analyses import Assumptions, EconomicAnalysisIn, EconomicAnalysisPatch
from shared.kernel.auth import Principal
from shared.kernel.clock import now
from shared.kernel.db import find, load
from shared.kernel.problems import Problem
from shared.kernel.validation import whole
from shared.language.events.values import Reason

_COST = "cost:read"


async def analyse(session: AsyncSession, wish: EconomicAnalysisIn, caller: Principal) -> EconomicAnalysis:
    """Analyse the newest priced estimate. Raises `NotPricedYet`, `Forbidden`, and what the figures refuse."""
    _refuse_blind(wish.perspective, caller)
    await known_opportunity(session, wish.opportunity_id)
    plan = await _newest_plan(session, wish.opportunity_id)
    row = EconomicAnalysis(
        opportunity_id=wish.opportunity_id,
        name=wish.name,
        perspective=wish.perspective,
        inputs=wish.assumptions.model_dump(mode="json"),
    )
    await _compute(row, plan, wish.assumptions)
    session.add(row)
    await session.flush()
    await session.refresh(row, ["estimate"])
    return row


async def change_analysis(
    session: AsyncSession, key: UUID, patch: EconomicAnalysisPatch, caller: Principal, *, version: int
) -> EconomicAnalysis:
    """Change name or assumptions: it is computed again on the newest price. What is offered is told anew.

    Raises `AnalysisWasAccepted`.
    """
    await _lock(session, key)
    row = await load(session, EconomicAnalysis, key, version=version)
    _refuse_blind(row.perspective, caller)
    row.act("change")
    row.name = patch.name or row.name
    if patch.assumptions is not None:
        names = ("opportunity_id", "name", "perspective")
        kept = {name: getattr(row, name) for name in names}
        wish = whole(EconomicAnalysisIn, {**kept, "assumptions": patch.assumptions})
        row.inputs = wish.assumptions.model_dump(mode="json")
    plan = await _newest_plan(session, row.opportunity_id)
    await _compute(row, plan, Assumptions.model_validate(row.inputs))
    await session.flush()
    await session.refresh(row, ["estimate"])
    if row.status == "offered":
        await publish_offered(session, row, plan)
    return row


async def offer_analysis(session: AsyncSession, key: UUID, *, version: int) -> EconomicAnalysis:
    """Have the client's proposal say it, in place of the one that did; it stays in line with each newer price.

    Raises `AnalysisWasAccepted`, `OfOurSide`, `AnalysisIsStale`, and what the figures refuse.
    """
    await _lock(session, key)
    row = await load(session, EconomicAnalysis, key, version=version)
    row.machine.next(row.status, "offer")
    if row.refusal:
        raise row.refusal
    plan = await _newest_plan(session, row.opportunity_id)
    await _compute(row, plan, Assumptions.model_validate(row.inputs))
    before = await session.scalar(
        sa.select(EconomicAnalysis).where(
            EconomicAnalysis.opportunity_id == row.opportunity_id, EconomicAnalysis.status == "offered"
        )
    )
    if before:
        before.act("replace")
        await publish_withdrawn(session, before)
    row.act("offer")
    row.offered_at = now()
    await publish_offered(session, row, plan)
    return row


async def withdraw_analysis(session: AsyncSession, key: UUID, *, version: int) -> EconomicAnalysis:
    """Take it back from the client's proposal. Raises `IllegalTransition`, `AnalysisWasAccepted`."""
    await _lock(session, key)
    row = await load(session, EconomicAnalysis, key, version=version)
    row.act("withdraw")
    row.offered_at = None
    await publish_withdrawn(session, row)
    return row


async def delete_analysis(session: AsyncSession, key: UUID, caller: Principal, *, version: int) -> None:
    """Delete it; one that is offered is taken back from the client's proposal first."""
    await _lock(session, key)
    row = await load(session, EconomicAnalysis, key, version=version)
    _refuse_blind(row.perspective, caller)
    if row.status == "offered":
        row.act("withdraw")
        await publish_withdrawn(session, row)
    await session.delete(row)
    await session.flush()


async def follow_price(session: AsyncSession, estimate: Estimate, plan: BudgetPlan) -> None:
    """Compute the analyses of an opportunity again, when the price that was made is its newest."""
    await session.flush()
    statement = sa.select(EconomicAnalysis).where(EconomicAnalysis.opportunity_id == estimate.opportunity_id)
    rows = (await session.scalars(statement.order_by(EconomicAnalysis.id).with_for_update())).all()
    newest = (await queries.estimates_of(session, estimate.opportunity_id))[-1] if rows else None
    if newest is None or newest.id != estimate.id or estimate.status != "priced":
        return
    for row in rows:
        try:
            await _compute(row, plan, Assumptions.model_validate(row.inputs))
        except Problem as refused:
            reason = Reason(code=refused.code, message=refused.detail("en"), message_zh=refused.detail("zh"))
            row.failure = reason.model_dump(mode="json")
            continue
        if row.status == "offered":
            await publish_offered(session, row, plan)


async def _lock(session: AsyncSession, key: UUID) -> None:
    """The head of an analysis' opportunity comes before its row, as it does for who follows a price."""
    await queries.head_of(session, (await find(session, EconomicAnalysis, key)).opportunity_id)


async def _compute(row: EconomicAnalysis, plan: BudgetPlan, given: Assumptions) -> None:
    """Fill in the figures; beside the event loop, which answers others meanwhile."""
    subject = Subject(plan.figures["price"], plan.figures)
    results = await asyncio.to_thread(appraise, subject, row.perspective, given)
    row.results = results.model_dump(mode="json")
    row.estimate_id, row.position, row.risk_revision = plan.estimate_id, plan.position, plan.risk_revision
    row.engine_version, row.failure = ENGINE_VERSION, None


async def _newest_plan(session: AsyncSession, opportunity_id: UUID) -> BudgetPlan:
    """Raises `NotPricedYet`."""
    statement = sa.select(BudgetPlan).where(BudgetPlan.opportunity_id == opportunity_id)
    plan = await session.scalar(statement.order_by(BudgetPlan.position.desc()).limit(1))
    if plan is None:
        raise NotPricedYet(state="completed")
    return plan


def _refuse_blind(perspective: str, caller: Principal) -> None:
    """Our side of it is for those who may see cost."""
    if perspective == "supplier" and not caller.may(_COST):
        raise caller.lacks(_COST)
