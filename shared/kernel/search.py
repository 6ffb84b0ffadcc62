"""Search that works on Chinese and English: words and pairs of Chinese characters, kept by the database itself.

PostgreSQL takes a Chinese phrase for one word, so a trigger (written by the migration) fills `search` with the tokens
that `tokens` describes. `search_<table>` is a function of the table's owner: under row-level security an index on
`search` could not be used, because its operator is not leakproof; the function keeps to the tenant by itself.
"""

from typing import ClassVar, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, TSVECTOR
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from shared.kernel.base import Resource
from shared.kernel.words import tokens

_MOST_WORDS = 32
"""Of a query: a longer one is a text, not a search."""
_FEW = 1000


class Searched:
    """Mixin of a resource that `q` searches: `searched` names its columns (text, or lists and objects of text)."""

    searched: ClassVar[tuple[str, ...]]

    @declared_attr
    def search(cls) -> Mapped[str | None]:  # noqa: N805
        return mapped_column(TSVECTOR, deferred=True)


def search_index(table: str) -> sa.Index:
    """For `__table_args__` of a searched resource."""
    return sa.Index(f"ix_{table}_search", "search", postgresql_using="gin")


async def matches(session: AsyncSession, model: type[Resource], q: str) -> sa.ColumnElement[bool]:
    """The condition that all words of `q` are in the row, each as the beginning of a word. No word matches nothing."""
    return (await matches_of(session, model.__table__, q)).condition


class Matches(NamedTuple):
    condition: sa.ColumnElement[bool]
    are_few: bool
    """Whether they are named one by one: all of them may be looked at, to be put in any order."""


async def matches_of(session: AsyncSession, table: sa.FromClause, q: str) -> Matches:
    """As `matches`, of a searched table with an `id`.

    Few matches are named by their ids, found by the index; with many, the rows of a page are soon found in its order.
    """
    words = list(dict.fromkeys(tokens(q)))[:_MOST_WORDS]
    if not words:
        return Matches(sa.false(), are_few=True)
    query = sa.cast(" & ".join(f"'{word}':*" for word in words), TSQUERY)
    found = getattr(sa.func, f"search_{table.description}")(query, _FEW + 1)
    ids = (await session.scalars(sa.select(found))).all()
    if len(ids) > _FEW:
        return Matches(table.c.search.op("@@")(query), are_few=False)
    return Matches(table.c.id == sa.any_(sa.literal(ids, ARRAY(sa.Uuid))), are_few=True)
