"""Operations: work that takes a while, and how far it is."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.requirements.models.imports import Operation
from services.requirements.schemas.imports import OperationOut, OperationQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route
from shared.kernel.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/operations", tags=["requirements"], route_class=Route)

Reader = Annotated[Principal, may("operations:read")]


@router.get("", response_model=Page[OperationOut], operation_id="listOperations")
async def list_operations(
    query: Annotated[OperationQuery, Query()], session: Session, _caller: Reader
) -> Slice[Operation]:
    """Operations, newest first."""
    return await paginate(session, Operation, query)


@router.get("/{operation_id}", response_model=OperationOut, operation_id="getOperation")
async def get_operation(operation_id: UUID, session: Session, _caller: Reader) -> Operation:
    """One operation: `status` queued, running, done or failed, `progress` 0 … 1, and where its result is."""
    return await find(session, Operation, operation_id)
