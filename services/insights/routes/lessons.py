"""Lessons: findings of retrospectives that become drafts of other services."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.insights.commands import lessons as commands
from services.insights.models import Lesson
from services.insights.queries import lessons as queries
from services.insights.schemas.lessons import LessonIn, LessonOut, LessonQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route
from shared.kernel.pages import Page

router = APIRouter(prefix="/v1/lessons", tags=["insights"], route_class=Route)

Reader = Annotated[Principal, may("lessons:read")]
Writer = Annotated[Principal, may("lessons:write")]


@router.post("", status_code=201, operation_id="proposeLesson")
async def propose_lesson(wish: LessonIn, session: Session, caller: Writer) -> LessonOut:
    """Have a finding of a concluded retrospective become a draft, which somebody there finishes and publishes.

    Only for who may write what it becomes. Asked again with the same texts, it answers the lesson that is there.
    """
    [out] = await queries.shown(session, [await commands.propose(session, wish, caller)])
    return out


@router.get("", operation_id="listLessons")
async def list_lessons(query: Annotated[LessonQuery, Query()], session: Session, _caller: Reader) -> Page[LessonOut]:
    """Findings that became something, the newest first, each with the path and status of what it became."""
    return await queries.lessons(session, query)


@router.get("/{lesson_id}", operation_id="getLesson")
async def get_lesson(lesson_id: UUID, session: Session, _caller: Reader) -> LessonOut:
    """One lesson; what it became has the same id."""
    [out] = await queries.shown(session, [await find(session, Lesson, lesson_id)])
    return out
