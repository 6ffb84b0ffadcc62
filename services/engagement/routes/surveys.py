"""Surveys: CSAT, NPS, win and loss, feedback; each version never changes once published."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.engagement.commands import surveys as commands
from services.engagement.commands.shipped import install_surveys
from services.engagement.models.surveys import Survey, SurveyInvitation
from services.engagement.queries import surveys as queries
from services.engagement.schemas.surveys import (
    FeedbackIn,
    ResultsOut,
    ResultsQuery,
    SurveyIn,
    SurveyInvitationOut,
    SurveyItem,
    SurveyOut,
    SurveyPatch,
    SurveyQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion, located
from shared.kernel.pages import Page, page_of, paginate

router = APIRouter(prefix="/v1/surveys", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("surveys:read")]
Writer = Annotated[Principal, may("surveys:write")]


@router.post("", status_code=201, response_model=SurveyOut, operation_id="draftSurvey")
async def draft_survey(wish: SurveyIn, session: Session, _caller: Writer) -> Survey:
    """Draft the next version of the survey `key`, in the SurveyJS JSON format."""
    await install_surveys(session)
    return await commands.draft_survey(session, wish)


@router.get("", operation_id="listSurveys")
async def list_surveys(
    query: Annotated[SurveyQuery, Query()], session: Session, _caller: Reader
) -> Page[SurveyItem] | Page[SurveyOut]:
    """The shipped surveys `csat`, `nps`, `win-loss` and `feedback` and your own, each version for itself."""
    await install_surveys(session)
    return page_of(query, await paginate(session, Survey, query), SurveyItem, SurveyOut)


@router.get("/{survey_id}", response_model=SurveyOut, operation_id="getSurvey")
async def get_survey(survey_id: UUID, session: Session, _caller: Reader) -> Survey:
    """One version of a survey."""
    return await find(session, Survey, survey_id)


@router.patch("/{survey_id}", response_model=SurveyOut, operation_id="changeSurvey")
async def change_survey(
    survey_id: UUID, patch: SurveyPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Survey:
    """Change a draft (JSON merge patch of the whole field)."""
    return await commands.change_survey(session, survey_id, patch, version=seen)


@router.post("/{survey_id}/publish", response_model=SurveyOut, operation_id="publishSurvey")
async def publish_survey(survey_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Survey:
    """From now on this version never changes and can be sent."""
    return await commands.move_survey(session, survey_id, "publish", version=seen)


@router.post("/{survey_id}/retire", response_model=SurveyOut, operation_id="retireSurvey")
async def retire_survey(survey_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Survey:
    """Nobody is asked by it any more; links that were sent can still be answered."""
    return await commands.move_survey(session, survey_id, "retire", version=seen)


@router.get("/{survey_id}/results", operation_id="getSurveyResults")
async def get_results(
    survey_id: UUID, query: Annotated[ResultsQuery, Query()], session: Session, _caller: Reader
) -> ResultsOut:
    """CSAT, NPS, response rate and verbatims, each with its numerator, denominator and 95 % interval."""
    return await queries.results(session, await find(session, Survey, survey_id), query)


@router.post(
    "/{survey_id}/feedback", status_code=201, response_model=SurveyInvitationOut, operation_id="recordFeedback"
)
async def record_feedback(
    survey_id: UUID, wish: FeedbackIn, response: Response, session: Session, _caller: Writer
) -> SurveyInvitation:
    """Write down answers that came without a link: by telephone, on paper, in a talk."""
    invitation = await commands.record_feedback(session, survey_id, wish)
    located(response, commands.COLLECTION, invitation.id)
    return invitation
