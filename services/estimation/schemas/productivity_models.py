"""Productivity models over HTTP."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from services.estimation.domain.calibration import ENOUGH, Basis, Calibration
from services.estimation.domain.history import Category, Prediction
from services.estimation.domain.productivity import Trial
from services.estimation.domain.units import SizeUnit
from services.estimation.domain.working import Caution
from services.estimation.models.history import ModelStatus, ProductivityModel
from services.estimation.schemas.accuracy import TrialOut
from services.estimation.schemas.past_projects import Days, Size
from services.estimation.schemas.workings import CautionOut, cautions_out
from shared.kernel.asked import Several
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line

CALIBRATION = TypeAdapter(Calibration)
TRIAL = TypeAdapter(Trial)


class FiltersIn(In):
    """Which past projects count; excluded ones never do."""

    industry: Line | None = None
    organisation: Line | None = None
    technology: Line | None = None
    finished_after: Days | None = None


class ProductivityModelIn(In):
    name: Line
    size_unit: SizeUnit = "fp"
    group_by: Annotated[Category | None, Field(description="what productivity may differ by")] = None
    filters: FiltersIn = FiltersIn()
    industry: Annotated[
        Line | None, Field(description="whose benchmark is the prior; that of all industries, if left out")
    ] = None


class FiltersOut(BaseModel):
    industry: str | None
    organisation: str | None
    technology: str | None
    finished_after: date | None


class RecordOut(BaseModel):
    """Mean errors of the logarithm on the same projects: where it is better, what is calibrated leads in estimates."""

    model_config = ConfigDict(from_attributes=True)

    rival_is: Annotated[Literal["estimates", "benchmark"], Field(description="what it is compared with")]
    projects: int
    calibrated: float
    rival: float
    is_better: bool


class ProductivityModelItem(ResourceOut):
    """A model in a list, without the trials that it was chosen by."""

    name: str
    status: ModelStatus
    size_unit: SizeUnit
    group_by: Category | None
    grouped_by: Annotated[
        Category | None, Field(description="what the model that counts groups by; null where it does better without")
    ] = None
    filters: FiltersOut
    basis: Basis
    project_count: int
    project_ids: list[UUID]
    benchmark_hours_per_size: float | None
    slope: Annotated[float, Field(description="exponent of size")]
    engine_version: str
    allowed_actions: list[AllowedAction]

    @classmethod
    def of(cls, row: ProductivityModel) -> Self:
        own = set(ProductivityModel.__mapper__.columns.keys()) & cls.model_fields.keys()
        found = CALIBRATION.validate_python(row.calibration)
        analogy = row.analogy_trial and TRIAL.validate_python(row.analogy_trial)
        note, note_zh = _note(found)
        return cls.model_validate(
            {
                **{name: getattr(row, name) for name in own},
                "groups": list(found.regression.groups),
                "benchmark_hours_per_size": row.prior.get("hours_per_size"),
                "slope": found.regression.slope,
                "grouped_by": found.group_by,
                "record": found.record and RecordOut.model_validate(found.record),
                "chosen_trial": found.chosen_trial and TrialOut.of(found.chosen_trial),
                "model_trial": found.model_trial and TrialOut.of(found.model_trial),
                "baseline_trial": found.baseline_trial and TrialOut.of(found.baseline_trial),
                "analogy_trial": analogy and TrialOut.of(analogy),
                "note": note,
                "note_zh": note_zh,
                "warnings": cautions_out(_cautions(found)),
                "allowed_actions": row.allowed_actions,
            }
        )


class ProductivityModelOut(ProductivityModelItem):
    """What past projects say of productivity. `basis` is what predictions are made by, and `note` why.

    Trials are by leaving each project out. An interval of 80 % that covers 74 to 88 % is as good as projects go.
    """

    groups: list[str]
    model_trial: Annotated[TrialOut | None, Field(description="of the shrunk model")]
    baseline_trial: Annotated[TrialOut | None, Field(description="of the median productivity times size")]
    analogy_trial: TrialOut | None
    chosen_trial: Annotated[
        TrialOut | None,
        Field(description="nested: each project predicted by what is chosen without it, so that choosing is tried too"),
    ] = None
    record: RecordOut | None = None
    note: str
    note_zh: str
    warnings: list[CautionOut]


def _cautions(found: Calibration) -> Sequence[Caution]:
    cautions = [INSUFFICIENT] if found.basis == "prior" else []
    if found.trial and not LEAST_COVERAGE <= found.trial.coverage_80 <= MOST_COVERAGE:
        cautions.append(MISCOVERED)
    return cautions


def _note(found: Calibration) -> tuple[str, str]:
    if found.basis == "calibrated" and found.projects < ENOUGH:
        return FEW
    return NOTES[found.basis]


FEW = (
    f"With fewer than {ENOUGH} past projects the shrunk model counts; a choice would be mostly chance.",
    f"历史项目少于 {ENOUGH} 个：采用向已知水平收缩的校准模型；此时在模型之间挑选多半出于偶然。",
)
NOTES = {
    "calibrated": (
        "The calibrated model counts: none had a log error less by a standard error, on projects left out.",
        "采用校准模型：在留一检验中，没有其他模型的对数误差比它小一个标准误以上。",
    ),
    "median_productivity": (
        "The calibrated model did worse than the median productivity times size, so that counts instead.",
        "校准模型的对数误差比“生产率中位数 × 规模”大一个标准误以上，因此改用后者。",
    ),
    "prior": (
        "There are fewer than three past projects: the benchmark alone is what predictions are made by.",
        "历史项目少于三个：仅按行业基准预测。",
    ),
}
LEAST_COVERAGE, MOST_COVERAGE = 0.74, 0.88
INSUFFICIENT = Caution(
    "calibration_insufficient",
    "Too few past projects to say anything of one's own productivity; record more.",
    "历史项目过少，无法反映自身生产率；请补充历史项目。",
)
MISCOVERED = Caution(
    "interval_miscovers",
    "Intervals of 80 % did not cover 74 to 88 % of these projects; with few of them that may be chance.",
    "80% 区间的实际覆盖率不在 74%–88% 之间；项目较少时可能出于偶然。",
)


class PredictionIn(In):
    size: Annotated[Size, Field(description="in the model's unit")]
    group: Annotated[Line | None, Field(description="of the category that the model groups by")] = None


class PredictionOut(BaseModel):
    """Effort in person-days that is not exceeded with each probability."""

    model_config = ConfigDict(from_attributes=True)

    p10_days: float
    p50_days: float
    p80_days: float
    p90_days: float
    mean_days: float
    basis: Basis
    hours_per_day: float

    @classmethod
    def of(cls, found: Prediction, basis: Basis, hours_per_day: float) -> Self:
        days = {name.replace("_hours", "_days"): hours / hours_per_day for name, hours in asdict(found).items()}
        return cls(**days, basis=basis, hours_per_day=hours_per_day)


class ProductivityModelQuery(PageQuery):
    size_unit: Several[SizeUnit] = None
    status: Several[ModelStatus] = None
    basis: Several[Basis] = None
