"""Triggers that tenants write: conditions over requirements, fits, constraints, concerns and the estimate.

A trigger looks at the rows of one source, keeps those that meet all its conditions, and fires when their number, their
share or a figure of them reaches `start`; from there to `worst` the cause grows from weakest to strongest.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.risk.domain.control import OPERATORS
from services.risk.domain.project import Extent, Project
from services.risk.domain.triggers import WHOLE_PROJECT, Finding, Span, listed, working_days

TEXT, NUMBER, FLAG = "text", "number", "flag"
SOURCES: Mapping[str, Mapping[str, str]] = {
    "requirements": {
        "kind": TEXT, "priority": TEXT, "text": TEXT, "metric_unit": TEXT, "metric_value": NUMBER,
        "dependencies": NUMBER, "has_metric": FLAG, "has_acceptance": FLAG, "is_unsized": FLAG,
    },
    "fits": {"verdict": TEXT, "product": TEXT, "kind": TEXT, "priority": TEXT},
    "constraints": {"kind": TEXT, "name": TEXT, "is_hard": FLAG, "budget_share": NUMBER, "load": NUMBER},
    "concerns": {"category": TEXT, "likelihood": TEXT, "severity": TEXT, "text": TEXT},
    "lines": {"activity": TEXT, "group": TEXT, "effort_days": NUMBER, "spread": NUMBER, "share": NUMBER},
    "cost_items": {"kind": TEXT, "name": TEXT, "share": NUMBER},
    "estimate": {
        "effort_days": NUMBER, "planned_days": NUMBER, "base_cost": NUMBER, "divergence": NUMBER,
        "assumptions": NUMBER, "requirements": NUMBER,
    },
}  # fmt: skip
"""What a trigger can look at, and of what kind each field is."""

INTERNAL = frozenset({"budget_share", "base_cost", "share"})
"""Figures that tell internal cost: a proposal, which all may read, names the threshold in their place."""

OF_TEXT = ("=", "!=", "in", "contains")


@dataclass(frozen=True, slots=True)
class Condition:
    """`field operator value`; texts are compared without case."""

    field: str
    operator: str
    value: Any

    def holds(self, row: Mapping[str, Any]) -> bool:
        found = row[self.field]
        if found is None:
            return self.operator == "!="
        if isinstance(found, str):
            return _holds_for_text(found.casefold(), self.operator, self.value)
        return OPERATORS[self.operator](found, self.value)

    def said(self) -> str:
        value = ", ".join(map(str, self.value)) if isinstance(self.value, list | tuple) else self.value
        return f"{self.field} {self.operator} {value}"


def _holds_for_text(found: str, operator: str, value: Any) -> bool:
    match operator:
        case "contains":
            return str(value).casefold() in found
        case "in":
            return found in {str(one).casefold() for one in value}
        case "!=":
            return found != str(value).casefold()
        case _:
            return found == str(value).casefold()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a source: its fields, what it is about, and what it can hit."""

    fields: Mapping[str, Any]
    subject: str
    label: str
    codes: tuple[str, ...] = ()
    extent: Extent | None = None
    """None: that of its codes, which is the whole project without any."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """`measure` is count, share or value: then `of` names the figure, of which the worst row counts."""

    over: str
    where: tuple[Condition, ...]
    measure: str
    start: float
    worst: float
    of: str | None = None
    each: bool = False
    """One proposal for each row, as strong as its own figure, in place of one for all of them."""

    def find(self, project: Project) -> Iterable[Finding]:
        """What it fires on; nothing when the figure does not reach `start`."""
        rows = list({row.subject: row for row in _ROWS[self.over](project)}.values())
        met = [row for row in rows if all(condition.holds(row.fields) for condition in self.where)]
        for own in ([row] for row in met) if self.each else [met]:
            figure = self._figure(own, len(rows))
            if own and figure is not None and self._reaches(figure):
                yield self._finding(project, own, figure, len(rows))

    def _figure(self, rows: list[Row], total: int) -> float | None:
        if self.measure == "count" or (self.each and self.of is None):
            return float(len(rows))
        if self.measure == "share":
            return len(rows) / total if total else 0.0
        values = [float(row.fields[self.of or ""]) for row in rows if row.fields[self.of or ""] is not None]
        return (max if self.worst >= self.start else min)(values, default=None)

    def _reaches(self, figure: float) -> bool:
        return figure >= self.start if self.worst >= self.start else figure <= self.start

    def _finding(self, project: Project, rows: list[Row], figure: float, total: int) -> Finding:
        codes = tuple(sorted({code for row in rows for code in row.codes}))
        [one, *others] = rows
        strength = Span(self.start, self.worst).strength(figure) if self.worst != self.start else 1.0
        shown = self.start if self.measure == "value" and self.of in INTERNAL else figure
        return Finding(
            subject=one.subject if self.each else WHOLE_PROJECT,
            intensity=strength,
            extent=one.extent if one.extent and not others else project.extent(codes),
            codes=codes,
            facts={
                "count": str(len(rows)),
                "total": str(total),
                "value": f"{shown:.0%}" if self.measure == "share" else f"{shown:g}",
                "start": f"{self.start:.0%}" if self.measure == "share" else f"{self.start:g}",
                "codes": listed(codes),
                "items": listed(sorted(row.label for row in rows)),
                "conditions": "; ".join(condition.said() for condition in self.where) or "all",
            },
            label=one.label if self.each else "",
        )


def _requirements(project: Project) -> Iterable[Row]:
    unsized = set(project.estimate.unsized_requirement_codes)
    for need in project.wanted:
        fields = {
            "kind": need.kind,
            "priority": need.priority,
            "text": f"{need.title} {need.statement}",
            "metric_unit": need.metric.unit if need.metric else None,
            "metric_value": need.metric.value if need.metric else None,
            "dependencies": len(need.depends_on),
            "has_metric": need.metric is not None,
            "has_acceptance": bool(need.acceptance_criteria),
            "is_unsized": need.code in unsized,
        }
        yield Row(fields, str(need.id), need.code, (need.code,))


def _fits(project: Project) -> Iterable[Row]:
    needs = {need.id: need for need in project.wanted}
    for fit in project.baseline.fits:
        if fit.requirement_id in needs:
            need = needs[fit.requirement_id]
            fields = {"verdict": fit.verdict, "product": fit.product, "kind": need.kind, "priority": need.priority}
            yield Row(fields, str(need.id), need.code, (need.code,))


def _constraints(project: Project) -> Iterable[Row]:
    base, start = project.estimate.base_cost, project.estimate.planned_start
    for limit in project.baseline.constraints:
        money, room = limit.budget_max, working_days(start, limit.latest) if limit.latest else 0
        is_comparable = money is not None and money.currency == base.currency and money.amount > 0
        fields = {
            "kind": limit.kind,
            "name": limit.name,
            "is_hard": limit.is_hard,
            "budget_share": float(base.amount / money.amount) if money and is_comparable else None,
            "load": project.planned_days / room if room else None,
        }
        yield Row(fields, f"constraint:{limit.name}", limit.name)


def _concerns(project: Project) -> Iterable[Row]:
    for concern in project.baseline.concerns:
        fields = {
            "category": concern.category,
            "likelihood": concern.likelihood,
            "severity": concern.severity,
            "text": f"{concern.statement} {concern.effect or ''}",
        }
        codes = tuple(project.codes[key] for key in concern.requirement_ids if key in project.codes)
        yield Row(fields, str(concern.id), concern.code, codes)


def _lines(project: Project) -> Iterable[Row]:
    base = float(project.estimate.base_cost.amount) or 1.0
    for line in project.estimate.lines:
        size = line.effort_days
        fields = {
            "activity": line.activity,
            "group": line.group,
            "effort_days": line.expected_days,
            "spread": (size.pessimistic - size.optimistic) / size.most_likely if size.most_likely else None,
            "share": float(line.cost) / base,
        }
        codes = (line.requirement_code,) if line.requirement_code else ()
        yield Row(fields, f"line:{line.code}", line.code, codes)


def _cost_items(project: Project) -> Iterable[Row]:
    base = float(project.estimate.base_cost.amount) or 1.0
    for item in project.estimate.cost_items:
        fields = {"kind": item.kind, "name": item.name, "share": float(item.amount) / base}
        extent = Extent(cost=float(item.amount), days=project.planned_days)
        yield Row(fields, f"item:{item.kind}:{item.name}", f"{item.kind} {item.name}", (), extent)


def _estimate(project: Project) -> Iterable[Row]:
    estimate = project.estimate
    fields = {
        "effort_days": sum(line.expected_days for line in estimate.lines),
        "planned_days": project.planned_days,
        "base_cost": float(estimate.base_cost.amount),
        "divergence": estimate.divergence,
        "assumptions": len(project.baseline.opportunity.assumptions),
        "requirements": len(project.wanted),
    }
    yield Row(fields, WHOLE_PROJECT, "estimate")


_ROWS: Mapping[str, Callable[[Project], Iterable[Row]]] = {
    "requirements": _requirements,
    "fits": _fits,
    "constraints": _constraints,
    "concerns": _concerns,
    "lines": _lines,
    "cost_items": _cost_items,
    "estimate": _estimate,
}
