"""Branding 文档样式 of an opportunity's documents."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.proposal.commands import brandings as commands
from services.proposal.models.brandings import Branding
from services.proposal.schemas.brandings import BrandingIn, BrandingOut, BrandingPatch, BrandingQuery
from shared.auth import Principal, may
from shared.db import Session, find
from shared.http import Route, SeenVersion, located
from shared.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/brandings", tags=["proposal"], route_class=Route)

Reader = Annotated[Principal, may("brandings:read")]
Writer = Annotated[Principal, may("brandings:write")]


@router.post("", status_code=201, response_model=BrandingOut, operation_id="brandDocuments")
async def brand_documents(wish: BrandingIn, response: Response, session: Session, _caller: Writer) -> Branding:
    """Give the documents of an opportunity a company, a footer and colours of its own; the newest draft has them."""
    branding = await commands.brand(session, wish)
    located(response, "brandings", branding.id)
    return branding


@router.get("", response_model=Page[BrandingOut], operation_id="listBrandings")
async def list_brandings(
    query: Annotated[BrandingQuery, Query()], session: Session, _caller: Reader
) -> Slice[Branding]:
    """Brandings, newest first."""
    return await paginate(session, Branding, query)


@router.get("/{branding_id}", response_model=BrandingOut, operation_id="getBranding")
async def get_branding(branding_id: UUID, session: Session, _caller: Reader) -> Branding:
    """One branding."""
    return await find(session, Branding, branding_id)


@router.patch("/{branding_id}", response_model=BrandingOut, operation_id="changeBranding")
async def change_branding(
    branding_id: UUID, patch: BrandingPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Branding:
    """Change what is sent, keep the rest (JSON merge patch); the newest draft has it at once."""
    return await commands.change_branding(session, branding_id, patch, version=seen)
