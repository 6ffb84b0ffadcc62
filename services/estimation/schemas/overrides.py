"""Judgements of effort, and actuals, over HTTP."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.estimation.domain.amount_range import Point
from services.estimation.domain.leading import LeadWish
from services.estimation.domain.ranges import assumed
from services.estimation.domain.units import SizeUnit
from services.estimation.models.overrides import TOTAL, EffortOverride, OverrideStatus
from services.estimation.schemas.estimates import RangeOut
from services.estimation.schemas.past_projects import Days, Effort, Months, Size
from shared.kernel.pages import ResourceOut
from shared.kernel.validation import In, Line, Text, Why, rule
from shared.language.disclosure import Visibility, Wording, refuse_unworded
from shared.language.money import NonNegativeMoney
from shared.quant.three_point import Bounds, Shape, ThreePoint

HALF_A_RANGE = rule("half_a_range", "needs both ends of the range, or neither", "区间的两端须同时给出或都不给")
NO_EFFORT = rule("no_effort", "must be above zero", "必须大于零")


class WordedIn(In):
    """What a person says of an estimate, and whether and in which words offers say it to the client."""

    client_visibility: Visibility = "internal"
    client_wording: Wording = None
    client_wording_zh: Wording = None

    @model_validator(mode="after")
    def _worded(self) -> Self:
        refuse_unworded(self.client_visibility, self.client_wording, self.client_wording_zh)
        return self

    @property
    def for_client(self) -> dict[str, Any]:
        return self.model_dump(include=set(WordedIn.model_fields))


class OverrideIn(WordedIn):
    """Person-days of a line, or of the whole estimate without `line_id`. A single figure gets the usual range."""

    line_id: Annotated[UUID | None, Field(description="the whole effort, if left out")] = None
    most_likely_days: Annotated[Point, Field(ge=0)]
    optimistic_days: Annotated[Point, Field(ge=0)] | None = None
    pessimistic_days: Annotated[Point, Field(ge=0)] | None = None
    bounds: Annotated[Bounds, Field(description="how the ends are meant")] = Bounds.P10_P90
    reason: Why

    @model_validator(mode="after")
    def _possible(self) -> Self:
        ends = (self.optimistic_days, self.pessimistic_days)
        if (ends[0] is None) != (ends[1] is None):
            raise ValueError(HALF_A_RANGE)
        if ends[0] is not None and ends[1] is not None and not ends[0] <= self.most_likely_days <= ends[1]:
            raise ValueError("range_order")
        if self.most_likely_days == 0:
            raise ValueError(NO_EFFORT)
        return self

    @property
    def target(self) -> str:
        return str(self.line_id) if self.line_id else TOTAL

    def absolute(self, shape: Shape) -> dict[str, Any]:
        """The range with absolute bounds, and whether it is the usual one around a single figure."""
        is_assumed = self.optimistic_days is None or self.pessimistic_days is None
        if self.optimistic_days is None or self.pessimistic_days is None:
            size = assumed(self.most_likely_days, "task" if self.line_id else "project")
        else:
            size = ThreePoint(self.optimistic_days, self.most_likely_days, self.pessimistic_days)
        size = shape.bounded(size, Bounds.P10_P90 if is_assumed else self.bounds).rounded(2)
        points = {name: getattr(size, name) for name in ("optimistic", "most_likely", "pessimistic")}
        return {**points, "is_assumed": is_assumed}


class WithdrawalIn(In):
    line_id: Annotated[UUID | None, Field(description="the whole effort, if left out")] = None
    reason: Why

    @property
    def target(self) -> str:
        return str(self.line_id) if self.line_id else TOTAL


class WarningJudgementIn(WordedIn):
    """What a person says to warnings of an estimate: why they may stand."""

    warnings: Annotated[list[UUID], Field(min_length=1, max_length=100, description="ids of the warnings")]
    reason: Text


class LeadingMethodIn(In):
    """Which method's effort the estimate is to be made of."""

    method: Annotated[LeadWish, Field(description="by_record: whichever did better on past projects")]
    reason: Text


class OverrideOut(ResourceOut):
    """What a person judged beside what was computed. It stands in every estimate of the opportunity until withdrawn."""

    opportunity_id: UUID
    line_id: UUID | None
    line_code: str | None
    line_name: str | None
    effort_days: RangeOut
    is_assumed: bool
    computed_days: float
    reason: str
    status: OverrideStatus
    baseline_number: int
    withdrawn_reason: str | None
    client_visibility: str
    client_wording: str | None
    client_wording_zh: str | None

    @classmethod
    def of(cls, row: EffortOverride) -> Self:
        own = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        line = None if row.target == TOTAL else row.target
        shown = {**own, "line_id": line, "effort_days": row.effort, "is_assumed": row.effort["is_assumed"]}
        return cls.model_validate(shown)


class OverridesOut(BaseModel):
    items: list[OverrideOut]


class ActualsIn(In):
    """What the project took in the end, from its start until acceptance; the size too, where it was counted."""

    effort_days: Effort
    cost: NonNegativeMoney | None = None
    size: Annotated[Size | None, Field(description="as delivered; the estimate's, if left out")] = None
    size_unit: SizeUnit = "fp"
    started_on: Days | None = None
    finished_on: Days
    duration_months: Months | None = None
    name: Annotated[Line | None, Field(description="the opportunity's title, if left out")] = None
    organisation: Line | None = None
    technology: Line | None = None
    source: Line = "delivery"
    note: Text | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.started_on and self.finished_on < self.started_on:
            raise ValueError("end_before_start")
        return self
