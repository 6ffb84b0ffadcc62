"""What a lesson, a finding of a retrospective, can become."""

from enum import StrEnum


class LessonKind(StrEnum):
    ARTICLE = "article"
    RISK_RULE = "risk_rule"
    """Of the risk catalogue."""
    QUESTION = "question"
    """Of a questionnaire."""
