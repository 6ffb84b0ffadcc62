"""The work that waits for somebody, in the order in which it hurts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.insights.domain.work import REASONS, SOON, Reason, kinds_where
from services.insights.models import JourneyRow, PastOpportunity, WorkItem
from services.insights.schemas.work import WorkQuery
from shared.kernel.auth import Principal
from shared.language.business_day import day_of, end_of_day, zone_of

_RANKED = {reason: sa.literal(rank, sa.SmallInteger) for rank, reason in enumerate(REASONS, 1)}
_BY_WHEN_DUE = [_RANKED[reason] for reason in (Reason.BREACHED, Reason.DUE_TODAY, Reason.DUE_SOON)]


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a list was left: the moment that it is judged by, and the last item."""

    at: datetime
    rank: int
    key: datetime
    slot: str
    subject_id: UUID


@dataclass(frozen=True, slots=True)
class Doer:
    """Whose work is looked for: what names `subjects`, and what somebody with these roles may do."""

    subjects: tuple[str, ...]
    roles: tuple[str, ...]
    kinds: tuple[str, ...]
    """That are done by a permission which these roles have."""

    @classmethod
    def person(cls, caller: Principal) -> "Doer":
        """The caller, with all that the caller may do."""
        return cls((caller.subject,), caller.roles, _open_to(caller))

    @classmethod
    def role(cls, role: str) -> "Doer":
        """Anybody in this role."""
        return cls((), (role,), _open_to(Principal.of("", "", (role,))))

    @classmethod
    def named(cls, *subjects: str) -> "Doer":
        """Persons whose roles are not known: only what names one of them."""
        return cls(subjects, (), ())


def _open_to(caller: Principal) -> tuple[str, ...]:
    return tuple(kinds_where(lambda kind: kind.scope and caller.may(kind.scope)))


async def work_for(
    session: AsyncSession, query: WorkQuery, doer: Doer, at: datetime, after: Seen | None
) -> tuple[Sequence[sa.Row[Any]], Mapping[str, Sequence[int]]]:
    """A page of what waits for `doer` at `at` and one item more if there is; what there is of each kind.

    Of a kind: how many there are, and of how many the time is over; with all filters but that for kinds.
    """
    ranked = _ranked(session, _found(session, query, doer, at), query, at).cte("ranked")
    breached = sa.func.count().filter(ranked.c.rank == _RANKED[Reason.BREACHED])
    of_kind = sa.select(ranked.c.kind, sa.func.jsonb_build_array(sa.func.count(), breached).label("counts"))
    counted = of_kind.group_by(ranked.c.kind).subquery()
    counts = sa.select(sa.func.jsonb_object_agg(counted.c.kind, counted.c.counts).label("counts")).subquery()
    order = (ranked.c.rank, ranked.c.key, ranked.c.slot, ranked.c.subject_id)
    shown = sa.select(ranked).order_by(*order).limit(query.limit + 1)
    if query.kind:
        shown = shown.where(ranked.c.kind.in_(query.kind))
    if after:
        last = zip((after.rank, after.key, after.slot, after.subject_id), order, strict=True)
        shown = shown.where(sa.tuple_(*order) > sa.tuple_(*(sa.literal(value, column.type) for value, column in last)))
    page = shown.subquery("page")
    wanted = sa.select(counts.c.counts, page).select_from(counts.outerjoin(page, sa.true()))
    rows = (await session.execute(wanted.order_by(page.c.rank, page.c.key, page.c.slot, page.c.subject_id))).all()
    return [row for row in rows if row.slot is not None], rows[0].counts or {}


def _found(session: AsyncSession, query: WorkQuery, doer: Doer, at: datetime) -> sa.CTE:
    """All that is asked for but for kind and reason, with when it is due."""
    days_end = sa.cast(WorkItem.due_on + 1, sa.DateTime())
    due = sa.func.coalesce(WorkItem.due_at, sa.func.timezone(str(zone_of(session)), days_end))
    whole = aliased(WorkItem)
    part_is_over = sa.exists().where(
        whole.tenant_id == WorkItem.tenant_id,
        whole.slot == sa.func.split_part(WorkItem.part_of, ":", 1),
        whole.subject_id == sa.cast(sa.func.split_part(WorkItem.part_of, ":", 2), sa.Uuid),
        ~whole.is_open,
    )
    of_journey = (JourneyRow.code, JourneyRow.title, JourneyRow.owner)
    columns = (column for column in WorkItem.__table__.columns if column.name not in {"tenant_id", "place", "besides"})
    named = (column.label(f"opportunity_{column.key}") for column in of_journey)
    is_over = sa.func.coalesce(JourneyRow.is_over, sa.false())
    same = (JourneyRow.tenant_id == WorkItem.tenant_id) & (JourneyRow.opportunity_id == WorkItem.opportunity_id)
    statement = (
        sa.select(*columns, *named, due.label("due"))
        .outerjoin(JourneyRow, same)
        .where(
            WorkItem.is_open,
            # What is told of before Presales is done elsewhere.
            WorkItem.opportunity_id.not_in(sa.select(PastOpportunity.opportunity_id)),
            ~is_over | WorkItem.kind.in_(kinds_where(lambda kind: kind.outlives)),
            WorkItem.kind.not_in(kinds_where(lambda kind: kind.is_chase)) | (due <= at),
            WorkItem.part_of.is_(None) | ~part_is_over,
            _waits_for(doer),
        )
    )
    if query.opportunity_id:
        statement = statement.where(WorkItem.opportunity_id == query.opportunity_id)
    if query.due_before:
        statement = statement.where(due < query.due_before)
    # Kept by itself, so that the moment it is due, which the rest is made of, is computed once.
    return statement.cte("found").prefix_with("MATERIALIZED")


def _ranked(session: AsyncSession, found: sa.CTE, query: WorkQuery, at: datetime) -> sa.Select[Any]:
    """Where each stands, of those that stand where `query` asks for."""
    rank = sa.case(
        (found.c.due <= at, _RANKED[Reason.BREACHED]),
        (found.c.due <= end_of_day(session, day_of(session, at)), _RANKED[Reason.DUE_TODAY]),
        (found.c.blocks.is_(True), _RANKED[Reason.BLOCKS_OTHERS]),
        (found.c.due <= at + SOON, _RANKED[Reason.DUE_SOON]),
        else_=_RANKED[Reason.WAITS],
    )
    key = sa.case((rank.in_(_BY_WHEN_DUE), found.c.due), else_=found.c.since)
    statement = sa.select(found, rank.label("rank"), key.label("key"))
    if query.reason:
        statement = statement.where(rank.in_([_RANKED[reason] for reason in query.reason]))
    return statement


def _waits_for(doer: Doer) -> sa.ColumnElement[bool]:
    roles = sa.literal(list(doer.roles), ARRAY(sa.Text))
    is_asked = WorkItem.roles.is_(None) | WorkItem.roles.bool_op("&&")(roles)
    anybody = WorkItem.owner.is_(None) & WorkItem.kind.in_(doer.kinds) & is_asked
    if not doer.subjects:
        return anybody
    subjects = sa.literal(list(doer.subjects), ARRAY(sa.Text))
    is_own = sa.func.coalesce(WorkItem.besides.bool_op("&&")(subjects), sa.false())
    of_owner = WorkItem.kind.in_(kinds_where(lambda kind: kind.scope is None))
    is_named = WorkItem.owner == sa.any_(subjects)
    by_opportunity = WorkItem.owner.is_(None) & of_owner & (JourneyRow.owner == sa.any_(subjects))
    return is_named | by_opportunity | (anybody & ~is_own)
