"""What the log does not know: it was never said, or the log has not heard it yet."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import JSONResponse

from services.insights.schemas.awaited import NotHeardYetOut
from shared.kernel.clock import now
from shared.kernel.messaging.stream import Stream
from shared.kernel.problems import NotFound

T = TypeVar("T")

AWAITED: dict[int | str, dict[str, Any]] = {
    202: {
        "model": NotHeardYetOut,
        "description": "Not known yet: it is in events to be read or to come. Ask again after `Retry-After` seconds.",
        "headers": {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}},
    }
}
"""What a route that asks by `known_or_awaited` may answer besides."""
_ON_ITS_WAY = timedelta(seconds=60)
"""Events reach the stream within a second; with the stream away for longer, what waits is not known either."""


async def known_or_awaited(
    request: Request, read: Callable[[], Awaitable[T]], made_at: datetime | None
) -> T | JSONResponse:
    """What `read` finds; 202 where it finds nothing and events wait to be read, or it was made a moment ago.

    Its event is in the outbox of whoever made it until it is in the stream. Raises `NotFound` otherwise.
    """
    try:
        return await read()
    except NotFound:
        stream: Stream = request.app.state.stream
        [durable] = request.app.state.handlers
        waiting = await stream.waiting_for(durable)
        if waiting != 0:
            return _awaited(waiting)
    try:
        return await read()  # it may have been heard while we asked
    except NotFound:
        if made_at and abs(now() - made_at) < _ON_ITS_WAY:
            return _awaited(0)
        raise


def _awaited(waiting: int | None) -> JSONResponse:
    awaited = NotHeardYetOut.of(waiting)
    return JSONResponse(awaited.model_dump(), 202, {"Retry-After": str(awaited.retry_after_seconds)})
