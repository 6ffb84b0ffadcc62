"""Exports: requirements as a file that imports again unchanged."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.requirements.exchange import requirement_file
from services.requirements.models.opportunities import Opportunity
from services.requirements.queries.requirements import requirements_of
from services.requirements.schemas.imports import ExportQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route

router = APIRouter(prefix="/v1/requirements", tags=["requirements"], route_class=Route)


@router.get(
    "/export",
    response_class=Response,
    operation_id="exportRequirements",
    responses={200: {"content": {kind: {} for kind in requirement_file.MEDIA_TYPES.values()}}},
)
async def export_requirements(
    query: Annotated[ExportQuery, Query()],
    session: Session,
    _caller: Annotated[Principal, may("requirements:read")],
) -> Response:
    """All requirements of an opportunity that are not withdrawn, as XLSX, CSV or ReqIF."""
    opportunity = await find(session, Opportunity, query.opportunity_id)
    needs = await requirements_of(session, opportunity.id)
    body = await requirement_file.exported(needs, opportunity.title, form=query.format, language=query.language)
    name = f"{opportunity.code}-requirements.{query.format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=requirement_file.MEDIA_TYPES[query.format], headers=headers)
