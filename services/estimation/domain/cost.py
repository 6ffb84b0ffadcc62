"""What the work costs us: labour by line and phase, and what is bought for it. Amounts are exact to the minor unit.

A line's labour cost is rounded once; phases then share that amount out, so that lines and phases both add up to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid5

from services.estimation.domain.apportion import HUNDREDTHS, in_days
from services.estimation.domain.parameters import PHASES, Commerce
from services.estimation.domain.plan import Plan
from services.estimation.domain.wbs import Line, WorkBreakdown
from shared.money import allocated, quantised
from shared.problems import Problem


class CurrencyRateMissing(Problem):
    status = 422
    title = ("No exchange rate", "缺少汇率")
    en = "The parameter set has no exchange rate for {currency}; add it in a new version of the set, then recompute."
    zh = "参数集没有 {currency} 的汇率。请在参数集新版本中补充后重新计算。"


@dataclass(frozen=True, slots=True)
class LabourCost:
    """Of one line: its whole cost, the average cost of one of its person-days, and its cost by phase."""

    cost: Decimal
    daily_cost: Decimal
    phases: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class CostItem:
    """A cost that is not labour; `kind` is hardware, cloud, travel, …, or financing."""

    id: UUID
    kind: str
    name: str
    name_zh: str
    phase: str
    amount: Decimal


def labour(lines: Sequence[Line], daily_costs: Mapping[str, Decimal], currency: str) -> tuple[LabourCost, ...]:
    """The cost of each line's expected days; `daily_costs` has every role, above zero."""
    return tuple(_labour(line, daily_costs, currency) for line in lines)


def _labour(line: Line, daily_costs: Mapping[str, Decimal], currency: str) -> LabourCost:
    exact = {
        phase: sum((daily_costs[role] * units for role, units in roles.items()), Decimal(0))
        for phase, roles in line.table.items()
    }
    whole = sum(exact.values(), Decimal(0))
    cost = quantised(whole / HUNDREDTHS, currency)
    parts = allocated(cost, list(exact.values()), currency)
    return LabourCost(cost, quantised(whole / line.units, currency), dict(zip(exact, parts, strict=True)))


def by_phase(costs: Sequence[LabourCost], phases: Sequence[str]) -> dict[str, Decimal]:
    """Labour cost of all lines by phase."""
    return {phase: sum((cost.phases.get(phase, Decimal(0)) for cost in costs), Decimal(0)) for phase in phases}


def daily_burn(labour_until_delivery: Decimal, plan: Plan, retained_share: float, currency: str) -> Decimal:
    """What a working day of delay costs: the part of the average daily labour cost that cannot be released."""
    average = labour_until_delivery / max(plan.delivery_days, 1)
    return quantised(average * Decimal(str(retained_share)), currency)


def bought(
    opportunity_id: UUID, work: WorkBreakdown, plan: Plan, commerce: Commerce, *, days_per_month: float, currency: str
) -> tuple[CostItem, ...]:
    """The parameter set's items for work of this size, in `currency`. Raises `CurrencyRateMissing`.

    An item of a phase without work is bought in the phase before.
    """
    rate = commerce.exchange_rates.get(currency)
    if rate is None:
        raise CurrencyRateMissing(currency=currency)
    quantities = {
        "project": 1.0,
        "month": plan.delivery_days / days_per_month,
        "person": sum(plan.team.values()),
        "effort_day": in_days(work.units),
        "function_point": float(work.function_points),
    }
    items = (
        CostItem(
            id=uuid5(opportunity_id, f"item:{item.code}"),
            kind=item.kind,
            name=item.name,
            name_zh=item.name_zh,
            phase=_phase(item.phase, plan),
            amount=quantised(item.amount * Decimal(str(quantities[item.driver])) / rate, currency),
        )
        for item in commerce.items
    )
    return tuple(item for item in items if item.amount)


def _phase(wanted: str, plan: Plan) -> str:
    first, *_ = present = [window.phase for window in plan.windows]
    return next((phase for phase in reversed(PHASES[: PHASES.index(wanted) + 1]) if phase in present), first)
