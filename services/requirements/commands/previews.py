"""The preview of an import: rows as they would become requirements, compared, corrected, read with other columns."""

import asyncio
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands import operations
from services.requirements.commands.record_linkage import RecordLinkage
from services.requirements.domain import intake, priorities
from services.requirements.domain.columns import Columns, mappings
from services.requirements.domain.wishes import Note, Remark, Row
from services.requirements.models.imports import Import, ImportRow, ImportSource, Operation
from services.requirements.models.opportunities import Opportunity
from services.requirements.models.requirements import Requirement
from services.requirements.queries.imports import import_counts, import_rows
from services.requirements.queries.requirements import all_requirements_of
from services.requirements.schemas.imports import ColumnsIn, RowChange
from services.requirements.schemas.requirements import RequirementWish
from services.requirements.shipped import synonyms, texts
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.kernel.db import find, load
from shared.kernel.problems import FieldError, Invalid
from shared.kernel.validation import field_errors
from shared.kernel.words import filled

MAP = "import-map"


SOON_ROWS = 1000
"""So many rows are read again, or committed, while the caller waits."""


PIECE = 500


Progress = Callable[[float], Awaitable[None]]


def told(remark: Remark) -> dict[str, Any]:
    """A remark in both languages."""
    said, names = texts()["remarks"][remark.code], texts()["fields"]
    facts = {"count": remark.count, **remark.facts}
    if remark.code == "suggested":
        facts["fields"] = ", ".join(f"{name} of {times}" for name, times in remark.facts.items())
        facts["fields_zh"] = "、".join(f"{names[name]} {times} 条" for name, times in remark.facts.items())
    en, zh = (
        filled(said[language], {"table": remark.table or texts()["table"][language], **facts})
        for language in ("en", "zh")
    )
    return {"code": remark.code, "table": remark.table, "count": remark.count, "message": en, "message_zh": zh}


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
    chosen: Sequence[Columns],
    progress: Progress,
) -> None:
    """Write the rows of the preview anew, each compared with the requirement that it is about."""
    await session.execute(sa.delete(ImportRow).where(ImportRow.import_id == taken.id))
    linkage = RecordLinkage(await all_requirements_of(session, taken.opportunity_id))
    scale = priorities.agreed(taken.priority_scale) if taken.priority_scale else None
    reading = await asyncio.to_thread(intake.rows, document, chosen, taken.file_name, scale=scale, known=linkage.names)
    counts: Counter[str] = Counter()
    by_text = 0
    for start in range(0, len(reading.rows), PIECE):
        piece = await asyncio.to_thread(_all_shown, reading.rows[start : start + PIECE], linkage)
        counts.update(row["state"] for row in piece)
        by_text += sum(row["notes"][-1:] == [_BY_TEXT[0]] for row in piece)
        numbered = [
            {**row, "import_id": taken.id, "number": number} for number, row in enumerate(piece, start=start + 1)
        ]
        await session.execute(sa.insert(ImportRow), numbered)
        await progress(0.4 + 0.6 * (start + len(piece)) / len(reading.rows))
    matched = [Remark("matched_by_text", count=by_text)] if by_text else []
    taken.status, taken.counts = "preview", dict(counts)
    taken.remarks = [told(one) for one in (*reading.remarks, *matched)]
    names = ("table", "heading_row", "headings", "columns", "is_guessed")
    taken.columns = [{name: getattr(one, name) for name in names} for one in chosen]


def _all_shown(rows: Sequence[Row], linkage: RecordLinkage) -> list[dict[str, Any]]:
    return [_as_shown(row, linkage) for row in rows]


def _as_shown(row: Row, linkage: RecordLinkage) -> dict[str, Any]:
    shown = {
        "place": row.place,
        "wish": row.wish,
        "reason": row.reason,
        "reason_zh": row.reason_zh,
        **_noted(row.notes),
        "suggested": list(row.suggested),
        "left_out": row.left_out,
        "requirement_id": None,
    }
    if row.left_out:
        why = texts()["left_out"][row.left_out]
        return {**shown, "state": "skipped", "reason": why["en"], "reason_zh": why["zh"]}
    if row.wish is None:
        return {**shown, "state": "unreadable"}
    try:
        wish = RequirementWish.model_validate(row.wish)
    except ValidationError as wrong:
        errors = field_errors(wrong.errors())
        en, zh = ("; ".join(f"{one.pointer}: {getattr(one, name)}" for one in errors) for name in ("en", "zh"))
        return {**shown, "state": "unreadable", "reason": en, "reason_zh": zh}
    existing, is_by_text = linkage.about(wish, is_twice=row.is_twice)
    if is_by_text:
        shown |= _noted([*row.notes, _BY_TEXT])
    return {**shown, **_compared(wish, row.suggested, existing, linkage), "wish": wish.model_dump(mode="json")}


def _noted(notes: Sequence[Note]) -> dict[str, list[str]]:
    return {"notes": [en for en, _ in notes], "notes_zh": [zh for _, zh in notes]}


_BY_TEXT = ("It is taken for the requirement that reads the same.", "按内容与已有需求对应。")


def _compared(
    wish: RequirementWish, suggested: Sequence[str], existing: Requirement | None, linkage: RecordLinkage
) -> dict[str, Any]:
    if existing is None:
        return {"state": "new"}
    if existing.status == "withdrawn":
        code = wish.code or wish.client_code
        en, zh = f"{code} is withdrawn; give it another code.", f"{code} 已撤回；请更换编号。"
        return {"state": "unreadable", "reason": en, "reason_zh": zh, "requirement_id": existing.id}
    state = "changed" if linkage.changes(wish, suggested, existing) else "unchanged"
    return {"state": state, "requirement_id": existing.id}


async def choose_columns(session: AsyncSession, key: UUID, wish: ColumnsIn, *, version: int) -> Import:
    """Read the tables again with other columns or another scale of priorities; corrections of rows are lost.

    Many rows are an operation.

    Raises `Invalid` for tables and heading rows that are not there.
    """
    taken = await open_import(session, key, "map", version=version)
    document = await _document(session, taken.id)
    _refuse_unknown(document, wish)
    taken.priority_scale = wish.priority_scale or taken.priority_scale
    if sum(len(table["rows"]) for table in document["tables"]) > SOON_ROWS:
        taken.status = "reading"
        taken.operation_id = (await operations.begin(session, MAP, taken.id, **wish.model_dump())).id
    else:
        await show_rows(session, taken, document, _chosen(document, taken, wish), nobody_watches)
    await session.flush()
    return taken


async def map_again(session: AsyncSession, taken: Import, operation: Operation, progress: Progress) -> None:
    """What `choose_columns` put off."""
    document, wish = await _document(session, taken.id), ColumnsIn.model_validate(operation.options)
    await progress(0.1)
    await show_rows(session, taken, document, _chosen(document, taken, wish), progress)


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


def _chosen(document: Mapping[str, Any], taken: Import, wish: ColumnsIn) -> list[Columns]:
    """The columns of each table: those that were said, now or before, else those that its headings suggest."""
    named = {one.table: one for one in wish.tables}
    before = {one["table"]: one for one in taken.columns}
    chosen = []
    for table, mapping in zip(document["tables"], mappings(document, synonyms()), strict=True):
        name = table["name"]
        if name in named:
            own = named[name]
            headings = tuple(table["rows"][own.heading_row]["cells"]) if own.heading_row >= 0 else ()
            chosen.append(Columns(name, own.heading_row, headings, own.columns))
        else:
            chosen.append(Columns(**before[name]) if name in before else mapping)
    return chosen


async def change_rows(session: AsyncSession, key: UUID, changes: Sequence[RowChange], *, version: int) -> Import:
    """Correct rows, or leave them out. Raises `Invalid` for numbers that are not there."""
    taken = await open_import(session, key, "change_rows", version=version)
    rows = {row.number: row for row in await import_rows(session, taken.id, [one.number for one in changes])}
    unknown = sorted({one.number for one in changes} - rows.keys())
    if unknown:
        text = ", ".join(map(str, unknown))
        raise Invalid([FieldError("/rows", "not_found", f"there is no row {text}", f"没有行 {text}")])
    linkage = RecordLinkage(await all_requirements_of(session, taken.opportunity_id))
    for change in changes:
        _change_row(rows[change.number], change, linkage)
    await session.flush()
    taken.counts = await import_counts(session, taken.id)
    taken.updated_at = now()
    await session.flush()
    return taken


def _change_row(row: ImportRow, change: RowChange, linkage: RecordLinkage) -> None:
    row.left_out = None
    if change.requirement:
        row.wish, row.suggested = change.requirement.model_dump(mode="json", exclude_unset=True), []
    if change.skip:
        row.state = "skipped"
    elif change.requirement or change.skip is False:
        notes = [note for note in zip_longest(row.notes, row.notes_zh, fillvalue="") if note != _BY_TEXT]
        read = Row(row.place, row.wish, row.reason, row.reason_zh, notes, tuple(row.suggested))
        set_fields(row, _as_shown(read, linkage))
        if row.state != "unreadable":
            row.reason = row.reason_zh = None
