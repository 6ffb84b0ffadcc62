"""Projections of other services' events: the newest figures of an opportunity, and the questions that were asked."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.models.projections import KnownClarification, KnownFigures
from services.requirements.queries.baselines import approved_baseline
from services.requirements.queries.projections import figures_of
from shared.kernel.messaging.newest import keep_newest
from shared.language.events.engagement import ClarificationRecorded
from shared.language.events.estimation import EstimateCompleted, EstimatePriced
from shared.language.events.proposal import ProposalDrafted, ScenarioScheduled
from shared.language.events.risk import RiskBudgetCalculated


def effort_of(event: EstimateCompleted) -> dict[str, Any]:
    return {name: getattr(event, name) for name in ("effort_days", "effort_p50_days", "effort_p80_days")}


def price_of(event: EstimatePriced) -> dict[str, Any]:
    """Amounts as text; the margin is what the price leaves above the total budget."""
    names = (
        "base_cost", "contingency", "management_reserve", "risk_response_cost", "total_budget",
        "price_excl_tax", "price_incl_tax",
    )  # fmt: skip
    amounts = {name: getattr(event, name).amount for name in names}
    amounts["margin"] = amounts["price_excl_tax"] - amounts["total_budget"]
    return {name: str(amount) for name, amount in amounts.items()}


def schedule_of(event: ProposalDrafted | ScenarioScheduled) -> dict[str, Any]:
    dates = {"start": event.start, "finish": event.finish, "p80_finish": event.p80_finish}
    return {name: day.isoformat() for name, day in dates.items() if day}


async def note_estimate(session: AsyncSession, event: EstimateCompleted) -> None:
    await _note(session, event.opportunity_id, "estimate", (event.basis.epoch, event.revision, 0), effort_of(event))


async def note_risk(session: AsyncSession, event: RiskBudgetCalculated) -> None:
    position = (event.basis.epoch, event.estimate_revision, event.revision)
    curve = [[point.probability, str(point.cost)] for point in event.curve]
    await _note(session, event.opportunity_id, "risk", position, {"curve": curve})


async def note_price(session: AsyncSession, event: EstimatePriced) -> None:
    position = (event.basis.epoch, event.revision, event.risk_revision)
    figures = {**price_of(event), "margin_rate": event.margin_rate, "tax_rate": event.tax_rate}
    await _note(session, event.opportunity_id, "price", position, figures)


async def note_schedule(session: AsyncSession, event: ProposalDrafted) -> None:
    position = (event.basis.epoch, event.estimate_revision, event.risk_revision, event.authored_revision)
    await _note(session, event.opportunity_id, "schedule", position, schedule_of(event))


async def before_of(session: AsyncSession, opportunity_id: UUID) -> dict[str, Any] | None:
    """The figures of the baseline that counts; None when there is none, or its figures have not all come."""
    baseline = await approved_baseline(session, opportunity_id)
    parts = await figures_of(session, opportunity_id)
    if baseline is None or parts.keys() < {"estimate", "price", "schedule"}:
        return None
    if any(parts[name].position[0] != baseline.epoch for name in ("estimate", "price", "schedule")):
        return None
    found: dict[str, Any] = {"requirement_count": baseline.requirement_count}
    for name in ("estimate", "price", "schedule"):
        found |= parts[name].figures
    return found


async def _note(
    session: AsyncSession, opportunity_id: UUID, part: str, position: Sequence[int], figures: dict[str, Any]
) -> None:
    """Keep them unless newer ones are known: events come in any order."""
    told = insert(KnownFigures).values(
        opportunity_id=opportunity_id, part=part, position=list(position), figures=figures
    )
    newer = told.on_conflict_do_update(
        index_elements=["tenant_id", "opportunity_id", "part"],
        set_={"position": told.excluded.position, "figures": told.excluded.figures},
        where=KnownFigures.position < told.excluded.position,
    )
    await session.execute(newer)


async def note_clarification(session: AsyncSession, event: ClarificationRecorded) -> None:
    """Keep what was told last: events come in any order."""
    names = ("opportunity_id", "code", "question", "status", "is_open", "version")
    values = {name: getattr(event, name) for name in names} | {"requirement_ids": list(event.requirement_ids)}
    await keep_newest(session, KnownClarification, {"id": event.clarification_id}, values)
