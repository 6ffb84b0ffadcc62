"""Risk matrices: by what a risk is low, moderate or high."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.risk.commands import settings
from services.risk.models.settings import RiskMatrix
from services.risk.schemas.settings import MatrixIn, MatrixOut, PlacesIn, PlacesOut, VersionQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/risk-matrices", tags=["risk"], route_class=Route)

Reader = Annotated[Principal, may("risk-matrices:read")]
Writer = Annotated[Principal, may("risk-matrices:write")]


@router.post("", status_code=201, operation_id="reviseRiskMatrix")
async def revise_risk_matrix(wish: MatrixIn, session: Session, _caller: Writer) -> MatrixOut:
    """Put the next matrix in force, for all opportunities or for one; every open risk is rated by it at once."""
    row = await settings.put_in_force(
        session, RiskMatrix, wish.settings, name=wish.name, name_zh=wish.name_zh, opportunity_id=wish.opportunity_id
    )
    return MatrixOut.of_row(row)


@router.get("", operation_id="listRiskMatrices")
async def list_risk_matrices(
    query: Annotated[VersionQuery, Query()], session: Session, _caller: Reader
) -> Page[MatrixOut]:
    """All versions; `status=active` shows what counts now. The PMBOK guide's matrix is the first."""
    await settings.install_shipped(session)
    rows: Slice[RiskMatrix] = await paginate(session, RiskMatrix, query)
    return Page(items=[MatrixOut.of_row(row) for row in rows.items], next_cursor=rows.next_cursor)


@router.get("/{matrix_id}", operation_id="getRiskMatrix")
async def get_risk_matrix(matrix_id: UUID, session: Session, _caller: Reader) -> MatrixOut:
    """One matrix with the score and rating of every cell."""
    return MatrixOut.of_row(await find(session, RiskMatrix, matrix_id))


@router.post("/{matrix_id}/place", operation_id="placeInRiskMatrix")
async def place_in_risk_matrix(matrix_id: UUID, wish: PlacesIn, session: Session, _caller: Reader) -> PlacesOut:
    """Where figures would be in this matrix, with their expected value beside the score; nothing is stored."""
    return PlacesOut.of(await find(session, RiskMatrix, matrix_id), wish)


@router.post("/{matrix_id}/activate", operation_id="activateRiskMatrix")
async def activate_risk_matrix(matrix_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> MatrixOut:
    """Put an earlier version in force again."""
    return MatrixOut.of_row(await settings.activate(session, RiskMatrix, matrix_id, version=seen))


@router.post("/{matrix_id}/retire", operation_id="retireRiskMatrix")
async def retire_risk_matrix(matrix_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> MatrixOut:
    """Have an opportunity follow the matrix for all again."""
    return MatrixOut.of_row(await settings.retire(session, RiskMatrix, matrix_id, version=seen))
