"""What the work costs us by line and phase. Amounts are exact to the minor unit.

A line's labour cost is rounded once; phases then share that amount out, so that lines and phases both add up to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.estimation.domain.apportion import HUNDREDTHS
from services.estimation.domain.escalation import escalated
from services.estimation.domain.plan import Plan
from services.estimation.domain.rates import RoleRate
from services.estimation.domain.wbs import Line
from shared.language.money import allocated, quantised


@dataclass(frozen=True, slots=True)
class LabourCost:
    """Of one line: its whole cost, the average cost of one of its person-days, and its cost by phase."""

    cost: Decimal
    daily_cost: Decimal
    phases: Mapping[str, Decimal]


def labour(
    lines: Sequence[Line],
    daily_costs: Mapping[str, Decimal],
    currency: str,
    growth: Mapping[str, Decimal] | None = None,
) -> tuple[LabourCost, ...]:
    """The cost of each line's expected days; `daily_costs` has every role, above zero. `growth` multiplies a phase."""
    return tuple(_labour(line, daily_costs, currency, growth or {}) for line in lines)


def _labour(line: Line, daily_costs: Mapping[str, Decimal], currency: str, growth: Mapping[str, Decimal]) -> LabourCost:
    exact = {
        phase: sum((daily_costs[role] * units for role, units in roles.items()), Decimal(0)) * growth.get(phase, 1)
        for phase, roles in line.table.items()
    }
    whole = sum(exact.values(), Decimal(0))
    cost = quantised(whole / HUNDREDTHS, currency)
    parts = allocated(cost, list(exact.values()), currency)
    return LabourCost(cost, quantised(whole / line.units, currency), dict(zip(exact, parts, strict=True)))


def wage_growth(plan: Plan, annual_growth: Decimal) -> dict[str, Decimal]:
    """How much dearer than at the start the work of each phase is, in its middle; nothing when wages do not grow."""
    if not annual_growth:
        return {}
    return {window.phase: escalated(Decimal(1), annual_growth, plan.start, window.middle) for window in plan.windows}


@dataclass(frozen=True, slots=True)
class Categories:
    """Base cost as GB/T 36964-2018 classes it. The parts add up to it.

    Direct labour is pay and social security of the days that are worked; indirect labour the same of those that are
    not; overhead and financing are indirect and not labour.
    """

    direct_labour: Decimal
    direct_other: Decimal
    indirect_labour: Decimal
    indirect_other: Decimal


def categories(
    role_units: Mapping[str, int], rates: Mapping[str, RoleRate], labour_cost: Decimal, bought: Decimal,
    financial: Decimal, currency: str,
) -> Categories:  # fmt: skip
    """Labour goes to the classes as the roles' rates are built up."""
    direct = sum((rates[role].direct_cost * units for role, units in role_units.items()), Decimal(0))
    idle = sum((rates[role].idle_cost * units for role, units in role_units.items()), Decimal(0))
    whole = sum((rates[role].daily_cost * units for role, units in role_units.items()), Decimal(0))
    overhead = max(whole - direct - idle, Decimal(0))
    parts = allocated(labour_cost, [direct, idle, overhead], currency)
    return Categories(parts[0], bought, parts[1], parts[2] + financial)


def by_phase(costs: Sequence[LabourCost], phases: Sequence[str]) -> dict[str, Decimal]:
    """Labour cost of all lines by phase."""
    return {phase: sum((cost.phases.get(phase, Decimal(0)) for cost in costs), Decimal(0)) for phase in phases}


def daily_burn(labour_until_delivery: Decimal, plan: Plan, retained_share: float, currency: str) -> Decimal:
    """What a working day of delay costs: the part of the average daily labour cost that cannot be released."""
    average = labour_until_delivery / max(plan.delivery_days, 1)
    return quantised(average * Decimal(str(retained_share)), currency)
