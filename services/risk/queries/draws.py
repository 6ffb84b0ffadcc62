"""What is left of the contingency reserve."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.domain.drawdown import Balance, balance, balances
from services.risk.models.budgets import RiskBudget
from services.risk.models.draws import ReserveDraw
from services.risk.schemas.draws import BalanceOut, PhaseBalanceOut, ReserveOut, ReserveRemarkOut, RiskBalanceOut
from shared.language.money import Money, quantised


async def counting_budget(session: AsyncSession, opportunity_id: UUID) -> RiskBudget | None:
    """The newest budget of an opportunity that counts, be it fresh or stale."""
    statement = (
        sa.select(RiskBudget)
        .where(RiskBudget.opportunity_id == opportunity_id, RiskBudget.status == "calculated")
        .order_by(RiskBudget.position.desc())
        .limit(1)
    )
    return await session.scalar(statement)


async def draws_on(session: AsyncSession, budget: RiskBudget) -> Sequence[ReserveDraw]:
    """What was used of the opportunity's reserve, and what was given back of this budget."""
    counts = sa.or_(ReserveDraw.kind == "use", ReserveDraw.risk_budget_id == budget.id)
    statement = sa.select(ReserveDraw).where(
        ReserveDraw.opportunity_id == budget.opportunity_id, ReserveDraw.status == "recorded", counts
    )
    return (await session.scalars(statement.order_by(ReserveDraw.id))).all()


async def left_of(session: AsyncSession, budget: RiskBudget) -> Decimal:
    """What of the contingency of a budget is neither used nor given back."""
    contingency = Decimal(budget.figures["contingency"]["amount"])
    return balance(contingency, [row.as_draw() for row in await draws_on(session, budget)]).remaining


async def left_for(session: AsyncSession, budget: RiskBudget, risk_id: UUID) -> Decimal:
    """What of a risk's share in a budget is neither used nor given back."""
    share = next((Decimal(one["reserve_share"]) for one in budget.figures["risks"] if one["id"] == str(risk_id)), None)
    own = [row.as_draw() for row in await draws_on(session, budget) if row.risk_id == risk_id]
    return balance(share or Decimal(0), own).remaining


async def reserve_of(session: AsyncSession, budget: RiskBudget) -> ReserveOut:
    """The reserve of a budget by risk and by phase. Raises `NoFigures`."""
    facts, currency = budget.figures, budget.currency
    draws = [row.as_draw() for row in await draws_on(session, budget)]
    shares: dict[str | None, Decimal] = {one["id"]: Decimal(one["reserve_share"]) for one in facts["risks"]}
    contingency = Decimal(facts["contingency"]["amount"])
    shares[None] = contingency - sum(shares.values(), Decimal(0))
    phases: dict[str | None, Decimal] = {one["phase"]: Decimal(one["amount"]) for one in facts["phases"]}
    codes = {one["id"]: (one["code"], one["title"], one["title_zh"]) for one in facts["risks"]}
    by_risk, by_phase = balances(shares, draws, "risk"), balances(phases, draws, "phase")
    return ReserveOut(
        risk_budget_id=budget.id,
        remarks=[
            _overdrawn(one, *_named(key, codes), currency)
            for key, one in (*by_risk.items(), *by_phase.items())
            if one.overdrawn and (key or one.share)
        ],
        total=_shown(balance(contingency, draws), currency),
        risks=[_of_risk(key, codes, found, currency) for key, found in by_risk.items()],
        phases=[PhaseBalanceOut(phase=phase, **_amounts(found, currency)) for phase, found in by_phase.items()],
    )


def _named(key: str | None, codes: Mapping[str, tuple[str, str, str]]) -> tuple[str, str]:
    """A risk by its code, a phase by its name, and the estimate."""
    if key is None:
        return "The estimate itself", "估算自身"
    code = codes[key][0] if key in codes else key
    return code, code


def _overdrawn(found: Balance, en: str, zh: str, currency: str) -> ReserveRemarkOut:
    """More was used than the share."""
    more, share = (f"{quantised(amount, currency):,} {currency}" for amount in (found.overdrawn, found.share))
    return ReserveRemarkOut(
        code="share_overdrawn",
        message=f"{en}: {more} more was used than the share of {share}; what is left of the others pays for it.",
        message_zh=f"{zh}：动用金额超出其份额 {share}，超出 {more}，由其余份额承担。",
    )


def _of_risk(
    key: str | None, codes: Mapping[str, tuple[str, str, str]], found: Balance, currency: str
) -> RiskBalanceOut:
    code, title, title_zh = codes.get(key or "", (None, None, None))
    return RiskBalanceOut(
        risk_id=UUID(key) if key else None, code=code, title=title, title_zh=title_zh, **_amounts(found, currency)
    )


def _shown(found: Balance, currency: str) -> BalanceOut:
    return BalanceOut(**_amounts(found, currency))


def _amounts(found: Balance, currency: str) -> dict[str, Money]:
    return {
        name: Money.of(getattr(found, name), currency)
        for name in ("share", "used", "released", "remaining", "overdrawn")
    }
