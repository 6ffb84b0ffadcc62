"""What one's own past projects, and COCOMO II, say of a baseline's effort."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.estimation.domain.analogy import by_analogy
from services.estimation.domain.baseline import Baseline
from services.estimation.domain.calibration import Calibration
from services.estimation.domain.cocomo_ii import HOURS_PER_MONTH, MODELS, SCHEDULE_SHARES, cocomo_ii, scale_sum
from services.estimation.domain.history import PastProject, Prediction
from services.estimation.domain.method import LEAST_DAYS, Method
from services.estimation.domain.parameters import AFTER_DELIVERY, Cocomo, Parameters
from services.estimation.domain.wbs import WorkBreakdown, beyond_benchmark

_DEVIATION = {"early_design": 1.5, "post_architecture": 1.25}
"""One standard deviation of COCOMO II's estimates as a factor (model definition manual: optimistic, pessimistic)."""
_P90 = 1.2816


@dataclass(frozen=True, slots=True)
class History:
    """The tenant's active model for function points, and its past projects in them."""

    model_id: UUID | None = None
    model: Calibration | None = None
    projects: Sequence[PastProject] = ()
    model_hours_per_day: float | None = None
    """That the model was fitted with; those of the parameter set, if left out."""


NO_HISTORY = History()


def by_model(baseline: Baseline, work: WorkBreakdown, parameters: Parameters, history: History) -> Method | None:
    """What the active model says of the size that the work will have; None where there is no model or no size."""
    if not (history.model and history.model_id and work.function_points):
        return None
    hours = history.model_hours_per_day or parameters.effort.hours_per_day
    return _of_model(baseline, work, _size(work, parameters), history.model, history.model_id, hours)


def _size(work: WorkBreakdown, parameters: Parameters) -> float:
    """The size that the work will have when it is done: counted points times the usual growth from this stage."""
    return work.function_points * parameters.benchmarking.scale_change_factor


def historical(baseline: Baseline, work: WorkBreakdown, parameters: Parameters, history: History) -> Iterator[Method]:
    """Analogy where there are projects enough, COCOMO II where the parameter set says so."""
    size = _size(work, parameters)
    if len(history.projects) >= parameters.calibrating.analogy_least_projects:
        yield _of_analogy(baseline, work, parameters, size, history.projects)
    if parameters.cocomo:
        yield _of_cocomo(work, parameters, size, parameters.cocomo)


def _of_model(
    baseline: Baseline, work: WorkBreakdown, size: float, model: Calibration, key: UUID, hours_per_day: float
) -> Method:
    group = baseline.industry if model.group_by == "industry" else None
    kinds = {
        "calibrated": ("the calibrated model", "校准模型"),
        "median_productivity": (
            "the median productivity, which did better than the model",
            "生产率中位数（优于校准模型）",
        ),
        "prior": ("the benchmark, as there are too few past projects", "行业基准（历史项目过少）"),
    }
    name, name_zh = kinds[model.basis]
    coverage, coverage_zh = "", ""
    if model.trial:
        coverage = f"; 80 % intervals covered {model.trial.coverage_80:.0%} of projects left out"
        coverage_zh = f"；留一检验中 80% 区间覆盖率 {model.trial.coverage_80:.0%}"
    return _method(
        "productivity_model", model.predict(size, group), work, hours_per_day, (key,),
        f"{size:.0f} FP by {name} of {model.projects} past projects{coverage}",
        f"{size:.0f} 功能点，按 {model.projects} 个历史项目的{name_zh}{coverage_zh}",
    )  # fmt: skip


def _of_analogy(
    baseline: Baseline, work: WorkBreakdown, parameters: Parameters, size: float, projects: Sequence[PastProject]
) -> Method:
    found = by_analogy(PastProject("", size, 1.0, industry=baseline.industry), projects)
    count = len(found.nearest)
    return _method(
        "analogy", found.prediction, work, parameters.effort.hours_per_day,
        tuple(UUID(project.key) for project in found.nearest),
        f"{size:.0f} FP by the median productivity of the {count} nearest of {len(projects)} past projects",
        f"{size:.0f} 功能点，按 {len(projects)} 个历史项目中最相近的 {count} 个的生产率中位数",
    )  # fmt: skip


def _method(
    name: str,
    found: Prediction,
    work: WorkBreakdown,
    hours_per_day: float,
    sources: tuple[UUID, ...],
    note: str,
    note_zh: str,
) -> Method:
    """In days, with the warranty that the effort of past projects does not have."""
    beyond = _warranty(work)

    def days(hours: float) -> float:
        return max(round(hours / hours_per_day * (1 + beyond), 2), LEAST_DAYS)

    return Method(
        method=name,
        effort_days=days(found.p50_hours),
        low_days=days(found.p10_hours),
        high_days=days(found.p90_hours),
        note=f"{note}; plus {beyond:.1%} for the warranty.",
        note_zh=f"{note_zh}；质保另加 {beyond:.1%}。",
        source_ids=sources,
        p80_days=days(found.p80_hours),
    )


def _warranty(work: WorkBreakdown) -> float:
    after = sum(work.phases.get(AFTER_DELIVERY, {}).values())
    return after / (work.units - after)


def _of_cocomo(work: WorkBreakdown, parameters: Parameters, size: float, use: Cocomo) -> Method:
    table = MODELS[use.model]
    found = cocomo_ii(
        size * use.sloc_per_fp / 1000,
        scale_factor_sum=scale_sum(use.scale_factors),
        multipliers={name: table[name][rating] for name, rating in use.drivers.items()},
        schedule_share=SCHEDULE_SHARES.get(use.drivers.get("SCED", "nominal"), 1.0),
    )
    beyond = beyond_benchmark(work, parameters)
    effort = found.person_months * HOURS_PER_MONTH / parameters.effort.hours_per_day * (1 + beyond)
    spread = _DEVIATION[use.model] ** _P90
    return Method(
        method="cocomo_ii",
        effort_days=max(round(effort, 2), LEAST_DAYS),
        low_days=max(round(effort / spread, 2), LEAST_DAYS),
        high_days=max(round(effort * spread, 2), LEAST_DAYS),
        note=(
            f"{found.ksloc:.1f} KSLOC ({use.sloc_per_fp:g} per FP), {use.model.replace('_', ' ')}, "
            f"E {found.exponent:.3f}, ΠEM {found.effort_multiplier:.2f}: {found.person_months:.1f} person-months"
            f" of {HOURS_PER_MONTH} h; plus"
            f" {beyond:.1%} for what it leaves out."
        ),
        note_zh=(
            f"{found.ksloc:.1f} 千行代码（每功能点 {use.sloc_per_fp:g} 行），E {found.exponent:.3f}，"
            f"ΠEM {found.effort_multiplier:.2f}：{found.person_months:.1f} 人月（每月 {HOURS_PER_MONTH} 小时）；"
            f"未包含的工作另加 {beyond:.1%}。"
        ),
    )
