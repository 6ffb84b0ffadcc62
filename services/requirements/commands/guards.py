"""What stands between a baseline and its approval."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements import queries
from services.requirements.models.baselines import Baseline, DiscoveryTooThin, OpenClarification
from services.requirements.models.opportunities import Opportunity
from services.requirements.models.requirements import Priority
from shared.db import find
from shared.problems import Problem


async def blocker_of(session: AsyncSession, baseline: Baseline) -> Problem | None:
    """The first guard that fails: a question open on a must-have, or too little known of the opportunity."""
    musts = {
        UUID(one["id"]): one["code"] for one in baseline.snapshot["requirements"] if one["priority"] == Priority.MUST
    }
    questions = await queries.open_questions_of(session, baseline.opportunity_id, musts)
    if questions:
        named = {musts[key] for question in questions for key in question.requirement_ids if key in musts}
        return OpenClarification(
            clarifications=", ".join(question.code for question in questions), requirements=", ".join(sorted(named))
        )
    known = await queries.discovery_of(session, await find(session, Opportunity, baseline.opportunity_id))
    if not known.is_enough:
        first = [*known.missing_required, *known.missing][:3]
        return DiscoveryTooThin(
            score=f"{known.score:.0%}",
            wanted=f"{known.policy.wanted_for_approval:.0%}",
            missing=" ".join(dict.fromkeys(one.item.message for one in first)),
            missing_zh="".join(dict.fromkeys(one.item.message_zh for one in first)),
        )
    return None


async def with_blockers(session: AsyncSession, baselines: Iterable[Baseline]) -> None:
    """Look at the guards of those that wait for approval, so that `allowed_actions` says why not."""
    for baseline in baselines:
        if baseline.status == "in_review" and not baseline.barred:
            baseline.blocker = await blocker_of(session, baseline)  # type: ignore[misc]
