"""Imports: files of the client become requirements, after somebody has looked."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.requirements.commands import imports, previews
from services.requirements.models.imports import Import, ImportRow
from services.requirements.queries import guards
from services.requirements.queries.imports import import_page
from services.requirements.schemas.imports import (
    ColumnsIn,
    Commit,
    ImportItem,
    ImportOut,
    ImportQuery,
    ImportWish,
    RowChanges,
    RowQuery,
    RowsOut,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion, located
from shared.kernel.pages import Page, page_of
from shared.kernel.upload import DOCUMENTS, FileBody, Upload

router = APIRouter(prefix="/v1/imports", tags=["requirements"], route_class=Route)

Reader = Annotated[Principal, may("imports:read")]
Writer = Annotated[Principal, may("imports:write")]
_FILE = FileBody("a file: XLSX, XLS, ODS, CSV, DOCX, PDF, Markdown, ReqIF or ReqIFZ", DOCUMENTS)


@router.post(
    "",
    status_code=201,
    response_model=ImportOut,
    operation_id="importFile",
    openapi_extra=_FILE.openapi,
    responses={202: {"model": ImportOut, "description": "It is read as an operation; `Location` names it."}},
)
async def import_file(
    wish: Annotated[ImportWish, Query()],
    response: Response,
    session: Session,
    _caller: Writer,
    file: Annotated[Upload, _FILE.received],
) -> Import:
    """Read a client's file: what it would become is shown as rows, each with its place. Nothing is recorded yet.

    A file that would do harm, is broken or holds no text is refused with the reason. A large one is read as an
    operation: 202, and `Location` is the operation.
    """
    taken = await imports.take_file(session, wish, file.named(wish.file_name), file.content)
    _say_where(response, taken)
    return taken


@router.get("", operation_id="listImports")
async def list_imports(
    query: Annotated[ImportQuery, Query()], session: Session, _caller: Reader
) -> Page[ImportItem] | Page[ImportOut]:
    """Imports, newest first."""
    return page_of(query, await guards.page(session, Import, query), ImportItem, ImportOut)


@router.get("/{import_id}", response_model=ImportOut, operation_id="getImport")
async def get_import(import_id: UUID, session: Session, _caller: Reader) -> Import:
    """One import: its columns, and how many rows are new, changed, unchanged, unreadable, skipped."""
    return await guards.one(session, Import, import_id)


@router.get("/{import_id}/rows", response_model=RowsOut, operation_id="listImportRows")
async def list_import_rows(
    import_id: UUID, query: Annotated[RowQuery, Query()], session: Session, _caller: Reader
) -> dict[str, Any]:
    """The rows in the order of the file, each with its place; those that cannot be read say why."""
    await find(session, Import, import_id)
    rows: list[ImportRow] = list(
        await import_page(session, import_id, after=query.after, limit=query.limit + 1, states=query.state)
    )
    more = len(rows) > query.limit
    return {"items": rows[: query.limit], "next_after": rows[query.limit - 1].number if more else None}


@router.post(
    "/{import_id}/map",
    response_model=ImportOut,
    operation_id="mapImport",
    responses={202: {"model": ImportOut, "description": "They are read as an operation; `Location` names it."}},
)
async def choose_columns(
    import_id: UUID, wish: ColumnsIn, response: Response, session: Session, seen: SeenVersion, _caller: Writer
) -> Import:
    """Say which column is what, and read the rows again; what was corrected in rows is lost."""
    taken = await previews.choose_columns(session, import_id, wish, version=seen)
    _say_if_put_off(response, taken)
    return taken


@router.post("/{import_id}/change-rows", response_model=ImportOut, operation_id="changeImportRows")
async def change_rows(
    import_id: UUID, wish: RowChanges, session: Session, seen: SeenVersion, _caller: Writer
) -> Import:
    """Correct rows, leave rows out, or take them in again."""
    return await previews.change_rows(session, import_id, wish.rows, version=seen)


@router.post(
    "/{import_id}/commit",
    response_model=ImportOut,
    operation_id="commitImport",
    responses={202: {"model": ImportOut, "description": "It is committed as an operation; `Location` names it."}},
)
async def commit_import(
    import_id: UUID, wish: Commit, response: Response, session: Session, seen: SeenVersion, _caller: Writer
) -> Import:
    """Make draft requirements of the rows, all or none; rows with the code of a requirement change it."""
    taken = await imports.commit_import(session, import_id, wish, version=seen)
    _say_if_put_off(response, taken)
    return taken


@router.post("/{import_id}/discard", response_model=ImportOut, operation_id="discardImport")
async def discard_import(import_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Import:
    """Forget the file and its rows."""
    return await imports.discard(session, import_id, version=seen)


def _say_if_put_off(response: Response, taken: Import) -> None:
    if taken.status in {"reading", "committing"}:
        _say_where(response, taken)


def _say_where(response: Response, taken: Import) -> None:
    if taken.operation_id:
        response.status_code = 202
        located(response, "operations", taken.operation_id)
    else:
        located(response, "imports", taken.id)
