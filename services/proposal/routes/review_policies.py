"""Review policies: how many must approve a proposal, by its amount."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.proposal.commands import review_policies as commands
from services.proposal.models.reviews import ReviewPolicy
from services.proposal.queries import review_policies as queries
from services.proposal.schemas.reviews import (
    Evaluation,
    PolicyQuestion,
    ReviewPolicyIn,
    ReviewPolicyOut,
    ReviewPolicyQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route
from shared.kernel.pages import Page, Slice

router = APIRouter(prefix="/v1/review-policies", tags=["proposal"], route_class=Route)

Reader = Annotated[Principal, may("review-policies:read")]


@router.post("", status_code=201, response_model=ReviewPolicyOut, operation_id="reviseReviewPolicy")
async def revise_review_policy(
    wish: ReviewPolicyIn,
    session: Session,
    _caller: Annotated[Principal, may("review-policies:write")],
) -> ReviewPolicy:
    """Put the next revision in force, for proposals that go to review from then on."""
    return await commands.revise_policy(session, wish)


@router.post(":evaluate", operation_id="evaluateReviewPolicy")
async def evaluate(question: PolicyQuestion, session: Session, _caller: Reader) -> Evaluation:
    """Would this amount, or this proposal, need reviews, whose, and why? Nothing is changed."""
    return await queries.evaluate(session, question)


@router.get("", response_model=Page[ReviewPolicyOut], operation_id="listReviewPolicies")
async def list_review_policies(
    query: Annotated[ReviewPolicyQuery, Query()], session: Session, _caller: Reader
) -> Slice[ReviewPolicy]:
    """All revisions; `is_in_force=true` is the one that counts. None at all: one approval by an approver."""
    return await queries.policies(session, query)


@router.get("/{policy_id}", response_model=ReviewPolicyOut, operation_id="getReviewPolicy")
async def get_review_policy(policy_id: UUID, session: Session, _caller: Reader) -> ReviewPolicy:
    """One revision."""
    return await find(session, ReviewPolicy, policy_id)
