"""The review of a period: the metrics, outcomes and retrospectives that there are, put together."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.domain import win_loss
from services.insights.domain.metrics.case import Case
from services.insights.domain.metrics.compute import Asked, Figure, figures
from services.insights.domain.metrics.definitions import METRICS
from services.insights.domain.metrics.measure import share
from services.insights.domain.period import Period, Span
from services.insights.domain.review.rules import ACTIONS, LOSSES, counted, judged, left_out
from services.insights.domain.review.showing import FORECAST, METRICS_SHOWN
from services.insights.domain.win_loss import Outcome
from services.insights.models import JourneyRow, Retrospective, RetrospectiveAction
from services.insights.queries.metrics import cases_with, not_folded, span_of
from services.insights.queries.outcomes import outcomes_decided
from services.insights.schemas.metrics import MetricDefinitionOut, MetricOut, MetricQuery, PeriodOut
from services.insights.schemas.outcomes import DecidedQuery, WinLossOut
from services.insights.schemas.retrospectives import RetrospectiveActionOut
from services.insights.schemas.reviews import (
    PeriodReviewOut,
    PeriodReviewQuery,
    QuoteOut,
    ReviewFindingOut,
    rules_of,
    sections_of,
)
from shared.kernel.db import context_of
from shared.language.business_day import today

_MOST = 100
"""Quotes, findings and actions of each kind."""
_ALL = Asked({})


async def review_of(session: AsyncSession, label: str, query: PeriodReviewQuery) -> PeriodReviewOut:
    """The review of a period, against the one before unless another is asked for."""
    period = Period.parse(label)
    compared = _compared(period, query.compare_to)
    sections = {name for key in METRICS_SHOWN for name in METRICS[key].sections}
    cases = await cases_with(session, sections)
    missing = await not_folded(session)
    spans = [span_of(session, one) for one in (period, compared, None)]
    now = await asyncio.to_thread(_measured, cases, spans[0], spans[2])
    then = await asyncio.to_thread(_measured, cases, spans[1], None) if compared else {}
    answers = {key: _answer(key, period, compared, own, then.get(key), missing) for key, own in now.items()}
    outcomes = await _decided(session, period)
    before = await _decided(session, compared) if compared else None
    day = today(session)
    actions = [RetrospectiveActionOut.of(one, day) for one in await _actions(session, period)]
    still_open = [one for one in actions if one.status == "open"]
    more = {
        LOSSES: _losses(outcomes),
        f"{FORECAST}:left_out": left_out(now[FORECAST]),
        **counted(ACTIONS, "overdue", await _overdue(session, day)),
    }
    return PeriodReviewOut(
        period=PeriodOut(label=period.label, first=period.first, last=period.last),
        compared_to=PeriodOut.of(compared),
        tenant=context_of(session).tenant,
        made_on=day,
        is_over=period.last < day,
        sections=sections_of(answers, now),
        win_loss=WinLossOut.of(outcomes, None),
        win_loss_then=WinLossOut.of(before, None) if before is not None else None,
        quotes=await _quotes(session, now["satisfaction"]),
        findings=await _findings(session, period),
        actions=still_open,
        actions_ended=[one for one in actions if one.status != "open"],
        rules=rules_of(judged({**now, **more}, then), period, compared),
        definitions=[MetricDefinitionOut.of(METRICS[key]) for key in METRICS_SHOWN],
        not_folded=missing,
    )


def _compared(period: Period, wanted: str | None) -> Period | None:
    if wanted:
        return Period.parse(wanted)
    try:
        return period.before
    except ValueError:  # nothing is before the first of all days
        return None


def _measured(cases: Sequence[Case], span: Span, ahead: Span | None) -> dict[str, Sequence[Figure]]:
    """The metrics of a period; the forecast, if wanted, of all that is open."""
    keys = [key for key in METRICS_SHOWN if key != FORECAST]
    found: dict[str, Sequence[Figure]] = {key: figures(METRICS[key], cases, _ALL, span) for key in keys}
    return {**found, FORECAST: figures(METRICS[FORECAST], cases, _ALL, ahead)} if ahead else found


def _answer(
    key: str,
    period: Period,
    compared: Period | None,
    now: Sequence[Figure],
    then: Sequence[Figure] | None,
    missing: int,
) -> MetricOut:
    """What the metric itself answers, so asked."""
    of_period = {"period": period.label, "compare_to": compared.label if compared else None}
    query = MetricQuery() if key == FORECAST else MetricQuery.model_validate(of_period)
    return MetricOut.of(METRICS[key], query, now, then, missing)


async def _decided(session: AsyncSession, period: Period) -> Sequence[Outcome]:
    return await outcomes_decided(session, DecidedQuery.model_validate({"from": period.first, "to": period.last}))


def _losses(outcomes: Sequence[Outcome]) -> list[Figure]:
    """The reason that is named most among those lost, as a share of them; of none where nobody names any."""
    lost = win_loss.of_result(outcomes, "lost")
    named = win_loss.reasons(lost)
    if not named:
        return []
    reason = named[0][0]
    hits = [one.opportunity_id for one in lost if reason in one.reasons]
    return [Figure({}, share("lost_by", hits, [one.opportunity_id for one in lost], about={"reason": reason}))]


async def _quotes(session: AsyncSession, satisfaction: Sequence[Figure]) -> list[QuoteOut]:
    said = [text for one in satisfaction for text in one.measure.texts][:_MOST]
    keys = {key for key, _ in said}
    cases = await cases_with(session, ("told",), JourneyRow.opportunity_id.in_(keys)) if keys else ()
    told: Mapping[UUID, Case] = {one.opportunity_id: one for one in cases}
    return [
        QuoteOut(text=text, **{name: told[key].told.get(name) for name in ("code", "client_name")})
        for key, text in said
    ]


async def _findings(session: AsyncSession, period: Period) -> list[ReviewFindingOut]:
    """What retrospectives of the period, or held in it about an opportunity, found; the newest first."""
    held = Retrospective.opportunity_id.is_not(None) & Retrospective.held_on.between(period.first, period.last)
    statement = sa.select(Retrospective).where(held | (Retrospective.period == period.label))
    rows = await session.scalars(statement.order_by(Retrospective.held_on.desc(), Retrospective.id.desc()).limit(_MOST))
    found = [
        ReviewFindingOut(**finding, title=row.title, held_on=row.held_on, status=row.status)
        for row in rows
        for finding in row.findings
    ]
    return found[:_MOST]


async def _overdue(session: AsyncSession, day: date) -> int:
    """How many actions there are that `RetrospectiveAction.is_overdue`; those shown may be fewer."""
    open_ = (RetrospectiveAction.status == "open", RetrospectiveAction.due_on < day)
    return await session.scalar(sa.select(sa.func.count()).select_from(RetrospectiveAction).where(*open_)) or 0


async def _actions(session: AsyncSession, period: Period) -> Sequence[RetrospectiveAction]:
    """Those that are open now, and those that ended in the period; those due first before the others."""
    ended = RetrospectiveAction.ended_on.between(period.first, period.last)
    statement = sa.select(RetrospectiveAction).where(ended | (RetrospectiveAction.status == "open"))
    rows = await session.scalars(
        statement.order_by(RetrospectiveAction.due_on, RetrospectiveAction.id).limit(2 * _MOST)
    )
    return rows.all()
