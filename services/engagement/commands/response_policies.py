"""What changes response policies: each change is a new revision, for clocks that start from then on."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.shipped import default_calendar_id, install_shipped
from services.engagement.models.calendars import Calendar
from services.engagement.models.response_clocks import ResponsePolicy
from services.engagement.schemas.response_clocks import ResponsePolicyIn
from shared.kernel.db import find
from shared.kernel.revisions import put_in_force


async def revise_policy(session: AsyncSession, wish: ResponsePolicyIn) -> ResponsePolicy:
    """Put the next revision in force. Raises `NotFound` for an unknown calendar."""
    await install_shipped(session)
    calendar = await find(session, Calendar, wish.calendar_id or default_calendar_id(session))
    rule = ResponsePolicy(**wish.model_dump(exclude={"calendar_id"}), calendar_id=calendar.id, is_shipped=False)
    return await put_in_force(session, rule)
