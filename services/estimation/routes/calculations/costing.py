"""Costs, tax and cash flow that somebody wants computed; nothing is kept."""

from typing import Annotated

from fastapi import APIRouter

from services.estimation.schemas import costing
from services.estimation.schemas.rate_cards import BuildUpIn
from shared.kernel.auth import Principal, may
from shared.kernel.http import Route

router = APIRouter(prefix="/v1/calculations", tags=["estimation"], route_class=Route)

Reader = Annotated[Principal, may("calculations:read")]


@router.post("/labour-rate", operation_id="calculateLabourRate")
def labour_rate(wish: BuildUpIn, _caller: Reader) -> costing.LabourRateOut:
    """What a person costs by month, hour and day: salary, social security, overhead, utilisation."""
    return costing.LabourRateOut.of(wish)


@router.post("/cost-build-up", operation_id="calculateCostBuildUp")
def cost_build_up(wish: costing.CostBuildUpIn, _caller: Reader) -> costing.CostBuildUpOut:
    """From direct cost to the price: overhead, administration, contingency, financing, margin or markup, tax."""
    return costing.CostBuildUpOut.of(wish)


@router.post("/value-added-tax", operation_id="calculateValueAddedTax")
def value_added_tax(wish: costing.ValueAddedTaxIn, _caller: Reader) -> costing.ValueAddedTaxOut:
    """Tax of amounts with or without it, at several rates, rounded by line or on the total."""
    return costing.ValueAddedTaxOut.of(wish)


@router.post("/allocation", operation_id="calculateAllocation")
def allocation(wish: costing.AllocationIn, _caller: Reader) -> costing.AllocationOut:
    """Share an amount out so that the parts add up to it exactly."""
    return costing.AllocationOut.of(wish)


@router.post("/cash-flow", operation_id="calculateCashFlow")
def cash_flow(wish: costing.CashFlowIn, _caller: Reader) -> costing.CashFlowOut:
    """Monthly balances, the interest on the gap, and the most that has to be financed."""
    return costing.CashFlowOut.of(wish)


@router.post("/escalation", operation_id="calculateEscalation")
def escalation(wish: costing.EscalationIn, _caller: Reader) -> costing.EscalationOut:
    """What something costs when it is spent later than it was priced."""
    return costing.EscalationOut.of(wish)
