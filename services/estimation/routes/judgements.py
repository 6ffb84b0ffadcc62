"""What persons say to an estimate: judgements of effort, actuals, and what a budget pays for."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from services.estimation.commands import actuals, overrides, warnings
from services.estimation.models.estimates import Estimate
from services.estimation.queries.history import overrides_of_opportunity
from services.estimation.queries.scope import affordable_scope
from services.estimation.schemas.estimates import EstimateOut
from services.estimation.schemas.overrides import (
    ActualsIn,
    LeadingMethodIn,
    OverrideIn,
    OverrideOut,
    OverridesOut,
    WarningJudgementIn,
    WithdrawalIn,
)
from services.estimation.schemas.past_projects import PastProjectOut
from services.estimation.schemas.scope import ScopeIn, ScopeOut
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion, located

router = APIRouter(prefix="/v1/estimates", tags=["estimation"], route_class=Route)

Writer = Annotated[Principal, may("estimates:write")]


@router.get("/{estimate_id}/overrides", operation_id="listEffortOverrides")
async def list_effort_overrides(
    estimate_id: UUID, session: Session, _caller: Annotated[Principal, may("estimates:read")]
) -> OverridesOut:
    """Every judgement of the opportunity's effort beside what was computed, newest first, withdrawn ones too."""
    row = await find(session, Estimate, estimate_id)
    found = await overrides_of_opportunity(session, row.opportunity_id)
    return OverridesOut(items=[OverrideOut.of(one) for one in found])


@router.post("/{estimate_id}/override-effort", status_code=201, operation_id="overrideEffort")
async def override_effort(
    estimate_id: UUID, wish: OverrideIn, response: Response, session: Session, seen: SeenVersion, caller: Writer
) -> EstimateOut:
    """Put a person's judgement of a line or the whole in the place of what was computed, with the reason.

    It makes the next revision, is shown beside the computed figure, and stands in later ones until it is withdrawn.
    """
    estimate = await overrides.override_effort(session, estimate_id, wish, version=seen)
    located(response, "estimates", estimate.id)
    return EstimateOut.of(estimate, caller)


@router.post("/{estimate_id}/withdraw-override", status_code=201, operation_id="withdrawOverride")
async def withdraw_override(
    estimate_id: UUID, wish: WithdrawalIn, response: Response, session: Session, seen: SeenVersion, caller: Writer
) -> EstimateOut:
    """Take a judgement back: the next revision has what is computed again."""
    estimate = await overrides.withdraw_override(session, estimate_id, wish, version=seen)
    located(response, "estimates", estimate.id)
    return EstimateOut.of(estimate, caller)


@router.post("/{estimate_id}/judge-warnings", operation_id="judgeEstimateWarnings")
async def judge_estimate_warnings(
    estimate_id: UUID, wish: WarningJudgementIn, session: Session, seen: SeenVersion, caller: Writer
) -> EstimateOut:
    """Say why warnings may stand. What is made of the estimate is approved only when each of them is judged.

    A judgement holds in the next revision, and after the next baseline, while subjects and figures are the same.
    """
    return EstimateOut.of(await warnings.judge_warnings(session, estimate_id, wish, version=seen), caller)


@router.post("/{estimate_id}/choose-leading-method", status_code=201, operation_id="chooseLeadingMethod")
async def choose_leading_method(
    estimate_id: UUID, wish: LeadingMethodIn, response: Response, session: Session, seen: SeenVersion, caller: Writer
) -> EstimateOut:
    """Make the next revision of the effort that bottom-up or the calibrated model has, whatever their record says.

    It stands for the opportunity until somebody chooses again; `by_record` takes it back. A judged total goes before.
    """
    estimate = await overrides.choose_leading_method(session, estimate_id, wish, version=seen)
    located(response, "estimates", estimate.id)
    return EstimateOut.of(estimate, caller)


@router.post("/{estimate_id}/record-actuals", status_code=201, operation_id="recordActuals")
async def record_actuals(
    estimate_id: UUID,
    wish: ActualsIn,
    response: Response,
    session: Session,
    seen: SeenVersion,
    caller: Annotated[Principal, may("past-projects:write")],
) -> PastProjectOut:
    """After delivery: what the project took in the end. It becomes a past project, with what had been estimated."""
    row = await actuals.record_actuals(session, estimate_id, wish, version=seen)
    located(response, "past-projects", row.id)
    return PastProjectOut.of(row, caller)


@router.post("/{estimate_id}/affordable-scope", operation_id="getAffordableScope")
async def get_affordable_scope(
    estimate_id: UUID, wish: ScopeIn, session: Session, _caller: Annotated[Principal, may("cost:read")]
) -> ScopeOut:
    """Which requirements a budget pays for, by priority and with what they depend on; nothing is kept."""
    return await affordable_scope(session, estimate_id, wish)
