"""Outcomes: what was won and lost, and how good the expectations were."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.insights.queries.outcomes import outcomes_decided
from services.insights.schemas.outcomes import DecidedQuery, WinCalibrationOut, WinLossOut, WinLossQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route

router = APIRouter(tags=["insights"], route_class=Route)


@router.get("/v1/win-loss", operation_id="getWinLoss")
async def get_win_loss(
    query: Annotated[WinLossQuery, Query()], session: Session, _caller: Annotated[Principal, may("win-loss:read")]
) -> WinLossOut:
    """Results, win rate by number and by amount, reasons, competitors, and final against offered price.

    From the outcomes that were recorded, each as it was told last. Amounts of different currencies are never added.
    """
    return WinLossOut.of(await outcomes_decided(session, query), query.currency)


@router.get("/v1/win-calibration", operation_id="getWinCalibration")
async def get_win_calibration(
    query: Annotated[DecidedQuery, Query()],
    session: Session,
    _caller: Annotated[Principal, may("win-calibration:read")],
) -> WinCalibrationOut:
    """How good win probabilities were: Brier score, skill against the base rate, and a reliability table.

    What a team expected when it submitted, against won (1) or lost or no decision (0). `correction` is what all of
    them, whenever decided, make of the win probabilities in what a pursuit is worth.
    """
    record = await outcomes_decided(session, DecidedQuery())
    return WinCalibrationOut.of(await outcomes_decided(session, query), record)
