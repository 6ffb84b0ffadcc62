"""Requirements: what the client needs."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.requirements.commands import requirements
from services.requirements.models.requirements import Requirement
from services.requirements.queries import guards, lists
from services.requirements.queries.fit import suggestions_of
from services.requirements.queries.quality import chosen, findings_of, summary
from services.requirements.queries.requirements import requirements_of
from services.requirements.queries.traceability import history_of, links_of
from services.requirements.schemas.fit import SuggestionsOut, SuggestQuery
from services.requirements.schemas.quality import Dismissal, FindingQuery, FindingsOut
from services.requirements.schemas.requirements import (
    HistoryEntryOut,
    LinkOut,
    Moves,
    RequirementIn,
    RequirementOut,
    RequirementPatch,
    RequirementQuery,
    RequirementsIn,
    RequirementsOut,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page

router = APIRouter(prefix="/v1/requirements", tags=["requirements"], route_class=Route)
batch = APIRouter(tags=["requirements"], route_class=Route)

Reader = Annotated[Principal, may("requirements:read")]
Writer = Annotated[Principal, may("requirements:write")]


@router.post("", status_code=201, response_model=RequirementOut, operation_id="createRequirement")
async def create_requirement(wish: RequirementIn, session: Session, _caller: Writer) -> Requirement:
    """Record a requirement."""
    [requirement] = await requirements.record_requirements(session, [wish])
    return requirement


@batch.post(
    "/v1/requirements:batch",
    status_code=201,
    response_model=RequirementsOut,
    operation_id="createRequirements",
)
async def create_requirements(
    wishes: RequirementsIn, session: Session, _caller: Writer
) -> dict[str, list[Requirement]]:
    """Record many requirements, all or none. They may depend on each other, by code."""
    return {"items": await requirements.record_requirements(session, wishes.items)}


@batch.post("/v1/requirements:move", response_model=RequirementsOut, operation_id="moveRequirements")
async def move_requirements(wish: Moves, session: Session, _caller: Writer) -> dict[str, list[Requirement]]:
    """Submit, send back, agree or withdraw many, all or none; each with the version that you saw."""
    return {"items": await requirements.move_requirements(session, wish)}


@router.get("", response_model=Page[RequirementOut], operation_id="listRequirements")
async def list_requirements(query: Annotated[RequirementQuery, Query()], session: Session, _caller: Reader) -> Response:
    """Requirements, newest first; `q` looks for words in title and statement."""
    return await lists.requirements_page(session, query)


@router.get("/{requirement_id}", response_model=RequirementOut, operation_id="getRequirement")
async def get_requirement(requirement_id: UUID, session: Session, _caller: Reader) -> Requirement:
    """One requirement."""
    return await guards.one(session, Requirement, requirement_id)


@router.patch("/{requirement_id}", response_model=RequirementOut, operation_id="changeRequirement")
async def change_requirement(
    requirement_id: UUID, patch: RequirementPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Requirement:
    """Change what is sent, keep the rest (JSON merge patch). A baselined requirement becomes `changed`."""
    return await requirements.change_requirement(session, requirement_id, patch, version=seen)


@router.get("/{requirement_id}/history", response_model=list[HistoryEntryOut], operation_id="getRequirementHistory")
async def get_requirement_history(requirement_id: UUID, session: Session, _caller: Reader) -> list[dict[str, Any]]:
    """Every change, oldest first: who, when, and each field before and after."""
    return await history_of(session, await find(session, Requirement, requirement_id))


@router.get("/{requirement_id}/links", response_model=list[LinkOut], operation_id="listRequirementLinks")
async def list_requirement_links(requirement_id: UUID, session: Session, _caller: Reader) -> list[dict[str, Any]]:
    """All that is tied to it here; what stands on an earlier content of it is suspect."""
    return await links_of(session, await find(session, Requirement, requirement_id))


@router.get("/{requirement_id}/findings", response_model=FindingsOut, operation_id="listRequirementFindings")
async def list_requirement_findings(
    requirement_id: UUID, query: Annotated[FindingQuery, Query()], session: Session, _caller: Reader
) -> dict[str, Any]:
    """What may be misunderstood in it, with why and how to mend it. Nothing is blocked by it."""
    requirement = await find(session, Requirement, requirement_id)
    needs = await requirements_of(session, requirement.opportunity_id)
    found = await findings_of(needs, requirement_id)
    return {"statements": 1, "per_hundred": summary(1, found), "items": chosen(found, **dict(query))}


@router.post(
    "/{requirement_id}/dismiss-finding", response_model=RequirementOut, operation_id="dismissRequirementFinding"
)
async def dismiss_finding(
    requirement_id: UUID, wish: Dismissal, session: Session, seen: SeenVersion, _caller: Writer
) -> Requirement:
    """It was looked at and is no fault, for a reason; it comes back when the statement changes."""
    return await requirements.dismiss_finding(session, requirement_id, wish, version=seen)


@router.get(
    "/{requirement_id}/suggested-capabilities", response_model=SuggestionsOut, operation_id="suggestCapabilities"
)
async def suggest_capabilities(
    requirement_id: UUID, query: Annotated[SuggestQuery, Query()], session: Session, _caller: Reader
) -> dict[str, Any]:
    """Capabilities of our products that may meet it, Chinese or English, with a score: for a person to judge."""
    requirement = await find(session, Requirement, requirement_id)
    return (await suggestions_of(session, [requirement], query.limit))[0]


@router.post("/{requirement_id}/submit", response_model=RequirementOut, operation_id="submitRequirement")
async def submit_requirement(requirement_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Requirement:
    """Have it looked at by others."""
    return await requirements.move_requirement(session, requirement_id, "submit", version=seen)


@router.post("/{requirement_id}/send-back", response_model=RequirementOut, operation_id="sendBackRequirement")
async def send_back_requirement(
    requirement_id: UUID, session: Session, seen: SeenVersion, _caller: Writer
) -> Requirement:
    """Not right yet: a draft again."""
    return await requirements.move_requirement(session, requirement_id, "send_back", version=seen)


@router.post("/{requirement_id}/clear-suspect", response_model=RequirementOut, operation_id="clearSuspectRequirement")
async def clear_suspect(requirement_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Requirement:
    """It was looked at and is right as it is: take the suspect marks off."""
    return await requirements.clear_requirement(session, requirement_id, version=seen)


@router.post("/{requirement_id}/agree", response_model=RequirementOut, operation_id="agreeRequirement")
async def agree_requirement(requirement_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Requirement:
    """The client and we agree on it."""
    return await requirements.move_requirement(session, requirement_id, "agree", version=seen)


@router.post("/{requirement_id}/withdraw", response_model=RequirementOut, operation_id="withdrawRequirement")
async def withdraw_requirement(
    requirement_id: UUID, session: Session, seen: SeenVersion, _caller: Writer
) -> Requirement:
    """Take it out: the next baseline is made without it."""
    return await requirements.move_requirement(session, requirement_id, "withdraw", version=seen)
