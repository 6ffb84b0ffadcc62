"""Stakeholders: the people at the client who have a say."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.requirements.commands import discovery, records
from services.requirements.models.discovery import Stakeholder
from services.requirements.queries import guards
from services.requirements.schemas.discovery import StakeholderIn, StakeholderOut, StakeholderPatch, StakeholderQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice

router = APIRouter(prefix="/v1/stakeholders", tags=["requirements"], route_class=Route)

Reader = Annotated[Principal, may("stakeholders:read")]
Writer = Annotated[Principal, may("stakeholders:write")]


@router.post("", status_code=201, response_model=StakeholderOut, operation_id="addStakeholder")
async def add_stakeholder(wish: StakeholderIn, session: Session, _caller: Writer) -> Stakeholder:
    """Record somebody who has a say, or should have."""
    return await discovery.add_stakeholder(session, wish)


@router.get("", response_model=Page[StakeholderOut], operation_id="listStakeholders")
async def list_stakeholders(
    query: Annotated[StakeholderQuery, Query()], session: Session, _caller: Reader
) -> Slice[Stakeholder]:
    """Stakeholders, newest first; `q` looks in name, position and needs."""
    return await guards.page(session, Stakeholder, query)


@router.get("/{stakeholder_id}", response_model=StakeholderOut, operation_id="getStakeholder")
async def get_stakeholder(stakeholder_id: UUID, session: Session, _caller: Reader) -> Stakeholder:
    """One stakeholder."""
    return await guards.one(session, Stakeholder, stakeholder_id)


@router.patch("/{stakeholder_id}", response_model=StakeholderOut, operation_id="changeStakeholder")
async def change_stakeholder(
    stakeholder_id: UUID, patch: StakeholderPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Stakeholder:
    """Change what is sent, keep the rest (JSON merge patch)."""
    return await discovery.change_stakeholder(session, stakeholder_id, patch, version=seen)


@router.delete("/{stakeholder_id}", status_code=204, operation_id="deleteStakeholder")
async def delete_stakeholder(stakeholder_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> None:
    """Delete; baselines made before keep their copy."""
    await records.remove(session, Stakeholder, stakeholder_id, version=seen)
