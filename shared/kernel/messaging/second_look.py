"""What a replica of the release before set aside, since its code reads no data that lie apart, this one takes in.

It goes with the release after this one: no replica beside it then reads less than it does (docs/decisions/0075).
"""

from collections.abc import Mapping

import sqlalchemy as sa
import structlog

from shared.kernel.context import Context
from shared.kernel.db import Database, load
from shared.kernel.messaging import parking
from shared.kernel.messaging.handlers import Handlers
from shared.kernel.messaging.stream import Stream
from shared.kernel.messaging.tables import ParkedEvent

log = structlog.get_logger()

_ACTOR = "platform"
_CANDIDATES = (
    sa.select(parking.PARKED.aggregate_id, parking.PARKED.tenant_id)
    .where(*parking.IS_PARKED)
    .order_by(parking.PARKED.id)
)


class SecondLook:
    """At what older replicas of one service could not read, at its start and every few minutes."""

    def __init__(self, database: Database, handlers: Mapping[str, Handlers], stream: Stream) -> None:
        self._database, self._handlers, self._stream = database, handlers, stream

    async def look(self) -> int:
        """Take in what can be read here; returns how many. What is refused again waits for a person as before."""
        async with self._database.machinery.connect() as connection:
            candidates = (await connection.execute(_CANDIDATES)).all()
        count = 0
        for key, tenant in candidates:
            try:
                async with self._database.transaction(Context(tenant=tenant, actor=_ACTOR)) as session:
                    parked = await load(session, ParkedEvent, key)
                    if parked.code == parking.NotAnEvent.code and b'"dataref"' in parked.body:
                        await parking.retry(session, parked, self._handlers, self._stream)
                        count += 1
            except parking.RetryRefused as refused:
                log.warning("event.refused_again", parked_event_id=str(key), detail=refused.detail("en"))
        return count
