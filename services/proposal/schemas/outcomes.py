"""Outcomes of opportunities over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from services.proposal.models.outcomes import Outcome, OutcomeReason, Result
from services.proposal.schemas.fields import PastDay, distinct
from shared.kernel.asked import Several
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import KEEP, In, Patch, Text, Why
from shared.language.money import Money, NonNegativeMoney

Reasons = Annotated[
    list[OutcomeReason], Field(max_length=len(OutcomeReason), description="the weightiest first"), distinct()
]
Lessons = Annotated[list[Text], Field(max_length=50)]
_PRICES = {"offered_price": "offered", "final_price": "final", "winning_price": "winning"}


class OutcomeIn(In):
    opportunity_id: UUID
    result: Result
    reasons: Reasons = []
    reason: Why | None = None
    lessons: Lessons = []
    competitor_id: Annotated[UUID | None, Field(description="who won, or whom we won against")] = None
    decided_on: Annotated[PastDay | None, Field(description="today, when left out")] = None
    final_price: Annotated[NonNegativeMoney | None, Field(description="what was agreed with us, with tax")] = None
    winning_price: Annotated[NonNegativeMoney | None, Field(description="what the winner asked, as far as we know")] = (
        None
    )


class OutcomePatch(Patch, of=OutcomeIn, without={"opportunity_id"}):
    result: Result = KEEP
    decided_on: PastDay = KEEP
    final_price: NonNegativeMoney | None = None
    winning_price: NonNegativeMoney | None = None


class OutcomeOut(ResourceOut):
    opportunity_id: UUID
    status: str
    result: str
    reasons: list[str]
    reason: str | None
    lessons: list[str]
    competitor_id: UUID | None
    decided_on: date | None
    proposal_id: Annotated[UUID | None, Field(description="the last one that was submitted")]
    submitted_at: datetime | None
    win_probability: Annotated[float | None, Field(description="what the team expected when that was submitted")]
    offered_price: Money | None
    final_price: Money | None
    winning_price: Money | None
    recorded_by: str | None
    recorded_at: datetime | None
    allowed_actions: list[AllowedAction]

    @model_validator(mode="before")
    @classmethod
    def _of_row(cls, row: object) -> object:
        if not isinstance(row, Outcome):
            return row
        own = cls.model_fields.keys() - _PRICES
        prices = {name: row.price(kind) for name, kind in _PRICES.items()}
        return {**{name: getattr(row, name) for name in own}, **prices}


class OutcomeQuery(PageQuery):
    sortable = ("created_at", "updated_at", "decided_on")

    opportunity_id: Several[UUID] = None
    result: Several[Result] = None
    status: Several[Literal["draft", "recorded"]] = None
    competitor_id: UUID | None = None
