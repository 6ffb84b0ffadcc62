"""The preview of an import: rows as they would become requirements, compared, corrected, read with other columns."""

import asyncio
import json
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements import queries
from services.requirements.commands import operations
from services.requirements.domain import intake
from services.requirements.models.imports import Import, ImportRow, ImportSource, Operation
from services.requirements.models.opportunities import Opportunity
from services.requirements.models.requirements import Requirement
from services.requirements.schemas.imports import ColumnsIn, RowChange
from services.requirements.schemas.requirements import RequirementWish
from shared.db import find, load, now
from shared.problems import FieldError, Invalid
from shared.validation import field_errors

MAP = "import-map"
SOON_ROWS = 1000
"""So many rows are read again, or committed, while the caller waits."""
PIECE = 500
_KEPT = ("title", "statement", "kind", "priority", "group", "rationale", "acceptance_criteria", "metric", "size",
         "client_words")  # fmt: skip
"""What a row with the code of a requirement may change in it."""
Progress = Callable[[float], Awaitable[None]]


@cache
def synonyms() -> intake.Synonyms:
    path = Path(__file__).parents[1] / "columns.json"
    return intake.Synonyms(json.loads(path.read_text(encoding="utf-8")))


async def open_import(session: AsyncSession, key: UUID, action: str, *, version: int) -> Import:
    """The import, locked, the opportunity before it. Raises `IllegalTransition`; nobody waits for one that is read."""
    taken = await find(session, Import, key)
    (await find(session, Opportunity, taken.opportunity_id)).refuse_if_closed()
    taken.machine.next(taken.status, action)
    (await load(session, Opportunity, taken.opportunity_id)).refuse_if_closed()
    taken = await load(session, Import, key, version=version)
    taken.machine.next(taken.status, action)
    return taken


async def source_of(session: AsyncSession, import_id: UUID) -> ImportSource:
    source: ImportSource = (
        await session.scalars(sa.select(ImportSource).where(ImportSource.import_id == import_id))
    ).one()
    return source


async def nobody_watches(_share: float) -> None:
    """A caller who waits sees no progress."""


async def show_rows(
    session: AsyncSession,
    taken: Import,
    document: Mapping[str, Any],
    chosen: Sequence[intake.Columns],
    progress: Progress,
) -> None:
    """Write the rows of the preview anew, each compared with the requirement that has its code."""
    await session.execute(sa.delete(ImportRow).where(ImportRow.import_id == taken.id))
    rows = await asyncio.to_thread(intake.rows, document, chosen, taken.file_name)
    known = {row.code: row for row in await queries.all_requirements_of(session, taken.opportunity_id)}
    codes = {row.id: row.code for row in known.values()}
    counts: Counter[str] = Counter()
    for start in range(0, len(rows), PIECE):
        piece = await asyncio.to_thread(_all_shown, rows[start : start + PIECE], known, codes)
        counts.update(row["state"] for row in piece)
        numbered = [
            {**row, "import_id": taken.id, "number": number} for number, row in enumerate(piece, start=start + 1)
        ]
        await session.execute(sa.insert(ImportRow), numbered)
        await progress(0.4 + 0.6 * (start + len(piece)) / len(rows))
    taken.status, taken.counts = "preview", dict(counts)
    names = ("table", "heading_row", "headings", "columns")
    taken.columns = [{name: getattr(one, name) for name in names} for one in chosen]


def _all_shown(
    rows: Sequence[intake.Row], known: Mapping[str, Requirement], codes: Mapping[UUID, str]
) -> list[dict[str, Any]]:
    return [_as_shown(row, known, codes) for row in rows]


def _as_shown(row: intake.Row, known: Mapping[str, Requirement], codes: Mapping[UUID, str]) -> dict[str, Any]:
    shown = {
        "place": row.place,
        "wish": row.wish,
        "reason": row.reason,
        "reason_zh": row.reason_zh,
        "notes": row.notes,
        "suggested": list(row.suggested),
        "requirement_id": None,
    }
    if row.wish is None:
        return {**shown, "state": "unreadable"}
    try:
        wish = RequirementWish.model_validate(row.wish)
    except ValidationError as wrong:
        errors = field_errors(wrong.errors())
        en, zh = ("; ".join(f"{one.pointer}: {getattr(one, name)}" for one in errors) for name in ("en", "zh"))
        return {**shown, "state": "unreadable", "reason": en, "reason_zh": zh}
    return {**shown, **_compared(wish, row.suggested, known, codes), "wish": wish.model_dump(mode="json")}


def _compared(
    wish: RequirementWish, suggested: Sequence[str], known: Mapping[str, Requirement], codes: Mapping[UUID, str]
) -> dict[str, Any]:
    existing = known.get(wish.code or "")
    if existing is None:
        return {"state": "new"}
    if existing.status == "withdrawn":
        en, zh = f"{wish.code} is withdrawn; give it another code.", f"{wish.code} 已撤回；请更换编号。"
        return {"state": "unreadable", "reason": en, "reason_zh": zh, "requirement_id": existing.id}
    state = "changed" if changes_of(wish, suggested, existing, codes) else "unchanged"
    return {"state": state, "requirement_id": existing.id}


def changes_of(
    wish: RequirementWish, suggested: Sequence[str], existing: Requirement, codes: Mapping[UUID, str]
) -> dict[str, Any]:
    """What the row says otherwise; what it does not say stays."""
    said = wish.model_dump(mode="json", exclude=set(suggested))
    changes = {
        name: said[name]
        for name in _KEPT
        if name in said and said[name] not in (None, []) and said[name] != getattr(existing, name)
    }
    if wish.depends_on and set(wish.depends_on) != {codes.get(key) for key in existing.depends_on}:
        changes["depends_on"] = wish.depends_on
    return changes


async def choose_columns(session: AsyncSession, key: UUID, wish: ColumnsIn, *, version: int) -> Import:
    """Read the tables again with other columns; corrections of rows are lost. Many rows are an operation.

    Raises `Invalid` for tables and heading rows that are not there.
    """
    taken = await open_import(session, key, "map", version=version)
    document = await _document(session, taken.id)
    _refuse_unknown(document, wish)
    if sum(len(table["rows"]) for table in document["tables"]) > SOON_ROWS:
        taken.status = "reading"
        taken.operation_id = (await operations.begin(session, MAP, taken.id, **wish.model_dump())).id
    else:
        await show_rows(session, taken, document, _chosen(document, wish), nobody_watches)
    await session.flush()
    return taken


async def map_again(session: AsyncSession, taken: Import, operation: Operation, progress: Progress) -> None:
    """What `choose_columns` put off."""
    document, wish = await _document(session, taken.id), ColumnsIn.model_validate(operation.options)
    await progress(0.1)
    await show_rows(session, taken, document, _chosen(document, wish), progress)


async def _document(session: AsyncSession, import_id: UUID) -> dict[str, Any]:
    packed = (await source_of(session, import_id)).document or b""
    document: dict[str, Any] = await asyncio.to_thread(lambda: orjson.loads(zlib.decompress(packed)))
    return document


def _refuse_unknown(document: Mapping[str, Any], wish: ColumnsIn) -> None:
    rows = {table["name"]: len(table["rows"]) for table in document["tables"]}
    errors = []
    for number, own in enumerate(wish.tables):
        if own.table not in rows:
            en, zh = f"there is no table {own.table}", f"没有表 {own.table}"
            errors.append(FieldError(f"/tables/{number}/table", "not_found", en, zh))
        elif own.heading_row >= rows[own.table]:
            en, zh = f"{own.table} has {rows[own.table]} rows only", f"{own.table} 只有 {rows[own.table]} 行"
            errors.append(FieldError(f"/tables/{number}/heading_row", "too_large", en, zh))
    if errors:
        raise Invalid(errors)


def _chosen(document: Mapping[str, Any], wish: ColumnsIn) -> list[intake.Columns]:
    """The columns of each table: those that were said, else those that its headings suggest."""
    named = {one.table: one for one in wish.tables}
    chosen = []
    for table, mapping in zip(document["tables"], intake.mappings(document, synonyms()), strict=True):
        own = named.get(table["name"])
        headings = tuple(table["rows"][own.heading_row]["cells"]) if own and own.heading_row >= 0 else ()
        chosen.append(intake.Columns(own.table, own.heading_row, headings, own.columns) if own else mapping)
    return chosen


async def change_rows(session: AsyncSession, key: UUID, changes: Sequence[RowChange], *, version: int) -> Import:
    """Correct rows, or leave them out. Raises `Invalid` for numbers that are not there."""
    taken = await open_import(session, key, "change_rows", version=version)
    rows = {row.number: row for row in await queries.import_rows(session, taken.id, [one.number for one in changes])}
    unknown = sorted({one.number for one in changes} - rows.keys())
    if unknown:
        text = ", ".join(map(str, unknown))
        raise Invalid([FieldError("/rows", "not_found", f"there is no row {text}", f"没有行 {text}")])
    known = {row.code: row for row in await queries.all_requirements_of(session, taken.opportunity_id)}
    codes = {row.id: row.code for row in known.values()}
    for change in changes:
        _change_row(rows[change.number], change, known, codes)
    await session.flush()
    taken.counts = await queries.import_counts(session, taken.id)
    taken.updated_at = now()
    await session.flush()
    return taken


def _change_row(row: ImportRow, change: RowChange, known: Mapping[str, Requirement], codes: Mapping[UUID, str]) -> None:
    if change.requirement:
        row.wish, row.suggested = change.requirement.model_dump(mode="json", exclude_unset=True), []
    if change.skip:
        row.state = "skipped"
    elif change.requirement or change.skip is False:
        shown = _as_shown(
            intake.Row(row.place, row.wish, row.reason, row.reason_zh, row.notes, tuple(row.suggested)), known, codes
        )
        for name, value in shown.items():
            setattr(row, name, value)
        if row.state != "unreadable":
            row.reason = row.reason_zh = None
