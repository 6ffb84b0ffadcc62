"""The live feed: every event of the caller's tenant, as it is committed."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response, StreamingResponse

from services.insights.domain.readers import READERS
from services.insights.models import LoggedEvent
from services.insights.queries.log import events_after, last_position
from services.insights.schemas.journeys import FeedEvent, FeedPage, FeedQuery
from shared.kernel.asked import preferred
from shared.kernel.auth import Principal, may
from shared.kernel.context import Context
from shared.kernel.db import Database
from shared.kernel.http import Route
from shared.kernel.messaging.envelope import PREFIX
from shared.kernel.problems import FieldError, Invalid
from shared.kernel.server import stopping

router = APIRouter(prefix="/v1/events", tags=["insights"], route_class=Route)

HEARTBEAT = 15.0
_STREAM = "text/event-stream"
_PAGE = 100
_LOOK_AGAIN = 1.0
"""Another replica may have heard something that this process was not told of."""
_GUARDED = ("estimation.", "risk.", "engagement.hours.", "engagement.pursuit.")
"""Beginnings of the types of events that tell internal cost; their `data` is for callers with `cost:read`."""
_COSTS = "cost:read"


@router.get(
    "",
    operation_id="streamEvents",
    response_model=FeedPage,
    responses={200: {"content": {_STREAM: {"schema": {"type": "string"}}}}},
)
async def stream_events(
    query: Annotated[FeedQuery, Query()],
    request: Request,
    caller: Annotated[Principal, may("events:read")],
    accept: Annotated[str, Header()] = "",
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> Response | FeedPage:
    """Events as Server-Sent Events: `id` is the position, `Last-Event-ID` (or `after`) resumes without loss.

    With `Accept: application/json` the next page of events instead, for those who poll. Without a position the stream
    begins with what comes next, the page with the oldest event.
    """
    database: Database = request.app.state.database
    context = Context(tenant=caller.tenant, actor=caller.subject)
    after = _position(last_event_id) if last_event_id else query.after
    if preferred(accept, (_STREAM, "application/json")) != _STREAM:
        return await _page(database, context, query, after or 0, caller)
    if after is None:
        async with database.transaction(context) as session:
            after = await last_position(session)
    stream = _stream(request, database, context, query, after, caller)
    return StreamingResponse(stream, media_type=_STREAM, headers={"X-Accel-Buffering": "no"})


def _position(last_event_id: str) -> int:
    if not last_event_id.isdecimal() or len(last_event_id) > 18:  # noqa: PLR2004
        error = FieldError("header last-event-id", "wrong_format", "must be the id of an event", "必须是事件的 id")
        raise Invalid([error])
    return int(last_event_id)


async def _page(database: Database, context: Context, query: FeedQuery, after: int, caller: Principal) -> FeedPage:
    async with database.transaction(context) as session:
        events = await events_after(session, query, after, query.limit)
    items = [FeedEvent(position=event.position, event=shown(event, caller)) for event in events]
    return FeedPage(items=items, next_after=events[-1].position if events else after)


async def _stream(
    request: Request, database: Database, context: Context, query: FeedQuery, position: int, caller: Principal
) -> AsyncIterator[str]:
    silent = 0.0
    yield "retry: 1000\n\n"
    while not (stopping.is_set() or await request.is_disconnected()):
        # Each look is a transaction of its own: a feed that is open for hours must not hold one.
        async with database.transaction(context) as session:
            events = await events_after(session, query, position, _PAGE)
        for event in events:
            position = event.position
            body = json.dumps(shown(event, caller), ensure_ascii=False)
            yield f"id: {position}\nevent: {event.type}\ndata: {body}\n\n"
        if events:
            silent = 0.0
        elif not await READERS.wait(_LOOK_AGAIN):
            silent += _LOOK_AGAIN
            if silent >= HEARTBEAT:
                silent = 0.0
                yield ": heartbeat\n\n"


def shown(event: LoggedEvent, caller: Principal) -> dict[str, Any]:
    """The event in its CloudEvents form; `datawithheld` instead of `data` that tells costs the caller may not see.

    An event without `data` and without `datawithheld` had none.
    """
    told: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(event.event_id),
        "type": f"{PREFIX}.{event.type}",
        "source": f"/{PREFIX}/{event.type.split('.')[0]}",
        "subject": f"opportunity/{event.opportunity_id}",
        "time": event.time.isoformat().replace("+00:00", "Z"),
        "partitionkey": str(event.aggregate_id),
        "sequence": f"{event.sequence:020d}",
        "authid": event.actor,
        "correlationid": str(event.correlation_id),
        "traceparent": event.traceparent,
    }
    if event.causation_id:
        told["causationid"] = str(event.causation_id)
    if not event.type.startswith(_GUARDED) or caller.may(_COSTS):
        told["data"] = event.data
    else:
        told |= {"datawithheld": True, "datawithheldreason": f"needs the permission {_COSTS}"}
    return told
