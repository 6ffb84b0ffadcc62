"""Templates of a tenant's documents."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.proposal.commands import templates as commands
from services.proposal.document.template_kinds import KINDS
from services.proposal.document.template_kit import template_kit
from services.proposal.models.templates import Template
from services.proposal.routes.concurrency import Turns, in_turn
from services.proposal.routes.file_responses import stored_file
from services.proposal.schemas.templates import ShippedQuery, TemplateOut, TemplateQuery, TemplateWish
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice, paginate
from shared.kernel.upload import FileBody, Upload

router = APIRouter(prefix="/v1/templates", tags=["proposal"], route_class=Turns)
shipped = APIRouter(tags=["proposal"], route_class=Route)

Reader = Annotated[Principal, may("templates:read")]
Writer = Annotated[Principal, may("templates:write")]

MOST_BYTES = 8 * 1024 * 1024
_FILE = FileBody(
    "a template, 8 MiB at most: a .docx with docxtpl tags, or the main.typ of a typst template in UTF-8",
    [*(kind.media_type for kind in KINDS.values()), "text/*"],
    MOST_BYTES,
)


@router.post(
    "", status_code=201, response_model=TemplateOut, operation_id="uploadTemplate", openapi_extra=_FILE.openapi
)
@in_turn
async def upload_template(
    wish: Annotated[TemplateWish, Query()],
    session: Session,
    caller: Writer,
    file: Annotated[Upload, _FILE.received],
) -> Template:
    """Upload the next version of a template. It is tried on sample data in a limited process; what fails is refused.

    A typst template is a program: uploading one takes the permission `templates:program` too. Its refusal says in
    `diagnostics` what is wrong where: `file`, `line`, `column`, `message`, `hints`, and the calls that led there.
    """
    return await commands.take_template(session, wish, file.content, caller=caller)


@router.get("", response_model=Page[TemplateOut], operation_id="listTemplates")
async def list_templates(
    query: Annotated[TemplateQuery, Query()], session: Session, _caller: Reader
) -> Slice[Template]:
    """Templates, newest first."""
    return await paginate(session, Template, query)


@shipped.get("/v1/templates:shipped", response_class=Response, operation_id="downloadShippedTemplate")
async def download_shipped_template(query: Annotated[ShippedQuery, Query()], _caller: Reader) -> Response:
    """The template that counts until a tenant activates its own, Word or typst: a beginning for that one."""
    kind = KINDS[query.kind]
    data = await asyncio.to_thread(kind.shipped)
    return Response(
        data,
        media_type=kind.media_type,
        headers={"Content-Disposition": f'attachment; filename="{kind.shipped_name}"'},
    )


@shipped.get("/v1/templates:kit", response_class=Response, operation_id="downloadTemplateKit")
async def download_template_kit(_caller: Reader) -> Response:
    """All that a typst template can reach, with a proposal of samples, as an archive: to try one at one's desk.

    `typst compile main.typ --input language=zh --input content_hash=none --pdf-standard a-3a,ua-1`
    """
    data = await asyncio.to_thread(template_kit)
    return Response(
        data,
        media_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="template-kit.zip"'},
    )


@router.get("/{template_id}", response_model=TemplateOut, operation_id="getTemplate")
async def get_template(template_id: UUID, session: Session, _caller: Reader) -> Template:
    """One version of a template."""
    return await find(session, Template, template_id)


@router.get("/{template_id}/file", response_class=Response, operation_id="downloadTemplate")
async def download_template(template_id: UUID, request: Request, session: Session, _caller: Reader) -> Response:
    """The file as it was uploaded."""
    template = await find(session, Template, template_id)
    kind = KINDS[template.kind]
    return await stored_file(
        request, template.sha256, name=f"{template.name}.{kind.ending}", media_type=kind.media_type
    )


@router.post("/{template_id}/activate", response_model=TemplateOut, operation_id="activateTemplate")
async def activate_template(template_id: UUID, session: Session, seen: SeenVersion, caller: Writer) -> Template:
    """Documents are set on it from now on; the one before is retired. Typst takes `templates:program` too."""
    return await commands.activate_template(session, template_id, version=seen, caller=caller)


@router.post("/{template_id}/retire", response_model=TemplateOut, operation_id="retireTemplate")
async def retire_template(template_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Template:
    """It is not used any more; without an active one the shipped template counts."""
    return await commands.retire_template(session, template_id, version=seen)
