"""Two answers to the same question, and how far apart they are."""

from dataclasses import dataclass

from services.estimation.domain.apportion import in_days
from services.estimation.domain.baseline import MUST, Baseline
from services.estimation.domain.benchmark import benchmark_of
from services.estimation.domain.parameters import Parameters
from services.estimation.domain.software_cost import Factors, chain
from services.estimation.domain.three_point import total
from services.estimation.domain.wbs import WorkBreakdown

_LOW, _HIGH = 0.1, 0.9
_LEAST_DAYS = 0.01


@dataclass(frozen=True, slots=True)
class Method:
    """One method's answer in person-days, with the range that holds with 80 % confidence (P10 to P90)."""

    method: str
    effort_days: float
    low_days: float
    high_days: float
    note: str
    note_zh: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every method's answer; `divergence` is (highest - lowest) / lowest of their efforts."""

    methods: tuple[Method, ...]
    divergence: float
    is_divergent: bool
    p50_days: float
    p80_days: float
    """Bottom-up effort that is not exceeded with 50 % and 80 % confidence."""


def compared(baseline: Baseline, work: WorkBreakdown, parameters: Parameters) -> Comparison:
    """Bottom-up, and the function-point chain where there is anything to count."""
    methods = [_bottom_up(work, parameters)]
    if work.function_points:
        methods.append(_chain(baseline, work, parameters))
    efforts = [method.effort_days for method in methods]
    divergence = round((max(efforts) - min(efforts)) / min(efforts), 4)
    spread = total(
        (line.effort_days for line in work.lines), parameters.effort.distribution, parameters.effort.correlation
    )
    return Comparison(
        tuple(methods),
        divergence,
        divergence > parameters.benchmarking.divergence_limit,
        p50_days=round(spread.quantile(0.5), 2),
        p80_days=round(spread.quantile(0.8), 2),
    )


def _bottom_up(work: WorkBreakdown, parameters: Parameters) -> Method:
    effort = parameters.effort
    spread = total((line.effort_days for line in work.lines), effort.distribution, effort.correlation)
    unsized = work.unsized_codes
    uncounted = in_days(sum(line.units for line in work.lines if line.requirement and not line.function_points))
    share = uncounted / in_days(sum(line.units for line in work.lines if line.requirement))
    return Method(
        method="three_point",
        effort_days=in_days(work.units),
        low_days=round(spread.quantile(_LOW), 2),
        high_days=round(spread.quantile(_HIGH), 2),
        note=(
            f"Sum of {len(work.lines)} lines ({effort.distribution.value}, correlation {effort.correlation:g});"
            f" {len(unsized)} without a size were taken as usual ones;"
            f" {share:.0%} of the requirements' effort is work that has no function points."
        ),
        note_zh=(
            f"{len(work.lines)} 个工作项之和（{effort.distribution.value} 分布，相关系数 {effort.correlation:g}）；"
            f"{len(unsized)} 项未给出规模，按典型规模计；需求工作量中 {share:.0%} 为不计功能点的工作。"
        ),
    )


def _chain(baseline: Baseline, work: WorkBreakdown, parameters: Parameters) -> Method:
    """The benchmark knows development only, so that what it leaves out (training, warranty) is added in proportion."""
    factors = _factors(baseline, parameters)
    benchmark = benchmark_of(baseline.industry, parameters.benchmarking.benchmarks)
    beyond = _beyond(work, parameters)

    def days(pdr_hours_per_fp: float) -> float:
        result = chain(
            work.function_points,
            factors,
            pdr_hours_per_fp=pdr_hours_per_fp,
            hours_per_month=parameters.hours_per_month,
        )
        return max(round(result.effort_hours / parameters.effort.hours_per_day * (1 + beyond), 2), _LEAST_DAYS)

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


def _beyond(work: WorkBreakdown, parameters: Parameters) -> float:
    """Effort that the benchmark does not know, as a share of the effort that it knows."""
    outside = {activity.code for activity in parameters.effort.activities if not activity.is_benchmarked}
    units = sum(line.units for line in work.lines if line.requirement is None and line.activity in outside)
    return units / (work.units - units)
