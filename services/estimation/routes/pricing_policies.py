"""Pricing policies: who must approve a discount, and why."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.estimation.commands import discounts as commands
from services.estimation.models.discounts import PricingPolicy
from services.estimation.queries import discounts as queries
from services.estimation.schemas.discounts import (
    Evaluation,
    PolicyQuery,
    PolicyQuestion,
    PricingPolicyIn,
    PricingPolicyOut,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route
from shared.kernel.pages import Page, Slice

router = APIRouter(prefix="/v1/pricing-policies", tags=["estimation"], route_class=Route)

Reader = Annotated[Principal, may("cost:read")]


@router.post("", status_code=201, response_model=PricingPolicyOut, operation_id="revisePricingPolicy")
async def revise_pricing_policy(
    wish: PricingPolicyIn,
    session: Session,
    _caller: Annotated[Principal, may("pricing-policies:write")],
) -> PricingPolicy:
    """Put the next revision in force, for discounts that are asked for from then on."""
    return await commands.revise_policy(session, wish)


@router.post(":evaluate", operation_id="evaluatePricingPolicy")
async def evaluate(
    question: PolicyQuestion, session: Session, caller: Annotated[Principal, may("pricing-policies:read")]
) -> Evaluation:
    """Would this discount need an approval, whose, and why? Nothing is changed."""
    return (await queries.evaluate(session, question)).for_(caller)


@router.get("", response_model=Page[PricingPolicyOut], operation_id="listPricingPolicies")
async def list_pricing_policies(
    query: Annotated[PolicyQuery, Query()], session: Session, _caller: Reader
) -> Slice[PricingPolicy]:
    """All revisions; `is_in_force=true` is the one that counts. None at all: the usual levels (5 %, 20 %) count."""
    return await queries.policies(session, query)


@router.get("/{policy_id}", response_model=PricingPolicyOut, operation_id="getPricingPolicy")
async def get_pricing_policy(policy_id: UUID, session: Session, _caller: Reader) -> PricingPolicy:
    """One revision."""
    return await find(session, PricingPolicy, policy_id)
