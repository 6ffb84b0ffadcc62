"""What persons judge an effort to be, in the place of what was computed; the computed figure stays beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from services.estimation.domain.apportion import HUNDREDTHS, apportioned, in_days
from services.estimation.domain.parameters import PHASES, Effort
from services.estimation.domain.wbs import Line, Table, WorkBreakdown
from shared.kernel.problems import Problem
from shared.quant.three_point import ThreePoint

EXPERT = "expert"
"""Method of a line that a person judged."""


class TotalBelowLines(Problem):
    status = 422
    title = ("The total is less than its lines", "总工作量小于各工作项")
    en = (
        "The judged total of {total} person-days leaves {left} for {count} lines that nobody judged, after {judged} for"
        " those that somebody did: raise the total, or withdraw some of them."
    )
    zh = (
        "专家给出的总量 {total} 人日，扣除已单独估计的 {judged} 人日后，仅剩 {left} 人日分给其余 {count} 个工作项："
        "请提高总量，或撤销部分单项估计。"
    )


@dataclass(frozen=True, slots=True)
class Overrides:
    """Judged ranges in person-days with absolute bounds: of lines by id, and of the whole."""

    lines: Mapping[UUID, ThreePoint]
    total: ThreePoint | None = None

    def __bool__(self) -> bool:
        return bool(self.lines) or self.total is not None


NONE = Overrides({})


def judged(line: Line, overrides: Overrides, effort: Effort) -> Line:
    """The line with the effort that a person judged, shared out over phases and roles as before."""
    size = overrides.lines.get(line.id)
    if size is None:
        return line
    return _with(line, size, max(_units(size, effort), 1), method=EXPERT)


def total_units(overrides: Overrides, effort: Effort) -> int | None:
    """The judged total in hundredths of a person-day, if there is one."""
    return None if overrides.total is None else _units(overrides.total, effort)


def scaled_to(work: WorkBreakdown, whole: int, overrides: Overrides) -> WorkBreakdown:
    """The work with this total: lines that nobody judged by themselves share what is left as before.

    Raises `TotalBelowLines`.
    """
    free = [line for line in work.lines if line.id not in overrides.lines]
    fixed = work.units - sum(line.units for line in free)
    left = whole - fixed
    if left < len(free) or not free:
        raise TotalBelowLines(total=in_days(whole), left=in_days(max(left, 0)), count=len(free), judged=in_days(fixed))
    parts = apportioned(left - len(free), {str(line.id): line.units for line in free})
    before = sum(line.units for line in free)

    def fitted(line: Line) -> Line:
        units = parts.get(str(line.id), 0) + 1
        return _with(line, line.effort_days.scaled(left / before).rounded(2), units)

    return WorkBreakdown(tuple(line if line.id in overrides.lines else fitted(line) for line in work.lines))


def _units(size: ThreePoint, effort: Effort) -> int:
    return round(effort.distribution.mean(size) * HUNDREDTHS)


def _with(line: Line, size: ThreePoint, units: int, method: str | None = None) -> Line:
    return replace(
        line,
        effort_days=size.rounded(2),
        table=_shared(units, line.table),
        method=method or line.method,
        computed_days=line.expected_days if line.computed_days is None else line.computed_days,
    )


def _shared(units: int, table: Table) -> Table:
    cells = {f"{phase}\0{role}": part for phase, roles in table.items() for role, part in roles.items()}
    parts = apportioned(units, cells)
    found: dict[str, dict[str, int]] = {}
    for phase in PHASES:
        roles = {role: parts[key] for role in sorted(table.get(phase, {})) if (key := f"{phase}\0{role}") in parts}
        if roles:
            found[phase] = roles
    return found
