"""A computed risk budget as the event and the tornado say it."""

from typing import Any

from services.risk.commands.staleness import basis_of
from services.risk.domain.budget import Budget, Counted
from services.risk.domain.matrix import PMBOK, Matrix
from services.risk.domain.monte_carlo import ENGINE_VERSION
from services.risk.domain.project import Project
from services.risk.domain.risk import Risk
from services.risk.models.budgets import RiskBudget
from services.risk.models.settings import matrix_of
from shared.language.events.risk import (
    ContributionFacts,
    CostBin,
    CurvePoint,
    DelayPoint,
    JointConfidence,
    JointPoint,
    MatrixFacts,
    PhaseReserve,
    RecalibrationFacts,
    ResponseFacts,
    RiskBudgetCalculated,
    RiskFacts,
    SimulationFacts,
)
from shared.language.events.values import Reason, ThreePoint
from shared.language.money import Money
from shared.quant.three_point import ThreePoint as Range


def calculated(row: RiskBudget, figures: Budget, project: Project) -> RiskBudgetCalculated:
    """All that others need to know of a budget."""

    def money(amount: Any) -> Money:
        return Money.of(amount, row.currency)

    kept = figures.reserves
    return RiskBudgetCalculated(
        opportunity_id=row.opportunity_id,
        risk_budget_id=row.id,
        revision=row.revision,
        basis=basis_of(row),
        estimate_id=row.estimate_id,
        estimate_revision=row.estimate_revision,
        currency=row.currency,
        base_cost=money(figures.base_cost),
        mean_cost=money(figures.mean_cost),
        standard_deviation=figures.standard_deviation,
        percentiles=dict(figures.percentiles),
        confidence=row.policy["confidence"],
        contingency=money(kept.contingency),
        expected_value=money(figures.expected_value),
        management_reserve=money(kept.management_reserve),
        response_cost=money(kept.response_cost),
        total_reserve=money(kept.total),
        schedule_p50_days=figures.schedule_p50_days,
        schedule_p80_days=figures.schedule_p80_days,
        probability_within_base=figures.probability_within_base,
        phases=tuple(PhaseReserve(phase=phase, amount=amount) for phase, amount in figures.phases.items()),
        risks=tuple(_risk(risk) for risk in figures.risks),
        curve=tuple(CurvePoint(probability=probability, cost=cost) for probability, cost in figures.curve),
        seed=row.policy["seed"],
        samples=row.policy["samples"],
        standard_error_p80=figures.standard_error_p80,
        is_converged=figures.is_converged,
        engine_version=ENGINE_VERSION,
        matrix=_matrix(matrix_of(row.matrix)) if row.matrix else None,
        remarks=(
            *(Reason(code=remark.code, message=remark.en, message_zh=remark.zh) for remark in figures.remarks),
            *(_corrected(kind, one["outcomes"]) for kind, one in row.policy.get("recalibration", {}).items()),
        ),
        simulation=_simulation(figures, contributions(project, figures)),
        daily_burn=project.estimate.daily_burn,
        recalibrations=tuple(
            RecalibrationFacts(kind=kind, **one) for kind, one in row.policy.get("recalibration", {}).items()
        ),
    )


def _corrected(kind: str, outcomes: int) -> Reason:
    kinds, kinds_zh = ("threats", "威胁") if kind == "threat" else ("opportunities", "机会")
    return Reason(
        code="probabilities_corrected",
        message=f"Probabilities of {kinds} are corrected by the record of {outcomes} whose outcome is known.",
        message_zh=f"{kinds_zh}的概率已按 {outcomes} 个已知结果的历史记录校正。",
    )


def _simulation(figures: Budget, parts: list[dict[str, Any]]) -> SimulationFacts:
    said, ranks = figures.spread, figures.spread.rank_correlations
    cost, days = said.joint_target
    return SimulationFacts(
        curve_before=tuple(CurvePoint(probability=share, cost=at) for share, at in said.curve_before),
        delay_curve=tuple(DelayPoint(probability=share, days=at) for share, at in said.delay_curve),
        histogram=tuple(CostBin(low=low, high=high, share=share) for low, high, share in said.histogram),
        tail_mean=said.tail_mean,
        joint=JointConfidence(
            target=JointPoint(cost=cost, days=days),
            probability=said.joint_probability,
            frontier=tuple(JointPoint(cost=at, days=day) for at, day in said.joint_frontier),
            points=tuple(JointPoint(cost=at, days=day) for at, day in said.joint_points),
        ),
        tornado=tuple(
            ContributionFacts(**part, rank_correlation=ranks[part["id"]]) for part in parts if part["id"] in ranks
        ),
    )


def contributions(project: Project, figures: Budget) -> list[dict[str, Any]]:
    """Who makes the total uncertain: each line's and each risk's part of the variance, the largest first."""
    parts = [
        *(
            _part("line", line.id, line.code, line.name, line.name_zh, figures.variance_of_lines[line.id])
            for line in project.estimate.lines
        ),
        *(
            _part("risk", one.risk.id, one.risk.code, one.risk.title, one.risk.title_zh, one.variance_share)
            for one in figures.risks
        ),
    ]
    return sorted(parts, key=lambda part: (-part["share"], part["code"]))


def _part(kind: str, key: Any, code: str, name: str, name_zh: str, share: float) -> dict[str, Any]:
    return {"kind": kind, "id": str(key), "code": code, "name": name, "name_zh": name_zh, "share": round(share, 6)}


def _risk(one: Counted) -> RiskFacts:
    risk, place, counted = one.risk, one.assessment, one.risk.residual
    return RiskFacts.of(
        risk,
        probability=counted.probability,
        probability_stated=None if risk.recalibration is None or risk.has_happened else risk.stated_probability,
        probability_level=place.probability_level,
        impact_level=place.impact_level,
        score=float(place.score),
        rating=place.rating,
        impact_cost=_range(counted.impact_cost),
        impact_days=_range(counted.impact_days),
        expected_value=one.expected_value,
        reserve_share=one.reserve_share,
        response=_response(risk),
        inherent_probability=risk.inherent.probability,
        inherent_impact_cost=_range(risk.inherent.impact_cost),
        inherent_impact_days=_range(risk.inherent.impact_days),
        saving=one.saving,
        delay_value=one.delay_value,
    )


def _response(risk: Risk) -> ResponseFacts | None:
    """All measures about a risk in one: the first says strategy and owner."""
    if not risk.responses:
        return None
    first, *_ = risk.responses
    contingent = [one for one in risk.responses if one.is_contingent]
    others = [one for one in risk.responses if not one.is_contingent]
    return ResponseFacts(
        strategy=first.strategy,
        preventive="; ".join(one.statement for one in others) or None,
        preventive_zh="；".join(one.statement_zh for one in others) or None,
        contingency="; ".join(one.statement for one in contingent) or None,
        contingency_zh="；".join(one.statement_zh for one in contingent) or None,
        owner_role=first.owner_role,
        cost=risk.response_cost,
    )


def _matrix(matrix: Matrix) -> MatrixFacts | None:
    if matrix == PMBOK:
        return None
    rows = range(1, len(matrix.probability) + 1)
    ratings = tuple(
        tuple(matrix.rating(matrix.score(row, column)) for column in range(1, len(matrix.impact) + 1)) for row in rows
    )
    return MatrixFacts(probability=matrix.probability, impact=matrix.impact, ratings=ratings)


def _range(points: Range) -> ThreePoint:
    return ThreePoint.of(points)
