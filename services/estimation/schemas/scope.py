"""Which requirements of an estimate a budget pays for, over HTTP."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.estimation.domain.affordable_scope import Priced, Scope
from shared.kernel.validation import In
from shared.language.money import Amount, Money, NonNegativeMoney


class ScopeIn(In):
    budget: Annotated[
        NonNegativeMoney | None,
        Field(description="of the client, with tax; the budget that the baseline knows, if left out"),
    ] = None


class NeedOut(BaseModel):
    requirement_id: UUID
    code: str
    title: str
    priority: str
    cost: Amount

    @classmethod
    def of(cls, need: Priced) -> Self:
        return cls(requirement_id=need.id, code=need.code, title=need.title, priority=need.priority, cost=need.cost)


class ScopeOut(BaseModel):
    """Costs are ours, before reserves: the budget less tax, margin and the share that reserves have here."""

    budget: Money
    affordable_cost: Money
    whole_cost: Money
    included_cost: Money
    left: Money
    has_all_musts: bool
    included: list[NeedOut]
    excluded: list[NeedOut]

    @classmethod
    def of(cls, found: Scope, budget: Money, whole: Money) -> Self:
        def money(amount: Amount) -> Money:
            return Money.of(amount, budget.currency)

        return cls(
            budget=budget,
            affordable_cost=money(found.cost + found.left),
            whole_cost=whole,
            included_cost=money(found.cost),
            left=money(found.left),
            has_all_musts=found.has_all_musts,
            included=[NeedOut.of(need) for need in found.included],
            excluded=[NeedOut.of(need) for need in found.excluded],
        )
