"""Rules that a tenant sets and changes: each change is a new revision, and one revision is in force."""

from datetime import datetime
from typing import Any, ClassVar, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, declared_attr

from shared.kernel.base import Resource
from shared.kernel.clock import now
from shared.kernel.db import one_at_a_time


class Revised(Resource):
    """A revision of a rule. What was decided by an earlier one names that one, and stays."""

    __abstract__ = True

    each: ClassVar[tuple[str, ...]] = ()
    """Columns for each of whose values there is a rule of its own; none: one rule for the whole tenant."""

    revision: Mapped[int]
    superseded_at: Mapped[datetime | None]
    """None: this revision is in force."""

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805
        key = ("tenant_id", *cls.each)
        in_force = sa.text("superseded_at IS NULL")
        return (
            sa.UniqueConstraint(*key, "revision"),
            sa.Index(f"uq_{cls.__tablename__}_in_force", *key, unique=True, postgresql_where=in_force),
        )


R = TypeVar("R", bound=Revised)


async def in_force(session: AsyncSession, model: type[R], **each: str) -> R | None:
    """The revision that counts now; None where nobody has set the rule."""
    return await session.scalar(_in_force(model, each))


async def put_in_force(session: AsyncSession, rule: R) -> R:
    """Have `rule` count from now on, as the next revision, in the place of the one before."""
    each = {name: getattr(rule, name) for name in rule.each}
    await one_at_a_time(session, rule.__tablename__, *each.values())
    before = await session.scalar(_in_force(type(rule), each).execution_options(populate_existing=True))
    if before:
        before.superseded_at = now()
        await session.flush()  # one in force at a time is a unique index: the old one goes first
    rule.revision = before.revision + 1 if before else 1
    session.add(rule)
    await session.flush()
    return rule


def revisions(model: type[R], *, is_in_force: bool | None) -> sa.Select[R]:
    """All revisions, or those that are in force, or those that are not."""
    statement = sa.select(model)
    if is_in_force is None:
        return statement
    counts = model.superseded_at.is_(None)
    return statement.where(counts if is_in_force else ~counts)


def _in_force(model: type[R], each: dict[str, Any]) -> sa.Select[R]:
    return sa.select(model).where(model.superseded_at.is_(None)).filter_by(**each)
