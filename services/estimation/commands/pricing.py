"""Prices: a risk budget taken into its estimate, whichever of the two comes first."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import lazyload

from services.estimation import queries
from services.estimation.commands import prices
from services.estimation.commands.budget_plans import keep_plan
from services.estimation.commands.economic_analyses import follow_price
from services.estimation.models.estimates import Estimate
from services.estimation.models.projections import KnownRiskBudget
from shared.kernel.messaging import publish
from shared.language.events.risk import RiskBudgetCalculated


async def take_in_risk_budget(session: AsyncSession, event: RiskBudgetCalculated) -> None:
    """Keep the risk budget if it is the newest of its estimate, and price that as soon as it is there."""
    await queries.head_of(session, event.opportunity_id)
    heard = insert(KnownRiskBudget).values(
        estimate_id=event.estimate_id, revision=event.revision, facts=event.model_dump(mode="json")
    )
    newer = heard.on_conflict_do_update(
        index_elements=["tenant_id", "estimate_id"],
        set_={"revision": heard.excluded.revision, "facts": heard.excluded.facts},
        where=heard.excluded.revision > KnownRiskBudget.revision,
    )
    kept = await session.scalar(newer.returning(KnownRiskBudget), execution_options={"populate_existing": True})
    row = await session.get(Estimate, event.estimate_id, with_for_update=True, options=[lazyload(Estimate.marks)])
    if row:
        await price(session, row, kept)


async def price(session: AsyncSession, row: Estimate, newest: KnownRiskBudget | None = None) -> None:
    """Price an estimate with its newest risk budget, if there is one that is not in its price yet.

    One that counts no longer is priced too, and stays what it is. The price that the client accepted stays.
    """
    heard = newest or await queries.heard_risk_budget(session, row.id)
    if heard is None or row.figures is None or heard.revision <= (row.risk_revision or 0):
        return
    if row.status == "accepted":
        return
    inputs = await prices.inputs_of(session, row, RiskBudgetCalculated.model_validate(heard.facts))
    made = await prices.made_with_discount(session, row, inputs)
    row.status = row.machine.next(row.status, "price")
    row.risk_revision, row.price = heard.revision, made.event.model_dump(mode="json")
    plan = await keep_plan(session, row, inputs, made)
    # What the client is told of its case comes before the price that it counts on: one draft then has both.
    await follow_price(session, row, plan)
    await publish(session, made.event, about=row)
