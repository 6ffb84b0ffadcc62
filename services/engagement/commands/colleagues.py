"""What changes colleagues."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.publishing_support import publish_colleague, publish_pursuit
from services.engagement.commands.shipped import default_calendar
from services.engagement.models.calendars import Calendar
from services.engagement.models.colleagues import Colleague
from services.engagement.queries.effort import opportunities_worked_on
from services.engagement.schemas.colleagues import ColleagueIn, ColleaguePatch, DayCostIn
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.kernel.db import find, load
from shared.kernel.timers import Due

UNTOLD = "colleague-untold"
"""Kind of timer: set by revisions from before 0001, for what was there before the event (docs/decisions/0054)."""
_TOLD = {"name", "mail", "phone", "is_active"}


async def add_colleague(session: AsyncSession, wish: ColleagueIn) -> Colleague:
    """Raises `NotFound` for an unknown calendar."""
    calendar = await (find(session, Calendar, wish.calendar_id) if wish.calendar_id else default_calendar(session))
    colleague = Colleague(**wish.model_dump(exclude={"absences"}), absences=_days(wish), day_costs=[])
    colleague.weekly_hours = wish.weekly_hours or calendar.hours_per_week
    colleague.inactive_since = None if wish.is_active else now()
    session.add(colleague)
    await publish_colleague(session, colleague)
    return colleague


async def change_colleague(
    session: AsyncSession, colleague_id: UUID, patch: ColleaguePatch, *, version: int
) -> Colleague:
    """Raises `NotFound` for an unknown calendar."""
    colleague = await load(session, Colleague, colleague_id, version=version)
    changes = patch.changes()
    if patch.calendar_id:
        await find(session, Calendar, patch.calendar_id)
    if "absences" in changes:
        changes["absences"] = _days(patch)
    if changes.get("is_active", colleague.is_active) != colleague.is_active:
        colleague.inactive_since = now() if colleague.is_active else None
    set_fields(colleague, changes)
    await session.flush()
    if colleague.version > version and changes.keys() & _TOLD:
        await publish_colleague(session, colleague)
    return colleague


async def publish_again(session: AsyncSession, due: Due) -> None:
    """Tell of somebody who was there before that was told."""
    await publish_colleague(session, await load(session, Colleague, due.subject))


async def set_day_cost(session: AsyncSession, colleague_id: UUID, wish: DayCostIn, *, version: int) -> Colleague:
    """What a day costs from that date on; the same date again replaces it. Pursuits that it matters to are told."""
    colleague = await load(session, Colleague, colleague_id, version=version)
    cost = wish.day_cost.rounded()
    step = {"valid_from": wish.valid_from.isoformat(), "amount": str(cost.amount), "currency": cost.currency}
    kept = {one["valid_from"]: one for one in [*colleague.day_costs, step]}
    colleague.day_costs = [kept[day] for day in sorted(kept)]
    await session.flush()
    for opportunity_id in await opportunities_worked_on(session, colleague.id, wish.valid_from):
        await publish_pursuit(session, opportunity_id)
    return colleague


def _days(wish: ColleagueIn | ColleaguePatch) -> list[dict[str, str]]:
    days = [{"first": one.first.isoformat(), "last": one.last.isoformat()} for one in wish.absences]
    return sorted(days, key=lambda one: one["first"])
