"""Support requests and their threads, read."""

from collections.abc import Sequence
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.support import OPEN, SupportMessage, SupportRequest
from services.engagement.queries.projections import closed_ones, requirements_by_id
from services.engagement.schemas.interactions import LinkedRequirement
from services.engagement.schemas.support import MessageQuery, SupportRequestItem, SupportRequestOut, SupportRequestQuery
from shared.kernel.db import context_of
from shared.kernel.from_row import from_row
from shared.kernel.pages import Page, Slice, paged, paginate
from shared.language.business_day import today

Shown = TypeVar("Shown", bound=SupportRequestItem)


async def support_requests(
    session: AsyncSession, query: SupportRequestQuery
) -> Page[SupportRequestItem] | Page[SupportRequestOut]:
    """One page of support requests, as `view` asks."""
    statement = sa.select(SupportRequest)
    is_open = SupportRequest.status.in_(OPEN)
    is_overdue = is_open & (SupportRequest.needed_by < today(session))
    for wanted, condition in ((query.is_open, is_open), (query.overdue, is_overdue)):
        if wanted is not None:
            statement = statement.where(condition if wanted else sa.func.coalesce(~condition, True))
    if query.requirement_id:
        statement = statement.where(SupportRequest.requirement_ids.contains([query.requirement_id]))
    found = await paginate(session, SupportRequest, query, statement)
    if query.view == "list":
        return paged(SupportRequestItem, await shown(session, found.items, SupportRequestItem), found.next_cursor)
    return paged(SupportRequestOut, await shown(session, found.items, SupportRequestOut), found.next_cursor)


async def shown(session: AsyncSession, rows: Sequence[SupportRequest], schema: type[Shown]) -> list[Shown]:
    """Support requests with what they are about and what the caller can do with them."""
    known = await requirements_by_id(session, [key for row in rows for key in row.requirement_ids])
    closed = await closed_ones(session, [row.opportunity_id for row in rows])
    actor = context_of(session).actor
    return [
        from_row(
            schema,
            row,
            requirements=[LinkedRequirement.model_validate(known[key]) for key in row.requirement_ids if key in known],
            allowed_actions=row.actions(actor, closed.get(row.opportunity_id)),
        )
        for row in rows
    ]


async def thread(session: AsyncSession, request: SupportRequest, query: MessageQuery) -> Slice[SupportMessage]:
    """One page of a thread; the requester sees no internal messages but its own, unless it is also the assignee."""
    own = sa.select(SupportMessage).where(SupportMessage.support_request_id == request.id)
    actor = context_of(session).actor
    if actor == request.requester and actor != request.assignee:
        own = own.where(~SupportMessage.is_internal | (SupportMessage.created_by == actor))
    return await paginate(session, SupportMessage, query, own)
