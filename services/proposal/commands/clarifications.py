"""Questions about requirements, as the engagement service tells of them: open on a must-have, one keeps offers back."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.models.fit_to_send import OpenMustHave
from services.proposal.queries.proposals import baseline_of, head_of
from shared.events.engagement import ClarificationRecorded
from shared.events.requirements import BaselineApproved
from shared.messaging.newest import keep_newest


async def note_question(session: AsyncSession, event: ClarificationRecorded) -> None:
    """Keep what was told last of it."""
    baseline = await baseline_of(session, await head_of(session, event.opportunity_id))
    values = {
        "opportunity_id": event.opportunity_id,
        "code": event.code,
        "requirement_ids": list(event.requirement_ids),
        "is_open": event.is_open,
        "version": event.version,
        "must_codes": _musts(baseline, event.requirement_ids),
    }
    await keep_newest(session, OpenMustHave, {"id": event.clarification_id}, values)


async def judge_anew(session: AsyncSession, opportunity_id: UUID) -> None:
    """With another baseline a question may be about a must-have that was none, or the other way round."""
    asked = sa.select(OpenMustHave).where(OpenMustHave.opportunity_id == opportunity_id)
    questions = (await session.scalars(asked)).all()
    baseline = await baseline_of(session, await head_of(session, opportunity_id)) if questions else None
    for question in questions:
        question.must_codes = _musts(baseline, question.requirement_ids)


def _musts(baseline: BaselineApproved | None, ids: Iterable[UUID]) -> list[str]:
    wanted, known = set(ids), baseline.requirements if baseline else ()
    return sorted(one.code for one in known if one.id in wanted and one.priority == "must")
