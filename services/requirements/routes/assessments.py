"""What is read out of an opportunity as a whole: feasibility, fit coverage, deviation table, suggestions."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.requirements.domain.fit import FitCoverage
from services.requirements.models.opportunities import Opportunity
from services.requirements.queries.deviations import COLUMNS, deviation_rows
from services.requirements.queries.feasibility import feasibility_of
from services.requirements.queries.fit import fit_coverage_of, fits_of, suggestions_of
from services.requirements.queries.quality import chosen, findings_of, summary
from services.requirements.queries.requirements import requirements_of
from services.requirements.schemas.changes import FeasibilityOut
from services.requirements.schemas.fit import (
    DeviationQuery,
    DeviationTableOut,
    FitCoverageOut,
    OpportunitySuggestionsOut,
    SuggestQuery,
)
from services.requirements.schemas.quality import FindingQuery, FindingsOut
from shared.files import tables
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route

router = APIRouter(prefix="/v1/opportunities", tags=["requirements"], route_class=Route)

Reader = Annotated[Principal, may("opportunities:read")]


@router.get("/{opportunity_id}/feasibility", response_model=FeasibilityOut, operation_id="getFeasibility")
async def get_feasibility(opportunity_id: UUID, session: Session, caller: Reader) -> dict[str, Any]:
    """How likely the newest estimate stays within the client's budget and dates; of budgets only with `cost:read`."""
    opportunity = await find(session, Opportunity, opportunity_id)
    return await feasibility_of(session, opportunity, with_cost=caller.may("cost:read"))


@router.get("/{opportunity_id}/findings", response_model=FindingsOut, operation_id="listFindings")
async def list_findings(
    opportunity_id: UUID, query: Annotated[FindingQuery, Query()], session: Session, _caller: Reader
) -> dict[str, Any]:
    """What may be misunderstood in its requirements, with figures per hundred statements."""
    await find(session, Opportunity, opportunity_id)
    needs = await requirements_of(session, opportunity_id)
    found = await findings_of(needs)
    return {
        "statements": len(needs),
        "per_hundred": summary(len(needs), found),
        "items": chosen(found, **dict(query)),
    }


@router.get("/{opportunity_id}/fit-coverage", response_model=FitCoverageOut, operation_id="getFitCoverage")
async def get_fit_coverage(opportunity_id: UUID, session: Session, _caller: Reader) -> FitCoverage:
    """How much of the need our products meet, weighted by priority; what is not assessed yet is named."""
    await find(session, Opportunity, opportunity_id)
    return await fit_coverage_of(session, opportunity_id)


@router.get(
    "/{opportunity_id}/suggested-capabilities",
    response_model=OpportunitySuggestionsOut,
    operation_id="suggestCapabilitiesForAll",
)
async def suggest_for_all(
    opportunity_id: UUID, query: Annotated[SuggestQuery, Query()], session: Session, _caller: Reader
) -> dict[str, Any]:
    """Suggestions for every requirement that nobody assessed yet."""
    await find(session, Opportunity, opportunity_id)
    known = {row.requirement_id for row in await fits_of(session, opportunity_id)}
    needs = [row for row in await requirements_of(session, opportunity_id) if row.id not in known]
    return {"items": await suggestions_of(session, needs, query.limit)}


@router.get("/{opportunity_id}/deviation-table", response_model=DeviationTableOut, operation_id="getDeviationTable")
async def get_deviation_table(
    opportunity_id: UUID, query: Annotated[DeviationQuery, Query()], session: Session, _caller: Reader
) -> Any:
    """The deviation table 偏离表 as JSON, or as a file with `format=xlsx` or `csv`."""
    opportunity = await find(session, Opportunity, opportunity_id)
    rows = await deviation_rows(session, opportunity_id, query.language)
    columns = COLUMNS[query.language]
    if query.format == "json":
        own = {"opportunity_id": opportunity_id, "language": query.language}
        return {**own, "columns": list(columns), "rows": rows}
    content = [list(row.values()) for row in rows]
    name = f"{opportunity.code}-deviations.{query.format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    body = await asyncio.to_thread(tables.FILES[query.format], columns, content)
    return Response(body, media_type=tables.MEDIA_TYPES[query.format], headers=headers)
