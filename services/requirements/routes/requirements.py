"""Requirements: what the client needs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.requirements.commands import requirements
from services.requirements.models.requirements import Requirement
from services.requirements.schemas.requirements import (
    RequirementIn,
    RequirementOut,
    RequirementPatch,
    RequirementQuery,
    RequirementsIn,
    RequirementsOut,
)
from shared.auth import Principal, may
from shared.db import Session, find
from shared.http import Route, SeenVersion, located
from shared.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/requirements", tags=["requirements"], route_class=Route)
batch = APIRouter(tags=["requirements"], route_class=Route)


@router.post("", status_code=201, response_model=RequirementOut, operation_id="createRequirement")
async def create_requirement(
    wish: RequirementIn, response: Response, session: Session, _caller: Annotated[Principal, may("requirements:write")]
) -> Requirement:
    """Record a requirement."""
    [requirement] = await requirements.record_requirements(session, [wish])
    located(response, "requirements", requirement.id)
    return requirement


@batch.post(
    "/v1/requirements:batch",
    status_code=201,
    response_model=RequirementsOut,
    operation_id="createRequirements",
)
async def create_requirements(
    wishes: RequirementsIn, session: Session, _caller: Annotated[Principal, may("requirements:write")]
) -> dict[str, list[Requirement]]:
    """Record many requirements, all or none. They may depend on each other, by code."""
    return {"items": await requirements.record_requirements(session, wishes.items)}


@router.get("", response_model=Page[RequirementOut], operation_id="listRequirements")
async def list_requirements(
    query: Annotated[RequirementQuery, Query()],
    session: Session,
    _caller: Annotated[Principal, may("requirements:read")],
) -> Slice[Requirement]:
    """Requirements, newest first; `q` looks for words in title and statement."""
    return await paginate(session, Requirement, query)


@router.get("/{requirement_id}", response_model=RequirementOut, operation_id="getRequirement")
async def get_requirement(
    requirement_id: UUID, session: Session, _caller: Annotated[Principal, may("requirements:read")]
) -> Requirement:
    """One requirement."""
    return await find(session, Requirement, requirement_id)


@router.patch("/{requirement_id}", response_model=RequirementOut, operation_id="changeRequirement")
async def change_requirement(
    requirement_id: UUID,
    patch: RequirementPatch,
    session: Session,
    seen: SeenVersion,
    _caller: Annotated[Principal, may("requirements:write")],
) -> Requirement:
    """Change what is sent, keep the rest (JSON merge patch). A baselined requirement becomes `changed`."""
    return await requirements.change_requirement(session, requirement_id, patch, version=seen)


@router.post("/{requirement_id}/agree", response_model=RequirementOut, operation_id="agreeRequirement")
async def agree_requirement(
    requirement_id: UUID, session: Session, seen: SeenVersion, _caller: Annotated[Principal, may("requirements:write")]
) -> Requirement:
    """The client and we agree on it."""
    return await requirements.move_requirement(session, requirement_id, "agree", version=seen)


@router.post("/{requirement_id}/withdraw", response_model=RequirementOut, operation_id="withdrawRequirement")
async def withdraw_requirement(
    requirement_id: UUID, session: Session, seen: SeenVersion, _caller: Annotated[Principal, may("requirements:write")]
) -> Requirement:
    """Take it out: the next baseline is made without it."""
    return await requirements.move_requirement(session, requirement_id, "withdraw", version=seen)
