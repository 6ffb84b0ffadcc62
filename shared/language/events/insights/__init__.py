"""What the insights service says: which findings of retrospectives are to become something elsewhere."""

from typing import ClassVar
from uuid import UUID

from shared.kernel.events import Event


class LessonProposed(Event):
    """A finding is to become a draft of another service, which has the id of the lesson.

    Of a retrospective of a period it names no opportunity.
    """

    type: ClassVar[str] = "insights.lesson.proposed.v1"
    lesson_id: UUID
    retrospective_id: UUID
    finding: int
    """Its place among the findings of the retrospective, from 1."""
    kind: str
    """article (of the knowledge base), risk_rule (of the risk catalogue), question (of a questionnaire)."""
    title: str | None
    title_zh: str | None
    text: str | None
    text_zh: str | None
    version: int
    questionnaire_key: str | None = None
    """Of which questionnaire the question is to be one; None for one of its own."""
