"""Bid decisions 投标决策, and the questionnaire that they go by."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.proposal.commands import bids as commands
from services.proposal.models.bids import BidDecision, BidPolicy
from services.proposal.schemas.bids import (
    AnswersIn,
    BidDecisionIn,
    BidDecisionOut,
    BidDecisionQuery,
    BidPolicyIn,
    BidPolicyItem,
    BidPolicyOut,
    DecisionIn,
    MetIn,
    ReopenIn,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, PageQuery, Slice, page_of, paginate

router = APIRouter(prefix="/v1/bid-decisions", tags=["proposal"], route_class=Route)
policies = APIRouter(prefix="/v1/bid-policies", tags=["proposal"], route_class=Route)

PolicyReader = Annotated[Principal, may("bid-policies:read")]

Reader = Annotated[Principal, may("bid-decisions:read")]
Writer = Annotated[Principal, may("bid-decisions:write")]
Decider = Annotated[Principal, may("bid-decisions:decide")]


@policies.post("", status_code=201, response_model=BidPolicyOut, operation_id="adoptBidPolicy")
async def adopt_bid_policy(
    wish: BidPolicyIn, session: Session, _caller: Annotated[Principal, may("bid-policies:write")]
) -> BidPolicy:
    """Adopt the next version of the questionnaire: questions with weights and choices, knock-outs, thresholds."""
    return await commands.adopt_policy(session, wish)


@policies.get("", operation_id="listBidPolicies")
async def list_bid_policies(
    query: Annotated[PageQuery, Query()], session: Session, _caller: PolicyReader
) -> Page[BidPolicyItem] | Page[BidPolicyOut]:
    """Versions, newest first; none before the first decision: the shipped questionnaire then becomes the first."""
    return page_of(query, await paginate(session, BidPolicy, query), BidPolicyItem, BidPolicyOut)


@policies.get("/{policy_id}", response_model=BidPolicyOut, operation_id="getBidPolicy")
async def get_bid_policy(policy_id: UUID, session: Session, _caller: PolicyReader) -> BidPolicy:
    """One version."""
    return await find(session, BidPolicy, policy_id)


@router.post("", status_code=201, response_model=BidDecisionOut, operation_id="openBidDecision")
async def open_bid_decision(wish: BidDecisionIn, session: Session, _caller: Writer) -> BidDecision:
    """Open the question whether to bid for an opportunity."""
    return await commands.open_decision(session, wish)


@router.get("", response_model=Page[BidDecisionOut], operation_id="listBidDecisions")
async def list_bid_decisions(
    query: Annotated[BidDecisionQuery, Query()], session: Session, _caller: Reader
) -> Slice[BidDecision]:
    """Bid decisions, newest first."""
    return await paginate(session, BidDecision, query)


@router.get("/{decision_id}", response_model=BidDecisionOut, operation_id="getBidDecision")
async def get_bid_decision(decision_id: UUID, session: Session, _caller: Reader) -> BidDecision:
    """One decision with its answers, what they recommend, and its conditions."""
    return await find(session, BidDecision, decision_id)


@router.get("/{decision_id}/questionnaire", response_model=BidPolicyOut, operation_id="getBidQuestionnaire")
async def get_bid_questionnaire(decision_id: UUID, session: Session, _caller: Reader) -> BidPolicy:
    """The questions that this decision was answered by."""
    return await find(session, BidPolicy, (await find(session, BidDecision, decision_id)).policy_id)


@router.post("/{decision_id}/answer", response_model=BidDecisionOut, operation_id="answerBidQuestions")
async def answer_bid_questions(
    decision_id: UUID, wish: AnswersIn, session: Session, seen: SeenVersion, _caller: Writer
) -> BidDecision:
    """Give, change or take back answers; the score and what it recommends follow at once."""
    return await commands.answer(session, decision_id, wish, version=seen)


@router.post("/{decision_id}/decide", response_model=BidDecisionOut, operation_id="decideBid")
async def decide_bid(
    decision_id: UUID, wish: DecisionIn, session: Session, seen: SeenVersion, _caller: Decider
) -> BidDecision:
    """Go, conditional (with conditions, each with an owner and a day) or no go; by somebody who did not answer."""
    return await commands.decide(session, decision_id, wish, version=seen)


@router.post("/{decision_id}/meet-condition", response_model=BidDecisionOut, operation_id="meetBidCondition")
async def meet_bid_condition(
    decision_id: UUID, wish: MetIn, session: Session, seen: SeenVersion, _caller: Writer
) -> BidDecision:
    """A condition is met; with the last one it is a go."""
    return await commands.meet_condition(session, decision_id, wish, version=seen)


@router.post("/{decision_id}/reopen", response_model=BidDecisionOut, operation_id="reopenBidDecision")
async def reopen_bid_decision(
    decision_id: UUID, wish: ReopenIn, session: Session, seen: SeenVersion, _caller: Writer
) -> BidDecision:
    """Decide again, for a reason; answers stay."""
    return await commands.reopen(session, decision_id, wish.reason, version=seen)
