"""What if: the estimate and the price that a proposed baseline would have. Nothing is stored."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation import queries
from services.estimation.commands import estimates, prices
from services.estimation.commands.parameter_sets import set_in_force
from services.estimation.commands.scenario_runs import take_failure, take_price, what_if_of
from services.estimation.domain.parameters import parameters_of
from services.estimation.domain.what_if import UNCHANGED
from services.estimation.queries.scenarios import of_run
from services.estimation.schemas.scenarios import Changes
from shared.kernel.messaging import Passing, publish
from shared.kernel.problems import Problem
from shared.language.events.estimation import (
    EstimateCompleted,
    EstimationScenarioFailed,
    ScenarioEstimated,
    ScenarioPriced,
)
from shared.language.events.requirements import ScenarioProposed
from shared.language.events.risk import ScenarioBudgeted
from shared.language.events.values import Reason


async def estimate_scenario(session: AsyncSession, event: ScenarioProposed) -> None:
    """Say the estimate that the approval of this baseline would give, or why there would be none."""
    parameter_set = await set_in_force(session)
    about = Passing(event.scenario_id, version=1)
    row = estimates.row_of(event.baseline, 1, parameter_set)
    try:
        told = await estimates.made_of(session, row, event.baseline, parameter_set)
    except Problem as refused:
        failed = EstimationScenarioFailed(
            opportunity_id=event.opportunity_id, scenario_id=event.scenario_id, reason=reason_of(refused)
        )
        await publish(session, failed, about)
        return
    answer = ScenarioEstimated(
        opportunity_id=event.opportunity_id, scenario_id=event.scenario_id, baseline=event.baseline, estimate=told
    )
    await publish(session, answer, about)


async def price_scenario(session: AsyncSession, event: ScenarioBudgeted) -> None:
    """Say the price of a scenario with its risk budget taken in; if it is one of ours, keep it there."""
    parameter_set = await queries.parameter_set_in_force(session)
    estimate = EstimateCompleted.model_validate(event.estimate)
    own = await of_run(session, event.scenario_id)
    changed = what_if_of(Changes.model_validate(own.changes)) if own else UNCHANGED
    row = estimates.row_of(event.baseline, estimate.revision, parameter_set)
    parameters = changed.parameters(parameters_of(parameter_set.parameters))
    inputs = prices.PriceInputs(estimate, event.risk, parameters, event.baseline)
    try:
        if changed.discount:
            made = prices.made_with(row, replace(inputs, discount=changed.discount))
        else:
            made = await prices.made_with_discount(session, row, inputs, is_kept=False)
    except Problem as refused:
        failed = EstimationScenarioFailed(
            opportunity_id=event.opportunity_id, scenario_id=event.scenario_id, reason=reason_of(refused)
        )
        await publish(session, failed, Passing(event.scenario_id, version=2))
        await take_failure(session, failed)
        return
    if own:
        take_price(own, estimate, event.risk, made.event)
    answer = ScenarioPriced.of(event, estimate=estimate, price=made.event)
    await publish(session, answer, Passing(event.scenario_id, version=2))


def reason_of(refused: Problem) -> Reason:
    """A refusal as events tell it."""
    return Reason(code=refused.code, message=refused.detail("en"), message_zh=refused.detail("zh"))
