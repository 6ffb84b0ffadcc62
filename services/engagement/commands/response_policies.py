"""What changes response policies: each change is a new revision, for clocks that start from then on."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.response_clocks import policy_in_force
from services.engagement.commands.shipped import default_calendar_id, install_shipped
from services.engagement.models.calendars import Calendar
from services.engagement.models.response_clocks import ResponsePolicy
from services.engagement.schemas.response_clocks import ResponsePolicyIn
from shared.kernel.clock import now
from shared.kernel.db import find, load


async def revise_policy(session: AsyncSession, wish: ResponsePolicyIn) -> ResponsePolicy:
    """Put the next revision in force. Raises `NotFound` for an unknown calendar."""
    await install_shipped(session)
    calendar = await find(session, Calendar, wish.calendar_id or default_calendar_id(session))
    before = await policy_in_force(session, wish.subject_kind, wish.priority)
    before = await load(session, ResponsePolicy, before.id)
    before.superseded_at = now()
    await session.flush()  # one in force at a time is a unique index: the old one goes first
    policy = ResponsePolicy(
        **wish.model_dump(exclude={"calendar_id"}),
        calendar_id=calendar.id,
        revision=before.revision + 1,
        is_shipped=False,
    )
    session.add(policy)
    await session.flush()
    return policy
