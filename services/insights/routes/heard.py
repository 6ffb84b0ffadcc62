"""What the log does not know: it was never said, or the log has not heard it yet."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import JSONResponse

from services.insights.schemas.heard import NotHeardYetOut
from shared.messaging.stream import Stream
from shared.problems import NotFound

T = TypeVar("T")

AWAITED: dict[int | str, dict[str, Any]] = {
    202: {
        "model": NotHeardYetOut,
        "description": "Not known yet: events are waiting to be read. Ask again after `Retry-After` seconds.",
        "headers": {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}},
    }
}
"""What a route that asks by `known_or_awaited` may answer besides."""


async def known_or_awaited(request: Request, read: Callable[[], Awaitable[T]]) -> T | JSONResponse:
    """What `read` finds; 202 where it finds nothing and events wait to be read. Raises `NotFound` when none does."""
    try:
        return await read()
    except NotFound:
        stream: Stream = request.app.state.stream
        [durable] = request.app.state.handlers
        waiting = await stream.waiting_for(durable)
        if waiting != 0:
            awaited = NotHeardYetOut.of(waiting)
            return JSONResponse(awaited.model_dump(), 202, {"Retry-After": str(awaited.retry_after_seconds)})
    return await read()  # it may have been heard while we asked
