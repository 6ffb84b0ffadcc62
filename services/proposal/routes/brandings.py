"""Branding 文档样式 of documents: an opportunity's, and the tenant's."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.proposal.commands import brandings as commands
from services.proposal.document.logo import MOST_BYTES
from services.proposal.models.brandings import Branding
from services.proposal.queries import brandings as queries
from services.proposal.routes.concurrency import Turns, in_turn
from services.proposal.routes.file_responses import LOGO, stored_logo
from services.proposal.schemas.brandings import BrandingIn, BrandingOut, BrandingPatch, BrandingQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import SeenVersion
from shared.kernel.pages import Page, Slice
from shared.kernel.upload import FileBody, Upload

router = APIRouter(prefix="/v1/brandings", tags=["proposal"], route_class=Turns)

Reader = Annotated[Principal, may("brandings:read")]
Writer = Annotated[Principal, may("brandings:write")]

_FILE = FileBody("a picture, 1 MiB and four million pixels at most: PNG, JPEG or SVG", ["image/*"], MOST_BYTES)


@router.post("", status_code=201, response_model=BrandingOut, operation_id="brandDocuments")
async def brand_documents(wish: BrandingIn, session: Session, caller: Writer) -> Branding:
    """Give documents a company, a footer and colours: those of an opportunity, whose newest draft has them at once.

    Without `opportunity_id` it is the tenant's default, which needs `brandings:default`: each field counts where an
    opportunity's own is null. New drafts have it; those that are there get it within minutes, one after the other.
    """
    return await commands.brand(session, wish, caller)


@router.get("", response_model=Page[BrandingOut], operation_id="listBrandings")
async def list_brandings(
    query: Annotated[BrandingQuery, Query()], session: Session, _caller: Reader
) -> Slice[Branding]:
    """Brandings, newest first."""
    return await queries.brandings(session, query)


@router.get("/{branding_id}", response_model=BrandingOut, operation_id="getBranding")
async def get_branding(branding_id: UUID, session: Session, _caller: Reader) -> Branding:
    """One branding."""
    return await find(session, Branding, branding_id)


@router.patch("/{branding_id}", response_model=BrandingOut, operation_id="changeBranding")
async def change_branding(
    branding_id: UUID, patch: BrandingPatch, session: Session, seen: SeenVersion, caller: Writer
) -> Branding:
    """Change what is sent, keep the rest (JSON merge patch); drafts have it as when it was made."""
    return await commands.change_branding(session, branding_id, patch, caller, version=seen)


@router.put("/{branding_id}/logo", response_model=BrandingOut, operation_id="putLogo", openapi_extra=_FILE.openapi)
@in_turn
async def put_logo(
    branding_id: UUID,
    session: Session,
    seen: SeenVersion,
    caller: Writer,
    file: Annotated[Upload, _FILE.received],
) -> Branding:
    """Put a logo, PNG, JPEG or SVG by its content, in the place of any before; sample documents are made with it first.

    It is on the cover and in the header of PDFs and on the cover of Word, which has no SVG. An SVG has shapes only: no
    text (convert it to outlines), script, style or picture from elsewhere.
    """
    return await commands.put_logo(session, branding_id, file.content, caller, version=seen)


@router.get(
    "/{branding_id}/logo",
    response_class=Response,
    responses=LOGO,
    operation_id="downloadLogo",
)
async def download_logo(branding_id: UUID, request: Request, session: Session, _caller: Reader) -> Response:
    """The logo as it was uploaded."""
    sha256, media_type = await queries.logo_of(session, branding_id)
    return await stored_logo(request, sha256, media_type)


@router.delete("/{branding_id}/logo", response_model=BrandingOut, operation_id="removeLogo")
async def remove_logo(branding_id: UUID, session: Session, seen: SeenVersion, caller: Writer) -> Branding:
    """Take the logo away; what was made with it keeps it."""
    return await commands.remove_logo(session, branding_id, caller, version=seen)
