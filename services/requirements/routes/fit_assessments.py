"""Fit assessments: how our products meet each requirement."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.requirements.commands import fit
from services.requirements.models.fit import FitAssessment
from services.requirements.queries import guards
from services.requirements.schemas.fit import (
    FitAssessmentIn,
    FitAssessmentOut,
    FitAssessmentPatch,
    FitAssessmentQuery,
    FitAssessmentsIn,
    FitAssessmentsOut,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice

router = APIRouter(prefix="/v1/fit-assessments", tags=["requirements"], route_class=Route)
batch = APIRouter(tags=["requirements"], route_class=Route)

Reader = Annotated[Principal, may("fit-assessments:read")]
Writer = Annotated[Principal, may("fit-assessments:write")]


@router.post("", status_code=201, response_model=FitAssessmentOut, operation_id="assessFit")
async def assess_fit(wish: FitAssessmentIn, session: Session, _caller: Writer) -> FitAssessment:
    """Propose a verdict for a requirement; it counts once it is confirmed."""
    return await fit.assess(session, wish)


@batch.post("/v1/fit-assessments:batch", response_model=FitAssessmentsOut, operation_id="assessManyFits")
async def assess_many(wish: FitAssessmentsIn, session: Session, _caller: Writer) -> dict[str, list[FitAssessment]]:
    """Judge many requirements of an opportunity by their codes, all or none; earlier verdicts are replaced."""
    return {"items": await fit.assess_many(session, wish)}


@router.get("", response_model=Page[FitAssessmentOut], operation_id="listFitAssessments")
async def list_assessments(
    query: Annotated[FitAssessmentQuery, Query()], session: Session, _caller: Reader
) -> Slice[FitAssessment]:
    """Fit assessments, newest first."""
    return await guards.page(session, FitAssessment, query)


@router.get("/{assessment_id}", response_model=FitAssessmentOut, operation_id="getFitAssessment")
async def get_assessment(assessment_id: UUID, session: Session, _caller: Reader) -> FitAssessment:
    """One fit assessment; `suspects` says what has changed since it was confirmed."""
    return await guards.one(session, FitAssessment, assessment_id)


@router.patch("/{assessment_id}", response_model=FitAssessmentOut, operation_id="changeFitAssessment")
async def change_assessment(
    assessment_id: UUID, patch: FitAssessmentPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> FitAssessment:
    """Change the judgement; it waits to be confirmed again."""
    return await fit.change_assessment(session, assessment_id, patch, version=seen)


@router.post("/{assessment_id}/confirm", response_model=FitAssessmentOut, operation_id="confirmFitAssessment")
async def confirm_assessment(
    assessment_id: UUID, session: Session, seen: SeenVersion, _caller: Writer
) -> FitAssessment:
    """Stand for the verdict, as requirement and capability are now."""
    return await fit.confirm_assessment(session, assessment_id, version=seen)


@router.delete("/{assessment_id}", status_code=204, operation_id="deleteFitAssessment")
async def delete_assessment(assessment_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> None:
    """Take the verdict away; baselines made before keep their copy."""
    await fit.remove_assessment(session, assessment_id, version=seen)
