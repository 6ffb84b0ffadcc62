"""From a schedule and its estimate to who and what is needed, and from what persons planned to months and money."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from services.proposal.content import names
from services.proposal.content.plan import MaterialPart, ResourcePart, RolePart
from services.proposal.content.pricing import FINANCIAL_KINDS
from services.proposal.domain.allocation import (
    Allocation,
    RoleMonths,
    by_month,
    daily_need,
    daily_plan,
    proposed,
)
from services.proposal.domain.impossible_plans import worded
from services.proposal.domain.shares import rounded_parts
from services.proposal.queries.scheduling import computed, loads_by_phase
from services.proposal.schemas.networks import ScheduleNetwork
from services.proposal.schemas.resource_plans import (
    MaterialIn,
    MonthMoneyOut,
    NeedFacts,
    PeopleIn,
    ResourceContent,
    ResourceInputs,
    ResourcePlanOut,
    RoleMonthsOut,
)
from shared.kernel.problems import Problem
from shared.language.events.estimation import EstimateCompleted
from shared.language.money import Money, allocated, total
from shared.quant.dated_network import Load

_DIGITS = 2
_NAMED = 60
_MOST_MONEY = 10**15


class BeyondMoney(Problem):
    status = 422
    title = ("It costs more than can be counted", "金额超出可计范围")
    en = "The plan costs more than {limit} {currency}: a quantity, a number of days or a cost is wrong."
    zh = "计划成本超过 {limit} {currency}：数量、工日或单价有误。"


def costs_of(estimate: EstimateCompleted) -> dict[str, Any]:
    """The part of the inputs that comes from the estimate."""
    effort = sum(phase.effort_days for phase in estimate.phases)
    whole = sum((phase.cost for phase in estimate.phases), Decimal(0))
    day_costs = {phase.phase: _each(phase.cost, phase.effort_days) for phase in estimate.phases if phase.effort_days}
    return {
        "team": dict(estimate.team),
        "day_costs": {**day_costs, "": _each(whole, effort)},
        "financial": [(item.phase, item.amount) for item in estimate.cost_items if item.kind in FINANCIAL_KINDS],
        "material": [
            {
                "id": f"{item.kind}-{number:02d}",
                "name": item.name,
                "name_zh": item.name_zh,
                "kind": item.kind,
                "phase": item.phase,
                "amount": str(item.amount),
            }
            for number, item in enumerate(estimate.cost_items, 1)
            if item.kind not in FINANCIAL_KINDS
        ],
    }


def _each(cost: Decimal, days: float) -> Decimal:
    return (cost / Decimal(str(days))).quantize(Decimal("0.0001")) if days > 0 else Decimal(0)


@worded()
def inputs_of(network: ScheduleNetwork, costs: Mapping[str, Any]) -> ResourceInputs:
    """What a resource plan takes from a schedule, with the `costs_of` its estimate."""
    dated = computed(network)
    starts: dict[str, date] = {}
    for task in network.tasks:
        if task.phase and task.kind == "task":
            begun = dated.day_of(task.id, dated.plan.timings[task.id].start)
            starts[task.phase] = min(begun, starts.get(task.phase, begun))
    needs = [
        NeedFacts(phase=phase, role=load.role, days=load.days, begin=load.begin, end=load.end)
        for phase, load in loads_by_phase(network, dated)
    ]
    return ResourceInputs(working_days=list(dated.timeline), needs=needs, phase_starts=starts, **costs)


def drafted_content(inputs: ResourceInputs) -> ResourceContent:
    """People for the work, and what the estimate buys on the first day of its phase."""
    numbers: Counter[str] = Counter()
    people = []
    for one in proposed(_need(inputs), inputs.working_days):
        numbers[one.role] += 1
        people.append(
            PeopleIn(
                id=f"{one.role[:_NAMED]}-{numbers[one.role]}",
                role=one.role,
                number=one.number,
                first_day=one.first,
                last_day=one.last,
            )
        )
    first = inputs.working_days[0]
    material = [
        MaterialIn(
            **{name: item[name] for name in ("id", "name", "name_zh", "kind")},
            needed_on=inputs.phase_starts.get(item["phase"], first),
            unit_cost=Decimal(item["amount"]),
        )
        for item in inputs.material
    ]
    return ResourceContent(people=sorted(people, key=lambda one: (one.first_day, one.id)), material=material)


def planned_resources(content: ResourceContent, inputs: ResourceInputs, currency: str) -> ResourcePlanOut:
    """People by month beside what is needed and what the team has, and what each month costs."""
    months, working_days, rows = _months(content, inputs)
    plan = daily_plan(_allocations(content), inputs.working_days)
    money = _money(content, inputs, currency)
    return ResourcePlanOut(
        months=list(months),
        working_days=list(working_days),
        roles=[_role(row) for row in rows],
        needed_days=round(sum(sum(row.needed) for row in rows), _DIGITS),
        planned_days=round(sum(sum(row.planned) for row in rows), _DIGITS),
        missing_days=round(sum(sum(row.missing) for row in rows), _DIGITS),
        peak_people=round(float(np.sum(list(plan.values()), axis=0).max(initial=0.0)) if plan else 0.0, _DIGITS),
        money=money,
        total_cost=total((month.total for month in money), currency),
    )


def _need(inputs: ResourceInputs) -> Mapping[str, Any]:
    loads = [Load(one.role, one.days, one.begin, one.end) for one in inputs.needs]
    return daily_need(loads, len(inputs.working_days))


def _allocations(content: ResourceContent) -> list[Allocation]:
    return [Allocation(one.role, one.number, one.share, one.first_day, one.last_day) for one in content.people]


def _months(
    content: ResourceContent, inputs: ResourceInputs
) -> tuple[tuple[str, ...], tuple[int, ...], list[RoleMonths]]:
    plan = daily_plan(_allocations(content), inputs.working_days)
    return by_month(_need(inputs), plan, inputs.team, inputs.working_days)


def _role(row: RoleMonths) -> RoleMonthsOut:
    def rounded(days: Iterable[float]) -> list[float]:
        return [round(value, _DIGITS) for value in days]

    return RoleMonthsOut(
        role=row.role,
        **names.role(row.role).model_dump(),
        team=row.team,
        needed_days=rounded(row.needed),
        planned_days=rounded(row.planned),
        missing_days=rounded(row.missing),
        peak_needed=round(row.peak_needed, _DIGITS),
        peak_planned=round(row.peak_planned, _DIGITS),
        missing_from=row.missing_from,
        over_team_from=row.over_team_from,
    )


def _money(content: ResourceContent, inputs: ResourceInputs, currency: str) -> list[MonthMoneyOut]:
    """Labour by the day on which it is done, material when it is needed, financing when its phase begins."""
    first = inputs.working_days[0]
    labour: dict[str, Decimal] = {}
    for phase in dict.fromkeys(one.phase for one in inputs.needs):
        loads = [Load(one.role, one.days, one.begin, one.end) for one in inputs.needs if one.phase == phase]
        days = np.sum(list(daily_need(loads, len(inputs.working_days)).values()), axis=0)
        spread: dict[str, float] = {}
        for day, value in zip(inputs.working_days, days, strict=True):
            spread[f"{day:%Y-%m}"] = spread.get(f"{day:%Y-%m}", 0.0) + float(value)
        each = inputs.day_costs.get(phase, inputs.day_costs[""])
        whole = each * Decimal(str(round(sum(load.days for load in loads), 6)))
        weights = [Decimal(str(round(value, 9))) for value in spread.values()]
        if sum(weights):
            for month, part in zip(spread, allocated(whole, weights, currency), strict=True):
                labour[month] = labour.get(month, Decimal(0)) + part
    material = _summed((one.needed_on, one.quantity * one.unit_cost) for one in content.material if one.unit_cost)
    financial = _summed((inputs.phase_starts.get(phase, first), amount) for phase, amount in inputs.financial)
    spending = (labour, material, financial)
    if any(sum(spent.values()) > _MOST_MONEY for spent in spending):
        raise BeyondMoney(limit=f"{_MOST_MONEY:,}", currency=currency)
    rows = []
    for month in sorted({f"{day:%Y-%m}" for day in inputs.working_days}.union(*spending)):
        parts = [Money.of(spent.get(month, Decimal(0)), currency) for spent in spending]
        names_of = dict(zip(("labour", "material", "financial"), parts, strict=True))
        rows.append(MonthMoneyOut(month=month, **names_of, total=total(parts, currency)))
    return rows


def _summed(spent: Iterable[tuple[date, Decimal]]) -> dict[str, Decimal]:
    months: dict[str, Decimal] = {}
    for day, amount in spent:
        months[f"{day:%Y-%m}"] = months.get(f"{day:%Y-%m}", Decimal(0)) + amount
    return months


def settled_resources(content: ResourceContent, inputs: ResourceInputs) -> ResourcePart:
    """The resource plan as a proposal says it: no cost, no name of a person."""
    months, working_days, rows = _months(content, inputs)
    width = len(months)
    cells = rounded_parts([days for row in rows for days in row.needed])
    return ResourcePart(
        months=months,
        working_days=working_days,
        roles=tuple(
            RolePart(
                **names.role(row.role).model_dump(),
                role=row.role,
                people=round(row.peak_planned, _DIGITS),
                peak=round(row.peak_needed, _DIGITS),
                total_days=round(sum(days), 1),
                days=days,
                over_allocated_from=row.missing_from,
            )
            for row, days in zip(rows, _rows(cells, width), strict=True)
        ),
        material=tuple(
            MaterialPart.of(one, name_zh=one.name_zh or one.name, quantity=f"{one.quantity.normalize():f}")
            for one in content.material
        ),
    )


def _rows(cells: Sequence[float], width: int) -> list[tuple[float, ...]]:
    return [tuple(cells[place : place + width]) for place in range(0, len(cells), width)]
