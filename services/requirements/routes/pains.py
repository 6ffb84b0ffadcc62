"""Pains: what hurts the client today."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.requirements.commands import discovery
from services.requirements.models.discovery import Pain
from services.requirements.queries import guards
from services.requirements.schemas.discovery import PainIn, PainOut, PainPatch, PainQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice

router = APIRouter(prefix="/v1/pains", tags=["requirements"], route_class=Route)

Reader = Annotated[Principal, may("pains:read")]
Writer = Annotated[Principal, may("pains:write")]


@router.post("", status_code=201, response_model=PainOut, operation_id="addPain")
async def add_pain(wish: PainIn, session: Session, _caller: Writer) -> Pain:
    """Record what hurts the client, and what it costs a year to leave it so."""
    return await discovery.add_pain(session, wish)


@router.get("", response_model=Page[PainOut], operation_id="listPains")
async def list_pains(query: Annotated[PainQuery, Query()], session: Session, _caller: Reader) -> Slice[Pain]:
    """Pains, newest first."""
    return await guards.page(session, Pain, query)


@router.get("/{pain_id}", response_model=PainOut, operation_id="getPain")
async def get_pain(pain_id: UUID, session: Session, _caller: Reader) -> Pain:
    """One pain."""
    return await guards.one(session, Pain, pain_id)


@router.patch("/{pain_id}", response_model=PainOut, operation_id="changePain")
async def change_pain(pain_id: UUID, patch: PainPatch, session: Session, seen: SeenVersion, _caller: Writer) -> Pain:
    """Change what is sent, keep the rest (JSON merge patch)."""
    return await discovery.change_pain(session, pain_id, patch, version=seen)


@router.delete("/{pain_id}", status_code=204, operation_id="deletePain")
async def delete_pain(pain_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> None:
    """Delete; baselines made before keep their copy."""
    await discovery.remove_pain(session, pain_id, version=seen)
