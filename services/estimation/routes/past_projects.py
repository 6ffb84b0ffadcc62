"""Past projects: what estimates are calibrated on."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.estimation.commands import past_projects
from services.estimation.exchange import past_project_file
from services.estimation.models.history import PastProject
from services.estimation.queries.history import all_projects
from services.estimation.schemas.past_projects import (
    PastProjectIn,
    PastProjectOut,
    PastProjectPatch,
    PastProjectQuery,
    ProjectExportQuery,
    ProjectFileQuery,
    ProjectPreviewOut,
    ProjectsImportedOut,
)
from shared.files.tables import MEDIA_TYPES
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, page_as, paginate
from shared.kernel.upload import TABLES, FileBody, Upload

router = APIRouter(prefix="/v1/past-projects", tags=["estimation"], route_class=Route)

Reader = Annotated[Principal, may("past-projects:read")]
Writer = Annotated[Principal, may("past-projects:write")]
_FILE = FileBody("a file: XLSX, XLS, ODS, or CSV in UTF-8 or GB18030", TABLES)
File = Annotated[Upload, _FILE.received]


@router.post("", status_code=201, operation_id="createPastProject")
async def create_past_project(wish: PastProjectIn, session: Session, caller: Writer) -> PastProjectOut:
    """Record a project that is over."""
    return PastProjectOut.of(await past_projects.record_past_project(session, wish), caller)


@router.get("", operation_id="listPastProjects")
async def list_past_projects(
    query: Annotated[PastProjectQuery, Query()], session: Session, caller: Reader
) -> Page[PastProjectOut]:
    """Past projects, newest first. What they cost is null without `cost:read`."""
    return page_as(PastProjectOut, await paginate(session, PastProject, query), caller)


@router.get(
    "/export",
    response_class=Response,
    operation_id="exportPastProjects",
    responses={200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}}},
)
async def export_past_projects(
    query: Annotated[ProjectExportQuery, Query()], session: Session, caller: Reader
) -> Response:
    """All of them as XLSX or CSV, which imports again unchanged; without `cost:read` there are no amounts in it."""
    rows = await all_projects(session)
    with_cost = caller.may("cost:read")
    body = past_project_file.exported(rows, form=query.format, language=query.language, with_cost=with_cost)
    headers = {"Content-Disposition": f'attachment; filename="past-projects.{query.format}"'}
    return Response(body, media_type=MEDIA_TYPES[query.format], headers=headers)


@router.post(
    "/preview", response_model=ProjectPreviewOut, operation_id="previewPastProjects", openapi_extra=_FILE.openapi
)
async def preview_past_projects(
    query: Annotated[ProjectFileQuery, Query()], session: Session, _caller: Writer, file: File
) -> dict[str, Any]:
    """What a file would become: each row with its place, or why it cannot be read. Nothing is recorded."""
    preview = await past_projects.preview_projects(session, query, file.named(query.file_name), file.content)
    return preview.shown


@router.post(
    "/import", response_model=ProjectsImportedOut, operation_id="importPastProjects", openapi_extra=_FILE.openapi
)
async def import_past_projects(
    query: Annotated[ProjectFileQuery, Query()], session: Session, _caller: Writer, file: File
) -> dict[str, Any]:
    """Record every row of a file, or none; a row with the id of a project corrects it."""
    preview, keys = await past_projects.import_projects(session, query, file.named(query.file_name), file.content)
    return {"counts": preview.counts, "remarks": preview.told, "project_ids": keys}


@router.get("/{past_project_id}", operation_id="getPastProject")
async def get_past_project(past_project_id: UUID, session: Session, caller: Reader) -> PastProjectOut:
    """One past project."""
    return PastProjectOut.of(await find(session, PastProject, past_project_id), caller)


@router.patch("/{past_project_id}", operation_id="changePastProject")
async def change_past_project(
    past_project_id: UUID, patch: PastProjectPatch, session: Session, seen: SeenVersion, caller: Writer
) -> PastProjectOut:
    """Correct what is sent, keep the rest (JSON merge patch). Models fitted with it stay what they are."""
    row = await past_projects.change_past_project(session, past_project_id, patch, version=seen)
    return PastProjectOut.of(row, caller)


@router.delete("/{past_project_id}", status_code=204, operation_id="deletePastProject")
async def delete_past_project(past_project_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> None:
    """Delete; models fitted with it stay what they are."""
    await past_projects.delete_past_project(session, past_project_id, version=seen)
