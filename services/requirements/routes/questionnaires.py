"""Questionnaires: versions that never change once published."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.requirements.commands import discovery
from services.requirements.models.discovery import Invitation, Questionnaire
from services.requirements.queries import guards, lists
from services.requirements.schemas.discovery import (
    AnswersQuery,
    InvitationOut,
    QuestionnaireIn,
    QuestionnaireItem,
    QuestionnaireOut,
    QuestionnairePatch,
    QuestionnaireQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice, page_of, paginate
from shared.language.form_answers import answers_schema

router = APIRouter(prefix="/v1/questionnaires", tags=["requirements"], route_class=Route)

Reader = Annotated[Principal, may("questionnaires:read")]
Writer = Annotated[Principal, may("questionnaires:write")]


@router.post("", status_code=201, response_model=QuestionnaireOut, operation_id="draftQuestionnaire")
async def draft_questionnaire(wish: QuestionnaireIn, session: Session, _caller: Writer) -> Questionnaire:
    """Draft the next version of the questionnaire `key`, in the SurveyJS JSON format."""
    return await discovery.draft_questionnaire(session, wish)


@router.get("", operation_id="listQuestionnaires")
async def list_questionnaires(
    query: Annotated[QuestionnaireQuery, Query()], session: Session, _caller: Reader
) -> Page[QuestionnaireItem] | Page[QuestionnaireOut]:
    """Questionnaires, newest first, each version for itself."""
    return page_of(query, await paginate(session, Questionnaire, query), QuestionnaireItem, QuestionnaireOut)


@router.get("/{questionnaire_id}", response_model=QuestionnaireOut, operation_id="getQuestionnaire")
async def get_questionnaire(questionnaire_id: UUID, session: Session, _caller: Reader) -> Questionnaire:
    """One questionnaire."""
    return await find(session, Questionnaire, questionnaire_id)


@router.patch("/{questionnaire_id}", response_model=QuestionnaireOut, operation_id="changeQuestionnaire")
async def change_questionnaire(
    questionnaire_id: UUID, patch: QuestionnairePatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Questionnaire:
    """Change what is sent, keep the rest (JSON merge patch). Only a draft can be changed."""
    return await discovery.change_questionnaire(session, questionnaire_id, patch, version=seen)


@router.get("/{questionnaire_id}/answers-schema", operation_id="getAnswersSchema")
async def get_answers_schema(questionnaire_id: UUID, session: Session, _caller: Reader) -> dict[str, Any]:
    """The JSON Schema (2020-12) of all answers; of one client's, only the questions that are visible are taken."""
    return answers_schema((await find(session, Questionnaire, questionnaire_id)).form)


@router.post("/{questionnaire_id}/publish", response_model=QuestionnaireOut, operation_id="publishQuestionnaire")
async def publish_questionnaire(
    questionnaire_id: UUID, session: Session, seen: SeenVersion, _caller: Writer
) -> Questionnaire:
    """Publish: from now on this version never changes and can be sent."""
    return await discovery.move_questionnaire(session, questionnaire_id, "publish", version=seen)


@router.post("/{questionnaire_id}/retire", response_model=QuestionnaireOut, operation_id="retireQuestionnaire")
async def retire_questionnaire(
    questionnaire_id: UUID, session: Session, seen: SeenVersion, _caller: Writer
) -> Questionnaire:
    """Retire: nobody is asked by it any more; answers stay."""
    return await discovery.move_questionnaire(session, questionnaire_id, "retire", version=seen)


@router.get("/{questionnaire_id}/answers", response_model=Page[InvitationOut], operation_id="listQuestionnaireAnswers")
async def list_answers(
    questionnaire_id: UUID, query: Annotated[AnswersQuery, Query()], session: Session, _caller: Reader
) -> Slice[Invitation]:
    """What came back for this version, newest first."""
    questionnaire = await find(session, Questionnaire, questionnaire_id)
    return await guards.page(session, Invitation, query, lists.answers(questionnaire, query))
