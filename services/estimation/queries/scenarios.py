"""Scenarios, and how they compare."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from services.estimation.models.estimates import Estimate
from services.estimation.models.projections import KnownSchedule
from services.estimation.models.scenarios import Scenario
from services.estimation.schemas.scenarios import (
    INTERNAL,
    CompareHead,
    CompareLine,
    CompareLineValue,
    CompareQuery,
    CompareRow,
    CompareValue,
    ComparisonOut,
    FiguresOut,
)
from shared.kernel.auth import Principal
from shared.kernel.problems import NotFound

LINE = ("id", "code", "name", "name_zh", "requirement_code", "expected_days", "cost")
"""What is kept of a scenario's lines."""
_IDENTITY = ("currency",)


async def of_run(session: AsyncSession, run_id: UUID) -> Scenario | None:
    """The scenario that waits for the answers to a run, locked; None when it was run again since, or is not ours."""
    waiting = sa.select(Scenario).where(Scenario.run_id == run_id, Scenario.status == "computing")
    return await session.scalar(waiting.with_for_update())


async def schedule_of(session: AsyncSession, estimate_id: UUID) -> Mapping[str, Any]:
    """The dates that a proposal said for an estimate; none until then."""
    facts = await session.scalar(sa.select(KnownSchedule.facts).where(KnownSchedule.estimate_id == estimate_id))
    return facts or {}


async def compare(session: AsyncSession, query: CompareQuery, caller: Principal) -> ComparisonOut:
    """Scenarios beside the estimate that the first of them starts from, line by line. Raises `NotFound`."""
    ids = list(dict.fromkeys(query.id))
    statement = sa.select(Scenario).where(Scenario.id.in_(ids)).options(undefer(Scenario.lines))
    found = {row.id: row for row in await session.scalars(statement)}
    for key in ids:
        first = found.get(ids[0])
        if key not in found or first is None or found[key].opportunity_id != first.opportunity_id:
            raise NotFound(kind=Scenario.__tablename__, id=key)
    rows = [found[key] for key in ids]
    base = await _base(session, rows[0].base_estimate_id)
    hides = not caller.may("cost:read")
    names = [name for name in FiguresOut.model_fields if name not in _IDENTITY and not (hides and name in INTERNAL)]
    figures = await base_figures(session, base)
    return ComparisonOut(
        base_estimate_id=base.id,
        currency=figures["currency"],
        scenarios=[CompareHead(id=row.id, name=row.name, status=row.status, freshness=row.freshness) for row in rows],
        figures=[
            CompareRow(
                figure=name,
                base=_text(figures.get(name)),
                scenarios=[_value(figures.get(name), row.result.get(name)) for row in rows],
            )
            for name in names
        ],
        lines=_lines(base.lines, [row.lines for row in rows], hides=hides),
    )


async def _base(session: AsyncSession, key: UUID) -> Estimate:
    statement = sa.select(Estimate).where(Estimate.id == key).options(undefer(Estimate.lines))
    return (await session.scalars(statement)).one()


async def base_figures(session: AsyncSession, base: Estimate) -> dict[str, Any]:
    """The figures of an estimate in the words of a scenario's."""
    figures, price = base.figures or {}, base.price or {}
    found = figures_of(figures, price)
    found["requirement_count"] = len({line["requirement_id"] for line in base.lines if line["requirement_id"]})
    return {**found, **await schedule_of(session, base.id)}


def figures_of(estimate: Mapping[str, Any], price: Mapping[str, Any]) -> dict[str, Any]:
    """What is compared of an estimate and its price, both as events say them in JSON."""
    plain = ("currency", "effort_days", "effort_p50_days", "effort_p80_days")
    costs = ("labour_cost", "material_cost", "financial_cost")
    amounts = (
        "base_cost", "contingency", "risk_response_cost", "management_reserve", "total_budget", "price_excl_tax",
        "price_incl_tax", "list_price", "discount", "peak_funding",
    )  # fmt: skip
    found: dict[str, Any] = {name: estimate.get(name) for name in plain}
    found |= {name: _amount(estimate.get(name)) for name in costs}
    found |= {name: _amount(price.get(name)) for name in amounts}
    found |= {name: price.get(name) for name in ("margin_rate", "budget_probability")}
    net, budget = found["price_excl_tax"], found["total_budget"]
    found["margin"] = None if net is None or budget is None else str(Decimal(net) - Decimal(budget))
    return found


def _amount(money: Mapping[str, Any] | None) -> str | None:
    return None if money is None else str(money["amount"])


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _value(base: Any, value: Any) -> CompareValue:
    return CompareValue(value=_text(value), delta=_delta(base, value))


def _delta(base: Any, value: Any) -> str | None:
    """The difference of numbers, or of dates in days; None where one of them is not there."""
    if base is None or value is None:
        return None
    try:
        difference = Decimal(str(value)) - Decimal(str(base))
        return str(round(difference, 6).normalize() + 0) if isinstance(value, float) else str(difference)
    except InvalidOperation:
        return str((date.fromisoformat(str(value)) - date.fromisoformat(str(base))).days)


def _lines(base: Sequence[Any], others: Sequence[Sequence[Any]], *, hides: bool) -> list[CompareLine]:
    """Lines that are not the same everywhere, in the order of the WBS."""
    sides = [{line["id"]: line for line in lines} for lines in (base, *others)]
    known = {key: line for side in reversed(sides) for key, line in side.items()}
    found = []
    for key, line in known.items():
        values = [_line(side.get(key), hides=hides) for side in sides]
        if any(value != values[0] for value in values):
            names = ("id", "code", "name", "name_zh", "requirement_code")
            found.append(CompareLine(**{name: line[name] for name in names}, base=values[0], scenarios=values[1:]))
    return sorted(found, key=lambda line: [int(part) for part in line.code.split(".") if part.isdigit()])


def _line(line: Mapping[str, Any] | None, *, hides: bool) -> CompareLineValue:
    if line is None:
        return CompareLineValue(expected_days=None, cost=None)
    return CompareLineValue(expected_days=line["expected_days"], cost=None if hides else line["cost"])
