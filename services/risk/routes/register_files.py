"""Risk registers that come as files."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.risk.commands import register_files as commands
from services.risk.schemas.register_files import RegisterFileQuery, RegisterImportedOut, RegisterPreviewOut
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route
from shared.kernel.upload import TABLES, FileBody, Upload

router = APIRouter(prefix="/v1/risks", tags=["risk"], route_class=Route)

Writer = Annotated[Principal, may("risks:write")]
_FILE = FileBody("a risk register, 8 MiB at most: XLSX, XLS, ODS, or CSV in UTF-8 or GB18030", TABLES, 8 * 1024 * 1024)
File = Annotated[Upload, _FILE.received]


@router.post("/preview", response_model=RegisterPreviewOut, operation_id="previewRisks", openapi_extra=_FILE.openapi)
async def preview_risks(
    query: Annotated[RegisterFileQuery, Query()], session: Session, _caller: Writer, file: File
) -> dict[str, Any]:
    """What a risk register would become: each row with its place, what was guessed or left out, or why it cannot be.

    Probabilities are fractions, per cent, words or levels; impacts are money, days, words or levels, of which the
    matrix of the opportunity says what they are. Nothing is recorded.
    """
    preview = await commands.preview_register(session, query, file.named(query.file_name), file.content)
    return preview.shown


@router.post("/import", response_model=RegisterImportedOut, operation_id="importRisks", openapi_extra=_FILE.openapi)
async def import_risks(
    query: Annotated[RegisterFileQuery, Query()], session: Session, _caller: Writer, file: File
) -> dict[str, Any]:
    """Record every row, or none. A known risk, by its reference, code or title, is changed, not doubled."""
    preview, keys = await commands.import_register(session, query, file.named(query.file_name), file.content)
    return {"counts": preview.counts, "risk_ids": keys}
