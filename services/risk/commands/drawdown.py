"""Draw-down of the contingency: what is used when risks happen, and given back when they cannot happen any more."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.models.budgets import RiskBudget
from services.risk.models.draws import HasNotHappened, NoReserve, ReserveDraw, ReserveExhausted, UnknownPhase
from services.risk.models.risks import OtherCurrency, RegisteredRisk
from services.risk.queries.draws import counting_budget, left_for, left_of
from services.risk.queries.projections import known_head
from services.risk.schemas.draws import DrawIn
from shared.kernel.db import find, load
from shared.kernel.messaging import publish
from shared.kernel.problems import NotFound
from shared.language.business_day import today
from shared.language.events.risk.register import ReserveDrawn
from shared.language.money import Money


async def draw_reserve(session: AsyncSession, wish: DrawIn) -> ReserveDraw:
    """Record contingency that was used.

    Raises `NoReserve`, `HasNotHappened`, `UnknownPhase`, `OtherCurrency`, `ReserveExhausted`.
    """
    (await known_head(session, wish.opportunity_id)).refuse_if_closed()
    budget = await counting_budget(session, wish.opportunity_id)
    if budget is None:
        raise NoReserve
    if wish.amount.currency != budget.currency:
        raise OtherCurrency(wanted=budget.currency, given=wish.amount.currency)
    if wish.risk_id:
        await _refuse_before_it_happened(session, budget, wish.risk_id)
    phases = [one["phase"] for one in budget.figures["phases"]]
    if wish.phase and wish.phase not in phases:
        raise UnknownPhase(phase=wish.phase, phases=", ".join(phases))
    amount, left = wish.amount.rounded().amount, await left_of(session, budget)
    if amount > left:
        raise ReserveExhausted(wanted=f"{amount} {budget.currency}", left=f"{max(left, Decimal(0))} {budget.currency}")
    draw = ReserveDraw(
        **wish.model_dump(exclude={"amount", "occurred_on"}),
        risk_budget_id=budget.id,
        kind="use",
        amount=amount,
        currency=budget.currency,
        occurred_on=wish.occurred_on or today(session),
        status="recorded",
    )
    session.add(draw)
    await _publish(session, draw, budget)
    return draw


async def void_draw(session: AsyncSession, draw_id: UUID, reason: str, *, version: int) -> ReserveDraw:
    """It was a mistake: what it took is there again."""
    await known_head(session, (await find(session, ReserveDraw, draw_id)).opportunity_id)
    draw = await load(session, ReserveDraw, draw_id, version=version)
    draw.status, draw.status_reason = draw.machine.next(draw.status, "void"), reason
    await _publish(session, draw, await find(session, RiskBudget, draw.risk_budget_id))
    return draw


async def release_share(session: AsyncSession, risk: RegisteredRisk, reason: str) -> None:
    """Give back what is left of the share of a risk that is closed."""
    budget = await counting_budget(session, risk.opportunity_id)
    if budget is None:
        return
    left = min(await left_for(session, budget, risk.id), await left_of(session, budget))
    if left > 0:
        draw = ReserveDraw(
            opportunity_id=risk.opportunity_id,
            risk_budget_id=budget.id,
            risk_id=risk.id,
            kind="release",
            amount=left,
            currency=budget.currency,
            occurred_on=today(session),
            reason=reason,
            status="recorded",
        )
        session.add(draw)
        await _publish(session, draw, budget)


async def _refuse_before_it_happened(session: AsyncSession, budget: RiskBudget, risk_id: UUID) -> None:
    risk = await session.get(RegisteredRisk, risk_id)
    if risk is None or risk.opportunity_id != budget.opportunity_id:
        raise NotFound(kind="risk", id=risk_id)
    if risk.status != "materialised":
        raise HasNotHappened(code=risk.code, state=risk.status)


async def _publish(session: AsyncSession, draw: ReserveDraw, budget: RiskBudget) -> None:
    await session.flush()
    event = ReserveDrawn.of(
        draw,
        reserve_draw_id=draw.id,
        amount=Money.of(draw.amount, draw.currency),
        remaining=Money.of(await left_of(session, budget), budget.currency),
    )
    await publish(session, event, about=draw)
