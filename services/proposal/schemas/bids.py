"""Bid policies and decisions over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.proposal.schemas.fields import Day
from shared.kernel.asked import Several
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction, Reason
from shared.kernel.validation import In, Line, Text, Why, rule
from shared.language.money import Money

CODE_TWICE = rule("duplicate_code", "is there twice", "编码重复")
THRESHOLD_ORDER = rule("threshold_order", "conditional must not be above go", "conditional 不得高于 go")
NO_WEIGHT = rule("no_weight", "needs a question with a weight above zero", "至少一个问题的权重须大于零")

Points = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Verdict = Literal["go", "conditional", "no_go"]


class Choice(In):
    """An answer that may be given."""

    points: Points
    label: Line
    label_zh: Line


class QuestionIn(In):
    code: Code
    text: Line
    text_zh: Line
    weight: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
    choices: Annotated[list[Choice], Field(min_length=2, max_length=10)]
    knock_out: Annotated[
        Points | None, Field(description="answers with at most these points mean no bid, whatever else is answered")
    ] = None


class Thresholds(In):
    go: Points
    conditional: Points

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.conditional > self.go:
            raise ValueError(THRESHOLD_ORDER)
        return self


PriceChange = Annotated[
    Points,
    Field(description="a price that differs by more than this share from the one that was decided on reopens a bid"),
]


class BidPolicyIn(In):
    questions: Annotated[list[QuestionIn], Field(min_length=1, max_length=60)]
    thresholds: Thresholds
    price_change: PriceChange = 0.1

    @model_validator(mode="after")
    def _countable(self) -> Self:
        if len({question.code for question in self.questions}) < len(self.questions):
            raise ValueError(CODE_TWICE)
        if not any(question.weight for question in self.questions):
            raise ValueError(NO_WEIGHT)
        return self


class BidPolicyItem(ResourceOut):
    """A version of the questionnaire in a list; its questions are at its own address."""

    number: int
    thresholds: Thresholds
    price_change: PriceChange


class BidPolicyOut(BidPolicyItem):
    questions: list[QuestionIn]


class BidDecisionIn(In):
    opportunity_id: UUID


class Answer(In):
    points: Points
    note: Text | None = None


class AnswerOut(Answer):
    by: Annotated[str | None, Field(description="who gave it: none of them decides")] = None


class AnswersIn(In):
    answers: Annotated[
        dict[Code, Answer | None], Field(min_length=1, max_length=60, description="by code; `null` takes one back")
    ]


class Condition(In):
    text: Line
    owner: Line
    due: Day


class DecisionIn(In):
    decision: Verdict
    reason: Annotated[Why | None, Field(description="needed when it is not what the answers recommend")] = None
    conditions: Annotated[list[Condition], Field(max_length=30, description="needed for `conditional`")] = []


class MetIn(In):
    condition: Annotated[int, Field(ge=1, description="number of the condition, from 1")]
    note: Text | None = None


class ReopenIn(In):
    reason: Why


class ConditionOut(Condition):
    is_met: bool
    met_by: str | None
    note: str | None


class BidDecisionOut(ResourceOut):
    opportunity_id: UUID
    policy_number: int
    answers: dict[str, AnswerOut]
    answered_by: str | None
    recommendation: Annotated[str, Field(description="go, conditional, no_go or incomplete: what the answers say")]
    score: Annotated[float, Field(description="Σ weight × points ÷ Σ weight, 0 … 1")]
    knocked_out: Annotated[list[str], Field(description="questions whose answers alone mean no bid")]
    unanswered: list[str]
    status: Annotated[str, Field(description="open, go, conditional, no_go")]
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    proposal_id: Annotated[UUID | None, Field(description="the newest when it was decided; null before there was one")]
    price: Annotated[Money | None, Field(description="the price of that with tax: what was decided on")]
    conditions: list[ConditionOut]
    reopened_because: Reason | None
    times_reopened: int
    allowed_actions: list[AllowedAction]


class BidDecisionQuery(PageQuery):
    sortable = ("created_at", "updated_at", "score")

    opportunity_id: Several[UUID] = None
    status: Several[Literal["open", "go", "conditional", "no_go"]] = None


def kept(wish: AnswersIn, *, by: str) -> dict[str, Any]:
    """The answers as they are stored, `by` whom; None takes one back."""
    return {code: one and {**one.model_dump(mode="json"), "by": by} for code, one in wish.answers.items()}
