"""Clarifications, read."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.clarifications import OPEN, Clarification
from services.engagement.models.interactions import Need
from services.engagement.models.projections import KnownRequirement
from services.engagement.queries.contacts import contacts_by_id
from services.engagement.queries.projections import closed_ones, requirements_by_id
from services.engagement.schemas.clarifications import ClarificationOut, ClarificationQuery, HeldUp
from services.engagement.schemas.interactions import LinkedRequirement, NeedOut
from shared.kernel.clock import now
from shared.kernel.from_row import from_row
from shared.kernel.pages import Page, paginate


async def clarifications(session: AsyncSession, query: ClarificationQuery) -> Page[ClarificationOut]:
    """One page of clarifications."""
    statement = sa.select(Clarification)
    is_open = Clarification.status.in_(OPEN)
    is_overdue = Clarification.status.in_(["asked", "reopened"]) & (Clarification.due_at < now())
    for wanted, condition in ((query.is_open, is_open), (query.overdue, is_overdue), (query.suspect, _is_suspect())):
        if wanted is not None:
            statement = statement.where(condition if wanted else sa.func.coalesce(~condition, True))
    if query.requirement_id:
        statement = statement.where(Clarification.requirement_ids.contains([query.requirement_id]))
    found = await paginate(session, Clarification, query, statement)
    return Page(items=await shown(session, found.items), next_cursor=found.next_cursor)


def _is_suspect() -> sa.ColumnElement[bool]:
    """Whether a linked requirement has a newer version than the one that was looked at."""
    seen = sa.cast(Clarification.seen_versions[sa.cast(KnownRequirement.id, sa.Text)].astext, sa.Integer)
    newer = sa.select(KnownRequirement.id).where(
        KnownRequirement.id == sa.any_(Clarification.requirement_ids), KnownRequirement.version > seen
    )
    return newer.exists()


async def shown(session: AsyncSession, rows: Sequence[Clarification]) -> list[ClarificationOut]:
    """Clarifications with what they are about and what can be done with them."""
    known = await requirements_by_id(session, [key for row in rows for key in row.requirement_ids])
    contacts = await contacts_by_id(session, [row.contact_id for row in rows if row.contact_id])
    closed = await closed_ones(session, [row.opportunity_id for row in rows])
    needs: dict[UUID | None, list[NeedOut]] = defaultdict(list)
    heard = sa.select(Need).where(Need.clarification_id.in_([row.id for row in rows])).order_by(Need.id)
    for need in await session.scalars(heard):
        needs[need.clarification_id].append(NeedOut.model_validate(need))
    return [
        _shown(row, [known[key] for key in row.requirement_ids if key in known]).model_copy(
            update={
                "needs": needs[row.id],
                "allowed_actions": row.actions(
                    contacts.get(row.contact_id) if row.contact_id else None, closed.get(row.opportunity_id)
                ),
            }
        )
        for row in rows
    ]


def _shown(row: Clarification, requirements: Sequence[KnownRequirement]) -> ClarificationOut:
    suspect = [one.id for one in requirements if one.version > row.seen_versions.get(str(one.id), one.version)]
    is_held = row.holds_up_kind is not None and row.holds_up_id is not None
    return from_row(
        ClarificationOut,
        row,
        holds_up=HeldUp.model_validate({"kind": row.holds_up_kind, "id": row.holds_up_id}) if is_held else None,
        requirements=[LinkedRequirement.model_validate(one) for one in requirements],
        suspect_requirement_ids=suspect,
        is_suspect=bool(suspect),
        blocks_approval=row.is_open and any(one.priority == "must" for one in requirements),
        needs=[],
        allowed_actions=[],
    )
