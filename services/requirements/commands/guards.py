"""What stands between a baseline and its approval."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands.snapshots import snapshot_of
from services.requirements.domain.baseline import diff
from services.requirements.models.baselines import Baseline, BaselineMoved, DiscoveryTooThin, OpenClarification
from services.requirements.models.opportunities import Opportunity
from services.requirements.models.requirements import Priority
from services.requirements.queries.completeness import OpportunityRecord, discovery_of, record_of
from services.requirements.queries.projections import open_questions_of
from shared.kernel.db import find
from shared.kernel.problems import Problem


async def blocker_of(session: AsyncSession, baseline: Baseline, record: OpportunityRecord) -> Problem | None:
    """The first guard that fails: a question open on a must-have, too little known, or another content by now.

    `record` is what is recorded of its opportunity now.
    """
    musts = {
        UUID(one["id"]): one["code"] for one in baseline.snapshot["requirements"] if one["priority"] == Priority.MUST
    }
    questions = await open_questions_of(session, baseline.opportunity_id, musts)
    if questions:
        named = {musts[key] for question in questions for key in question.requirement_ids if key in musts}
        return OpenClarification(
            clarifications=", ".join(question.code for question in questions), requirements=", ".join(sorted(named))
        )
    known = await discovery_of(session, record)
    if not known.is_enough:
        first = [*known.missing_required, *known.missing][:3]
        return DiscoveryTooThin(
            score=f"{known.score:.0%}",
            wanted=f"{known.policy.wanted_for_approval:.0%}",
            missing=" ".join(dict.fromkeys(one.item.message for one in first)),
            missing_zh="".join(dict.fromkeys(one.item.message_zh for one in first)),
        )
    return _moved(baseline, await snapshot_of(session, record))


def _moved(baseline: Baseline, now: dict[str, Any]) -> BaselineMoved | None:
    """What of the content is another than was submitted; the stage does not count, for approvals move it."""
    found = diff(baseline.snapshot, now)
    codes = {
        "requirements": sorted({*found.added, *found.removed, *(one.code for one in found.changed)}),
        **{
            part: [one.label for one in found.others if one.part == part]
            for part in ("constraints", "concerns", "fits")
        },
        "opportunity": [one.field for one in found.opportunity],
    }
    moved = {part: named for part, named in codes.items() if named}
    if not moved:
        return None
    return BaselineMoved(
        what="; ".join(f"{_PARTS[part][0]}: {_listed(named)}" for part, named in moved.items()),
        what_zh="；".join(
            _PARTS[part][1] if part == "opportunity" else f"{_PARTS[part][1]}（{_listed(named)}）"
            for part, named in moved.items()
        ),
    )


_PARTS = {
    "requirements": ("requirements", "需求"),
    "constraints": ("constraints", "约束"),
    "concerns": ("concerns", "顾虑"),
    "fits": ("confirmed fit", "符合性结论"),
    "opportunity": ("the opportunity", "商机信息"),
}
_MANY = 10


def _listed(named: Sequence[str]) -> str:
    return ", ".join(named[:_MANY]) + (" …" if len(named) > _MANY else "")


async def with_blockers(session: AsyncSession, baselines: Iterable[Baseline]) -> None:
    """Look at the guards of those that wait for approval, so that `allowed_actions` says why not."""
    for baseline in baselines:
        if baseline.status == "in_review" and not baseline.barred:
            record = await record_of(session, await find(session, Opportunity, baseline.opportunity_id))
            baseline.blocker = await blocker_of(session, baseline, record)  # type: ignore[misc]
