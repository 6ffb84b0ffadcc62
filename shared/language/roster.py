"""Who works here: what is known of colleagues wherever one is named to do something.

The engagement service owns the roster and tells of each colleague; every service that names people keeps it, so that
nothing is given to somebody who has left.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.base import TENANT, Base
from shared.kernel.messaging.newest import keep_newest
from shared.kernel.problems import Problem
from shared.language.business_day import day_of
from shared.language.events.engagement import ColleagueRecorded

Named = TypeVar("Named", str, "str | None")


class ColleagueIsInactive(Problem):
    status = 409
    title = ("The colleague is no longer active", "该人员已停用")
    en = "{name} ({subject}) is not active since {since}: name somebody else, or set them active again."
    zh = "{name}（{subject}）自 {since} 起已停用：请指定其他人员，或先恢复其在岗状态。"


class KnownColleague(Base):
    """What was told last of a person of the team."""

    __tablename__ = "known_colleague"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    subject: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    mail: Mapped[str | None]
    phone: Mapped[str | None]
    inactive_since: Mapped[datetime | None]
    """None while active."""
    version: Mapped[int]

    def active(self, session: AsyncSession) -> str:
        """The subject. Raises `ColleagueIsInactive`: nothing is given to somebody who has left."""
        if self.inactive_since:
            since = day_of(session, self.inactive_since)
            raise ColleagueIsInactive(name=self.name, subject=self.subject, since=since)
        return self.subject


async def note_colleague(session: AsyncSession, told: ColleagueRecorded) -> bool:
    """Keep the newest that was told of a person; whether that was news."""
    facts = told.model_dump(include={"name", "mail", "phone", "inactive_since", "version"})
    return await keep_newest(session, KnownColleague, {"subject": told.subject}, facts)


async def colleague_called(session: AsyncSession, name: str) -> KnownColleague | None:
    """The one colleague of this subject or, where nobody has it, of this name; None where nobody or several have."""
    called = sa.select(KnownColleague).where((KnownColleague.subject == name) | (KnownColleague.name == name))
    found = (await session.scalars(called.order_by(KnownColleague.subject != name).limit(3))).all()
    exact = [one for one in found if one.subject == name] or found
    return exact[0] if len(exact) == 1 else None


async def assignable(session: AsyncSession, name: Named) -> Named:
    """Who is to do something: the subject of the active colleague called so; whom the roster does not know, as named.

    Tenants keep a roster or do not, and others than colleagues own things too. Raises `ColleagueIsInactive`.
    """
    found = await colleague_called(session, name) if name else None
    return found.active(session) if found else name


async def with_assignee(session: AsyncSession, wish: Mapping[str, Any], who: str = "owner") -> dict[str, Any]:
    """What somebody sent, with the person that it may name under `who` as `assignable` has them. Raises as that."""
    return {**wish, who: await assignable(session, wish[who])} if wish.get(who) else {**wish}


async def first_active(session: AsyncSession, *subjects: str | None) -> str | None:
    """The first of those named who is not known to have left; None where all have, or nobody is named."""
    named = [subject for subject in subjects if subject]
    left = sa.select(KnownColleague.subject).where(
        KnownColleague.subject.in_(named), KnownColleague.inactive_since.is_not(None)
    )
    gone = set(await session.scalars(left))
    return next((subject for subject in named if subject not in gone), None)
