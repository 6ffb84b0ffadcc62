"""The work breakdown structure: a line for each requirement that is delivered, each gap and each standing activity.

Effort is rounded once, where a line gets its expected days, to hundredths of a person-day; from there on it is only
shared out in whole hundredths, so that the days of roles, phases and lines add up to each other exactly.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from services.estimation.domain.apportion import HUNDREDTHS, apportioned, in_days
from services.estimation.domain.baseline import Baseline, Requirement
from services.estimation.domain.benchmark import benchmark_of
from services.estimation.domain.function_points import unadjusted
from services.estimation.domain.parameters import PHASES, Activity, Effort, KindOfWork, Parameters, Phase, Reuse
from shared.kernel.problems import Problem
from shared.quant.three_point import ThreePoint

Table = Mapping[str, Mapping[str, int]]
"""Hundredths of a person-day by phase and role."""


class NothingToEstimate(Problem):
    status = 422
    title = ("Nothing to estimate", "没有可估算的需求")
    en = "The baseline has no requirement with priority must, should or could."
    zh = "该基线没有优先级为 “必须”“应该”或“可以”的需求。"


class KindWithoutParameters(Problem):
    status = 422
    title = ("A kind of requirement without parameters", "需求类别缺少参数")
    en = "The parameter set says nothing of the kinds {kinds}; add them in a new version of the set, then recompute."
    zh = "参数集没有以下需求类别的参数：{kinds}。请在参数集新版本中补充后重新计算。"


@dataclass(frozen=True, slots=True)
class Line:
    """A work package. Its effort is a beta-PERT (or other) range in person-days, its `table` the expected days."""

    id: UUID
    code: str
    name: str
    name_zh: str
    requirement: Requirement | None
    activity: str
    """Kind of the requirement, or code of the standing activity."""
    depends_on: tuple[UUID, ...]
    function_points: int
    effort_days: ThreePoint
    table: Table
    method: str
    """sized (function points x productivity), default_size (the same with usual counts), days (a range by kind of
    requirement), judged (the days of a gap, by a person), share (of the effort of all requirements), expert (a person's
    judgement in the place of what was computed)."""
    is_gap: bool = False
    """Whether this closes what our product lacks for its requirement."""
    computed_days: float | None = None
    """What was computed bottom-up, where a person judged the line or the whole, or the calibrated model leads."""

    @property
    def kind(self) -> str:
        """requirement, gap or standing."""
        return "gap" if self.is_gap else "requirement" if self.requirement else "standing"

    @property
    def units(self) -> int:
        """Expected effort in hundredths of a person-day."""
        return sum(sum(roles.values()) for roles in self.table.values())

    @property
    def expected_days(self) -> float:
        return in_days(self.units)

    @property
    def phase_days(self) -> dict[str, float]:
        return {phase: in_days(sum(roles.values())) for phase, roles in self.table.items()}

    @property
    def role_days(self) -> dict[str, float]:
        return {role: in_days(units) for role, units in added(self.table.values()).items()}


@dataclass(frozen=True, slots=True)
class WorkBreakdown:
    """All lines, by WBS code."""

    lines: tuple[Line, ...]

    @property
    def unsized_codes(self) -> tuple[str, ...]:
        """Requirements that should have a size and were given the usual one."""
        return self.codes_by("default_size")

    def codes_by(self, method: str) -> tuple[str, ...]:
        """Requirements whose own line was estimated by this method."""
        return tuple(
            line.requirement.code
            for line in self.lines
            if line.requirement and line.method == method and not line.is_gap
        )

    @property
    def function_points(self) -> int:
        return sum(line.function_points for line in self.lines)

    @property
    def counted_share(self) -> float:
        """Of the requirements' effort: the share of what has function points."""
        asked = [line for line in self.lines if line.requirement]
        return sum(line.units for line in asked if line.function_points) / sum(line.units for line in asked)

    @property
    def units(self) -> int:
        return sum(line.units for line in self.lines)

    @property
    def phases(self) -> dict[str, dict[str, int]]:
        """Hundredths of a person-day by phase and role, of all lines; phases in their order."""
        phases = {phase: added(line.table.get(phase, {}) for line in self.lines) for phase in PHASES}
        return {phase: dict(sorted(roles.items())) for phase, roles in phases.items() if roles}


def added(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Units by key, summed."""
    total: dict[str, int] = {}
    for part in parts:
        for key, units in part.items():
            total[key] = total.get(key, 0) + units
    return total


def _as_computed(line: Line) -> Line:
    return line


def break_down(
    baseline: Baseline, parameters: Parameters, judge: Callable[[Line], Line] = _as_computed
) -> WorkBreakdown:
    """The lines of a baseline: equal baselines and parameters give equal lines, ids included.

    `judge` may change the effort of a line; standing activities are shares of what it leaves of the requirements.

    Requirements are numbered within their group, groups as they first appear, those without one and then the standing
    activities last. Raises `NothingToEstimate`, `KindWithoutParameters`.
    """
    delivered = baseline.delivered
    if not delivered:
        raise NothingToEstimate
    unknown = sorted({need.kind for need in delivered} - parameters.effort.kinds.keys())
    if unknown:
        raise KindWithoutParameters(kinds=", ".join(unknown))
    benchmarking = parameters.benchmarking
    industry = benchmark_of(baseline.industry, benchmarking.benchmarks)
    factor = industry.p50_hours_per_fp / benchmarking.general.p50_hours_per_fp
    groups = sorted(dict.fromkeys(need.group for need in delivered), key=lambda group: group is None)
    ids = {need.id for need in delivered}
    lines: list[Line] = []
    for number, group in enumerate(groups, 1):
        members = (need for need in delivered if need.group == group)
        for place, need in enumerate(members, 1):
            made = _lines_of(baseline, need, f"{number}.{place}", ids, parameters.effort, factor)
            lines += map(judge, made)
    units = sum(line.units for line in lines)
    for place, activity in enumerate(parameters.effort.activities, 1):
        line = _standing_line(baseline, activity, f"{len(groups) + 1}.{place}", units, parameters.effort)
        if line.units:
            lines.append(judge(line))
    return WorkBreakdown(tuple(lines))


_FROM_NOTHING = Reuse(1, 0)


def _lines_of(
    baseline: Baseline, need: Requirement, code: str, ids: set[UUID], effort: Effort, factor: float
) -> Iterable[Line]:
    """The line of a requirement, and below it that of its gap, where a person found one."""
    points, size, method = _sized(need, effort.kinds[need.kind], effort, factor)
    fit = need.fit
    reuse = effort.reuse.get(fit.verdict, _FROM_NOTHING) if fit else _FROM_NOTHING

    def line(part: float, size: ThreePoint, **own: Any) -> Line:
        return Line(
            requirement=need,
            activity=need.kind,
            depends_on=tuple(key for key in need.depends_on if key in ids),
            function_points=max(round(points * part), 1) if points else 0,
            effort_days=size.rounded(2),
            table=_table(
                max(_units(size, effort), 1),
                {phase: work.share for phase, work in effort.phases.items()},
                {phase: work.roles for phase, work in effort.phases.items()},
            ),
            **own,
        )

    yield line(
        reuse.own,
        size.scaled(reuse.own),
        id=uuid5(baseline.opportunity_id, f"requirement:{need.id}"),
        code=code,
        name=need.title,
        name_zh=need.title,
        method=method,
    )
    judged = fit and fit.gap_effort_days
    if fit and (reuse.gap or judged):
        missing = fit.gap or need.title
        yield line(
            reuse.gap,
            effort.bounded(judged) if judged else size.scaled(reuse.gap),
            id=uuid5(baseline.opportunity_id, f"gap:{need.id}"),
            code=f"{code}.1",
            name=f"Gap: {missing}",
            name_zh=f"差距：{missing}",
            method="judged" if judged else method,
            is_gap=True,
        )


def _sized(need: Requirement, kind: KindOfWork, effort: Effort, factor: float) -> tuple[int, ThreePoint, str]:
    """Function points, effort in days, and the method. A size of nothing is nothing, and not the usual size."""
    size, method = (need.size, "sized") if need.size else (kind.default_size, "default_size")
    points = unadjusted(size, effort.weights) if size else 0
    if points or kind.days is None:
        return points, effort.bounded(kind.hours_per_fp).scaled(points * factor / effort.hours_per_day), method
    return 0, effort.bounded(kind.days), "days"


def _standing_line(baseline: Baseline, activity: Activity, code: str, units: int, effort: Effort) -> Line:
    size = effort.bounded(activity.share).scaled(in_days(units))
    return Line(
        id=uuid5(baseline.opportunity_id, f"activity:{activity.code}"),
        code=code,
        name=activity.name,
        name_zh=activity.name_zh,
        requirement=None,
        activity=activity.code,
        depends_on=(),
        function_points=0,
        effort_days=size.rounded(2),
        table=_table(_units(size, effort), activity.phases, dict.fromkeys(activity.phases, activity.roles)),
        method="share",
    )


def _units(size: ThreePoint, effort: Effort) -> int:
    return round(effort.distribution.mean(size) * HUNDREDTHS)


def _table(units: int, phases: Mapping[Phase, float], roles: Mapping[Phase, Mapping[str, float]]) -> Table:
    parts = apportioned(units, phases)
    return {phase: dict(sorted(apportioned(parts[phase], roles[phase]).items())) for phase in PHASES if phase in parts}


def beyond_benchmark(work: WorkBreakdown, parameters: Parameters) -> float:
    """Effort that a benchmark does not know, as a share of the effort that it knows."""
    outside = {activity.code for activity in parameters.effort.activities if not activity.is_benchmarked}
    units = sum(line.units for line in work.lines if line.requirement is None and line.activity in outside)
    return units / (work.units - units)
