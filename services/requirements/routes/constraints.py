"""Constraints: the limits that the client sets."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.requirements.commands import constraints
from services.requirements.models.opportunities import Constraint
from services.requirements.queries import guards
from services.requirements.schemas.opportunities import ConstraintIn, ConstraintOut, ConstraintPatch, ConstraintQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice

router = APIRouter(prefix="/v1/constraints", tags=["requirements"], route_class=Route)

Reader = Annotated[Principal, may("constraints:read")]
Writer = Annotated[Principal, may("constraints:write")]


@router.post("", status_code=201, response_model=ConstraintOut, operation_id="createConstraint")
async def create_constraint(wish: ConstraintIn, session: Session, _caller: Writer) -> Constraint:
    """Record a constraint of an opportunity."""
    return await constraints.create_constraint(session, wish)


@router.get("", response_model=Page[ConstraintOut], operation_id="listConstraints")
async def list_constraints(
    query: Annotated[ConstraintQuery, Query()], session: Session, _caller: Reader
) -> Slice[Constraint]:
    """Constraints, newest first."""
    return await guards.page(session, Constraint, query)


@router.get("/{constraint_id}", response_model=ConstraintOut, operation_id="getConstraint")
async def get_constraint(constraint_id: UUID, session: Session, _caller: Reader) -> Constraint:
    """One constraint."""
    return await guards.one(session, Constraint, constraint_id)


@router.patch("/{constraint_id}", response_model=ConstraintOut, operation_id="changeConstraint")
async def change_constraint(
    constraint_id: UUID, patch: ConstraintPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Constraint:
    """Change what is sent, keep the rest (JSON merge patch)."""
    return await constraints.change_constraint(session, constraint_id, patch, version=seen)


@router.delete("/{constraint_id}", status_code=204, operation_id="deleteConstraint")
async def delete_constraint(constraint_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> None:
    """Delete; baselines made from it keep their copy."""
    await constraints.remove_constraint(session, constraint_id, version=seen)
