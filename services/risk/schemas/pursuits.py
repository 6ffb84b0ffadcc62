"""Pursuits over HTTP. Money is shown to callers with `cost:read` only, else it is null."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.risk.models.pursuits import Pursuit
from shared.kernel.asked import Several, SeveralNames
from shared.kernel.auth import Principal
from shared.kernel.from_row import from_row
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, rule
from shared.language.money import Money, NonNegativeMoney

NOTHING_SAID = rule("nothing_said", "say the remaining cost or the expected margin", "请填写剩余投入或预期毛利")


class PlanIn(In):
    """What is left out stays; `expected_margin` null has that of the newest price count again."""

    remaining_cost: Annotated[
        NonNegativeMoney | None, Field(description="of the pursuit from now on; hours that are recorded take from it")
    ] = None
    expected_margin: Annotated[Money | None, Field(description="of the deal, in place of that of the price")] = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.remaining_cost is None and "expected_margin" not in self.model_fields_set:
            raise ValueError(NOTHING_SAID)
        return self


class PursuitOut(ResourceOut):
    """Expected value = win probability x expected margin - remaining cost; what was spent is no part of it."""

    opportunity_id: UUID
    code: str
    title: str
    owner: str
    currency: str
    deal_value: Money | None
    close_on: date | None
    win_probability: Annotated[float | None, Field(description="as the team says it")]
    win_probability_used: Annotated[
        float | None, Field(description="what expected value counts; corrected by its record where the note says so")
    ]
    win_probability_note: str | None
    win_probability_note_zh: str | None
    expected_margin: Money | None
    margin_source: Annotated[Literal["person", "price"] | None, Field(description="a person, or the newest price")]
    remaining_cost: NonNegativeMoney | None
    planned_by: str | None
    planned_at: datetime | None
    hours_so_far: float
    uncosted_hours: Annotated[float, Field(description="of people whose cost nobody has said")]
    cost_so_far: Money | None
    expected_value: Money | None
    break_even_probability: Annotated[float | None, Field(description="the win probability from which it pays")]
    missing: Annotated[list[str], Field(description="what nobody has said yet")]
    status: str
    negative_since: datetime | None
    outcome: str | None
    allowed_actions: list[AllowedAction]

    @classmethod
    def of(cls, row: Pursuit, caller: Principal) -> Self:
        """As much as `caller` may see."""
        prospect = row.prospect
        shows_money = caller.may("cost:read") and row.currency != ""  # until the opportunity itself is heard of
        amounts = {
            "deal_value": row.deal_value,
            "expected_margin": prospect.expected_margin,
            "remaining_cost": prospect.remaining_cost,
            "cost_so_far": row.spent,
            "expected_value": row.expected_value,
        }
        money = {
            name: Money.of(amount, row.currency) if shows_money and amount is not None else None
            for name, amount in amounts.items()
        }
        source = None if prospect.expected_margin is None else "price" if row.own_margin is None else "person"
        notes = _notes(row)
        break_even = prospect.break_even_probability
        return from_row(
            cls,
            row,
            **money,
            margin_source=source,
            win_probability_used=prospect.win_probability,
            win_probability_note=notes[0],
            win_probability_note_zh=notes[1],
            hours_so_far=row.hours,
            break_even_probability=None if break_even is None or not shows_money else round(break_even, 4),
            missing=list(prospect.missing),
        )


def _notes(row: Pursuit) -> tuple[str | None, str | None]:
    if row.record_outcomes is None:
        return None, None
    return (
        f"Corrected by the record of {row.record_outcomes} decided opportunities.",
        f"已按 {row.record_outcomes} 个已决商机的历史记录校正。",
    )


class PursuitQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "code", "close_on", "win_probability")

    opportunity_id: Several[UUID] = None
    status: Several[Literal["incomplete", "worthwhile", "negative", "over"]] = None
    owner: SeveralNames = None
