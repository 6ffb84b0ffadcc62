"""What if: the dates that a proposed baseline would have. Nothing is stored."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.content.planning import schedule_of, work_of
from shared.kernel.messaging import Passing, publish
from shared.kernel.problems import Problem
from shared.language.events.estimation import ScenarioPriced
from shared.language.events.proposal import ProposalScenarioFailed, ScenarioScheduled
from shared.language.events.values import Reason


async def schedule_scenario(session: AsyncSession, event: ScenarioPriced) -> None:
    """Say the dates that this price and risk budget would give, or why there would be none."""
    about = Passing(event.scenario_id, version=1)
    try:
        schedule = schedule_of(work_of(event.estimate), event.estimate, event.risk, event.price)
    except Problem as refused:
        reason = Reason(code=refused.code, message=refused.detail("en"), message_zh=refused.detail("zh"))
        failed = ProposalScenarioFailed(
            opportunity_id=event.opportunity_id, scenario_id=event.scenario_id, reason=reason
        )
        await publish(session, failed, about)
        return
    answer = ScenarioScheduled.of(schedule, opportunity_id=event.opportunity_id, scenario_id=event.scenario_id)
    await publish(session, answer, about)
