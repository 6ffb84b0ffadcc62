"""Lists in pages: exact filters, a sort order, and a cursor that stays right while rows come and go."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar
from uuid import UUID

import orjson
import sqlalchemy as sa
from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from shared.kernel import cursor as cursors
from shared.kernel.asked import not_allowed
from shared.kernel.auth import Principal
from shared.kernel.base import Resource
from shared.kernel.search import Searched, matches
from shared.kernel.validation import Moment

T = TypeVar("T")
Item = TypeVar("Item", bound=BaseModel)
Whole = TypeVar("Whole", bound=BaseModel)
R = TypeVar("R", bound=Resource)


class ResourceOut(BaseModel):
    """What every resource shows. Its answer's `ETag` is made from `version`, so these two come first."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime


class Page(BaseModel, Generic[T]):
    """Some items of a list, and the cursor of the next page; `null` at the end."""

    model_config = ConfigDict(from_attributes=True)

    items: list[T]
    next_cursor: str | None


View = Annotated[
    Literal["list", "full"],
    Field(description="`list`: key figures, and what can be done; `full`: all of each, and why the rest cannot"),
]
"""How much a list shows of each: what a list is read for, or the whole."""


class PageQuery(BaseModel):
    """Query parameters of a list. A subclass adds the fields that can be filtered: by a value, or any of `Several`."""

    model_config = ConfigDict(extra="forbid")

    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at")

    limit: Annotated[int, Field(ge=1, le=200, description="how many at most")] = 50
    cursor: Annotated[str | None, Field(max_length=400, description="next_cursor of the page before")] = None
    sort: Annotated[str, Field(max_length=40, description="a field; - before it for descending")] = "-created_at"
    created_after: Annotated[Moment | None, Field(description="only what was made after this time")] = None
    view: View = "list"

    @field_validator("sort")
    @classmethod
    def _sortable(cls, value: str) -> str:
        if value.removeprefix("-") not in cls.sortable:
            raise not_allowed("?sort", cls.sortable)
        return value

    @field_validator("*")
    @classmethod
    def _storable(cls, value: object) -> object:
        """No column holds a NUL character: asking for one is a mistake, and PostgreSQL would end the transaction."""
        if any(isinstance(one, str) and "\x00" in one for one in (value if isinstance(value, list) else [value])):
            raise ValueError("null_character")
        return value


class SearchQuery(PageQuery):
    """Query parameters of a list whose rows can be searched."""

    q: Annotated[
        str | None, Field(min_length=1, max_length=200, description="words, or beginnings of words, in any order")
    ] = None


class Slice(Generic[R]):
    """The rows of one page."""

    def __init__(self, items: Sequence[R], next_cursor: str | None) -> None:
        self.items, self.next_cursor = items, next_cursor


async def paginate(
    session: AsyncSession, model: type[R], query: PageQuery, statement: sa.Select[R] | None = None
) -> Slice[R]:
    """One page of `model` by `query`, within `statement` if one is given."""
    rows = await _rows(session, model, query, sa.select(model) if statement is None else statement)
    return _slice(model, query, [row[0] for row in rows])


def page_of(
    query: PageQuery, rows: Slice[Any], item: type[Item], whole: type[Whole], *caller: Principal
) -> Page[Item] | Page[Whole]:
    """Rows as a page of what `query.view` asks for: each by its key figures, or whole; as much as `caller` may see."""
    if query.view == "list":
        return page_as(item, rows, *caller)
    return page_as(whole, rows, *caller)


def page_as(schema: type[T], rows: Slice[Any], *caller: Principal) -> Page[T]:
    """Rows as a page, each as `schema` shows it; as much as `caller` may see."""
    make: Callable[..., T] = getattr(schema, "of", None) or schema.model_validate  # type: ignore[attr-defined]
    return paged(schema, [make(row, *caller) for row in rows.items], rows.next_cursor)


def paged(schema: type[T], items: list[T], next_cursor: str | None) -> Page[T]:
    """A page that knows what it is of: a list that answers with items or with the whole would be cut to items else."""
    return Page[schema](items=items, next_cursor=next_cursor)  # type: ignore[valid-type]


async def paginate_plain(
    session: AsyncSession, model: type[R], query: PageQuery, statement: sa.Select[Any]
) -> Slice[Any]:
    """As `paginate`, as plain rows of the columns of `statement`, `id` and all of `sortable` among them."""
    return _slice(model, query, await _rows(session, model, query, statement))


def plain_page(items: Sequence[dict[str, Any]], next_cursor: str | None) -> Response:
    """A `Page` as its JSON at once: rows of the database are not looked at a second time by a schema."""
    content = {"items": items, "next_cursor": next_cursor}
    return Response(orjson.dumps(content, default=str, option=orjson.OPT_UTC_Z), media_type="application/json")


async def _rows(
    session: AsyncSession, model: type[R], query: PageQuery, statement: sa.Select[Any]
) -> Sequence[sa.Row[Any]]:
    """What `query` asks for, and one row more where there is one."""
    for name in type(query).model_fields.keys() - PageQuery.model_fields.keys():
        wanted = getattr(query, name)
        if wanted is not None and isinstance(getattr(model, name, None), InstrumentedAttribute):
            column = getattr(model, name)
            statement = statement.where(column.in_(wanted) if isinstance(wanted, list) else column == wanted)
    if isinstance(query, SearchQuery) and query.q and issubclass(model, Searched):
        statement = statement.where(await matches(session, model, query.q))
    if query.created_after:
        statement = statement.where(model.created_at > query.created_after)
    column, is_descending = _order(model, query)
    if query.cursor:
        statement = statement.where(_beyond(column, model, query.cursor, is_descending=is_descending))
    order = [column.desc(), model.id.desc()] if is_descending else [column.asc(), model.id.asc()]
    if _may_be_null(column):
        order[0] = order[0].nulls_last()
    try:
        found = await session.execute(statement.order_by(*order).limit(query.limit + 1))
    except DBAPIError as wrong:
        # 22, data exception: a cursor that we did not make holds a value that the column cannot
        if query.cursor and str(getattr(wrong.orig, "sqlstate", "")).startswith("22"):
            raise cursors.wrong() from None
        raise
    rows: Sequence[sa.Row[Any]] = found.all()
    return rows


def _slice(model: type[R], query: PageQuery, rows: Sequence[Any]) -> Slice[Any]:
    items = rows[: query.limit]
    if len(rows) <= query.limit:
        return Slice(items, None)
    column, _ = _order(model, query)
    return Slice(items, cursors.encode([_json(getattr(items[-1], column.key)), str(items[-1].id)]))


def _order(model: type[R], query: PageQuery) -> tuple[InstrumentedAttribute[Any], bool]:
    return getattr(model, query.sort.removeprefix("-")), query.sort.startswith("-")


def _beyond(
    column: InstrumentedAttribute[Any], model: type[Resource], cursor: str, *, is_descending: bool
) -> sa.ColumnElement[bool]:
    """What follows the row that the cursor names; rows without a value in `column` come last."""
    value, last = cursors.decode(cursor, 2)
    try:
        key = UUID(str(last))
    except ValueError:
        raise cursors.wrong() from None
    if value is None and _may_be_null(column):
        return column.is_(None) & (model.id < key if is_descending else model.id > key)
    seen = sa.tuple_(_typed(column, value), sa.literal(key))
    position = sa.tuple_(column, model.id)
    beyond = position < seen if is_descending else position > seen
    return beyond | column.is_(None) if _may_be_null(column) else beyond


def _may_be_null(column: InstrumentedAttribute[Any]) -> bool:
    return bool(column.expression.nullable)


def _json(value: object) -> object:
    match value:
        case Enum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case _:
            return value


def _typed(column: InstrumentedAttribute[Any], value: object) -> sa.ColumnElement[Any]:
    kind: type = column.type.python_type
    try:
        if issubclass(kind, datetime | date):
            value = kind.fromisoformat(str(value))
        elif issubclass(kind, Decimal):
            value = Decimal(str(value))
    except (ValueError, ArithmeticError):
        raise cursors.wrong() from None
    return sa.literal(value, column.type)
