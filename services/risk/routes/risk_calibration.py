"""Calibration: how good the probabilities of risks were."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.risk.queries.calibration import calibrations
from services.risk.schemas.calibration import CalibrationOut, CalibrationQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route

router = APIRouter(prefix="/v1/risk-calibration", tags=["risk"], route_class=Route)


@router.get("", operation_id="getRiskCalibration")
async def get_risk_calibration(
    query: Annotated[CalibrationQuery, Query()],
    session: Session,
    _caller: Annotated[Principal, may("risk-calibration:read")],
) -> CalibrationOut:
    """Brier score, observed rate and correction of the probabilities, by category, origin, rule or knowledge."""
    return await calibrations(session, query)
