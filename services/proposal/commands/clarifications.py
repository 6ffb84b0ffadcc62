"""What is open on must-haves, questions and changes that the client asked for: it keeps offers back."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.models.projections import Head, OpenMustHave
from services.proposal.queries.proposals import baseline_of, head_of
from shared.kernel.messaging.newest import keep_newest
from shared.language.events.engagement import ClarificationRecorded
from shared.language.events.requirements import BaselineApproved, ChangeRequestRecorded

_DECIDED = {"rejected", "applied", "withdrawn"}
"""States in which a change request waits for nobody; what was applied is in the next baseline."""


async def note_question(session: AsyncSession, event: ClarificationRecorded) -> None:
    """Keep what was told last of it."""
    await _keep(session, event, event.clarification_id, kind="clarification", is_open=event.is_open)


async def note_change(session: AsyncSession, event: ChangeRequestRecorded) -> None:
    """Keep what was told last of a change that came from the client; one of ours keeps no offer back."""
    if event.origin is not None:
        is_open = event.status not in _DECIDED
        await _keep(session, event, event.change_request_id, kind="change_request", is_open=is_open)


async def _keep(
    session: AsyncSession, event: ClarificationRecorded | ChangeRequestRecorded, key: UUID, *, kind: str, is_open: bool
) -> None:
    baseline = await baseline_of(session, await head_of(session, event.opportunity_id))
    values = {
        "opportunity_id": event.opportunity_id,
        "kind": kind,
        "code": event.code,
        "requirement_ids": list(event.requirement_ids),
        "is_open": is_open,
        "version": event.version,
        "must_codes": _musts(baseline, event.requirement_ids),
    }
    await keep_newest(session, OpenMustHave, {"id": key}, values)


async def judge_anew(session: AsyncSession, head: Head) -> None:
    """With another baseline a question may be about a must-have that was none, or the other way round."""
    asked = sa.select(OpenMustHave).where(OpenMustHave.opportunity_id == head.opportunity_id)
    questions = (await session.scalars(asked)).all()
    baseline = await baseline_of(session, head) if questions else None
    for question in questions:
        question.must_codes = _musts(baseline, question.requirement_ids)


def _musts(baseline: BaselineApproved | None, ids: Iterable[UUID]) -> list[str]:
    wanted, known = set(ids), baseline.requirements if baseline else ()
    return sorted(one.code for one in known if one.id in wanted and one.priority == "must")
