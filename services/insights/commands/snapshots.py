"""Taking snapshots: the figures of a period are kept as they are now."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.domain.period import Period
from services.insights.models import Snapshot
from services.insights.queries.snapshots import all_figures
from services.insights.schemas.snapshots import SnapshotIn, frozen


async def take_snapshot(session: AsyncSession, wish: SnapshotIn) -> Snapshot:
    """Freeze every metric of a period, as a whole."""
    period = Period.parse(wish.period)
    found = await all_figures(session, period)
    row = Snapshot(
        period=period.label,
        first=period.first,
        last=period.last,
        note=wish.note,
        figures={metric.key: [frozen(one) for one in figures] for metric, figures in found},
    )
    session.add(row)
    await session.flush()
    return row
