"""Matrices and policies over HTTP."""

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.risk.domain.matrix import SIZES, Matrix
from services.risk.domain.policy import USUAL
from services.risk.models.settings import RiskMatrix, RiskPolicy
from services.risk.schemas.fields import Share
from shared.kernel.asked import Several
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line, rule

NOT_ASCENDING = rule("not_ascending", "must ascend, each greater than the one before", "须逐级递增")
WRONG_COUNT = rule(
    "wrong_count", "needs one bound between each two levels: one fewer than there are levels", "界限数须比级数少一"
)
THRESHOLD_ORDER = rule("threshold_order", "low must be below high", "low 须小于 high")
CORRELATION_ORDER = rule(
    "corr_out_of_range", "0 ≤ across ≤ within ≤ 1 must hold: nothing else can be drawn", "须满足 0 ≤ 组间 ≤ 组内 ≤ 1"
)

Level = Annotated[Decimal, Field(gt=0, le=1, max_digits=7, decimal_places=6, examples=["0.30"])]
Levels = Annotated[list[Level], Field(min_length=min(SIZES), max_length=max(SIZES))]
Bound = Annotated[float, Field(ge=0, le=100)]
Bounds = Annotated[list[Bound], Field(max_length=max(SIZES) - 1)]
Threshold = Annotated[Decimal, Field(ge=0, le=1, max_digits=7, decimal_places=6)]


class MatrixIn(In):
    """Scales of 3 to 7 levels, the lowest first; a bound belongs to the level above it."""

    name: Line
    name_zh: Line | None = None
    opportunity_id: Annotated[UUID | None, Field(description="for this one only; for all when left out")] = None
    probability: Annotated[Levels, Field(description="value of each level")]
    impact: Annotated[Levels, Field(description="value of each level")]
    probability_bounds: Bounds
    cost_bounds: Annotated[Bounds, Field(description="shares of the base cost")]
    time_bounds: Annotated[Bounds, Field(description="shares of the planned days")]
    scope_bounds: Annotated[Bounds | None, Field(description="parts of the scope; as of cost when left out")] = None
    quality_bounds: Annotated[Bounds | None, Field(description="parts of the acceptance criteria")] = None
    low: Annotated[Threshold, Field(description="scores up to this are low")]
    high: Annotated[Threshold, Field(description="scores from this on are high")]
    decimals: Annotated[int, Field(ge=1, le=6, description="of a score, rounded half up")] = 2

    @model_validator(mode="after")
    def _possible(self) -> Self:
        scales: list[tuple[list[Any], int | None]] = [
            (self.probability, None),
            (self.impact, None),
            (self.probability_bounds, len(self.probability)),
            *((bounds, len(self.impact)) for bounds in self._impact_bounds().values()),
        ]
        for values, levels in scales:
            if any(a >= b for a, b in pairwise(values)):
                raise ValueError(NOT_ASCENDING)
            if levels is not None and len(values) != levels - 1:
                raise ValueError(WRONG_COUNT)
        if self.low >= self.high:
            raise ValueError(THRESHOLD_ORDER)
        return self

    def _impact_bounds(self) -> dict[str, list[float]]:
        return {
            "cost_bounds": self.cost_bounds,
            "time_bounds": self.time_bounds,
            "scope_bounds": self.cost_bounds if self.scope_bounds is None else self.scope_bounds,
            "quality_bounds": self.cost_bounds if self.quality_bounds is None else self.quality_bounds,
        }

    @property
    def settings(self) -> dict[str, Any]:
        """As a version keeps them."""
        numbers = self.model_dump(mode="json", include={"probability", "impact", "probability_bounds", "decimals"})
        return {**numbers, **self._impact_bounds(), "low": str(self.low), "high": str(self.high)}


class VersionOut(ResourceOut):
    opportunity_id: UUID | None
    number: int
    name: str
    name_zh: str
    status: str
    is_shipped: bool
    allowed_actions: list[AllowedAction]


class MatrixFields(BaseModel):
    """A matrix as it is shown; `scores` and `ratings` have the most probable level first, as they are drawn."""

    probability: list[Decimal]
    impact: list[Decimal]
    probability_bounds: list[float]
    cost_bounds: list[float]
    time_bounds: list[float]
    scope_bounds: list[float]
    quality_bounds: list[float]
    low: Decimal
    high: Decimal
    decimals: int
    scores: list[list[Decimal]]
    ratings: list[list[str]]

    @staticmethod
    def fields_of(matrix: Matrix) -> dict[str, Any]:
        rows = [
            [matrix.score(probability, impact) for impact in range(1, len(matrix.impact) + 1)]
            for probability in range(len(matrix.probability), 0, -1)
        ]
        own = {name: getattr(matrix, name) for name in MatrixFields.model_fields.keys() - {"scores", "ratings"}}
        return {**own, "scores": rows, "ratings": [[matrix.rating(score) for score in row] for row in rows]}

    @classmethod
    def of(cls, matrix: Matrix) -> Self:
        return cls.model_validate(cls.fields_of(matrix))


class MatrixOut(MatrixFields, VersionOut):
    @classmethod
    def of_row(cls, row: RiskMatrix) -> Self:
        own = {name: getattr(row, name) for name in VersionOut.model_fields}
        return cls.model_validate({**own, **MatrixFields.fields_of(row.matrix)})


class VersionQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "number")

    opportunity_id: Several[UUID] = None
    status: Several[Literal["active", "inactive"]] = None


class PlaceIn(In):
    """A probability and what happens, as shares of base cost, planned days, scope and quality."""

    key: Annotated[Line | None, Field(description="comes back with the answer")] = None
    probability: Annotated[float, Field(gt=0, le=1)]
    cost_share: Annotated[float, Field(ge=-100, le=100)] = 0.0
    time_share: Annotated[float, Field(ge=-100, le=100)] = 0.0
    scope_share: Share = 0.0
    quality_share: Share = 0.0


class PlacesIn(In):
    items: Annotated[list[PlaceIn], Field(min_length=1, max_length=1000)]


class PlaceOut(BaseModel):
    """Where it is in the matrix, and beside that its expected value: the matrix can rank the smaller one higher."""

    key: str | None
    probability_level: int
    impact_level: int
    score: Decimal
    rating: str
    expected_cost_share: float


class PlacesOut(BaseModel):
    items: list[PlaceOut]

    @classmethod
    def of(cls, row: RiskMatrix, wish: PlacesIn) -> Self:
        matrix = row.matrix
        return cls(items=[_placed(matrix, one) for one in wish.items])


def _placed(matrix: Matrix, one: PlaceIn) -> PlaceOut:
    probability = matrix.probability_level(one.probability)
    impact = matrix.impact_level(
        one.cost_share, time_share=one.time_share, scope_share=one.scope_share, quality_share=one.quality_share
    )
    score = matrix.score(probability, impact)
    return PlaceOut(
        key=one.key,
        probability_level=probability,
        impact_level=impact,
        score=score,
        rating=matrix.rating(score),
        expected_cost_share=round(one.probability * one.cost_share, 12),
    )


class PolicyFields(In):
    confidence: Annotated[float, Field(ge=0.5, le=0.99, description="at which a budget holds")] = USUAL.confidence
    management_reserve_rate: Annotated[Decimal, Field(ge=0, le=1, max_digits=5, decimal_places=4)] = (
        USUAL.management_reserve_rate
    )
    samples: Annotated[int, Field(ge=1_000, le=50_000)] = USUAL.samples
    correlation_within: Annotated[Share, Field(description="of estimate lines of one group")] = USUAL.correlation_within
    correlation_across: Annotated[Share, Field(description="of any two estimate lines")] = USUAL.correlation_across
    corrects_risks: Annotated[
        bool, Field(description="whether their record corrects the stated probabilities of risks in budgets")
    ] = USUAL.corrects_risks
    corrects_win_probability: Annotated[
        bool, Field(description="whether their record corrects win probabilities in what a pursuit is worth")
    ] = USUAL.corrects_win_probability
    longest_acceptance_days: Annotated[int, Field(ge=1, le=3650)] = USUAL.longest_acceptance_days
    may_owner_accept: Annotated[bool, Field(description="may the owner of a risk accept it")] = USUAL.may_owner_accept
    due_soon_days: Annotated[int, Field(ge=0, le=90, description="before a task is due")] = USUAL.due_soon_days
    is_recomputed: Annotated[
        bool, Field(description="whether a changed register makes the next budget and price by itself")
    ] = USUAL.is_recomputed
    recompute_after_seconds: Annotated[
        int, Field(ge=0, le=86_400, description="how long the register must have rested then")
    ] = USUAL.recompute_after_seconds


class PolicyIn(PolicyFields):
    """What is left out is as usual."""

    name: Line
    name_zh: Line | None = None
    opportunity_id: Annotated[UUID | None, Field(description="for this one only; for all when left out")] = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.correlation_across > self.correlation_within:
            raise ValueError(CORRELATION_ORDER)
        return self

    @property
    def settings(self) -> dict[str, Any]:
        """As a version keeps them."""
        return self.model_dump(mode="json", include=set(PolicyFields.model_fields))


class PolicyOut(VersionOut):
    confidence: float
    management_reserve_rate: Decimal
    samples: int
    correlation_within: float
    correlation_across: float
    corrects_risks: bool = True
    corrects_win_probability: bool = True
    longest_acceptance_days: int
    may_owner_accept: bool
    due_soon_days: int
    is_recomputed: bool
    recompute_after_seconds: int

    @classmethod
    def of(cls, row: RiskPolicy) -> Self:
        own = {name: getattr(row, name) for name in VersionOut.model_fields}
        return cls.model_validate({**own, **{name: getattr(row.rules, name) for name in PolicyFields.model_fields}})
