"""Of many rows the one that counts: at most one of each key, held by the database when a transaction ends.

A writer that brings all rows of a key in line after it has added one needs the rule at the end alone, which an index
cannot give and an exclusion constraint can. Where the old row is put down first, a partial unique index does.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ExcludeConstraint


def at_most_one(table: str, name: str, where: str, *key: str) -> ExcludeConstraint:
    """For `__table_args__`: at the end of each transaction one row of `key` at most fulfils `where`."""
    return ExcludeConstraint(
        *((column, "=") for column in ("tenant_id", *key)),
        name=f"one_{table}_{name}",
        using="btree",
        where=sa.text(where),
        deferrable=True,
        initially="DEFERRED",
    )
