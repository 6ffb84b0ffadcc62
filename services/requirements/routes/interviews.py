"""Interviews and workshops: what the client said, and what it became."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.requirements.commands import interviews
from services.requirements.models.interviews import Interview
from services.requirements.models.requirements import Requirement
from services.requirements.queries import guards
from services.requirements.schemas.interviews import (
    InterviewIn,
    InterviewOut,
    InterviewPatch,
    InterviewQuery,
    QuotedRequirements,
    QuotesIn,
)
from services.requirements.schemas.requirements import RequirementsOut
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice

router = APIRouter(prefix="/v1/interviews", tags=["requirements"], route_class=Route)

Reader = Annotated[Principal, may("interviews:read")]
Writer = Annotated[Principal, may("interviews:write")]


@router.post("", status_code=201, response_model=InterviewOut, operation_id="recordInterview")
async def record_interview(wish: InterviewIn, session: Session, _caller: Writer) -> Interview:
    """Record a talk that was held to find out, with quotes in the client's own words."""
    return await interviews.record_interview(session, wish)


@router.get("", response_model=Page[InterviewOut], operation_id="listInterviews")
async def list_interviews(
    query: Annotated[InterviewQuery, Query()], session: Session, _caller: Reader
) -> Slice[Interview]:
    """Interviews, newest first; `q` looks in title, notes and quotes."""
    return await guards.page(session, Interview, query)


@router.get("/{interview_id}", response_model=InterviewOut, operation_id="getInterview")
async def get_interview(interview_id: UUID, session: Session, _caller: Reader) -> Interview:
    """One interview; each quote names the requirements that it became."""
    return await guards.one(session, Interview, interview_id)


@router.patch("/{interview_id}", response_model=InterviewOut, operation_id="changeInterview")
async def change_interview(
    interview_id: UUID, patch: InterviewPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Interview:
    """Change what is sent, keep the rest. Quotes are never changed: they are evidence."""
    return await interviews.change_interview(session, interview_id, patch, version=seen)


@router.post("/{interview_id}/quotes", response_model=InterviewOut, operation_id="addQuotes")
async def add_quotes(
    interview_id: UUID, wish: QuotesIn, session: Session, seen: SeenVersion, _caller: Writer
) -> Interview:
    """Add what was said."""
    return await interviews.add_quotes(session, interview_id, wish.items, version=seen)


@router.post(
    "/{interview_id}/requirements",
    status_code=201,
    response_model=RequirementsOut,
    operation_id="makeRequirementsOfQuotes",
)
async def make_requirements(
    interview_id: UUID, wish: QuotedRequirements, session: Session, seen: SeenVersion, _caller: Writer
) -> dict[str, list[Requirement]]:
    """Draft requirements from quotes, all or none: our statement, with the client's words and the source beside it."""
    return {"items": await interviews.make_requirements(session, interview_id, wish.items, version=seen)}
