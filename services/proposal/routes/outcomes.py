"""Outcomes: how opportunities ended, why, and what we learn."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.proposal.commands import outcomes as commands
from services.proposal.models.outcomes import Outcome
from services.proposal.schemas.outcomes import OutcomeIn, OutcomeOut, OutcomePatch, OutcomeQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/outcomes", tags=["proposal"], route_class=Route)

Reader = Annotated[Principal, may("outcomes:read")]
Writer = Annotated[Principal, may("outcomes:write")]


@router.post("", status_code=201, response_model=OutcomeOut, operation_id="draftOutcome")
async def draft_outcome(wish: OutcomeIn, session: Session, _caller: Writer) -> Outcome:
    """Write down how an opportunity ended. When the client answers a proposal, that is done for you."""
    return await commands.draft_outcome(session, wish)


@router.get("", response_model=Page[OutcomeOut], operation_id="listOutcomes")
async def list_outcomes(query: Annotated[OutcomeQuery, Query()], session: Session, _caller: Reader) -> Slice[Outcome]:
    """Outcomes, newest first."""
    return await paginate(session, Outcome, query)


@router.get("/{outcome_id}", response_model=OutcomeOut, operation_id="getOutcome")
async def get_outcome(outcome_id: UUID, session: Session, _caller: Reader) -> Outcome:
    """One outcome."""
    return await find(session, Outcome, outcome_id)


@router.patch("/{outcome_id}", response_model=OutcomeOut, operation_id="changeOutcome")
async def change_outcome(
    outcome_id: UUID, patch: OutcomePatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Outcome:
    """Say more (JSON merge patch of whole fields): reasons, prices and lessons, even after it was recorded."""
    return await commands.change_outcome(session, outcome_id, patch, version=seen)


@router.post("/{outcome_id}/record", response_model=OutcomeOut, operation_id="recordOutcome")
async def record_outcome(outcome_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Outcome:
    """Let it stand: the opportunity is closed by it, and a won one is handed over."""
    return await commands.record_outcome(session, outcome_id, version=seen)
