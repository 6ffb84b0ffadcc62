"""When a rule of the catalogue fires: what in a baseline and its estimate gives cause for a risk."""

import re
from calendar import SATURDAY
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.risk.domain.project import Extent, Metric, Project, Requirement

WHOLE_PROJECT = "project"


@dataclass(frozen=True, slots=True)
class Span:
    """A figure from where a rule fires to where it is as bad as it gets."""

    start: float
    worst: float

    def strength(self, value: float) -> float:
        """0 at the start, 1 at the worst, and in proportion between and beyond."""
        return (value - self.start) / (self.worst - self.start)


SILENT_MUSTS = 3
SILENT_SHARE = 0.3
INTERFACES = Span(0, 8)
MIGRATIONS = Span(0, 3)
SECURITY_COUNT = 3
SECURITY_SHARE = Span(0, 0.25)
DIVERGENCE = Span(0, 1.0)
PLAN_LOAD = Span(0.8, 1.2)
BUDGET_SHARE = Span(0.55, 0.85)
"""Usual reserves, margin and tax make a price of some 1.6 times the base cost: it no longer fits from 62 % on."""
DEPENDANTS = Span(4, 10)
ROLE_LOAD = Span(0.7, 1.0)
SUPPLIED_SHARE = Span(0.1, 0.4)
ASSUMPTIONS = Span(3, 10)
MUSTS = Span(0.8, 1.0)
FLAT_FROM = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause: about what, how strong (0…1), what it can hit, and the figures that explain it."""

    subject: str
    intensity: float
    extent: Extent
    codes: tuple[str, ...]
    facts: dict[str, str]
    label: str = ""
    """Tells findings of one rule apart in their codes and titles."""


def unmeasured_performance(project: Project) -> Iterable[Finding]:
    """Performance requirements that name no figure."""
    wishes = [need for need in project.wanted if need.kind == "performance"]
    vague = [need for need in wishes if need.metric is None]
    if vague:
        yield _of(project, vague, len(vague) / len(wishes), total=str(len(wishes)))


def demanding_performance(project: Project) -> Iterable[Finding]:
    """Performance requirements whose figure is hard to reach, each for itself."""
    for need in project.wanted:
        if need.kind == "performance" and need.metric and _is_demanding(need.metric):
            metric = need.metric
            promise = f"{metric.name} {metric.operator} {metric.value:g} {metric.unit}"
            yield Finding(
                subject=str(need.id),
                intensity=1.0 if need.priority == "must" else 0.5,
                extent=project.extent([need.code]),
                codes=(need.code,),
                facts={"promise": f"{promise} ({metric.condition})" if metric.condition else promise},
                label=need.code,
            )


_DEMANDING = {
    # unit: (the bound from which a figure is demanding, whether smaller is harder)
    "ms": (500.0, True),
    "s": (0.5, True),
    "秒": (0.5, True),
    "毫秒": (500.0, True),
    "%": (99.9, False),
    "tps": (500.0, False),
    "qps": (500.0, False),
    "users": (1000.0, False),
    "用户": (1000.0, False),
    "requests/s": (500.0, False),
    "笔/秒": (500.0, False),
}


def _is_demanding(metric: Metric) -> bool:
    bound, smaller_is_harder = _DEMANDING.get(metric.unit.strip().lower(), (0.0, True))
    if smaller_is_harder:
        return metric.operator in {"<", "<="} and 0 < metric.value <= bound
    return metric.operator in {">", ">=", "="} and metric.value >= bound


def missing_acceptance(project: Project) -> Iterable[Finding]:
    """Must-haves that say nothing about how they are accepted, when they are many."""
    musts = [need for need in project.wanted if need.priority == "must"]
    silent = [need for need in musts if not need.acceptance_criteria and need.metric is None]
    if len(silent) >= SILENT_MUSTS and len(silent) >= SILENT_SHARE * len(musts):
        yield _of(project, silent, len(silent) / len(musts), total=str(len(musts)))


def external_interfaces(project: Project) -> Iterable[Finding]:
    """Interfaces to systems of others."""
    interfaces = [need for need in project.wanted if need.kind == "interface"]
    if interfaces:
        yield _of(project, interfaces, INTERFACES.strength(len(interfaces)))


_MIGRATION = re.compile(
    r"\bmigrat|\blegacy data|historical (data|record)|data conversion|迁移|历史数据|存量数据|数据割接", re.IGNORECASE
)


def data_migration(project: Project) -> Iterable[Finding]:
    """Requirements that speak of moving existing data."""
    moving = [need for need in project.wanted if _MIGRATION.search(f"{need.title} {need.statement}")]
    if moving:
        yield _of(project, moving, MIGRATIONS.strength(len(moving)))


def security_load(project: Project) -> Iterable[Finding]:
    """Several requirements of security and compliance."""
    load = [need for need in project.wanted if need.kind in {"security", "compliance"}]
    if len(load) >= SECURITY_COUNT:
        yield _of(project, load, SECURITY_SHARE.strength(len(load) / len(project.wanted)))


def unsized_requirements(project: Project) -> Iterable[Finding]:
    """Requirements that were estimated without a size."""
    unsized = set(project.estimate.unsized_requirement_codes)
    found = [need for need in project.wanted if need.code in unsized]
    if found:
        yield _of(project, found, len(found) / len(project.wanted), total=str(len(project.wanted)))


def divergent_methods(project: Project) -> Iterable[Finding]:
    """Estimating methods that contradict each other."""
    estimate = project.estimate
    if estimate.is_divergent:
        answers = ", ".join(f"{method.method} {method.effort_days:.0f}" for method in estimate.methods)
        yield _whole(
            project, DIVERGENCE.strength(estimate.divergence), divergence=f"{estimate.divergence:.0%}", answers=answers
        )


def tight_dates(project: Project) -> Iterable[Finding]:
    """A latest date that leaves little more than the planned days; a soft one counts half."""
    start = project.estimate.planned_start
    latest = [(limit.latest, limit) for limit in project.baseline.constraints if limit.latest]
    if not latest or not project.planned_days:
        return
    end, limit = min(latest, key=lambda pair: (pair[0], not pair[1].is_hard))
    room = working_days(start, end)
    need = project.planned_days / room if room > 0 else 2.0
    if need >= PLAN_LOAD.start:
        strength = PLAN_LOAD.strength(need)
        yield _whole(
            project,
            strength if limit.is_hard else strength / 2,
            name=limit.name,
            latest=end.isoformat(),
            room=str(room),
            planned=f"{project.planned_days:.0f}",
        )


def working_days(start: date, end: date) -> int:
    """Mondays to Fridays from `start` to `end`, both counted; 0 when it is over before it starts."""
    if end < start:
        return 0
    weeks, rest = divmod((end - start).days + 1, 7)
    first = start + timedelta(weeks=weeks)
    return 5 * weeks + sum((first + timedelta(days=day)).weekday() < SATURDAY for day in range(rest))


def tight_budget(project: Project) -> Iterable[Finding]:
    """A client's budget of which the base cost takes much; a soft one counts half."""
    base = project.estimate.base_cost
    limits = [
        (limit.budget_max.amount, limit)
        for limit in project.baseline.constraints
        if limit.budget_max and limit.budget_max.currency == base.currency
    ]
    if not limits:
        return
    budget, limit = min(limits, key=lambda pair: pair[0])
    share = float(base.amount / budget) if budget else 2.0
    if share >= BUDGET_SHARE.start:
        strength = BUDGET_SHARE.strength(share)
        yield _whole(
            project,
            strength if limit.is_hard else strength / 2,
            name=limit.name,
            share=f"{BUDGET_SHARE.start:.0%}",  # not the share itself: it would tell the internal cost to all
            budget=f"{budget:,.0f} {base.currency}",
        )


def dependency_hubs(project: Project) -> Iterable[Finding]:
    """Requirements that many others wait for, the three greatest."""
    waiting = Counter(key for need in project.wanted for key in need.depends_on)
    by_id = {need.id: need for need in project.wanted}
    hubs = [
        (-count, by_id[key].code, key) for key, count in waiting.items() if key in by_id and count >= DEPENDANTS.start
    ]
    for count, code, key in sorted(hubs)[:3]:
        dependants = sorted(need.code for need in project.wanted if key in need.depends_on)
        yield Finding(
            subject=str(key),
            intensity=DEPENDANTS.strength(-count),
            extent=project.extent([code, *dependants]),
            codes=(code, *dependants),
            facts={"hub": code, "count": str(-count), "codes": listed(dependants)},
            label=code,
        )


def scarce_roles(project: Project) -> Iterable[Finding]:
    """The busiest role that one person alone fills, if it is busy for most of the plan."""
    team = project.estimate.team
    alone = [(load, role) for role, load in project.role_load.items() if (team.get(role) or 1.0) <= 1]
    if not alone:
        return
    load, role = max(alone)
    if load >= ROLE_LOAD.start:
        names = {"role": role.replace("_", " "), "role_zh": _ROLES_ZH.get(role, role)}
        found = _whole(project, ROLE_LOAD.strength(load), load=f"{load:.0%}", **names)
        yield Finding(f"role:{role}", found.intensity, found.extent, found.codes, found.facts)


_ROLES_ZH = {
    "architect": "架构师",
    "business_analyst": "业务分析师",
    "developer": "开发工程师",
    "operations_engineer": "运维工程师",
    "project_manager": "项目经理",
    "tester": "测试工程师",
    "trainer": "培训师",
}


def supplied_parts(project: Project) -> Iterable[Finding]:
    """Purchases from others that are a good part of the base cost."""
    bought = [item for item in project.estimate.cost_items if item.kind not in {"financing", "guarantee", "travel"}]
    value = float(sum(item.amount for item in bought))
    base = float(project.estimate.base_cost.amount)
    if base and value >= SUPPLIED_SHARE.start * base:
        yield Finding(
            subject=WHOLE_PROJECT,
            intensity=SUPPLIED_SHARE.strength(value / base),
            extent=Extent(cost=value, days=project.planned_days),
            codes=(),
            facts={
                "share": f"{value / base:.0%}",
                "items": "; ".join(item.name for item in bought[:5]),
                "items_zh": ";".join(item.name_zh for item in bought[:5]),
            },
        )


def unconfirmed_assumptions(project: Project) -> Iterable[Finding]:
    """Several assumptions that somebody still has to confirm."""
    assumptions = project.baseline.opportunity.assumptions
    if len(assumptions) >= ASSUMPTIONS.start:
        yield _whole(project, ASSUMPTIONS.strength(len(assumptions)), count=str(len(assumptions)), first=assumptions[0])


def flat_priorities(project: Project) -> Iterable[Finding]:
    """Nearly all requirements are musts: nothing is left to trade when time or money runs out."""
    musts = sum(need.priority == "must" for need in project.wanted)
    total = len(project.wanted)
    if total >= FLAT_FROM and musts >= MUSTS.start * total:
        yield _whole(project, MUSTS.strength(musts / total), musts=str(musts), total=str(total))


def product_gaps(project: Project) -> Iterable[Finding]:
    """Requirements that our products do not meet as they are, each for itself."""
    fits = {fit.requirement_id: fit for fit in project.baseline.fits if fit.verdict in _GAPS}
    for need in project.wanted:
        if need.id in fits:
            fit = fits[need.id]
            strength, verdict, verdict_zh = _GAPS[fit.verdict]
            yield Finding(
                subject=str(need.id),
                intensity=strength if need.priority == "must" else strength / 2,
                extent=project.extent([need.code]),
                codes=(need.code,),
                facts={
                    "requirement": need.code,
                    "verdict": verdict,
                    "verdict_zh": verdict_zh,
                    "product": fit.product or "our products",
                    "product_zh": fit.product_zh or fit.product or "现有产品",
                    "gap": fit.gap or need.title,
                },
                label=need.code,
            )


_GAPS = {
    # verdict: (how uncertain it is that the gap closes as planned, its name in a sentence, and in Chinese)
    "partial": (0.3, "partly met", "部分满足"),
    "third_party": (0.5, "met by a third party's product", "由第三方产品满足"),
    "customisation": (0.6, "met by customisation", "需定制开发"),
    "none": (0.8, "not met", "未予满足"),
    "roadmap": (1.0, "promised for a later release", "列入产品路线图"),
}


def listed(codes: Sequence[str], most: int = 8) -> str:
    """Codes in a sentence, the rest counted."""
    more = len(codes) - most
    return ", ".join(codes[:most]) + (f" (+{more})" if more > 0 else "")


def _of(project: Project, needs: Sequence[Requirement], intensity: float, **facts: str) -> Finding:
    codes = tuple(sorted(need.code for need in needs))
    facts = {"codes": listed(codes), "count": str(len(codes)), **facts}
    return Finding(WHOLE_PROJECT, intensity, project.extent(codes), codes, facts)


def _whole(project: Project, intensity: float, **facts: str) -> Finding:
    return Finding(WHOLE_PROJECT, intensity, project.extent(()), (), facts)
