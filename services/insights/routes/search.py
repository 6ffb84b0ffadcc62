"""Search: one box over all stages."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.insights.queries.search import Seen, found
from services.insights.routes.people import note_caller
from services.insights.schemas.search import AlsoOut, FoundOut, FoundPage, SearchFor
from shared.kernel import cursor as cursors
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route

router = APIRouter(prefix="/v1/search", tags=["insights"], route_class=Route, dependencies=[Depends(note_caller)])


@router.get("", operation_id="searchAll")
async def search(
    query: Annotated[SearchFor, Query()], session: Session, caller: Annotated[Principal, may("search:read")]
) -> FoundPage:
    """Clients, opportunities, requirements, proposals, risks, talks, questions, promises, support, products, by words.

    Chinese and English; only what you may read. Each with the place of the hit and the path of the resource.
    """
    rows = await found(session, query, caller, _last_seen(query.cursor))
    page, cursor = rows[: query.limit], None
    if len(rows) > query.limit:
        cursor = cursors.encode([page[-1].is_titled, page[-1].at.isoformat(), str(page[-1].id)])
    return FoundPage(
        items=[FoundOut.of(row, query.q) for row in page], next_cursor=cursor, also=AlsoOut.of(query, caller)
    )


def _last_seen(cursor: str | None) -> Seen | None:
    if cursor is None:
        return None
    is_titled, at, key = cursors.decode(cursor, 3)
    try:
        seen = Seen(bool(is_titled), datetime.fromisoformat(str(at)), UUID(str(key)))
    except ValueError:
        raise cursors.wrong() from None
    if seen.at.tzinfo is None:
        raise cursors.wrong()
    return seen
