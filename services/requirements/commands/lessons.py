"""Lessons of retrospectives that become questions."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.models.discovery import Questionnaire
from shared.kernel.events import NO_OPPORTUNITY
from shared.kernel.messaging import publish_of
from shared.language.events.insights import LessonProposed
from shared.language.events.requirements.own import QuestionnaireRecorded
from shared.language.forms import check_form, with_question
from shared.language.lessons import LessonKind


async def draft_of_lesson(session: AsyncSession, told: LessonProposed) -> None:
    """Draft the next version of a questionnaire with the question that a lesson is to become, once.

    Where none is named, there is none, or it can hold no more questions, the question is alone in one of its own.
    """
    if told.kind != LessonKind.QUESTION:
        return
    if await session.get(Questionnaire, told.lesson_id):
        return
    name = f"lesson-{told.lesson_id.hex[:12]}"
    question = {
        "type": "comment",
        "name": name,
        "title": _translated(told.title, told.title_zh),
        "description": _translated(told.text, told.text_zh),
    }
    versions = sa.select(Questionnaire).where(Questionnaire.key == told.questionnaire_key)
    before = await session.scalar(versions.order_by(Questionnaire.number.desc()).limit(1))
    form = with_question(before.form, question) if before else {}
    if before and not check_form(form):
        draft = Questionnaire(key=before.key, number=before.number + 1, title=before.title, title_zh=before.title_zh)
        draft.form = form
    else:
        draft = Questionnaire(
            key=name if before else told.questionnaire_key or name,
            number=1,
            title=told.title or told.title_zh or name,
            title_zh=told.title_zh or told.title or name,
            form=with_question({}, question),
        )
    draft.id = told.lesson_id
    session.add(draft)
    await publish_of(session, QuestionnaireRecorded, draft, opportunity_id=NO_OPPORTUNITY)


def _translated(en: str | None, zh: str | None) -> dict[str, str]:
    return {language: text for language, text in (("default", en or zh), ("zh-cn", zh)) if text}
