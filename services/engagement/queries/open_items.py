"""What a person of ours owes others now."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.articles import Article
from services.engagement.models.clarifications import Clarification
from services.engagement.models.colleagues import Colleague
from services.engagement.models.commitments import Commitment
from services.engagement.models.handovers import Handover
from services.engagement.models.projections import KnownOpportunity
from services.engagement.models.support import OPEN, SupportRequest


async def owed_by(session: AsyncSession, person: Colleague) -> Sequence[sa.Row[Any]]:
    """Open commitments, answers, support requests, hand-overs to take and articles to review, by kind and code.

    Without those in a closed opportunity that nobody can give any more.
    """
    called = [person.subject, person.name]  # owners named before there was a roster are names
    closed = sa.select(KnownOpportunity.id).where(KnownOpportunity.stage == "closed")
    chosen = [
        _of("commitment", Commitment).where(
            Commitment.side == "us",
            Commitment.status == "open",
            Commitment.owner.in_(called),
            Commitment.opportunity_id.not_in(closed) | Commitment.survey_invitation_id.is_not(None),
        ),
        _of("clarification", Clarification).where(
            Clarification.owed_by == "us",
            Clarification.status.in_(("draft", "asked", "reopened")),
            Clarification.owner.in_(called),
            Clarification.opportunity_id.not_in(closed),
        ),
        _of("support_request", SupportRequest).where(
            SupportRequest.assignee_id == person.id,
            SupportRequest.status.in_(OPEN),
            SupportRequest.opportunity_id.not_in(closed),
        ),
        _of("handover", Handover).where(Handover.status == "offered", Handover.offered_to.in_(called)),
        sa.select(
            sa.literal("article").label("kind"), Article.id, Article.key.label("code"), sa.null().cast(sa.Uuid)
        ).where(Article.status == "published", Article.owner.in_(called)),
    ]
    return (await session.execute(sa.union_all(*chosen).order_by("kind", "code"))).all()


def _of(
    kind: str, model: type[Commitment | Clarification | SupportRequest | Handover]
) -> sa.Select[str, UUID, str, UUID]:
    return sa.select(sa.literal(kind).label("kind"), model.id, model.code, model.opportunity_id)
