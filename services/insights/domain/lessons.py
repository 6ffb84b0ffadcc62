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
}


def lesson_id(tenant: str, retrospective_id: UUID, finding: int, kind: LessonKind) -> UUID:
    """One for each kind that a finding becomes, however often that is asked for; what it becomes has it too."""
    return uuid5(NAMESPACE_URL, f"presales/{tenant}/lesson/{retrospective_id}/{finding}/{kind}")
