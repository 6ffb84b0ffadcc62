"""Trainings, read."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.satisfaction import csat
from services.engagement.models.surveys import Survey, SurveyInvitation, SurveyKind
from services.engagement.models.trainings import Training
from services.engagement.queries.projections import closed_ones
from services.engagement.schemas.surveys import ShareOut
from services.engagement.schemas.trainings import EvaluationOut, TrainingOut, TrainingQuery
from shared.kernel.from_row import from_row
from shared.kernel.pages import Page, paginate


async def trainings(session: AsyncSession, query: TrainingQuery) -> Page[TrainingOut]:
    """One page of trainings."""
    found = await paginate(session, Training, query)
    return Page(items=await shown(session, found.items), next_cursor=found.next_cursor)


async def shown(session: AsyncSession, rows: Sequence[Training]) -> list[TrainingOut]:
    """Trainings with attendance, evaluation and what can be done with them."""
    closed = await closed_ones(session, [row.opportunity_id for row in rows])
    found = await evaluations(session, [row.id for row in rows])
    return [
        from_row(
            TrainingOut,
            row,
            registered=len(row.participants),
            attended=len(row.attended),
            evaluation=found[row.id],
            allowed_actions=row.actions(found[row.id].answered, closed.get(row.opportunity_id)),
        )
        for row in rows
    ]


async def evaluations(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, EvaluationOut]:
    """What came back for each training."""
    asked = (
        sa.select(
            SurveyInvitation.training_id,
            SurveyInvitation.origin,
            SurveyInvitation.answered_at,
            Survey.kind,
            SurveyInvitation.score,
        )
        .join(Survey, Survey.id == SurveyInvitation.survey_id)
        .where(SurveyInvitation.training_id.in_(ids), SurveyInvitation.state != "withdrawn")
    )
    found: dict[UUID | None, list[Any]] = defaultdict(list)
    for row in await session.execute(asked):
        found[row.training_id].append(row)
    return {key: _evaluation(found[key]) for key in ids}


def _evaluation(asked: Sequence[Any]) -> EvaluationOut:
    scores = Counter(one.score for one in asked if one.kind == SurveyKind.CSAT and one.score is not None)
    return EvaluationOut(
        invited=sum(one.origin == "link" for one in asked),
        answered=sum(one.answered_at is not None for one in asked),
        csat=ShareOut.of(csat(scores)) if scores else None,
    )
