"""What is read out of an opportunity as a whole: feasibility, fit coverage, deviation table, suggestions, links."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements import queries
from services.requirements.domain.feasibility import by_date, verdict
from services.requirements.domain.fit import PRIORITY_WEIGHTS, Assessed, FitCoverage, fit_coverage
from services.requirements.models.changes import ChangeRequest, KnownFigures
from services.requirements.models.fit import FitAssessment
from services.requirements.models.opportunities import Constraint, ConstraintKind, Opportunity
from services.requirements.models.requirements import Requirement
from services.requirements.suggesting import rank
from shared.kernel.audit import AuditEntry
from shared.language.events.requirements import MetricFacts
from shared.quant.affordability import affordable_cost
from shared.quant.s_curve import probability_within

_UNKNOWN = {
    "verdict": "unknown",
    "message": "No newest estimate, risk budget and schedule to compare with yet, or they are not yours to see.",
    "message_zh": "尚无可比较的最新估算、风险预算与进度，或无权查看。",
}


async def feasibility_of(session: AsyncSession, opportunity: Opportunity, *, with_cost: bool) -> dict[str, Any]:
    """Each budget and date constraint beside the newest figures; budgets only `with_cost`, which they would reveal."""
    # What was told of an earlier baseline, or of one that was taken back, no longer counts.
    known = await queries.figures_of(session, opportunity.id)
    parts = {name: part for name, part in known.items() if part.position[0] == opportunity.epoch}
    limits = await queries.constraints_of(session, opportunity.id)
    schedule = parts["schedule"].figures if "schedule" in parts else {}
    items = [
        _compared(limit, opportunity, parts, with_cost=with_cost)
        for limit in limits
        if limit.kind != ConstraintKind.OTHER and (limit.budget_max or limit.latest)
    ]
    return {
        "opportunity_id": opportunity.id,
        "baseline_epoch": parts["schedule"].position[0] if schedule else None,
        "finish": schedule.get("finish"),
        "p80_finish": schedule.get("p80_finish"),
        "items": items,
    }


def _compared(
    limit: Constraint, opportunity: Opportunity, parts: dict[str, KnownFigures], *, with_cost: bool
) -> dict[str, Any]:
    names = ("kind", "name", "is_hard", "firmness")
    row = {"constraint_id": limit.id, **{name: getattr(limit, name) for name in names}}
    expected: str | None = None
    probability: float | None = None
    if limit.budget_max is not None:
        row["limit"] = f"{limit.budget_max:.2f} {opportunity.currency}"
        if "price" in parts:
            expected = f"{Decimal(parts['price'].figures['price_incl_tax']):.2f} {opportunity.currency}"
        if with_cost and parts.keys() >= {"price", "risk"}:
            probability = _within(limit.budget_max, parts["price"].figures, parts["risk"].figures["curve"])
    elif limit.latest is not None:
        row["limit"] = limit.latest.isoformat()
        figures = parts["schedule"].figures if "schedule" in parts else {}
        expected = figures.get("finish")
        if figures.get("p80_finish"):
            days = [date.fromisoformat(figures[name]) for name in ("finish", "p80_finish")]
            probability = by_date(limit.latest, *days)
    row |= {"expected": expected, "probability": probability}
    if probability is None:
        return row | _UNKNOWN
    found = verdict(probability)
    return row | {"verdict": found.code, "message": found.message, "message_zh": found.message_zh}


def _within(budget: Decimal, price: dict[str, Any], curve: Sequence[Sequence[Any]]) -> float:
    left = affordable_cost(budget, Decimal(str(price["margin_rate"])), Decimal(str(price["tax_rate"])))
    # The curve is of work and risks; what the responses cost is spent beside it.
    left -= Decimal(price["risk_response_cost"])
    return probability_within(left, [(probability, Decimal(cost)) for probability, cost in curve])


async def fit_coverage_of(session: AsyncSession, opportunity_id: UUID) -> FitCoverage:
    """How much of the need our products meet, by the confirmed verdicts."""
    verdicts = {
        row.requirement_id: row.verdict
        for row in await queries.fits_of(session, opportunity_id)
        if row.status == "confirmed"
    }
    needs = await queries.requirements_of(session, opportunity_id)
    return fit_coverage([Assessed(row.code, row.priority, row.kind, row.group, verdicts.get(row.id)) for row in needs])


COLUMNS = {
    "zh": ("序号", "需求编号", "招标要求", "投标响应", "偏离情况", "说明"),
    "en": ("No.", "Code", "Requirement", "Response", "Deviation", "Remark"),
}
_DEVIATIONS = {
    "zh": {"none": "无偏离", "positive": "正偏离", "negative": "负偏离", None: "待评估"},
    "en": {"none": "none", "positive": "positive", "negative": "negative", None: "to be assessed"},
}
_VERDICTS = {
    "zh": {
        "full": "完全满足",
        "partial": "部分满足",
        "configuration": "通过配置满足",
        "customisation": "需定制开发",
        "third_party": "由第三方产品满足",
        "roadmap": "已列入产品规划",
        "none": "不满足",
    },
    "en": {
        "full": "Met in full.",
        "partial": "Met in part.",
        "configuration": "Met by configuration.",
        "customisation": "Met by customisation.",
        "third_party": "Met by a third party's product.",
        "roadmap": "Planned for a coming release.",
        "none": "Not met.",
    },
}


async def deviation_rows(session: AsyncSession, opportunity_id: UUID, language: str) -> list[dict[str, Any]]:
    """The deviation table 偏离表: every requirement but won't-haves, by code; what nobody confirmed is named so."""
    fits = {row.requirement_id: row for row in await queries.fits_of(session, opportunity_id)}
    needs = [row for row in await queries.requirements_of(session, opportunity_id) if row.priority in PRIORITY_WEIGHTS]
    return [_deviation(number, need, fits.get(need.id), language) for number, need in enumerate(needs, start=1)]


def _deviation(number: int, need: Requirement, fit: FitAssessment | None, language: str) -> dict[str, Any]:
    counted = fit if fit and fit.status == "confirmed" else None
    return {
        "number": number,
        "requirement_code": need.code,
        "requirement": "\n".join([need.statement, *([MetricFacts(**need.metric).said] if need.metric else [])]),
        "response": (counted.response or _VERDICTS[language][counted.verdict]) if counted else "",
        "deviation": _DEVIATIONS[language][counted.deviation if counted else None],
        # Clients get this table: of what is missing it says what was worded for them.
        "remark": (counted.client_wording or "") if counted and counted.client_visibility == "client" else "",
    }


async def suggestions_of(session: AsyncSession, needs: Sequence[Requirement], limit: int) -> list[dict[str, Any]]:
    """For each requirement the capabilities that may meet it, the likeliest first."""
    offered = await queries.offered_capabilities(session)
    found = await rank(
        [f"{need.title}\n{need.statement}" for need in needs], [capability.text for capability, _ in offered], limit
    )
    return [
        {
            "requirement_id": need.id,
            "requirement_code": need.code,
            "method": found.method,
            "items": [
                {
                    "capability_id": offered[at][0].id,
                    "product": f"{offered[at][1].name} {offered[at][1].release}",
                    **{
                        name: getattr(offered[at][0], name)
                        for name in ("code", "name", "name_zh", "configuration_days")
                    },
                    "score": score,
                }
                for at, score in best
            ],
        }
        for need, best in zip(needs, found.best, strict=True)
    ]


async def history_of(session: AsyncSession, requirement: Requirement) -> list[dict[str, Any]]:
    """Every change of a requirement, oldest first."""
    entries = await session.scalars(
        sa.select(AuditEntry).where(AuditEntry.resource_id == requirement.id).order_by(AuditEntry.id)
    )
    shown = []
    for entry in entries:
        before, after = entry.before or {}, entry.after or {}
        fields = [
            {"field": name, "before": before.get(name), "after": after.get(name)}
            for name in sorted(before.keys() | after.keys())
            if before.get(name) != after.get(name)
        ]
        shown.append({"at": entry.at, "actor": entry.actor, "action": entry.action, "fields": fields})
    return shown


async def links_of(session: AsyncSession, requirement: Requirement) -> list[dict[str, Any]]:
    """Everything that this service knows to be tied to a requirement."""
    above = await session.scalars(
        sa.select(Requirement).where(Requirement.id.in_(requirement.depends_on)).order_by(Requirement.code)
    )
    changed = {UUID(mark["requirement_id"]) for mark in requirement.suspects}
    below = await session.scalars(queries.needing([requirement]))
    concerns = await session.scalars(queries.worrying_about([requirement]))
    questions = await queries.questions_of(session, requirement)
    changes = await session.scalars(
        sa.select(ChangeRequest)
        .where(ChangeRequest.requirement_ids.contains([requirement.id]))
        .order_by(ChangeRequest.code)
    )
    found = [
        *(_link("depends_on", row, row.status, is_suspect=row.id in changed) for row in above),
        *(_link("needed_by", row, row.status, is_suspect=_is_marked(row, requirement)) for row in below),
        *(_link("concern", row, None, is_suspect=_is_marked(row, requirement)) for row in concerns),
        *(_link("clarification", row, row.status) for row in questions),
        *(_link("change_request", row, row.status) for row in changes),
    ]
    for asked in await queries.confirmations_of(session, requirement):
        said: dict[str, Any] = next((one for one in asked.outcome if one["requirement_id"] == str(requirement.id)), {})
        label = ": ".join(filter(None, (asked.recipient_name, said.get("answer"), said.get("comment"))))
        found.append(_link("confirmation", asked, asked.status, label=label))
    is_ahead = requirement.status in {"changed", "withdrawn"}
    for baseline in await queries.baselines_with(session, requirement):
        label = f"{baseline.number} {baseline.title}"
        is_behind = is_ahead and baseline.status == "approved"
        found.append(_link("baseline", baseline, baseline.status, label=label, is_suspect=is_behind))
    fit = await session.scalar(queries.fits_about([requirement]))
    if fit:
        found.append(
            _link("fit_assessment", fit, fit.status, label=fit.verdict, is_suspect=_is_marked(fit, requirement))
        )
    if requirement.origin:
        origin = {"kind": "origin", "id": requirement.origin["id"], "label": requirement.origin["kind"]}
        found.append({**origin, "status": None, "is_suspect": False})
    return found


def _link(
    kind: str, row: Any, status: str | None, *, label: str | None = None, is_suspect: bool = False
) -> dict[str, Any]:
    named = label or f"{row.code} {getattr(row, 'title', None) or getattr(row, 'statement', None) or row.question}"
    return {"kind": kind, "id": row.id, "label": named, "status": status, "is_suspect": is_suspect}


def _is_marked(row: Any, requirement: Requirement) -> bool:
    return any(mark["requirement_id"] == str(requirement.id) for mark in row.suspects)
