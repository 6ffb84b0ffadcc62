"""Surveys and what came back."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.satisfaction import csat, net_promoter_score
from services.engagement.models.surveys import Survey, SurveyInvitation, SurveyKind
from services.engagement.queries.projections import find_opportunity
from services.engagement.schemas.surveys import SUBJECTS, NpsOut, ResultsOut, ResultsQuery, ShareOut, Verbatim
from shared.language.forms import visible
from shared.language.letterhead import letterhead
from shared.quant.share import Share

_MOST_VERBATIMS = 200


async def results(session: AsyncSession, survey: Survey, query: ResultsQuery) -> ResultsOut:
    """Figures of one version of a survey, each with what it was computed from."""
    chosen = [SurveyInvitation.survey_id == survey.id]
    for name in ("opportunity_id", *SUBJECTS):
        wanted = getattr(query, name)
        if wanted is not None:
            chosen.append(getattr(SurveyInvitation, name) == wanted)
    if query.since:
        chosen.append(SurveyInvitation.created_at >= query.since)
    if query.until:
        chosen.append(SurveyInvitation.created_at < query.until)
    counted = (
        sa.select(SurveyInvitation.origin, SurveyInvitation.state, SurveyInvitation.score, sa.func.count())
        .where(*chosen)
        .group_by(SurveyInvitation.origin, SurveyInvitation.state, SurveyInvitation.score)
    )
    by_state, scores = Counter[tuple[str, str]](), Counter[int]()
    for origin, state, score, count in await session.execute(counted):
        by_state[origin, state] += count
        if score is not None:
            scores[score] += count
    answered, sent = by_state["link", "answered"], by_state["link", "sent"]
    is_answered = SurveyInvitation.answered_at.is_not(None)
    deals = sa.select(SurveyInvitation.opportunity_id).where(*chosen, is_answered).distinct()
    newest = sa.select(SurveyInvitation).where(*chosen, is_answered).order_by(SurveyInvitation.answered_at.desc())
    return ResultsOut(
        survey_id=survey.id,
        key=survey.key,
        number=survey.number,
        kind=survey.kind,
        response_rate=ShareOut.of(Share(answered, answered + sent)),
        withdrawn=by_state["link", "withdrawn"],
        recorded=by_state["recorded", "answered"],
        answered=answered + by_state["recorded", "answered"],
        distribution=dict(sorted(scores.items())),
        csat=ShareOut.of(csat(scores)) if survey.kind == SurveyKind.CSAT else None,
        nps=NpsOut.of(net_promoter_score(scores)) if survey.kind == SurveyKind.NPS else None,
        verbatims=[
            Verbatim(
                invitation_id=row.id,
                opportunity_id=row.opportunity_id,
                question=question,
                text=text,
                score=row.score,
                answered_at=row.answered_at or row.updated_at,
            )
            for row in await session.scalars(newest.limit(_MOST_VERBATIMS))
            for question, text in verbatims(survey, row)
        ],
        opportunity_ids=sorted(await session.scalars(deals)),
    )


async def head_of_page(session: AsyncSession, invitation: SurveyInvitation) -> dict[str, Any]:
    """Who asks, about which project, and whom the client may ask."""
    opportunity = await find_opportunity(session, invitation.opportunity_id)
    owner = opportunity.owner if opportunity else None
    head = await letterhead(session, invitation.opportunity_id, invitation.language, owner, invitation.created_by)
    return {**dict(head), "project": opportunity.title if opportunity else None}


def verbatims(survey: Survey, invitation: SurveyInvitation) -> Iterator[tuple[str, str]]:
    """What was written in the comment fields of a form: the question's name and the words."""
    answers = invitation.answers or {}
    for question in visible(survey.form, answers):
        words = answers.get(question["name"])
        if question["type"] == "comment" and words:
            yield question["name"], words
