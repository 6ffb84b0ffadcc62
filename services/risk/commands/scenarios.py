"""What if: the risk budget that a proposed baseline would have. The register is read, nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.commands import budgets, publishing, register
from services.risk.domain.candidates import propose
from services.risk.domain.risk import Risk
from services.risk.models.projections import Head, KnownEstimate
from services.risk.queries.register import register_of
from shared.kernel.messaging import Passing, publish
from shared.kernel.problems import Problem
from shared.language.events.estimation import ScenarioEstimated
from shared.language.events.risk import RiskOverride, RiskScenarioFailed, ScenarioBudgeted
from shared.language.events.values import Reason


async def budget_scenario(session: AsyncSession, event: ScenarioEstimated) -> None:
    """Say the risk budget that this estimate would get, or why there would be none."""
    baseline, estimate = event.baseline.model_dump(mode="json"), event.estimate.model_dump(mode="json")
    heard = KnownEstimate(
        estimate_id=event.estimate.estimate_id,
        baseline_id=event.baseline.baseline_id,
        revision=event.estimate.revision,
        facts=estimate,
    )
    head = Head(opportunity_id=event.opportunity_id, register_revision=0)
    row, rules = await budgets.row_of(session, head, heard, revision=1)
    rows = await register_of(session, event.opportunity_id)
    about = Passing(event.scenario_id, version=1)
    try:
        project = budgets.project_of(baseline, estimate)
        proposed = propose(project, event.opportunity_id, rules)
        counted = register.counted_with(rows, proposed)
        counted = overridden(counted, {one.risk_id: one for one in event.risk_overrides})
        figures = await budgets.simulate(project, counted, row)
    except Problem as refused:
        reason = Reason(code=refused.code, message=refused.detail("en"), message_zh=refused.detail("zh"))
        failed = RiskScenarioFailed(opportunity_id=event.opportunity_id, scenario_id=event.scenario_id, reason=reason)
        await publish(session, failed, about)
        return
    answer = ScenarioBudgeted.of(event, estimate=estimate, risk=publishing.calculated(row, figures, project))
    await publish(session, answer, about)


def overridden(risks: Sequence[Risk], overrides: Mapping[UUID, RiskOverride]) -> list[Risk]:
    """The risks as the scenario wants them."""
    usual = RiskOverride(risk_id=UUID(int=0))
    found = [(risk, overrides.get(risk.id, usual)) for risk in risks]
    return [
        replace(
            risk,
            probability=risk.probability if wanted.probability is None else wanted.probability,
            **{
                name: getattr(risk, name)
                if wanted.impact_factor is None
                else getattr(risk, name).scaled(wanted.impact_factor).rounded(2)
                for name in ("impact_cost", "impact_days")
            },
        )
        for risk, wanted in found
        if not wanted.is_excluded
    ]
