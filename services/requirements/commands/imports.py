"""Imports: a file is read, shown as rows, corrected, and committed as a whole."""

import asyncio
import hashlib
import zlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands import operations
from services.requirements.commands.previews import (
    PIECE,
    SOON_ROWS,
    Progress,
    nobody_watches,
    open_import,
    show_rows,
    source_of,
)
from services.requirements.commands.record_linkage import RecordLinkage
from services.requirements.commands.requirements import change_requirements, record_requirements
from services.requirements.domain.columns import mappings
from services.requirements.exchange import child
from services.requirements.models.imports import Import, ImportRow, ImportSource, Operation, UnreadableRows
from services.requirements.models.opportunities import Opportunity
from services.requirements.queries.imports import import_codes, import_page, import_rows, import_rows_in
from services.requirements.queries.requirements import all_requirements_of
from services.requirements.schemas.imports import Commit, ImportWish
from services.requirements.schemas.requirements import RequirementIn, RequirementPatch, RequirementWish
from services.requirements.shipped import synonyms
from shared.files import Refused
from shared.files.reading import SECONDS, FileRefused, read_file
from shared.kernel.clock import now
from shared.kernel.db import find, load
from shared.kernel.messaging import publish_of
from shared.language.events.requirements import ImportRecorded, OriginFacts

READ, COMMIT = "import-read", "import-commit"
"""The kinds of work that take a while."""
SOON_BYTES = 256 * 1024
"""A file up to this size is read while the caller waits, and for as long at most."""
SOON_SECONDS = 10


async def take_file(session: AsyncSession, wish: ImportWish, file_name: str, content: bytes) -> Import:
    """Keep a client's file, and read it now if it is small. Raises `FileRefused`."""
    opportunity = await find(session, Opportunity, wish.opportunity_id)
    opportunity.refuse_if_closed()
    digest = hashlib.sha256(content).hexdigest()
    same = sa.select(Import.id).where(
        Import.opportunity_id == opportunity.id, Import.sha256 == digest, Import.status.in_(["preview", "committed"])
    )
    taken = Import(
        opportunity_id=opportunity.id,
        file_name=file_name.replace("\\", "/").rsplit("/", 1)[-1],
        size_bytes=len(content),
        sha256=digest,
        columns=[],
        counts={},
        priority_scale=wish.priority_scale,
        same_as=await session.scalar(same.limit(1)),
    )
    session.add(taken)
    await session.flush()
    session.add(ImportSource(import_id=taken.id, file=content))
    if len(content) > SOON_BYTES:
        taken.operation_id = (await operations.begin(session, READ, taken.id)).id
    else:
        await read(session, taken, nobody_watches, seconds=SOON_SECONDS)
        if taken.refused:
            raise refusal(taken)
    await session.flush()
    return taken


async def read(session: AsyncSession, taken: Import, progress: Progress, *, seconds: int = SECONDS) -> None:
    """Read the file that was kept: its rows are shown, or why it is not read."""
    source = await source_of(session, taken.id)
    await progress(0.05)
    try:
        document = await read_file(taken.file_name, source.file or b"", child.__name__, seconds=seconds)
    except Refused as refused:
        taken.status = "failed"
        taken.refused = {"code": refused.code, "message": refused.en, "message_zh": refused.zh}
        source.file = None
        await publish_of(session, ImportRecorded, taken)
        return
    await progress(0.4)
    source.file, source.document = None, await asyncio.to_thread(_packed, document)
    chosen = mappings(document, synonyms())
    await show_rows(session, taken, document, chosen, progress)
    taken.format = document["format"]
    await publish_of(session, ImportRecorded, taken)


def _packed(document: Mapping[str, Any]) -> bytes:
    return zlib.compress(orjson.dumps(document), 1)


async def discard(session: AsyncSession, key: UUID, *, version: int) -> Import:
    """Forget what was read; the import stays as a record that the file was sent."""
    taken = await open_import(session, key, "discard", version=version)
    taken.status = "discarded"
    for table in (ImportRow, ImportSource):
        await session.execute(sa.delete(table).where(table.import_id == taken.id))
    await publish_of(session, ImportRecorded, taken)
    return taken


async def commit_import(session: AsyncSession, key: UUID, wish: Commit, *, version: int) -> Import:
    """Make requirements of the rows, all or none; many rows are an operation.

    Raises `NothingToImport`, and `UnreadableRows` unless they are to be left out.
    """
    taken = await open_import(session, key, "commit", version=version)
    if taken.nothing:
        raise taken.nothing
    unreadable = taken.counts.get("unreadable", 0)
    if unreadable and not wish.leave_out_unreadable:
        rows = await import_rows_in(session, taken.id, ["unreadable"])
        raise UnreadableRows(count=unreadable, places=", ".join(row.place for row in rows[:5]))
    if taken.counts.get("new", 0) + taken.counts.get("changed", 0) > SOON_ROWS:
        taken.status = "committing"
        taken.operation_id = (await operations.begin(session, COMMIT, taken.id)).id
    else:
        await make(session, taken, nobody_watches)
    await session.flush()
    return taken


async def make(session: AsyncSession, taken: Import, progress: Progress) -> None:
    """The rows become requirements, and change those that have their codes. Raises whatever recording them raises.

    In pieces, so that memory does not grow with the file; rows that depend on others come last, when those are there.
    """
    last, done, waiting = 0, 0, []
    reserved = await import_codes(session, taken.id)
    while rows := await import_page(session, taken.id, after=last, limit=PIECE, states=("new",)):
        last, done = rows[-1].number, done + len(rows)
        waiting += [row.number for row in rows if row.wish and row.wish["depends_on"]]
        free = [row for row in rows if row.wish and not row.wish["depends_on"]]
        await _record(session, taken, free, reserved)
        await progress(0.9 * done / taken.counts["new"])
    await _record(session, taken, await import_rows(session, taken.id, waiting), reserved)
    await _change(session, taken, progress)
    taken.status, taken.committed_at = "committed", now()
    await publish_of(session, ImportRecorded, taken)
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
    rows = await import_rows_in(session, taken.id, ["changed"])
    if not rows:
        return
    opportunity = await find(session, Opportunity, taken.opportunity_id)
    linkage = RecordLinkage(await all_requirements_of(session, taken.opportunity_id))
    for start in range(0, len(rows), PIECE):
        changes = []
        for row in rows[start : start + PIECE]:
            existing = linkage.by_id[row.requirement_id] if row.requirement_id else None
            wish = RequirementWish.model_validate(row.wish)
            patch = linkage.changes(wish, row.suggested, existing) if existing else {}
            if existing and patch:
                changes.append((existing, RequirementPatch.model_validate(patch)))
        if changes:
            await change_requirements(session, opportunity, changes)
        await progress(0.9 * (start + PIECE) / max(len(rows), start + PIECE))


async def work_of(session: AsyncSession, operation_id: UUID) -> tuple[Operation, Import]:
    """An operation and the import that it is about, which is locked."""
    operation = await find(session, Operation, operation_id)
    return operation, await load(session, Import, operation.subject)


async def commit_of(session: AsyncSession, operation_id: UUID) -> tuple[Operation, Import]:
    """As `work_of`, the opportunity locked before: reading a file leaves it to others, writing to it does not."""
    operation = await find(session, Operation, operation_id)
    await load(session, Opportunity, (await find(session, Import, operation.subject)).opportunity_id)
    return operation, await load(session, Import, operation.subject)


def refusal(taken: Import) -> FileRefused:
    """Why a file was not read."""
    why = taken.refused or {}
    return FileRefused(
        name=taken.file_name, reason=why["message"], reason_zh=why["message_zh"], reason_code=why["code"]
    )
