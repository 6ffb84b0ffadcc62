"""Metrics over the tenant's opportunities, from their dossiers and newest outcomes."""

import asyncio
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.domain.metrics.case import NEEDED_BY, OUTCOME, TEAM, Case
from services.insights.domain.metrics.compute import Asked, figures
from services.insights.domain.metrics.definitions import METRICS
from services.insights.domain.metrics.metric import Metric
from services.insights.domain.period import Period, Span
from services.insights.models import JourneyRow, Person, RecordedOutcome
from services.insights.queries.metric_policies import refuse_comparing_persons
from services.insights.queries.people import said
from services.insights.schemas.metrics import (
    CaseQuery,
    MetricCaseOut,
    MetricCasesQuery,
    MetricOut,
    MetricQuery,
    opportunities_behind,
)
from shared.kernel import cursor as cursors
from shared.kernel.asked import not_allowed
from shared.kernel.auth import Principal
from shared.kernel.pages import Page
from shared.kernel.problems import NotFound
from shared.language.business_day import today, zone_of

COSTS = "cost:read"
"""The permission for metrics that tell costs."""


async def metric_of(session: AsyncSession, key: str, query: MetricQuery, caller: Principal) -> MetricOut:
    """The numbers of a metric. Raises `NotFound`, `Forbidden`, `PersonsAreNotCompared`."""
    metric = await _asked(session, key, query, caller)
    then_of = Period.parse(query.compare_to) if query.compare_to else None
    cases = await _cases(session, metric, query.asked, [query.span, *([then_of] if then_of else [])])
    # Of ten thousand opportunities it takes a good part of a second, in which others are answered too.
    now = await asyncio.to_thread(figures, metric, cases, query.asked, span_of(session, query.span))
    then = None
    if then_of:
        then = await asyncio.to_thread(figures, metric, cases, query.asked, span_of(session, then_of))
    return MetricOut.of(metric, query, now, then, await not_folded(session))


async def cases_of(session: AsyncSession, key: str, query: MetricCasesQuery, caller: Principal) -> Page[MetricCaseOut]:
    """The opportunities behind a number, or behind all of them, by their ids. Raises as `metric_of`, and `Invalid`."""
    metric = await _asked(session, key, query, caller)
    cases = await _cases(session, metric, query.asked, [query.span])
    found = await asyncio.to_thread(figures, metric, cases, query.asked, span_of(session, query.span))
    if query.figure is not None:
        ids = [one.id for one in found]
        found = [one for one in found if one.id == query.figure]
        if not found:
            raise not_allowed("?figure", ids)
    keys = opportunities_behind(found)
    if query.cursor:
        [last] = cursors.decode(query.cursor, 1)
        keys = [one for one in keys if str(one) > str(last)]
    shown = keys[: query.limit]
    more = cursors.encode([str(shown[-1])]) if len(keys) > query.limit else None
    names = {
        one.opportunity_id: one for one in await cases_with(session, ("told",), JourneyRow.opportunity_id.in_(shown))
    }
    return Page[MetricCaseOut](items=MetricCaseOut.all([names[one] for one in shown], found), next_cursor=more)


async def _asked(session: AsyncSession, key: str, query: CaseQuery, caller: Principal) -> Metric:
    """The metric that a caller may see so."""
    if key not in METRICS:
        raise NotFound(kind="metric", id=key)
    if METRICS[key].tells_costs:
        caller.require(COSTS)
    await refuse_comparing_persons(session, query, caller)
    return METRICS[key]


def span_of(session: AsyncSession, period: Period | None) -> Span:
    """A period where the tenant works, as it is looked at today."""
    return Span(period, zone_of(session), today(session))


async def _cases(
    session: AsyncSession, metric: Metric, asked: Asked, periods: Sequence[Period | None]
) -> Sequence[Case]:
    """Those that a metric may look at, with what it and the dimensions need."""
    needed = {*metric.sections}
    for name in {*asked.filters, *asked.group_by}:
        needed |= {*NEEDED_BY.get(name, ("told",))}
    own = [getattr(JourneyRow, name).is_not(None) for name in metric.sections if name != OUTCOME]
    wanted = [sa.or_(*own, *([RecordedOutcome.told.is_not(None)] if OUTCOME in metric.sections else []))]
    spans = [one for one in periods if one]
    if metric.is_of_decided:
        wanted = [RecordedOutcome.told.is_not(None)]
        if len(spans) == len(periods):
            wanted = [sa.or_(*(RecordedOutcome.decided_on.between(one.first, one.last) for one in spans))]
    return await cases_with(session, needed, *wanted)


async def cases_with(session: AsyncSession, needed: Iterable[str], *wanted: sa.ColumnElement[bool]) -> Sequence[Case]:
    """Opportunities by their ids, with these sections of their dossiers, `outcome` and `team`."""
    needed = {*needed}
    sections = sorted(needed - {OUTCOME, TEAM})
    columns = [getattr(JourneyRow, name) for name in sections]
    told = RecordedOutcome.told if OUTCOME in needed else sa.null()
    team = said(TEAM) if TEAM in needed else sa.null()
    statement = sa.select(JourneyRow.opportunity_id, told.label(OUTCOME), team.label(TEAM), *columns)
    joined = statement.outerjoin(RecordedOutcome, RecordedOutcome.opportunity_id == JourneyRow.opportunity_id)
    if TEAM in needed:
        joined = joined.outerjoin(Person, Person.subject == JourneyRow.told["owner"].astext)
    rows = await session.execute(joined.where(*wanted).order_by(JourneyRow.opportunity_id))
    return [
        Case(key, outcome, {name: held for name, held in zip(sections, more, strict=True) if held}, team)
        for key, outcome, team, *more in rows
    ]


async def not_folded(session: AsyncSession) -> int:
    """Opportunities of before an upgrade, which are in no figure until journeys are rebuilt."""
    counted = sa.select(sa.func.count()).select_from(JourneyRow).where(JourneyRow.dossier_to.is_(None))
    return await session.scalar(counted) or 0
