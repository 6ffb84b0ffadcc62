"""Economic figures of flows that somebody sends; nothing is kept. They are computed beside the event loop."""

from typing import Annotated

from fastapi import APIRouter

from services.estimation.schemas import economics
from shared.kernel.auth import Principal, may
from shared.kernel.http import Route

router = APIRouter(prefix="/v1/calculations", tags=["estimation"], route_class=Route)

Reader = Annotated[Principal, may("calculations:read")]


@router.post("/net-present-value", operation_id="calculateNetPresentValue")
def net_present_value(wish: economics.NetPresentValueIn, _caller: Reader) -> economics.NetPresentValueOut:
    """NPV with the first flow at time 0, payback (the last crossing), annuity and profitability index."""
    return economics.NetPresentValueOut.of(wish)


@router.post("/internal-rate-of-return", operation_id="calculateInternalRateOfReturn")
def internal_rate_of_return(wish: economics.InternalRateIn, _caller: Reader) -> economics.InternalRateOut:
    """All internal rates of return above -100 %, the modified one, and the profile of the net present value."""
    return economics.InternalRateOut.of(wish)


@router.post("/modified-internal-rate-of-return", operation_id="calculateModifiedInternalRateOfReturn")
def modified_internal_rate(wish: economics.ModifiedRateIn, _caller: Reader) -> economics.ModifiedRateOut:
    """The rate when what is put in is financed at one rate and what comes out is reinvested at another."""
    return economics.ModifiedRateOut.of(wish)


@router.post("/dated-cash-flow", operation_id="calculateDatedCashFlow")
def dated_cash_flow(wish: economics.DatedFlowsIn, _caller: Reader) -> economics.DatedFlowsOut:
    """XNPV and XIRR: net present value on the earliest date, and all rates of return per year."""
    return economics.DatedFlowsOut.of(wish)


@router.post("/payback", operation_id="calculatePayback")
def payback(wish: economics.PaybackIn, _caller: Reader) -> economics.PaybackOut:
    """Payback, and with a rate the discounted one."""
    return economics.PaybackOut.of(wish)


@router.post("/benefit-cost", operation_id="calculateBenefitCost")
def benefit_cost(wish: economics.BenefitCostIn, _caller: Reader) -> economics.BenefitCostOut:
    """Benefit-cost ratio, return on investment (both ways), total cost of ownership."""
    return economics.BenefitCostOut.of(wish)


@router.post("/growth-rate", operation_id="calculateGrowthRate")
def growth_rate(wish: economics.GrowthRateIn, _caller: Reader) -> economics.GrowthRateOut:
    """The rate per period that leads from a present to a future value (spreadsheets' RRI)."""
    return economics.GrowthRateOut.of(wish)


@router.post("/real-rate", operation_id="calculateRealRate")
def real_rate(wish: economics.RealRateIn, _caller: Reader) -> economics.RealRateOut:
    """The real rate of a nominal one under inflation, or the other way round (Fisher)."""
    return economics.RealRateOut.of(wish)


@router.post("/break-even", operation_id="calculateBreakEven")
def break_even(wish: economics.BreakEvenIn, _caller: Reader) -> economics.BreakEvenOut:
    """How many units cover the fixed costs."""
    return economics.BreakEvenOut.of(wish)
