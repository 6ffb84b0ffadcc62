"""Keeping, of many things at once, the newest that was told of each, in the statement that logs the event."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR, Insert, insert

from shared.kernel.base import Base


def keep_newest_of(
    model: type[Base], key: Sequence[str], rows: Collection[dict[str, Any]], after: sa.FromClause | None = None
) -> Insert:
    """The statement that keeps `rows`, JSON by column, of a table with `place` and `code`, once `after` has its row.

    `key` is the primary key without the tenant, and each is once in `rows`. The greatest place counts; a code stays.
    """
    table = model.__table__
    columns = [one for one in table.columns if one.name != "tenant_id" and not isinstance(one.type, TSVECTOR)]
    types = [sa.column(column.name, column.type) for column in columns]
    given = sa.func.jsonb_to_recordset(sa.literal(list(rows), JSONB))
    told = given.table_valued(*types).render_derived(name="told", with_types=True)
    source = sa.select(*(told.c[column.name] for column in columns))
    source = source.select_from(after.join(told, sa.true())) if after is not None else source
    new = insert(model).from_select([column.name for column in columns], source.order_by(*(told.c[one] for one in key)))
    # A code is told at first, and by few of the events after that: it stays, whichever comes first.
    kept, fresh = table.c, new.excluded
    is_newer = kept.place < fresh.place
    names_it = kept.code.is_(None) & fresh.code.is_not(None)
    values = {
        column.name: sa.case((is_newer, fresh[column.name]), else_=column)
        for column in columns
        if column.name not in key
    }
    values["code"] = sa.case(
        (is_newer, sa.func.coalesce(fresh.code, kept.code)), else_=sa.func.coalesce(kept.code, fresh.code)
    )
    return new.on_conflict_do_update(index_elements=["tenant_id", *key], set_=values, where=is_newer | names_it)
