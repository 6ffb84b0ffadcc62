"""Snapshots, beside what the same figures are now."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from services.insights.domain.metrics.compute import Asked, Figure, figures
from services.insights.domain.metrics.definitions import METRICS
from services.insights.domain.metrics.metric import Metric
from services.insights.domain.period import Period
from services.insights.models import Snapshot
from services.insights.queries.metrics import COSTS, cases_with, span_of
from services.insights.schemas.snapshots import SnapshotOut, SnapshotQuery
from shared.kernel.auth import Principal
from shared.kernel.pages import Slice, paginate
from shared.kernel.problems import NotFound


async def snapshots(session: AsyncSession, query: SnapshotQuery) -> Slice[Snapshot]:
    """Snapshots that were taken."""
    return await paginate(session, Snapshot, query)


async def snapshot_of(session: AsyncSession, snapshot_id: UUID, caller: Principal) -> SnapshotOut:
    """A snapshot with what has changed since; costs only with `cost:read`. Raises `NotFound`."""
    row = await session.get(Snapshot, snapshot_id, options=[undefer(Snapshot.figures)])
    if row is None:
        raise NotFound(kind="snapshot", id=snapshot_id)
    return await shown(session, row, caller)


async def shown(session: AsyncSession, row: Snapshot, caller: Principal) -> SnapshotOut:
    """A snapshot whose figures were read or made, as far as the caller may see it."""
    now = await all_figures(session, Period.parse(row.period))
    return SnapshotOut.of_row(row, [one for one in now if caller.may(COSTS) or not one[0].tells_costs])


async def all_figures(session: AsyncSession, period: Period) -> list[tuple[Metric, Sequence[Figure]]]:
    """Every metric of a period, from one look at the opportunities."""
    sections = {name for metric in METRICS.values() for name in metric.sections}
    cases = await cases_with(session, sections)
    span = span_of(session, period)
    return await asyncio.to_thread(lambda: [(one, figures(one, cases, Asked({}), span)) for one in METRICS.values()])
