"""Matrices and policies: each change is a new version in force; what was assessed with another is assessed anew."""

from typing import Any, TypeVar
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.commands import register, staleness
from services.risk.commands.pursuits import follow_record
from services.risk.domain.matrix import PMBOK
from services.risk.domain.policy import USUAL
from services.risk.models.projections import Head
from services.risk.models.settings import InForce, RiskMatrix, RiskPolicy, stored_matrix, stored_rules
from services.risk.queries.catalogue import catalogue_in_force
from services.risk.queries.projections import known_head
from services.risk.queries.register import register_of
from services.risk.queries.settings import matrix_for
from shared.kernel.clock import now
from shared.kernel.db import context_of, load
from shared.kernel.timers import Due, set_timer

S = TypeVar("S", bound=InForce)

FOLLOW = "risk-settings"
"""Kind of timer: an opportunity follows what is in force."""

NAMESPACE = UUID("3f0b4d62-51a6-5f3c-8e5e-7f5a0b1c9d21")
_SHIPPED: dict[type[InForce], dict[str, Any]] = {
    RiskMatrix: {
        "name": "PMBOK 5 x 5",
        "name_zh": "PMBOK 五级概率影响矩阵",
        "settings": stored_matrix(PMBOK),
    },
    RiskPolicy: {"name": "Usual policy", "name_zh": "通用风险策略", "settings": stored_rules(USUAL)},
}


async def install_shipped(session: AsyncSession) -> None:
    """Give the tenant the guide's matrix and the usual policy, once."""
    made = now()
    for model, shipped in _SHIPPED.items():
        row = {
            **shipped,
            "id": uuid5(NAMESPACE, f"{context_of(session).tenant}/{model.__tablename__}"),
            "number": 1,
            "status": "active",
            "is_shipped": True,
            "version": 1,
            "created_by": "presales",
            "created_at": made,
            "updated_at": made,
        }
        await session.execute(insert(model).values(row).on_conflict_do_nothing())


async def put_in_force(
    session: AsyncSession, model: type[S], settings: dict[str, Any], *, name: str, name_zh: str | None,
    opportunity_id: UUID | None,
) -> S:  # fmt: skip
    """The next version, in force from now on for an opportunity or for all. Raises `NotFound`."""
    await install_shipped(session)
    if opportunity_id:
        await known_head(session, opportunity_id)
    last = await session.scalar(sa.select(sa.func.max(model.number)).where(_scope(model, opportunity_id)))
    await _put_out(session, model, opportunity_id)
    row = model(
        opportunity_id=opportunity_id,
        number=(last or 0) + 1,
        name=name,
        name_zh=name_zh or name,
        status="active",
        is_shipped=False,
        settings=settings,
    )
    session.add(row)
    await _follow(session, opportunity_id)
    return row


async def activate(session: AsyncSession, model: type[S], key: UUID, *, version: int) -> S:
    """Put an earlier version in force again. Raises `IllegalTransition`."""
    row = await load(session, model, key, version=version)
    status = row.machine.next(row.status, "activate")
    await _put_out(session, model, row.opportunity_id)
    row.status = status
    await _follow(session, row.opportunity_id)
    return row


async def retire(session: AsyncSession, model: type[S], key: UUID, *, version: int) -> S:
    """Have an opportunity follow the tenant again. Raises `IllegalTransition`, `NoneWouldBeLeft`."""
    row = await load(session, model, key, version=version)
    row.retire()
    await _follow(session, row.opportunity_id)
    return row


async def follow_settings(session: AsyncSession, due: Due) -> None:
    """Assess the risks of an opportunity by the matrix in force; budgets of another policy are stale."""
    head = await known_head(session, due.subject)
    if head.is_closed:
        return
    matrix = await matrix_for(session, due.subject)
    for row, measures in (await register_of(session, due.subject)).values():
        row.assess(measures, register.scale_of(head), matrix)
    head.policy = await staleness.policy_for(session, due.subject, matrix, await catalogue_in_force(session))
    await staleness.settle(session, head)


def _scope(model: type[InForce], opportunity_id: UUID | None) -> sa.ColumnElement[bool]:
    return model.opportunity_id.is_not_distinct_from(opportunity_id)


async def _put_out(session: AsyncSession, model: type[InForce], opportunity_id: UUID | None) -> None:
    active = sa.select(model).where(_scope(model, opportunity_id), model.status == "active").with_for_update()
    for row in await session.scalars(active):
        row.status = "inactive"
    await session.flush()


async def follow_all(session: AsyncSession) -> None:
    """Have every open opportunity follow what is in force."""
    await _follow(session, None)


async def _follow(session: AsyncSession, opportunity_id: UUID | None) -> None:
    await session.flush()
    await follow_record(session)
    concerned = sa.select(Head.opportunity_id).where(~Head.is_closed)
    if opportunity_id:
        concerned = concerned.where(Head.opportunity_id == opportunity_id)
    for key in await session.scalars(concerned.order_by(Head.opportunity_id)):
        await set_timer(session, FOLLOW, key, now())
