"""Concerns: early worries that become risk candidates."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.requirements.commands import records
from services.requirements.models.opportunities import Concern
from services.requirements.queries import guards
from services.requirements.schemas.opportunities import ConcernIn, ConcernOut, ConcernPatch, ConcernQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice

router = APIRouter(prefix="/v1/concerns", tags=["requirements"], route_class=Route)

Reader = Annotated[Principal, may("concerns:read")]
Writer = Annotated[Principal, may("concerns:write")]


@router.post("", status_code=201, response_model=ConcernOut, operation_id="createConcern")
async def create_concern(wish: ConcernIn, session: Session, _caller: Writer) -> Concern:
    """Record a concern of an opportunity."""
    return await records.create_concern(session, wish)


@router.get("", response_model=Page[ConcernOut], operation_id="listConcerns")
async def list_concerns(query: Annotated[ConcernQuery, Query()], session: Session, _caller: Reader) -> Slice[Concern]:
    """Concerns, newest first."""
    return await guards.page(session, Concern, query)


@router.get("/{concern_id}", response_model=ConcernOut, operation_id="getConcern")
async def get_concern(concern_id: UUID, session: Session, _caller: Reader) -> Concern:
    """One concern."""
    return await guards.one(session, Concern, concern_id)


@router.patch("/{concern_id}", response_model=ConcernOut, operation_id="changeConcern")
async def change_concern(
    concern_id: UUID, patch: ConcernPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Concern:
    """Change what is sent, keep the rest (JSON merge patch)."""
    return await records.change_concern(session, concern_id, patch, version=seen)


@router.delete("/{concern_id}", status_code=204, operation_id="deleteConcern")
async def delete_concern(concern_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> None:
    """Delete; baselines made from it keep their copy."""
    await records.remove(session, Concern, concern_id, version=seen)


@router.post("/{concern_id}/clear-suspect", response_model=ConcernOut, operation_id="clearSuspectConcern")
async def clear_suspect(concern_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Concern:
    """It was looked at and is right as it is: take the suspect marks off."""
    return await records.clear_concern(session, concern_id, version=seen)
