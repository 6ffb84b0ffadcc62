"""What people rely on and somebody must look at again in time: versions with an owner and a review date.

A version is drafted, published (the one before is retired then) and never changes after that. When its review date is
over where the tenant works it is told once, and shown as stale until somebody looks.
"""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, declared_attr

from shared.kernel.base import Resource
from shared.kernel.clock import now
from shared.kernel.db import load
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import AllowedAction, Reason, StateMachine, Transition
from shared.kernel.timers import clear_timer, set_timer
from shared.language.business_day import end_of_day, today_for

LIFE = (
    Transition("change", ("draft",), "draft"),
    Transition("publish", ("draft",), "published"),
    Transition("review", ("published",), "published"),
    Transition("retire", ("published",), "retired"),
)


class Reviewed(Searched, Resource):
    """A version of something of this kind, known by `key` and its number."""

    __abstract__ = True

    key: Mapped[str]
    number: Mapped[int]
    owner: Mapped[str]
    review_on: Mapped[date]
    """The last day on which it may be relied on without being looked at again."""
    reviewed_at: Mapped[datetime | None]
    stale_since: Mapped[datetime | None]
    """When it was told that its review was overdue."""
    status: Mapped[str]
    published_at: Mapped[datetime | None]

    machine: ClassVar[StateMachine]
    not_draft: ClassVar[type[Problem]]
    """A version that is published or retired does not change: refused with `number`, `key` and `status`."""
    review_due: ClassVar[type[Problem]]
    """Its review date is no later day: refused with `key` and `day`."""

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805
        key, published = ("tenant_id", "key"), sa.text("status = 'published'")
        return (
            sa.UniqueConstraint(*key, "number"),
            sa.Index(f"uq_{cls.__tablename__}_published", *key, unique=True, postgresql_where=published),
            search_index(cls.__tablename__),
        )

    @property
    def is_stale(self) -> bool:
        return self.status == "published" and self.review_on < today_for(self)

    @property
    def stale_reason(self) -> Reason | None:
        """Why it should not be relied on without a look."""
        if not self.is_stale:
            return None
        return Reason(
            code="review_overdue",
            message=f"Its review was due on {self.review_on}; {self.owner} has not confirmed it since.",
            message_zh=f"应于 {self.review_on} 前复核，{self.owner} 尚未确认。",
        )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        guards = {"publish": self.unpublishable(), "review": self.unreviewable()}
        blocked = {action: problem for action, problem in guards.items() if problem}
        return self.machine.allowed(self.status, blocked, instead={"change": self._unchangeable()})

    def act(self, action: str) -> None:
        """Move to the next state. Raises `IllegalTransition`, and what stands against it."""
        status = self.machine.next(self.status, action)
        problem = None
        if action == "review":
            problem = self.unreviewable() or self.overdue()
        elif action == "publish":
            problem = self.unpublishable()
        if problem:
            raise problem
        self.status = status

    def overdue(self) -> Problem | None:
        """The refusal of a review date that is no later day."""
        return self.review_due(key=self.key, day=self.review_on) if self.review_on <= today_for(self) else None

    def unpublishable(self) -> Problem | None:
        """Why it cannot be published."""
        return self.overdue()

    def unreviewable(self) -> Problem | None:
        """Why the caller cannot say that they looked at it."""
        return None

    def refuse_unless_draft(self) -> None:
        """Raises `not_draft`."""
        if self.status != "draft":
            raise self._unchangeable()

    def _unchangeable(self) -> Problem:
        return self.not_draft(number=self.number, key=self.key, status=self.status)


R = TypeVar("R", bound=Reviewed)
Told = Callable[[AsyncSession, R], Awaitable[None]]
"""Says what became of a version."""


def due_timer(model: type[Reviewed]) -> str:
    """The kind of timer that rings when the review of one is over."""
    return f"{model.__tablename__}-review-due"


async def draft(session: AsyncSession, row: R) -> R:
    """Keep `row` as the next version of what its key names."""
    model = type(row)
    last = await session.scalar(sa.select(sa.func.max(model.number)).where(model.key == row.key))
    row.number, row.status = (last or 0) + 1, "draft"
    session.add(row)
    await session.flush()
    return row


async def publish_version(session: AsyncSession, model: type[R], key: UUID, *, version: int, told: Told[R]) -> R:
    """From now on this version counts: the one before is retired. Raises as `Reviewed.act`."""
    row = await load(session, model, key, version=version)
    before = sa.select(model).where(model.key == row.key, model.status == "published")
    for old in (await session.scalars(before.with_for_update())).all():
        await retire_version(session, model, old.id, version=old.version, told=told)
    row.act("publish")
    row.published_at = now()
    await _watch(session, row)
    await told(session, row)
    return row


async def review_version(
    session: AsyncSession, model: type[R], key: UUID, review_on: date, *, version: int, told: Told[R]
) -> R:
    """Somebody looked at it: it holds until the next day named. Raises as `Reviewed.act`."""
    row = await load(session, model, key, version=version)
    row.review_on = review_on
    row.act("review")
    row.reviewed_at, row.stale_since = now(), None
    await _watch(session, row)
    await told(session, row)
    return row


async def retire_version(session: AsyncSession, model: type[R], key: UUID, *, version: int, told: Told[R]) -> R:
    """Nobody is shown it any more."""
    row = await load(session, model, key, version=version)
    row.act("retire")
    await clear_timer(session, due_timer(model), row.id)
    await session.flush()
    await told(session, row)
    return row


async def became_stale(session: AsyncSession, model: type[R], key: UUID, at: datetime) -> R | None:
    """The version, when its review is overdue and that is to be told: once for each review date."""
    row = await session.get(model, key, with_for_update=True)
    if row is None or row.status != "published" or row.stale_since:
        return None
    if end_of_day(session, row.review_on) > at:  # its day ends later than when the timer was set: the zone has changed
        await _watch(session, row)
        return None
    row.stale_since = at
    return row


async def watch_all(session: AsyncSession, model: type[Reviewed]) -> None:
    """Days end at another moment: so do the reviews that are still in time."""
    relied_on = sa.select(model).where(model.status == "published", model.stale_since.is_(None))
    for row in await session.scalars(relied_on.order_by(model.id)):
        await _watch(session, row)


async def _watch(session: AsyncSession, row: Reviewed) -> None:
    await set_timer(session, due_timer(type(row)), row.id, end_of_day(session, row.review_on))
    await session.flush()
