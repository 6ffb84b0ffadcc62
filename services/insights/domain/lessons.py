"""Lessons: what a finding of a retrospective becomes, where that is kept and which event tells what came of it."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.language.lessons import LessonKind


class Target(NamedTuple):
    """Where a lesson becomes something."""

    collection: str
    """Who may write there may propose it."""
    told_by: str
    """The type of the event that tells its `status`, of the aggregate with the lesson's id."""


TARGETS: Mapping[LessonKind, Target] = {
    LessonKind.ARTICLE: Target("articles", "engagement.article.recorded.v1"),
    LessonKind.RISK_RULE: Target("risk-catalogue", "risk.rule.recorded.v1"),
    LessonKind.QUESTION: Target("questionnaires", "requirements.questionnaire.recorded.v1"),
}


def lesson_id(tenant: str, retrospective_id: UUID, finding: int, kind: LessonKind, within: str | None = None) -> UUID:
    """One for each kind that a finding becomes, however often that is asked for; what it becomes has it too.

    A finding may become a question of several questionnaires: `within` is the key of one.
    """
    place = "/".join(map(str, (retrospective_id, finding, kind, *filter(None, [within]))))
    return uuid5(NAMESPACE_URL, f"presales/{tenant}/lesson/{place}")
