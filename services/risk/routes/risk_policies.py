"""Risk policies: how sure a budget is to be, how risks are accepted, and what happens by itself."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.risk.commands import settings
from services.risk.models.settings import RiskPolicy
from services.risk.schemas.settings import PolicyIn, PolicyOut, VersionQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, page_as, paginate

router = APIRouter(prefix="/v1/risk-policies", tags=["risk"], route_class=Route)

Reader = Annotated[Principal, may("risk-policies:read")]
Writer = Annotated[Principal, may("risk-policies:write")]


@router.post("", status_code=201, operation_id="reviseRiskPolicy")
async def revise_risk_policy(wish: PolicyIn, session: Session, _caller: Writer) -> PolicyOut:
    """Put the next policy in force, for all opportunities or for one; budgets made by another are stale at once."""
    row = await settings.put_in_force(
        session, RiskPolicy, wish.settings, name=wish.name, name_zh=wish.name_zh, opportunity_id=wish.opportunity_id
    )
    return PolicyOut.of(row)


@router.get("", operation_id="listRiskPolicies")
async def list_risk_policies(
    query: Annotated[VersionQuery, Query()], session: Session, _caller: Reader
) -> Page[PolicyOut]:
    """All versions; `status=active` shows what counts now. What is usual is the first."""
    await settings.install_shipped(session)
    return page_as(PolicyOut, await paginate(session, RiskPolicy, query))


@router.get("/{policy_id}", operation_id="getRiskPolicy")
async def get_risk_policy(policy_id: UUID, session: Session, _caller: Reader) -> PolicyOut:
    """One version."""
    return PolicyOut.of(await find(session, RiskPolicy, policy_id))


@router.post("/{policy_id}/activate", operation_id="activateRiskPolicy")
async def activate_risk_policy(policy_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> PolicyOut:
    """Put an earlier version in force again."""
    return PolicyOut.of(await settings.activate(session, RiskPolicy, policy_id, version=seen))


@router.post("/{policy_id}/retire", operation_id="retireRiskPolicy")
async def retire_risk_policy(policy_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> PolicyOut:
    """Have an opportunity follow the policy for all again."""
    return PolicyOut.of(await settings.retire(session, RiskPolicy, policy_id, version=seen))
