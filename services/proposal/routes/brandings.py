"""Branding 文档样式 of documents: an opportunity's, and the tenant's."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.proposal.commands import brandings as commands
from services.proposal.models.brandings import Branding
from services.proposal.queries import brandings as queries
from services.proposal.schemas.brandings import BrandingIn, BrandingOut, BrandingPatch, BrandingQuery
from shared.auth import Principal, may
from shared.db import Session, find
from shared.http import Route, SeenVersion, located
from shared.pages import Page, Slice

router = APIRouter(prefix="/v1/brandings", tags=["proposal"], route_class=Route)

Reader = Annotated[Principal, may("brandings:read")]
Writer = Annotated[Principal, may("brandings:write")]


@router.post("", status_code=201, response_model=BrandingOut, operation_id="brandDocuments")
async def brand_documents(wish: BrandingIn, response: Response, session: Session, caller: Writer) -> Branding:
    """Give documents a company, a footer and colours: those of an opportunity, whose newest draft has them at once.

    Without `opportunity_id` it is the tenant's default, which needs `brandings:default`: each field counts where an
    opportunity's own is null. New drafts have it; those that are there get it within minutes, one after the other.
    """
    branding = await commands.brand(session, wish, caller)
    located(response, "brandings", branding.id)
    return branding


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
