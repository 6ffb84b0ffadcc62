"""Pursuits follow what others say of an opportunity, and what persons plan; each assessment is told."""

from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.models.pursuits import Pursuit
from services.risk.models.risks import OtherCurrency
from services.risk.queries.calibration import open_pursuits, win_record
from services.risk.queries.settings import rules_for
from services.risk.schemas.pursuits import PlanIn
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.kernel.db import context_of, load, locked_or_made
from shared.kernel.messaging import publish_of
from shared.language.events.engagement.support import PursuitTotalled
from shared.language.events.estimation import EstimatePriced
from shared.language.events.proposal import OutcomeRecorded
from shared.language.events.requirements import (
    BaselineWithdrawn,
    OpportunityChanged,
    OpportunityClosed,
    OpportunityOpened,
)
from shared.language.events.risk.register import PursuitAssessed, PursuitTurnedNegative
from shared.language.money import Money


async def note_opportunity(session: AsyncSession, event: OpportunityOpened | OpportunityChanged) -> None:
    """Take in what is expected of an opportunity; an older record that comes late changes nothing."""
    pursuit = await _pursuit(session, event.opportunity_id)
    if pursuit.heard_version > event.version:
        return
    told, prospect = event.opportunity, event.prospect
    pursuit.heard_version = event.version
    pursuit.code, pursuit.title, pursuit.owner, pursuit.currency = told.code, told.title, told.owner, told.currency
    if prospect:
        value = prospect.expected_value
        pursuit.deal_value = value.amount if value and value.currency == told.currency else None
        pursuit.win_probability, pursuit.close_on = prospect.win_probability, prospect.close_date
    await _assess(session, pursuit)


async def note_closing(session: AsyncSession, event: OpportunityClosed) -> None:
    pursuit = await _pursuit(session, event.opportunity_id)
    pursuit.outcome = event.outcome
    await _assess(session, pursuit)


async def note_price(session: AsyncSession, event: EstimatePriced) -> None:
    """The margin of the newest price is what may be won."""
    pursuit = await _pursuit(session, event.opportunity_id)
    place = [event.basis.epoch, event.revision, event.risk_revision]
    if place < pursuit.price_place:
        return
    pursuit.price_place, pursuit.price_currency = place, event.currency
    pursuit.priced_margin = (event.price_excl_tax * Decimal(str(event.margin_rate))).amount
    await _assess(session, pursuit)


async def void_price(session: AsyncSession, event: BaselineWithdrawn) -> None:
    """A baseline was withdrawn: what was priced from it counts no longer."""
    pursuit = await _pursuit(session, event.opportunity_id)
    pursuit.void_epoch = max(pursuit.void_epoch, event.epoch)
    await _assess(session, pursuit)


async def note_total(session: AsyncSession, event: PursuitTotalled) -> None:
    """Take in what the pursuit has taken so far."""
    pursuit = await _pursuit(session, event.opportunity_id)
    if event.version < pursuit.total_version:
        return
    pursuit.total_version, pursuit.hours, pursuit.uncosted_hours = event.version, event.hours, event.uncosted_hours
    pursuit.costs = {cost.currency: str(cost.amount) for cost in event.costs}
    await _assess(session, pursuit)


async def note_outcome(session: AsyncSession, event: OutcomeRecorded) -> None:
    """A submitted probability has its outcome; what the record makes of those of open pursuits may be another now."""
    pursuit = await _pursuit(session, event.opportunity_id)
    if event.version < pursuit.outcome_version:
        return
    pursuit.outcome_version, pursuit.result = event.version, event.result
    pursuit.submitted_probability = event.win_probability
    await session.flush()
    await follow_record(session)


async def follow_record(session: AsyncSession) -> None:
    """Assess the open pursuits whose win probability the record corrects, or no longer does."""
    record = await win_record(session)
    for pursuit in await open_pursuits(session):
        if record is not None or pursuit.used_probability is not None:
            await _assess(session, pursuit)


async def plan_pursuit(session: AsyncSession, pursuit_id: UUID, wish: PlanIn, *, version: int) -> Pursuit:
    """Say what the rest of the pursuit will cost, or what is won with it. Raises `PursuitIsOver`, `OtherCurrency`."""
    pursuit = await load(session, Pursuit, pursuit_id, version=version)
    pursuit.refuse_if_over()
    for money in (wish.remaining_cost, wish.expected_margin):
        if money and money.currency != pursuit.currency:
            raise OtherCurrency(wanted=pursuit.currency, given=money.currency)
    if wish.remaining_cost:
        pursuit.planned_cost, pursuit.spent_then = wish.remaining_cost.amount, pursuit.spent
        pursuit.planned_by, pursuit.planned_at = context_of(session).actor, now()
    if "expected_margin" in wish.model_fields_set:
        pursuit.own_margin = wish.expected_margin.amount if wish.expected_margin else None
    await _assess(session, pursuit)
    return pursuit


async def _pursuit(session: AsyncSession, opportunity_id: UUID) -> Pursuit:
    """The pursuit of an opportunity, locked; it is made when it is the first time that one hears of it."""
    made = now()
    new = insert(Pursuit).values(
        id=new_id(), opportunity_id=opportunity_id, code="", title="", owner="", currency="", heard_version=0,
        price_place=[], void_epoch=0, turned_count=0, spent_then=Decimal(0), total_version=0, hours=0.0,
        uncosted_hours=0.0, costs={}, status="incomplete", version=1, created_at=made, updated_at=made,
        created_by=context_of(session).actor, outcome_version=0,
    )  # fmt: skip
    return await locked_or_made(session, sa.select(Pursuit).where(Pursuit.opportunity_id == opportunity_id), new)


async def _assess(session: AsyncSession, pursuit: Pursuit) -> None:
    """Assess it anew; what changed is told, and that it no longer pays for itself."""
    seen = pursuit.version
    rules = await rules_for(session, pursuit.opportunity_id)
    has_turned = pursuit.assess(now(), await win_record(session) if rules.corrects_win_probability else None)
    await session.flush()
    if pursuit.version == seen or not pursuit.currency:
        return
    await _publish_assessed(session, pursuit)
    if has_turned:
        pursuit.turned_count += 1  # an event of its own is about a version of its own
        await _publish_negative(session, pursuit)


async def _publish_assessed(session: AsyncSession, pursuit: Pursuit) -> None:
    await publish_of(
        session,
        PursuitAssessed,
        pursuit,
        win_probability_used=pursuit.prospect.win_probability,
        expected_margin=_money(pursuit, pursuit.expected_margin),
        remaining_cost=_money(pursuit, pursuit.remaining_cost),
        cost_so_far=Money.of(pursuit.spent, pursuit.currency),
        hours_so_far=pursuit.hours,
        expected_value=_money(pursuit, pursuit.expected_value),
        missing=pursuit.prospect.missing,
    )


async def _publish_negative(session: AsyncSession, pursuit: Pursuit) -> None:
    await session.flush()
    prospect = pursuit.prospect
    await publish_of(
        session,
        PursuitTurnedNegative,
        pursuit,
        win_probability=prospect.win_probability or 0.0,
        win_probability_stated=pursuit.win_probability,
        expected_margin=Money.of(prospect.expected_margin or 0, pursuit.currency),
        remaining_cost=Money.of(prospect.remaining_cost or 0, pursuit.currency),
        cost_so_far=Money.of(pursuit.spent, pursuit.currency),
        expected_value=Money.of(prospect.expected_value or 0, pursuit.currency),
        break_even_probability=prospect.break_even_probability,
    )


def _money(pursuit: Pursuit, amount: Decimal | None) -> Money | None:
    return None if amount is None else Money.of(amount, pursuit.currency)
