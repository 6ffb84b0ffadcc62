"""Time that passes."""

from datetime import timedelta

import sqlalchemy as sa

from shared.kernel.clock import now
from shared.kernel.timers import Timer
from tests.conftest import eventually


async def wait(client, **ahead):
    """Have every timer done that is due so far ahead; the service may be at some of them already."""
    database, at = client.app.state.database, now() + timedelta(**ahead)
    await client.app.state.timers.run_due(database, at)

    async def is_all_done():
        async with database.machinery.connect() as connection:
            return not await connection.scalar(sa.select(sa.func.count()).where(Timer.next_at <= at))

    await eventually(is_all_done)
