"""Work: what waits for a person, or for anybody in a role."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.queries.people import team_of, teams
from services.insights.queries.work import Doer, Seen, work_for
from services.insights.routes.people import note_caller
from services.insights.schemas.work import WorkCountOut, WorkItemOut, WorkPage, WorkQuery
from shared.kernel import cursor as cursors
from shared.kernel.asked import not_allowed
from shared.kernel.auth import Principal, may
from shared.kernel.clock import now
from shared.kernel.db import Session
from shared.kernel.http import Route

router = APIRouter(prefix="/v1/work", tags=["insights"], route_class=Route, dependencies=[Depends(note_caller)])

_LEAD = "work:lead"


@router.get("", operation_id="listWork")
async def list_work(
    query: Annotated[WorkQuery, Query()], session: Session, caller: Annotated[Principal, may("work:read")]
) -> WorkPage:
    """What waits for you over all stages, what hurts first before the rest, each item with the request that does it.

    In the order of `reason`: its time is over, it is due today, others wait for it, it is due within two days, it
    waits longest. `role` is what anybody in a role may do, `team` what is theirs of a team, `subject` another
    person's. Every item comes of an event: whoever follows `/v1/events` asks again when one comes.
    """
    seen = _last_seen(query.cursor)
    at = seen.at if seen else now()
    items, counts = await work_for(session, query, await _doer(session, query, caller), at, seen)
    page, cursor = items[: query.limit], None
    if len(items) > query.limit:
        last = page[-1]
        cursor = cursors.encode([at.isoformat(), last.rank, last.key.isoformat(), last.slot, str(last.subject_id)])
    return WorkPage(
        items=[WorkItemOut.of(item, at) for item in page],
        next_cursor=cursor,
        counts=WorkCountOut.all(counts),
        total=sum(count for kind, (count, _) in counts.items() if not query.kind or kind in query.kind),
        as_of=at,
    )


async def _doer(session: AsyncSession, query: WorkQuery, caller: Principal) -> Doer:
    """Whose work is asked for. Raises `Forbidden` for that of others, unless the caller may see it."""
    if query.role:
        if query.role not in caller.roles:
            caller.require(_LEAD)
        return Doer.role(query.role)
    if query.team:
        members = await team_of(session, query.team)
        if caller.subject not in members:
            caller.require(_LEAD)
        if not members:
            raise not_allowed("?team", await teams(session))
        return Doer.named(*members)
    if query.subject and query.subject != caller.subject:
        caller.require(_LEAD)
        return Doer.named(query.subject)
    return Doer.person(caller)


def _last_seen(cursor: str | None) -> Seen | None:
    if cursor is None:
        return None
    at, rank, key, slot, subject_id = cursors.decode(cursor, 5)
    try:
        seen = Seen(_moment(at), int(rank), _moment(key), str(slot), UUID(str(subject_id)))
    except (TypeError, ValueError):
        raise cursors.wrong() from None
    if not 0 < seen.rank < 10 or "\x00" in seen.slot:  # noqa: PLR2004
        raise cursors.wrong()
    return seen


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError(moment)
    return moment
