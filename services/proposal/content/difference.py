"""What changed from one proposal to another: scope, effort, cost, reserve, price and dates."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from services.proposal.content.base import CodedTitle, Part
from services.proposal.content.changes import DataChange, changes
from services.proposal.content.model import ConstraintPart, ProposalContent, RequirementPart
from services.proposal.domain.limits import Missed
from shared.language.events.estimation import EstimatePriced
from shared.language.money import Amount

_NOT_COMPARED = frozenset({"id", "code", "module_zh", "sources", "wbs"})
"""What a requirement is known by, what says another field again, and where it comes from or is done."""


class InternalFigures(Part):
    """What a proposal costs us: kept beside the content, never part of it."""

    base_cost: Amount
    contingency: Amount
    risk_response_cost: Amount
    management_reserve: Amount
    total_budget: Amount
    margin_rate: float


class FieldChange(Part):
    field: str
    before: Any
    after: Any


class ChangedRequirement(CodedTitle):
    fields: tuple[FieldChange, ...]


class ScopeChange(Part):
    added: tuple[CodedTitle, ...]
    removed: tuple[CodedTitle, ...]
    changed: tuple[ChangedRequirement, ...]
    unchanged: int


class NumberChange(Part):
    before: float
    after: float
    delta: float


class AmountChange(Part):
    before: Amount
    after: Amount
    delta: Amount


class DateChange(Part):
    before: date
    after: date
    delta_days: int
    """Calendar days; negative is earlier."""


class Difference(Part):
    scope: ScopeChange
    effort_days: NumberChange
    duration_days: NumberChange
    cost: AmountChange | None
    """Budget with all reserves; only for callers who may see cost."""
    reserve: AmountChange | None
    """Contingency and management reserve; only for callers who may see cost."""
    price_excl_tax: AmountChange
    price_incl_tax: AmountChange
    start: DateChange
    finish: DateChange
    p80_finish: DateChange
    data: tuple[DataChange, ...]
    """Every other change of what the proposal says, part by part."""


def internal_figures(price: EstimatePriced) -> InternalFigures:
    """The internal side of a price."""
    return InternalFigures(
        base_cost=price.base_cost.amount,
        contingency=price.contingency.amount,
        risk_response_cost=price.risk_response_cost.amount,
        management_reserve=price.management_reserve.amount,
        total_budget=price.total_budget.amount,
        margin_rate=price.margin_rate,
    )


def difference(
    before: ProposalContent,
    after: ProposalContent,
    costs: tuple[InternalFigures, InternalFigures] | None,
) -> Difference:
    """Compare two proposals of one opportunity; `costs` are their internal figures, None to leave those out."""
    old, new = before.key_figures, after.key_figures
    return Difference(
        scope=_scope(before, after),
        effort_days=_number(old.effort_days, new.effort_days),
        duration_days=_number(old.duration_days, new.duration_days),
        cost=_amount(costs[0].total_budget, costs[1].total_budget) if costs else None,
        reserve=_amount(_reserve(costs[0]), _reserve(costs[1])) if costs else None,
        price_excl_tax=_amount(old.price_excl_tax, new.price_excl_tax),
        price_incl_tax=_amount(old.price_incl_tax, new.price_incl_tax),
        start=_date(old.start, new.start),
        finish=_date(old.finish, new.finish),
        p80_finish=_date(old.p80_finish, new.p80_finish),
        data=changes(before, after),
    )


def _reserve(figures: InternalFigures) -> Decimal:
    return figures.contingency + figures.management_reserve


def _number(before: float, after: float) -> NumberChange:
    return NumberChange(before=before, after=after, delta=round(after - before, 1))


def _amount(before: Decimal, after: Decimal) -> AmountChange:
    return AmountChange(before=before, after=after, delta=after - before)


def _date(before: date, after: date) -> DateChange:
    return DateChange(before=before, after=after, delta_days=(after - before).days)


def _scope(before: ProposalContent, after: ProposalContent) -> ScopeChange:
    old = {item.id: item for item in before.requirements}
    new = {item.id: item for item in after.requirements}
    changed = tuple(
        ChangedRequirement(code=item.code, title=item.title, fields=fields)
        for key, item in new.items()
        if key in old and (fields := _fields(old[key], item))
    )
    return ScopeChange(
        added=_only(new, old),
        removed=_only(old, new),
        changed=changed,
        unchanged=len(old.keys() & new.keys()) - len(changed),
    )


def _only(items: Mapping[Any, RequirementPart], others: Mapping[Any, RequirementPart]) -> tuple[CodedTitle, ...]:
    return tuple(CodedTitle(code=item.code, title=item.title) for key, item in items.items() if key not in others)


def _fields(before: RequirementPart, after: RequirementPart) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(field=name, before=getattr(before, name), after=getattr(after, name))
        for name in RequirementPart.model_fields
        if name not in _NOT_COMPARED and getattr(before, name) != getattr(after, name)
    )


def hard_limits_missed(content: ProposalContent) -> tuple[Missed, ...]:
    """Hard limits of the client's that the proposal does not keep to."""
    return tuple(
        Missed(one.id, one.term or one.kind, one.name, one.limit, one.offered)
        for one in content.constraints
        if one.is_hard and one.is_met is False and one.id and one.limit and one.offered
    )


def limits_missed(before: ProposalContent, after: ProposalContent) -> tuple[ConstraintPart, ...]:
    """Hard limits of the client's that `after` does not keep to, where `before` kept to them or had no such limit."""
    known = {(one.kind, one.name, one.term) for one in before.constraints if one.is_met is False}
    return tuple(
        one
        for one in after.constraints
        if one.is_hard and one.is_met is False and (one.kind, one.name, one.term) not in known
    )
