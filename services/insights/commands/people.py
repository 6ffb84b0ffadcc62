"""Keeping who a subject is: as tokens, the roster and an import say it."""

from collections.abc import Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.models import Person
from services.insights.schemas.people import NamedPersonIn
from shared.kernel.auth import Principal
from shared.kernel.db import Database
from shared.language.events.engagement import ColleagueRecorded

_MOST_REMEMBERED = 10_000
_Kept = dict[tuple[str, str], tuple[tuple[str, str], ...]]
_KEPT: WeakKeyDictionary[Database, _Kept] = WeakKeyDictionary()
"""By tenant and subject, what this process has kept of a person's token; asked before the database is."""


async def note_caller(session: AsyncSession, caller: Principal) -> None:
    """Keep what the caller's token says of who it is, when that is new here."""
    kept, key = _KEPT.setdefault(session.info["database"], {}), (caller.tenant, caller.subject)
    if caller.is_link or not caller.person or kept.get(key) == caller.person:
        return
    if await session.scalar(sa.select(sa.func.current_setting("transaction_read_only"))) == "on":
        return  # what is asked for can be read all the same, from a standby too
    await _keep(session, "token", [(caller.subject, dict(caller.person))])

    def remember(_session: object) -> None:
        if len(kept) >= _MOST_REMEMBERED:
            kept.clear()
        kept[key] = caller.person

    sa.event.listen(session.sync_session, "after_commit", remember, once=True)


async def note_colleague(session: AsyncSession, told: ColleagueRecorded) -> None:
    """Keep what the roster says, the newest of it."""
    facts = told.model_dump(mode="json", include={"name", "is_active", "inactive_since", "version"})
    await _keep(session, "roster", [(told.subject, facts)], is_versioned=True)


async def record_people(session: AsyncSession, people: Iterable[NamedPersonIn]) -> None:
    """Keep what was recorded of these persons in place of what was recorded before."""
    await _keep(session, "import", [(one.subject, one.model_dump(mode="json", exclude={"subject"})) for one in people])


async def _keep(
    session: AsyncSession, source: str, people: Iterable[tuple[str, Mapping[str, Any]]], *, is_versioned: bool = False
) -> None:
    told = [{"subject": subject, "told": {source: said}} for subject, said in sorted(people)]
    new = insert(Person).values(told)
    before, after = Person.told[source], new.excluded.told[source]
    differs = before.is_distinct_from(after)
    if is_versioned:
        version = sa.func.coalesce(before["version"].astext.cast(sa.Integer), -1)
        differs = version < after["version"].astext.cast(sa.Integer)
    both = Person.told.concat(new.excluded.told)
    await session.execute(
        new.on_conflict_do_update(index_elements=["tenant_id", "subject"], set_={"told": both}, where=differs)
    )
