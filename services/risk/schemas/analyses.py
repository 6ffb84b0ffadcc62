"""Quantitative analyses over HTTP: what is asked, and the figures that a simulation answers with."""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.risk.domain.analysis import Questions
from services.risk.domain.budget import NOT_CONVERGED, Remark
from services.risk.domain.monte_carlo import DELAY, MAX_SAMPLES
from services.risk.models.analyses import RiskAnalysis
from services.risk.schemas.analysis_models import CorrelationIn, ModelIn
from services.risk.schemas.distributions import RangedIn
from shared.kernel.asked import Several
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line, rule
from shared.language.money import Amount

_ONE = rule(
    "one_of_budget_or_model",
    "needs either `risk_budget_id` or `model`, and `mode` only with the former",
    "须且只能给出 `risk_budget_id` 或 `model` 之一，`mode` 仅用于前者",
)
_Confidence = Annotated[float, Field(ge=0.01, le=0.99)]


class OptionsIn(In):
    """How it is simulated and what is asked; a seed is made when none is given, and kept."""

    samples: Annotated[int, Field(ge=100, le=MAX_SAMPLES)] = 10_000
    seed: Annotated[int | None, Field(ge=0, lt=2**48)] = None
    confidence: Annotated[float, Field(ge=0.5, le=0.99, description="of the contingency that is allotted")] = 0.8
    targets: Annotated[tuple[_Confidence, ...], Field(max_length=20)] = (0.5, 0.7, 0.8, 0.9)
    joint_confidence: Annotated[float, Field(ge=0.5, le=0.95)] = 0.7
    cost_limit: Annotated[Amount | None, Field(ge=0)] = None
    deadline_days: Annotated[float | None, Field(ge=0, le=100_000, description="working days from the start")] = None
    exclusions: Annotated[bool, Field(description="what each risk costs at the confidence")] = True

    def questions(self) -> Questions:
        return Questions(
            self.confidence,
            self.targets,
            self.joint_confidence,
            self.cost_limit,
            self.deadline_days,
            self.exclusions,
        )


class AnalysisIn(In):
    """A project of one's own, or that of a risk budget with its risks as they were counted."""

    name: Line | None = None
    opportunity_id: UUID | None = None
    risk_budget_id: UUID | None = None
    model: ModelIn | None = None
    mode: Literal["events", "drivers"] | None = None
    """Of a risk budget's risks: events that add cost, or drivers that multiply the work of their requirements."""
    correlation: CorrelationIn | None = None
    """Instead of the risk budget's."""
    options: OptionsIn = Field(default_factory=OptionsIn)

    @model_validator(mode="after")
    def _either(self) -> Self:
        is_of_model = self.model is not None
        if is_of_model == (self.risk_budget_id is not None) or (is_of_model and (self.mode or self.correlation)):
            raise ValueError(_ONE)
        return self


class CostPointOut(BaseModel):
    probability: float
    cost: Amount


class DayPointOut(BaseModel):
    probability: float
    days: float


class BinOut(BaseModel):
    low: Amount
    high: Amount
    share: float


class TargetOut(BaseModel):
    confidence: float
    cost: Amount
    contingency: Amount
    delay_days: float


class CostSpreadOut(BaseModel):
    """`variation` is standard deviation ÷ mean."""

    mean: Amount
    standard_deviation: Amount
    variation: float | None
    percentiles: dict[str, Amount]
    curve: list[CostPointOut]


class CostOut(CostSpreadOut):
    """`tail_mean` is the mean of the worst tenth; `standard_error_p80` is relative, converged up to 1 %."""

    base: Amount
    histogram: list[BinOut]
    tail_mean: Amount
    probability_within_base: float
    probability_within_limit: float | None
    targets: list[TargetOut]
    standard_error_p80: float
    is_converged: bool


class DurationSpreadOut(BaseModel):
    """Working days from the start; beside a plan of 0 days, days of delay."""

    mean: float
    standard_deviation: float
    percentiles: dict[str, float]
    curve: list[DayPointOut]


class DurationOut(DurationSpreadOut):
    planned_days: float
    probability_within_plan: float
    probability_within_deadline: float | None
    criticality: dict[str, float]
    """Share of the samples in which an activity is on a critical path."""


class JointPointOut(BaseModel):
    cost: Amount
    days: float


class JointOut(BaseModel):
    target: JointPointOut
    probability: float
    confidence: float
    frontier: list[JointPointOut]
    points: list[JointPointOut]


class BeforeOut(BaseModel):
    cost: CostSpreadOut
    duration: DurationSpreadOut


class PartOut(BaseModel):
    """`share` is of the variance; `saving` is by how much the cost at the confidence falls without this risk."""

    id: str
    name: str | None
    name_zh: str | None
    kind: Literal["item", "risk", "driver", "schedule"]
    share: float
    contingency: Amount
    rank_correlation: float | None
    saving: Amount | None


class PhaseOut(BaseModel):
    """What a phase may use of the contingency, and what is left when it is over."""

    phase: str
    contingency: Amount
    remaining: Amount


class ResultOut(BaseModel):
    cost: CostOut
    duration: DurationOut
    joint: JointOut
    before: BeforeOut | None
    parts: list[PartOut]
    phases: list[PhaseOut]
    largest_correlation_change: float


class RefusalOut(BaseModel):
    code: str
    message: str
    message_zh: str


class RemarkOut(BaseModel):
    code: str
    message: str
    message_zh: str


class AnalysisOut(ResourceOut):
    """An analysis; it never changes once it is done. `result_hash` is that of its figures, byte for byte."""

    opportunity_id: UUID | None
    risk_budget_id: UUID | None
    name: str | None
    status: Literal["queued", "running", "done", "failed"]
    progress: float
    problem: RefusalOut | None
    currency: str
    samples: int
    seed: int
    engine_version: str
    result_hash: str | None
    allowed_actions: list[AllowedAction]


class InputsOut(BaseModel):
    model: ModelIn
    options: OptionsIn


class AnalysisDetailOut(AnalysisOut):
    inputs: InputsOut
    remarks: list[RemarkOut]
    result: ResultOut | None

    @classmethod
    def of(cls, row: RiskAnalysis) -> Self:
        """With the names that the parts have in the model."""
        model = ModelIn.model_validate(row.inputs["model"])
        named = kinds_and_names(model)
        shown = {name: getattr(row, name) for name in AnalysisOut.model_fields}
        result = row.result
        if result is not None:
            parts = [
                {**part, **dict(zip(("kind", "name", "name_zh"), named[part["id"]], strict=True))}
                for part in result["parts"]
            ]
            result = {**result, "parts": parts}
        remarks = [RemarkOut(code=one.code, message=one.en, message_zh=one.zh) for one in remarks_of(model, result)]
        return cls.model_validate({**shown, "inputs": row.inputs, "remarks": remarks, "result": result})


def kinds_and_names(model: ModelIn) -> dict[str, tuple[str, str | None, str | None]]:
    """Of each part of the total, by its id; the Chinese name is the other one where nobody gave it."""
    return {
        DELAY: ("schedule", None, None),
        **{one.id: ("item", one.name, one.name_zh or one.name) for one in model.items},
        **{one.id: ("risk", one.name, one.name_zh or one.name) for one in model.risks},
        **{one.id: ("driver", one.name, one.name_zh or one.name) for one in model.drivers},
    }


def remarks_of(model: ModelIn, result: Mapping[str, Any] | None) -> Iterator[Remark]:
    """What a reader of the figures should know: of the ranges that went in, and of the run."""
    ranges = [(one.id, one.size) for one in model.items if isinstance(one.size, RangedIn)]
    for code, en, zh, is_so in _HINTS:
        named = [key for key, points in ranges if is_so(points)]
        if named:
            some = ", ".join(named[:5]) + (" …" if len(named) > _NAMED else "")
            yield Remark(code, f"{en}: {some}.", f"{zh}：{some}。")
    corrected = [one.name or one.id for one in model.risks if one.probability_stated is not None]
    if corrected:
        yield Remark(
            "probabilities_corrected",
            f"The probabilities of {len(corrected)} risks are corrected by the record, as in the budget.",
            f"{len(corrected)} 项风险的概率已按历史记录校正，与风险预算一致。",
        )
    if result is not None and not result["cost"]["is_converged"]:
        yield NOT_CONVERGED
    if result is not None and result["largest_correlation_change"]:
        change = result["largest_correlation_change"]
        yield Remark(
            "correlation_mended",
            f"No amounts can correlate as given; the nearest possible coefficients differ by up to {change:.2f}.",
            f"给定的相关系数不可行，已取最接近的可行矩阵，最大改变 {change:.2f}。",
        )


_NAMED = 5
_WIDE, _NARROW = 20, 0.1
_HINTS: tuple[tuple[str, str, str, Callable[[RangedIn], bool]], ...] = (
    (
        "range_too_wide",
        "The pessimistic value is more than 20 times the optimistic one",
        "悲观值超过乐观值的 20 倍",
        lambda one: one.optimistic > 0 and one.pessimistic / one.optimistic > _WIDE,
    ),
    (
        "range_suspiciously_narrow",
        "The range is narrower than a tenth of the most likely value",
        "区间宽度不足最可能值的十分之一",
        lambda one: 0 < one.pessimistic - one.optimistic < _NARROW * abs(one.most_likely),
    ),
    (
        "no_downside",
        "The most likely value is the pessimistic one",
        "最可能值等于悲观值",
        lambda one: one.optimistic < one.most_likely == one.pessimistic,
    ),
)


class RepeatOut(BaseModel):
    """Every byte was the same; else it is `run_not_reproducible`."""

    is_equal: Literal[True]
    result_hash: str
    engine_version: str

    @classmethod
    def of(cls, row: RiskAnalysis) -> Self:
        return cls(is_equal=True, result_hash=row.result_hash or "", engine_version=row.engine_version)


class AnalysisQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at")

    opportunity_id: Several[UUID] = None
    risk_budget_id: UUID | None = None
    status: Several[Literal["queued", "running", "done", "failed"]] = None
