"""Sizes and efforts by the field's methods, of what somebody sends; nothing is kept."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.estimation.commands.parameter_sets import install_shipped
from services.estimation.commands.productivity_models import own_hours_per_ucp
from services.estimation.queries.editions import edition_of
from services.estimation.schemas import accuracy, parametric, sizing, software_cost, three_point
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route

router = APIRouter(prefix="/v1/calculations", tags=["estimation"], route_class=Route)

Reader = Annotated[Principal, may("calculations:read")]


@router.post("/three-point", operation_id="calculateThreePoint")
def three_point_estimate(wish: three_point.ThreePointIn, _caller: Reader) -> three_point.ThreePointOut:
    """Ranges of nine kinds, each with mean, deviation and percentiles, and their sum with a correlation."""
    return three_point.ThreePointOut.of(wish)


@router.post("/function-points", operation_id="calculateFunctionPoints")
def function_points(wish: sizing.FunctionPointsIn, _caller: Reader) -> sizing.FunctionPointsOut:
    """IFPUG with complexity from DET, RET and FTR, the NESMA and Chinese variants, and the value adjustment factor."""
    return sizing.FunctionPointsOut.of(wish)


@router.post("/cosmic", operation_id="calculateCosmic")
def cosmic(wish: sizing.CosmicIn, _caller: Reader) -> sizing.CosmicOut:
    """COSMIC function points of functional processes."""
    return sizing.CosmicOut.of(wish)


@router.post("/use-case-points", operation_id="calculateUseCasePoints")
async def use_case_points(wish: sizing.UseCasePointsIn, session: Session, _caller: Reader) -> sizing.UseCasePointsOut:
    """Use-case points; effort from hours per point that somebody answers for, or of past projects: never by default."""
    return sizing.UseCasePointsOut.of(wish, await own_hours_per_ucp(session))


@router.post("/cocomo-81", operation_id="calculateCocomoEightyOne")
def cocomo_81(wish: parametric.Cocomo81In, _caller: Reader) -> parametric.Cocomo81Out:
    """COCOMO 81: basic, or intermediate with the 15 drivers; effort, schedule, people, phases."""
    return parametric.Cocomo81Out.of(wish)


@router.post("/cocomo-ii", operation_id="calculateCocomoII")
def cocomo_ii(wish: parametric.CocomoIIIn, _caller: Reader) -> parametric.CocomoIIOut:
    """COCOMO II.2000: post-architecture with 17 drivers or early design with 7, and the five scale factors."""
    return parametric.CocomoIIOut.of(wish)


ParameterSetName = Annotated[
    str | None,
    Query(
        pattern=r"^[a-z0-9][a-z0-9.-]{0,59}$", description="whose tables count; those of the set in force, if left out"
    ),
]


@router.post("/software-cost", operation_id="calculateSoftwareCost")
async def cost_of_software(
    wish: software_cost.SoftwareCostIn, session: Session, _caller: Reader, parameter_set: ParameterSetName = None
) -> software_cost.SoftwareCostOut:
    """The costing chain of GB/T 36964 with the tables of an edition: UFP, US, S, AE, PM, P, each with its formula."""
    await install_shipped(session)
    edition, name = await edition_of(session, wish.edition, parameter_set)
    return software_cost.SoftwareCostOut.of(wish, edition, name)


@router.post("/affordable-scope", operation_id="calculateAffordableScope")
async def affordable_scope(
    wish: software_cost.AffordableScopeIn, session: Session, _caller: Reader, parameter_set: ParameterSetName = None
) -> software_cost.AffordableScopeOut:
    """The chain backwards, 成本反推规模: how many function points a budget pays for."""
    await install_shipped(session)
    edition, name = await edition_of(session, wish.edition, parameter_set)
    return software_cost.AffordableScopeOut.of(wish, edition, name)


@router.post("/estimation-accuracy", operation_id="calculateEstimationAccuracy")
def estimation_accuracy(wish: accuracy.AccuracyIn, _caller: Reader) -> accuracy.EstimationAccuracyOut:
    """MMRE, MdMRE, PRED(25), standardised accuracy, bias and interval coverage of pairs of actual and estimate."""
    return accuracy.EstimationAccuracyOut.of(wish)
