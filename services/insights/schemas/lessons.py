"""Lessons over HTTP: findings of retrospectives that become something."""

from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.insights.domain.lessons import TARGETS
from services.insights.models import Lesson
from shared.kernel.asked import Several
from shared.kernel.from_row import from_row
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.validation import In, Line, Text, rule
from shared.language.lessons import LessonKind

NO_LANGUAGE = rule(
    "lesson_language_missing",
    "needs title and text, or title_zh and text_zh",
    "须填写 title 与 text，或 title_zh 与 text_zh",
)
NO_QUESTION = rule("not_a_question", "names a questionnaire, but is no question", "指定了问卷，但并非问题")


class LessonIn(In):
    """What a finding becomes: a draft, which somebody there finishes and publishes."""

    retrospective_id: UUID
    finding: Annotated[int, Field(ge=1, le=100, description="its place among the findings, from 1")]
    kind: LessonKind
    title: Line | None = None
    title_zh: Line | None = None
    text: Text | None = None
    text_zh: Text | None = None
    questionnaire_key: Annotated[
        str | None,
        Field(
            pattern=r"^[a-z0-9][a-z0-9-]{0,59}$",
            description="of a question: in whose next version it is drafted; one of its own if left out",
        ),
    ] = None

    @model_validator(mode="after")
    def _in_a_language(self) -> Self:
        pairs = ((self.title, self.text), (self.title_zh, self.text_zh))
        if any((title is None) != (text is None) for title, text in pairs) or pairs == ((None, None),) * 2:
            raise ValueError(NO_LANGUAGE)
        return self

    @model_validator(mode="after")
    def _of_a_questionnaire(self) -> Self:
        if self.questionnaire_key and self.kind != LessonKind.QUESTION:
            raise ValueError(NO_QUESTION)
        return self


class LessonOut(ResourceOut):
    retrospective_id: UUID
    finding: int
    kind: LessonKind
    title: str | None
    title_zh: str | None
    text: str | None
    text_zh: str | None
    path: Annotated[str, Field(description="of what it becomes, which has the same id")]
    status: Annotated[str, Field(description="proposed, until there is a draft; then as that says")]

    @classmethod
    def of(cls, row: Lesson, status: str | None) -> Self:
        """`status` as was told of what it became, None before anything was."""
        path = f"/v1/{TARGETS[LessonKind(row.kind)].collection}/{row.id}"
        return from_row(cls, row, path=path, status=status or "proposed")


class LessonQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at",)

    retrospective_id: Several[UUID] = None
    kind: Several[LessonKind] = None
