"""Rows that are only added, and not read in their transaction: written at its end, one statement for each table."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction


class _Waiting(NamedTuple):
    model: type[DeclarativeBase]
    row: dict[str, Any]
    savepoint: SessionTransaction | None
    """That it was added within: with it the row is undone."""


def add_at_end(session: Session, model: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> None:
    """Have `rows`, which all say the same columns, in the table of `model` once this transaction commits.

    What the database refuses of them it refuses then. They are in the order in which they were added.
    """
    savepoint = session.get_nested_transaction()
    session.info.setdefault("waiting", []).extend(_Waiting(model, row, savepoint) for row in rows)


def write_added(session: Session) -> None:
    """Write what waits now: what comes next is for another tenant, or the end."""
    session.flush()
    by_model: dict[type[DeclarativeBase], list[dict[str, Any]]] = {}
    for one in session.info.pop("waiting", ()):
        by_model.setdefault(one.model, []).append(one.row)
    for model, rows in by_model.items():
        session.execute(sa.insert(model.metadata.tables[model.__tablename__]), rows)


@event.listens_for(Session, "before_commit")
def _write_at_end(session: Session) -> None:
    if not session.in_nested_transaction():
        write_added(session)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    waiting: list[_Waiting] = session.info.get("waiting", [])
    waiting[:] = [one for one in waiting if ended not in _around(one.savepoint)]


def _around(savepoint: SessionTransaction | None) -> Iterator[SessionTransaction]:
    while savepoint:
        yield savepoint
        savepoint = savepoint.parent
