"""Finding things by words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.domain.search_entries import READ_AS
from services.insights.models import JourneyRow, PastOpportunity, SearchEntry
from services.insights.schemas.search import SearchFor
from shared.kernel.auth import Principal
from shared.kernel.search import matches_of


@dataclass(frozen=True, slots=True)
class Seen:
    """The last that a page showed."""

    is_titled: bool
    at: datetime
    id: UUID


async def found(
    session: AsyncSession, query: SearchFor, caller: Principal, after: Seen | None
) -> Sequence[sa.Row[Any]]:
    """A page of what has all words of `query.q` in it and the caller may read, and one more where there is one."""
    readable = [kind.value for kind, collection in READ_AS.items() if caller.may(f"{collection}:read")]
    wanted = [kind for kind in readable if query.kind is None or kind in query.kind]
    entry = SearchEntry
    hits = await matches_of(session, entry.__table__, query.q)
    # The words as they were given, in a title: who looks for a name wants the thing that has it. Of many, the newest.
    titles = sa.func.lower(sa.func.concat_ws("\n", entry.title, entry.title_zh))
    is_titled = sa.func.strpos(titles, query.q.lower()) > 0 if hits.are_few else sa.false()
    same = (JourneyRow.tenant_id == entry.tenant_id) & (JourneyRow.opportunity_id == entry.opportunity_id)
    columns = [column for column in entry.__table__.columns if column.name not in {"tenant_id", "place", "search"}]
    about = (JourneyRow.code.label("opportunity_code"), JourneyRow.title.label("opportunity_title"))
    statement: sa.Select[Any] = (
        sa.select(*columns, *about, is_titled.label("is_titled"))
        .outerjoin(JourneyRow, same)
        .where(hits.condition, entry.title.is_not(None), entry.kind.in_(wanted))
        # What is told of before Presales is at no address.
        .where(entry.opportunity_id.not_in(sa.select(PastOpportunity.opportunity_id)))
    )
    if query.opportunity_id:
        statement = statement.where(entry.opportunity_id == query.opportunity_id)
    place = (entry.at, entry.id)
    order: list[sa.ColumnElement[Any]] = [entry.at.desc(), entry.id.desc()]
    if after:
        seen = sa.tuple_(*place) < sa.tuple_(sa.literal(after.at, entry.at.type), sa.literal(after.id, sa.Uuid))
        # Few may have become many since the page before: what stood by its title is not shown again then.
        statement = statement.where(~is_titled | seen if after.is_titled else ~is_titled & seen)
    if hits.are_few:
        order = [is_titled.desc(), *order]
    rows: Sequence[sa.Row[Any]] = (await session.execute(statement.order_by(*order).limit(query.limit + 1))).all()
    return rows
