"""Imports: a file is read, shown as rows, corrected, and committed as a whole."""

import asyncio
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
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
from services.requirements.commands.requirements import change_requirements, record_requirements
from services.requirements.domain import intake
from services.requirements.intake import child
from services.requirements.models.imports import Import, ImportRow, ImportSource, Operation, UnreadableRows
from services.requirements.models.opportunities import Opportunity
from services.requirements.models.requirements import Requirement
from services.requirements.schemas.imports import ColumnsIn, Commit, ImportWish, RowChange
from services.requirements.schemas.requirements import RequirementIn, RequirementPatch, RequirementWish
from shared.db import find, load, now
from shared.events.requirements import OriginFacts
from shared.files import Refused
from shared.files.reading import SECONDS, FileRefused, read_file
from shared.problems import FieldError, Invalid
from shared.validation import field_errors

READ, COMMIT = "import-read", "import-commit"
"""The kinds of work that take a while."""
SOON_BYTES = 256 * 1024
"""A file up to this size is read while the caller waits, and for as long at most."""
SOON_SECONDS = 10
SOON_ROWS = 1000
"""So many rows are committed while the caller waits."""
_PIECE = 500
_KEPT = ("title", "statement", "kind", "priority", "group", "rationale", "acceptance_criteria", "metric", "size",
         "client_words")  # fmt: skip
"""What a row with the code of a requirement may change in it."""
Progress = Callable[[float], Awaitable[None]]


@cache
def _synonyms() -> intake.Synonyms:
    path = Path(__file__).parents[1] / "columns.json"
    return intake.Synonyms(json.loads(path.read_text(encoding="utf-8")))


async def take_file(session: AsyncSession, wish: ImportWish, content: bytes) -> Import:
    """Keep a client's file, and read it now if it is small. Raises `FileRefused`."""
    opportunity = await find(session, Opportunity, wish.opportunity_id)
    opportunity.refuse_if_closed()
    digest = hashlib.sha256(content).hexdigest()
    same = sa.select(Import.id).where(
        Import.opportunity_id == opportunity.id, Import.sha256 == digest, Import.status.in_(["preview", "committed"])
    )
    taken = Import(
        opportunity_id=opportunity.id,
        file_name=wish.file_name.replace("\\", "/").rsplit("/", 1)[-1],
        size_bytes=len(content),
        sha256=digest,
        columns=[],
        counts={},
        same_as=await session.scalar(same.limit(1)),
    )
    session.add(taken)
    await session.flush()
    session.add(ImportSource(import_id=taken.id, file=content))
    if len(content) > SOON_BYTES:
        taken.operation_id = (await operations.begin(session, READ, taken.id)).id
    else:
        await read(session, taken, _nobody_watches, seconds=SOON_SECONDS)
        if taken.refused:
            raise refusal(taken)
    await session.flush()
    return taken


async def read(session: AsyncSession, taken: Import, progress: Progress, *, seconds: int = SECONDS) -> None:
    """Read the file that was kept: its rows are shown, or why it is not read."""
    source = await _source(session, taken.id)
    await progress(0.05)
    try:
        document = await read_file(taken.file_name, source.file or b"", child.__name__, seconds=seconds)
    except Refused as refused:
        taken.status = "failed"
        taken.refused = {"code": refused.code, "message": refused.en, "message_zh": refused.zh}
        source.file = None
        return
    await progress(0.4)
    source.file, source.document = None, await asyncio.to_thread(_packed, document)
    taken.format, taken.status = document["format"], "preview"
    chosen = intake.mappings(document, _synonyms())
    await _show_rows(session, taken, document, chosen, progress)


async def _show_rows(
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
    for start in range(0, len(rows), _PIECE):
        piece = await asyncio.to_thread(_all_shown, rows[start : start + _PIECE], known, codes)
        counts.update(row["state"] for row in piece)
        numbered = [
            {**row, "import_id": taken.id, "number": number} for number, row in enumerate(piece, start=start + 1)
        ]
        await session.execute(sa.insert(ImportRow), numbered)
        await progress(0.4 + 0.6 * (start + len(piece)) / len(rows))
    taken.counts = dict(counts)
    names = ("table", "heading_row", "headings", "columns")
    taken.columns = [{name: getattr(one, name) for name in names} for one in chosen]


def _packed(document: Mapping[str, Any]) -> bytes:
    return zlib.compress(orjson.dumps(document), 1)


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
    state = "changed" if _changes(wish, suggested, existing, codes) else "unchanged"
    return {"state": state, "requirement_id": existing.id}


def _changes(
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
    """Read the tables again with other columns; corrections of rows are lost. Raises `Invalid` for unknown tables."""
    taken = await _open(session, key, "map", version=version)
    source = await _source(session, taken.id)
    document = orjson.loads(zlib.decompress(source.document or b""))
    named = {one.table: one for one in wish.tables}
    unknown = sorted(named.keys() - {table["name"] for table in document["tables"]})
    if unknown:
        text = ", ".join(unknown)
        raise Invalid([FieldError("/tables", "not_found", f"there is no table {text}", f"没有表 {text}")])
    chosen = []
    for table, mapping in zip(document["tables"], intake.mappings(document, _synonyms()), strict=True):
        own = named.get(table["name"])
        if own and own.heading_row >= len(table["rows"]):
            en, zh = f"{own.table} has {len(table['rows'])} rows only", f"{own.table} 只有 {len(table['rows'])} 行"
            raise Invalid([FieldError(f"/tables/{wish.tables.index(own)}/heading_row", "too_large", en, zh)])
        headings = tuple(table["rows"][own.heading_row]["cells"]) if own and own.heading_row >= 0 else ()
        chosen.append(intake.Columns(own.table, own.heading_row, headings, own.columns) if own else mapping)
    await _show_rows(session, taken, document, chosen, _nobody_watches)
    await session.flush()
    return taken


async def change_rows(session: AsyncSession, key: UUID, changes: Sequence[RowChange], *, version: int) -> Import:
    """Correct rows, or leave them out. Raises `Invalid` for numbers that are not there."""
    taken = await _open(session, key, "change_rows", version=version)
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


async def discard(session: AsyncSession, key: UUID, *, version: int) -> Import:
    """Forget what was read; the import stays as a record that the file was sent."""
    taken = await _open(session, key, "discard", version=version)
    taken.status = "discarded"
    for table in (ImportRow, ImportSource):
        await session.execute(sa.delete(table).where(table.import_id == taken.id))
    await session.flush()
    return taken


async def commit_import(session: AsyncSession, key: UUID, wish: Commit, *, version: int) -> Import:
    """Make requirements of the rows, all or none; many rows are an operation.

    Raises `NothingToImport`, and `UnreadableRows` unless they are to be left out.
    """
    taken = await _open(session, key, "commit", version=version)
    if taken.nothing:
        raise taken.nothing
    unreadable = taken.counts.get("unreadable", 0)
    if unreadable and not wish.leave_out_unreadable:
        rows = await queries.import_rows_in(session, taken.id, ["unreadable"])
        raise UnreadableRows(count=unreadable, places=", ".join(row.place for row in rows[:5]))
    if taken.counts.get("new", 0) + taken.counts.get("changed", 0) > SOON_ROWS:
        taken.status = "committing"
        taken.operation_id = (await operations.begin(session, COMMIT, taken.id)).id
    else:
        await make(session, taken, _nobody_watches)
    await session.flush()
    return taken


async def make(session: AsyncSession, taken: Import, progress: Progress) -> None:
    """The rows become requirements, and change those that have their codes. Raises whatever recording them raises.

    In pieces, so that memory does not grow with the file; rows that depend on others come last, when those are there.
    """
    last, done, waiting = 0, 0, []
    reserved = await queries.import_codes(session, taken.id)
    while rows := await queries.import_page(session, taken.id, after=last, limit=_PIECE, state="new"):
        last, done = rows[-1].number, done + len(rows)
        waiting += [row.number for row in rows if row.wish and row.wish["depends_on"]]
        free = [row for row in rows if row.wish and not row.wish["depends_on"]]
        await _record(session, taken, free, reserved)
        await progress(0.9 * done / taken.counts["new"])
    await _record(session, taken, await queries.import_rows(session, taken.id, waiting), reserved)
    await _change(session, taken, progress)
    taken.status, taken.committed_at = "committed", now()
    await progress(0.95)


async def _record(session: AsyncSession, taken: Import, rows: Sequence[ImportRow], reserved: Collection[str]) -> None:
    wishes = [RequirementIn(opportunity_id=taken.opportunity_id, **(row.wish or {})) for row in rows]
    origin = OriginFacts(kind="import", id=taken.id)
    made = await record_requirements(session, wishes, origin, reserved=reserved) if wishes else []
    for row, requirement in zip(rows, made, strict=True):
        row.requirement_id = requirement.id
    await session.flush()


async def _change(session: AsyncSession, taken: Import, progress: Progress) -> None:
    """Rows with the code of a requirement change it, in pieces too."""
    rows = await queries.import_rows_in(session, taken.id, ["changed"])
    if not rows:
        return
    opportunity = await find(session, Opportunity, taken.opportunity_id)
    known = {row.id: row for row in await queries.all_requirements_of(session, taken.opportunity_id)}
    codes = {key: row.code for key, row in known.items()}
    for start in range(0, len(rows), _PIECE):
        changes = []
        for row in rows[start : start + _PIECE]:
            existing = known[row.requirement_id] if row.requirement_id else None
            wish = RequirementWish.model_validate(row.wish)
            patch = _changes(wish, row.suggested, existing, codes) if existing else {}
            if existing and patch:
                changes.append((existing, RequirementPatch.model_validate(patch)))
        if changes:
            await change_requirements(session, opportunity, changes)
        await progress(0.9 * (start + _PIECE) / max(len(rows), start + _PIECE))


async def work_of(session: AsyncSession, operation_id: UUID) -> tuple[Operation, Import]:
    """An operation and the import that it is about, which is locked."""
    operation = await find(session, Operation, operation_id)
    return operation, await load(session, Import, operation.subject)


async def commit_of(session: AsyncSession, operation_id: UUID) -> tuple[Operation, Import]:
    """As `work_of`, the opportunity locked before: reading a file leaves it to others, writing to it does not."""
    operation = await find(session, Operation, operation_id)
    await load(session, Opportunity, (await find(session, Import, operation.subject)).opportunity_id)
    return operation, await load(session, Import, operation.subject)


async def _open(session: AsyncSession, key: UUID, action: str, *, version: int) -> Import:
    """The import, locked, the opportunity before it. Raises `IllegalTransition`; nobody waits for one that is read."""
    taken = await find(session, Import, key)
    taken.machine.next(taken.status, action)
    (await load(session, Opportunity, taken.opportunity_id)).refuse_if_closed()
    taken = await load(session, Import, key, version=version)
    taken.machine.next(taken.status, action)
    return taken


def refusal(taken: Import) -> FileRefused:
    """Why a file was not read."""
    why = taken.refused or {}
    return FileRefused(
        name=taken.file_name, reason=why["message"], reason_zh=why["message_zh"], reason_code=why["code"]
    )


async def _source(session: AsyncSession, import_id: UUID) -> ImportSource:
    source: ImportSource = (
        await session.scalars(sa.select(ImportSource).where(ImportSource.import_id == import_id))
    ).one()
    return source


async def _nobody_watches(_share: float) -> None:
    """A caller who waits sees no progress."""
