"""Opportunities: what the team wants to win."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.requirements.commands import records
from services.requirements.domain.stakeholders import coverage
from services.requirements.models.opportunities import Opportunity
from services.requirements.queries.completeness import completeness_of, person_of
from services.requirements.queries.opportunities import people_of, possible_duplicates
from services.requirements.schemas.discovery import CompletenessOut, CoverageOut, completeness_shown, coverage_shown
from services.requirements.schemas.opportunities import (
    Closing,
    DuplicateOut,
    Holding,
    OpportunityIn,
    OpportunityItem,
    OpportunityOpened,
    OpportunityOut,
    OpportunityPatch,
    OpportunityQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, page_of, paginate

router = APIRouter(prefix="/v1/opportunities", tags=["requirements"], route_class=Route)

Reader = Annotated[Principal, may("opportunities:read")]
Writer = Annotated[Principal, may("opportunities:write")]


@router.post("", status_code=201, response_model=OpportunityOpened, operation_id="openOpportunity")
async def open_opportunity(wish: OpportunityIn, session: Session, _caller: Writer) -> dict[str, Any]:
    """Open an opportunity of a client. Its code counts up within the year; others that may be the same are named."""
    opportunity = await records.open_opportunity(session, wish)
    alike = await possible_duplicates(session, opportunity)
    return {**OpportunityOut.model_validate(opportunity).model_dump(), "possible_duplicates": alike}


@router.get(
    "/{opportunity_id}/possible-duplicates", response_model=list[DuplicateOut], operation_id="listPossibleDuplicates"
)
async def list_possible_duplicates(opportunity_id: UUID, session: Session, _caller: Reader) -> list[dict[str, Any]]:
    """Open opportunities that may be the same one, by the names of client and title; the likeliest first."""
    return await possible_duplicates(session, await find(session, Opportunity, opportunity_id))


@router.get("/{opportunity_id}/completeness", response_model=CompletenessOut, operation_id="getOpportunityCompleteness")
async def get_completeness(opportunity_id: UUID, session: Session, _caller: Reader) -> dict[str, Any]:
    """How much of what should be known is known, what is missing, and what to do about it."""
    return completeness_shown(await completeness_of(session, opportunity_id))


@router.get("/{opportunity_id}/stakeholder-coverage", response_model=CoverageOut, operation_id="getStakeholderCoverage")
async def get_stakeholder_coverage(opportunity_id: UUID, session: Session, _caller: Reader) -> dict[str, Any]:
    """How well the people who decide are known, and who is missing."""
    await find(session, Opportunity, opportunity_id)
    return coverage_shown(coverage([person_of(row) for row in await people_of(session, opportunity_id)]))


@router.get("", operation_id="listOpportunities")
async def list_opportunities(
    query: Annotated[OpportunityQuery, Query()], session: Session, _caller: Reader
) -> Page[OpportunityItem] | Page[OpportunityOut]:
    """Opportunities, newest first; `q` looks for words in the title."""
    return page_of(query, await paginate(session, Opportunity, query), OpportunityItem, OpportunityOut)


@router.get("/{opportunity_id}", response_model=OpportunityOut, operation_id="getOpportunity")
async def get_opportunity(opportunity_id: UUID, session: Session, _caller: Reader) -> Opportunity:
    """One opportunity."""
    return await find(session, Opportunity, opportunity_id)


@router.patch("/{opportunity_id}", response_model=OpportunityOut, operation_id="changeOpportunity")
async def change_opportunity(
    opportunity_id: UUID, patch: OpportunityPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Opportunity:
    """Change what is sent, keep the rest (JSON merge patch). The stage moves by actions only."""
    return await records.change_opportunity(session, opportunity_id, patch, version=seen)


@router.post("/{opportunity_id}/qualify", response_model=OpportunityOut, operation_id="qualifyOpportunity")
async def qualify_opportunity(
    opportunity_id: UUID, session: Session, seen: SeenVersion, _caller: Writer
) -> Opportunity:
    """Start qualifying."""
    return await records.move_opportunity(session, opportunity_id, "qualify", version=seen)


@router.post("/{opportunity_id}/activate", response_model=OpportunityOut, operation_id="activateOpportunity")
async def activate_opportunity(
    opportunity_id: UUID, session: Session, seen: SeenVersion, _caller: Writer
) -> Opportunity:
    """It is qualified and the team pursues it; approving a baseline does the same. 409 while too little is known."""
    return await records.move_opportunity(session, opportunity_id, "activate", version=seen)


@router.post("/{opportunity_id}/hold", response_model=OpportunityOut, operation_id="holdOpportunity")
async def hold_opportunity(
    opportunity_id: UUID, session: Session, seen: SeenVersion, _caller: Writer, holding: Holding | None = None
) -> Opportunity:
    """Put on hold, with a reason and when to look again if you say so."""
    return await records.move_opportunity(session, opportunity_id, "hold", holding, version=seen)


@router.post("/{opportunity_id}/resume", response_model=OpportunityOut, operation_id="resumeOpportunity")
async def resume_opportunity(opportunity_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Opportunity:
    """Take up again what was on hold."""
    return await records.move_opportunity(session, opportunity_id, "resume", version=seen)


@router.post("/{opportunity_id}/negotiate", response_model=OpportunityOut, operation_id="negotiateOpportunity")
async def negotiate_opportunity(
    opportunity_id: UUID, session: Session, seen: SeenVersion, _caller: Writer
) -> Opportunity:
    """The client talks about terms: what was submitted is being negotiated."""
    return await records.move_opportunity(session, opportunity_id, "negotiate", version=seen)


@router.post("/{opportunity_id}/close", response_model=OpportunityOut, operation_id="closeOpportunity")
async def close_opportunity(
    opportunity_id: UUID, closing: Closing, session: Session, seen: SeenVersion, _caller: Writer
) -> Opportunity:
    """Close with an outcome. What was computed for it no longer counts; nothing is deleted."""
    return await records.close_opportunity(session, opportunity_id, closing, version=seen)
