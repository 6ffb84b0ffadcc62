"""Networks computed for whoever asks."""

from typing import Annotated

from fastapi import APIRouter

from services.proposal.queries import calculation
from services.proposal.schemas.calculation import NetworkOut, NetworkToCalculate
from shared.kernel.auth import Principal, may
from shared.kernel.http import Route

router = APIRouter(prefix="/v1", tags=["proposal"], route_class=Route)

Reader = Annotated[Principal, may("schedules:read")]


@router.post("/schedules:calculate", operation_id="calculateNetwork")
async def calculate_network(wish: NetworkToCalculate, _caller: Reader) -> NetworkOut:
    """Dates, floats, critical paths, conflicts, probabilities and crashing of any network; nothing is stored."""
    return await calculation.calculated(wish)
