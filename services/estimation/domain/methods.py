"""Several answers to the same question, and how far apart they are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from services.estimation.domain.apportion import HUNDREDTHS, in_days
from services.estimation.domain.baseline import MUST, Baseline
from services.estimation.domain.benchmark import benchmark_of
from services.estimation.domain.expert_override import (
    EXPERT,
    Overrides,
    TotalBelowLines,
    judged,
    scaled_to,
    total_units,
)
from services.estimation.domain.history_methods import NO_HISTORY, History, by_model, historical
from services.estimation.domain.leading import JUDGED_ABOVE, MODEL, Choice, Lead, led_by
from services.estimation.domain.method import LEAST_DAYS, Method
from services.estimation.domain.parameters import Parameters
from services.estimation.domain.software_cost import Factors, chain
from services.estimation.domain.wbs import WorkBreakdown, beyond_benchmark, break_down
from services.estimation.domain.working import Caution
from shared.quant.sums import Spread, total

_LOW, _HIGH = 0.1, 0.9


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every method's answer; `divergence` is (highest - lowest) / lowest of their efforts."""

    methods: tuple[Method, ...]
    divergence: float
    is_divergent: bool
    p50_days: float
    p80_days: float
    """Effort that is not exceeded with 50 % and 80 % confidence, as the estimate has it."""
    warnings: tuple[Caution, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """The work as it was computed, as persons judged it and as it is estimated; each as the one before it if it can."""

    computed: WorkBreakdown
    judged: WorkBreakdown
    estimated: WorkBreakdown
    overrides: Overrides
    lead: Lead
    model: Method | None
    """What the calibrated model says."""

    @classmethod
    def of(
        cls,
        baseline: Baseline,
        parameters: Parameters,
        overrides: Overrides,
        history: History = NO_HISTORY,
        choice: Choice | None = None,
    ) -> "Work":
        """Raises the problems of `wbs`, and `TotalBelowLines`."""
        effort, policy = parameters.effort, parameters.calibrating.leads
        computed = break_down(baseline, parameters)
        model = by_model(baseline, computed, parameters, history)
        lead = led_by(history.model if model else None, computed.counted_share, overrides, policy, choice)
        lines = computed
        if overrides:
            lines = break_down(baseline, parameters, lambda line: judged(line, overrides, effort))
        whole = total_units(overrides, effort)
        if whole is not None:
            lines = scaled_to(lines, whole, overrides)
        if model is None or lead.method != MODEL:
            return cls(computed, lines, lines, overrides, lead, model)
        try:
            estimated = scaled_to(lines, round(model.effort_days * HUNDREDTHS), overrides)
        except TotalBelowLines:
            return cls(computed, lines, lines, overrides, JUDGED_ABOVE, model)
        return cls(computed, lines, estimated, overrides, lead, model)


def compared(baseline: Baseline, work: Work, parameters: Parameters, history: History = NO_HISTORY) -> Comparison:
    """Bottom-up, and what else there is a base for: function points, one's own past projects, COCOMO II, a person."""
    methods = [_bottom_up(work.computed, parameters)]
    if work.computed.function_points:
        methods.append(_chain(baseline, work.computed, parameters))
        methods += [work.model] if work.model else []
        methods += historical(baseline, work.computed, parameters, history)
    if work.overrides:
        methods.append(_expert(work, parameters))
    efforts = [method.effort_days for method in methods]
    divergence = round((max(efforts) - min(efforts)) / min(efforts), 4)
    p50_days, p80_days = _confidence(work, parameters)
    return Comparison(
        tuple(methods),
        divergence,
        divergence > parameters.benchmarking.divergence_limit,
        p50_days=p50_days,
        p80_days=p80_days,
        warnings=tuple(_contradictions(methods)),
    )


_METHODS_ZH = {
    "three_point": "三点估算",
    "function_points": "功能点法",
    "productivity_model": "生产率模型",
    "analogy": "类比法",
    "cocomo_ii": "构造性成本模型",
    EXPERT: "专家估计",
}


def _confidence(work: Work, parameters: Parameters) -> tuple[float, float]:
    """P50 and P80 of what leads: the model has its own range, which knows more than its lines do."""
    if work.lead.method == MODEL and work.model and work.model.p80_days:
        return work.model.effort_days, work.model.p80_days
    spread = _spread(work, parameters)
    return round(spread.quantile(0.5), 2), round(spread.quantile(0.8), 2)


def _contradictions(methods: Sequence[Method]) -> Iterator[Caution]:
    for one, other in combinations(methods, 2):
        if one.contradicts(other):
            yield Caution(
                "methods_contradict",
                f"{one.method} ({one.effort_days:g} days) and {other.method} ({other.effort_days:g}) differ by more"
                " than their 80 % intervals allow: find out why before relying on either.",
                f"{_METHODS_ZH[one.method]}（{one.effort_days:g} 人日）与{_METHODS_ZH[other.method]}"
                f"（{other.effort_days:g} 人日）之差超出双方 80% 区间：采用前请查明原因。",
                (one.method, other.method),
            )


def _spread(work: Work, parameters: Parameters) -> Spread:
    """Of the work as it is judged: a judged total has its own range, else the lines make it."""
    shape, whole = parameters.effort.distribution, work.overrides.total
    if whole is not None:
        return Spread(shape.mean(whole), shape.standard_deviation(whole))
    return total((line.effort_days for line in work.judged.lines), shape, parameters.effort.correlation)


def _expert(work: Work, parameters: Parameters) -> Method:
    spread, count = _spread(work, parameters), len(work.overrides.lines)
    whole, leads = work.overrides.total is not None, work.lead.method == EXPERT
    return Method(
        method=EXPERT,
        effort_days=in_days(work.judged.units),
        low_days=round(spread.quantile(_LOW), 2),
        high_days=round(spread.quantile(_HIGH), 2),
        note=(
            f"Judged by persons: {'the total' if whole else 'no total'}, {count} lines;"
            f" {'the estimate is made of it' if leads else 'the lines that were judged keep it'}."
        ),
        note_zh=(
            f"专家估计：{'含总量' if whole else '不含总量'}，{count} 个工作项；"
            f"{'估算以此为准' if leads else '单独估计的工作项保持不变'}。"
        ),
    )


def _bottom_up(work: WorkBreakdown, parameters: Parameters) -> Method:
    effort = parameters.effort
    spread = total((line.effort_days for line in work.lines), effort.distribution, effort.correlation)
    unsized = work.unsized_codes
    return Method(
        method="three_point",
        effort_days=in_days(work.units),
        low_days=round(spread.quantile(_LOW), 2),
        high_days=round(spread.quantile(_HIGH), 2),
        note=(
            f"Sum of {len(work.lines)} lines ({effort.distribution.value}, correlation {effort.correlation:g});"
            f" {len(unsized)} without a size were taken as usual ones;"
            f" {1 - work.counted_share:.0%} of the requirements' effort is work that has no function points."
        ),
        note_zh=(
            f"{len(work.lines)} 个工作项之和（{effort.distribution.value} 分布，相关系数 {effort.correlation:g}）；"
            f"{len(unsized)} 项未给出规模，按典型规模计；需求工作量中 {1 - work.counted_share:.0%} 为不计功能点的工作。"
        ),
    )


def _chain(baseline: Baseline, work: WorkBreakdown, parameters: Parameters) -> Method:
    """The benchmark knows development only, so that what it leaves out (training, warranty) is added in proportion."""
    factors = _factors(baseline, parameters)
    benchmark = benchmark_of(baseline.industry, parameters.benchmarking.benchmarks)
    beyond = beyond_benchmark(work, parameters)

    def days(pdr_hours_per_fp: float) -> float:
        result = chain(
            work.function_points,
            factors,
            pdr_hours_per_fp=pdr_hours_per_fp,
            hours_per_month=parameters.hours_per_month,
        )
        return max(round(result.effort_hours / parameters.effort.hours_per_day * (1 + beyond), 2), LEAST_DAYS)

    figures = (
        f"{work.function_points} UFP × {factors.scale_change:g} × {benchmark.p50_hours_per_fp:g} h/FP"
        f" × SWF {factors.software:g} × RDF {factors.development:g}"
    )
    low, high = benchmark.hours_per_fp(_LOW), benchmark.hours_per_fp(_HIGH)
    return Method(
        method="function_points",
        effort_days=days(benchmark.p50_hours_per_fp),
        low_days=days(low),
        high_days=days(high),
        note=(
            f"{figures}, P50 of {benchmark.name} ({low:.2f} to {high:.2f} h/FP at P10 and P90);"
            f" plus {beyond:.1%} for what the benchmark leaves out."
        ),
        note_zh=(
            f"{figures}，取{benchmark.name_zh} P50（P10 至 P90 为 {low:.2f} 至 {high:.2f} 人时/功能点）；"
            f"基准未包含的工作另加 {beyond:.1%}。"
        ),
    )


def _factors(baseline: Baseline, parameters: Parameters) -> Factors:
    benchmarking = parameters.benchmarking
    wanted = {need.kind for need in baseline.delivered if need.priority == MUST}
    asked = sum(kind in wanted for kind in benchmarking.quality_kinds)
    return Factors(
        scale_change=benchmarking.scale_change_factor,
        software=1 + benchmarking.quality_step * asked,
        development=benchmarking.development_factor,
    )
