"""Response policies: how soon we promise to answer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.engagement.commands import response_policies as commands
from services.engagement.commands.shipped import install_shipped
from services.engagement.models.response_clocks import ResponsePolicy
from services.engagement.queries import response_clocks as queries
from services.engagement.schemas.response_clocks import ResponsePolicyIn, ResponsePolicyOut, ResponsePolicyQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route
from shared.kernel.pages import Page, Slice

router = APIRouter(prefix="/v1/response-policies", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("response-policies:read")]


@router.post("", status_code=201, response_model=ResponsePolicyOut, operation_id="reviseResponsePolicy")
async def revise_response_policy(
    wish: ResponsePolicyIn,
    session: Session,
    _caller: Annotated[Principal, may("response-policies:write")],
) -> ResponsePolicy:
    """Put the next revision for a kind and a priority in force; clocks that run already keep the one they have."""
    return await commands.revise_policy(session, wish)


@router.get("", response_model=Page[ResponsePolicyOut], operation_id="listResponsePolicies")
async def list_response_policies(
    query: Annotated[ResponsePolicyQuery, Query()], session: Session, _caller: Reader
) -> Slice[ResponsePolicy]:
    """All revisions, the shipped ones first made; `is_in_force=true` shows what counts now."""
    await install_shipped(session)
    return await queries.policies(session, query)


@router.get("/{policy_id}", response_model=ResponsePolicyOut, operation_id="getResponsePolicy")
async def get_response_policy(policy_id: UUID, session: Session, _caller: Reader) -> ResponsePolicy:
    """One revision."""
    return await find(session, ResponsePolicy, policy_id)
