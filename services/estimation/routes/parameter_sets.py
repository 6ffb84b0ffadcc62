"""Parameter sets: everything that estimating takes for granted."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.estimation.commands import parameter_sets
from services.estimation.models.estimates import ParameterSet
from services.estimation.schemas.parameter_sets import (
    ParameterSetDetailOut,
    ParameterSetIn,
    ParameterSetItem,
    ParameterSetOut,
    ParameterSetQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route
from shared.kernel.pages import Page, page_of, paginate

router = APIRouter(prefix="/v1/parameter-sets", tags=["estimation"], route_class=Route)

Reader = Annotated[Principal, may("parameter-sets:read")]


@router.post("", status_code=201, operation_id="createParameterSet")
async def create_parameter_set(
    wish: ParameterSetIn,
    session: Session,
    caller: Annotated[Principal, may("parameter-sets:write")],
) -> ParameterSetDetailOut:
    """Make a new version by changing parameters of another; your newest own version is in force for new estimates."""
    return ParameterSetDetailOut.of(await parameter_sets.create_parameter_set(session, wish), caller)


@router.get("", operation_id="listParameterSets")
async def list_parameter_sets(
    query: Annotated[ParameterSetQuery, Query()], session: Session, _caller: Reader
) -> Page[ParameterSetItem] | Page[ParameterSetOut]:
    """The shipped set and your versions, newest first. The newest own one is in force, or else the shipped one."""
    await parameter_sets.install_shipped(session)
    return page_of(query, await paginate(session, ParameterSet, query), ParameterSetItem, ParameterSetOut)


@router.get("/{parameter_set_id}", operation_id="getParameterSet")
async def get_parameter_set(parameter_set_id: UUID, session: Session, caller: Reader) -> ParameterSetDetailOut:
    """One set with all its parameters; `commerce` is null without `cost:read`. A set never changes."""
    return ParameterSetDetailOut.of(await find(session, ParameterSet, parameter_set_id), caller)
