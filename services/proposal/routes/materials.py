"""Selling material 销售材料."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.proposal.commands import materials as commands
from services.proposal.models.materials import Material, MaterialUse
from services.proposal.queries import selling
from services.proposal.routes.file_responses import stored_file
from services.proposal.schemas.competitors import RecordOut
from services.proposal.schemas.materials import (
    FileQuery,
    MaterialIn,
    MaterialOut,
    MaterialPatch,
    MaterialQuery,
    MaterialReviewIn,
    UseIn,
    UseOut,
    UseQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion, located
from shared.kernel.pages import Page, Slice
from shared.kernel.problems import NotFound
from shared.kernel.upload import ANYTHING, FileBody, Upload

router = APIRouter(prefix="/v1/materials", tags=["proposal"], route_class=Route)

Reader = Annotated[Principal, may("materials:read")]
Writer = Annotated[Principal, may("materials:write")]

MOST_BYTES = 8 * 1024 * 1024
"""Of a file, as of any body that the gateway lets through; what is larger is kept elsewhere and linked."""
_FILE = FileBody("any file, 8 MiB at most; its Content-Type is kept", [ANYTHING], MOST_BYTES)


@router.post("", status_code=201, response_model=MaterialOut, operation_id="draftMaterial")
async def draft_material(wish: MaterialIn, session: Session, _caller: Writer) -> Material:
    """Draft the next version of the material `key`."""
    return await commands.draft_material(session, wish)


@router.get("", response_model=Page[MaterialOut], operation_id="listMaterials")
async def list_materials(
    query: Annotated[MaterialQuery, Query()], session: Session, _caller: Reader
) -> Slice[Material]:
    """Material, newest first; `q` looks for words in titles, summaries and tags, `stale=true` shows what is overdue."""
    return await selling.materials(session, query)


@router.get("/{material_id}", response_model=MaterialOut, operation_id="getMaterial")
async def get_material(material_id: UUID, session: Session, _caller: Reader) -> Material:
    """One version of a material."""
    return await find(session, Material, material_id)


@router.patch("/{material_id}", response_model=MaterialOut, operation_id="changeMaterial")
async def change_material(
    material_id: UUID, patch: MaterialPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Material:
    """Change a draft (JSON merge patch)."""
    return await commands.change_material(session, material_id, patch, version=seen)


@router.post(
    "/{material_id}/file", response_model=MaterialOut, operation_id="putMaterialFile", openapi_extra=_FILE.openapi
)
async def put_material_file(
    material_id: UUID,
    wish: Annotated[FileQuery, Query()],
    session: Session,
    seen: SeenVersion,
    _caller: Writer,
    file: Annotated[Upload, _FILE.received],
) -> Material:
    """Put the file of a draft in the place of any before."""
    return await commands.put_file(session, material_id, file, file_name=wish.file_name, version=seen)


@router.get(
    "/{material_id}/file",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
    operation_id="downloadMaterial",
)
async def download_material(material_id: UUID, request: Request, session: Session, _caller: Reader) -> Response:
    """The file, to save: a browser never shows it in place, whatever somebody put there."""
    material = await find(session, Material, material_id)
    if material.sha256 is None:
        raise NotFound(kind="file of material", id=material_id)
    return await stored_file(
        request,
        material.sha256,
        name=material.file_name or material.key,
        media_type="application/octet-stream",
        headers={"ETag": f'"{material.sha256}"'},
    )


@router.post("/{material_id}/publish", response_model=MaterialOut, operation_id="publishMaterial")
async def publish_material(material_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Material:
    """This version counts from now on and never changes; the one before is retired."""
    return await commands.publish_material(session, material_id, version=seen)


@router.post("/{material_id}/review", response_model=MaterialOut, operation_id="reviewMaterial")
async def review_material(
    material_id: UUID, wish: MaterialReviewIn, session: Session, seen: SeenVersion, _caller: Writer
) -> Material:
    """You looked at it and it still holds, until the next review date."""
    return await commands.review_material(session, material_id, wish.review_on, version=seen)


@router.post("/{material_id}/retire", response_model=MaterialOut, operation_id="retireMaterial")
async def retire_material(material_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Material:
    """It is shown to nobody any more."""
    return await commands.retire_material(session, material_id, version=seen)


@router.post("/{material_id}/uses", status_code=201, response_model=UseOut, operation_id="useMaterial")
async def use_material(
    material_id: UUID, wish: UseIn, response: Response, session: Session, _caller: Writer
) -> MaterialUse:
    """Note that it was shown in an opportunity."""
    use = await commands.use_material(session, material_id, wish)
    located(response, f"materials/{material_id}/uses", use.id)
    return use


@router.get("/{material_id}/uses", response_model=Page[UseOut], operation_id="listMaterialUses")
async def list_uses(
    material_id: UUID, query: Annotated[UseQuery, Query()], session: Session, _caller: Reader
) -> Slice[MaterialUse]:
    """Where this version was shown."""
    await find(session, Material, material_id)
    return await selling.uses(session, material_id, query)


@router.get("/{material_id}/record", operation_id="getMaterialRecord")
async def get_material_record(material_id: UUID, session: Session, _caller: Reader) -> RecordOut:
    """What became of the opportunities where any version of it was shown: its win rate, with its uncertainty."""
    return RecordOut.of(await selling.record_of_material(session, material_id))
