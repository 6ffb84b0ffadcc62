"""Requirement quality over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.requirements.shipped import rules
from shared.kernel.asked import Several, not_allowed
from shared.kernel.validation import In, Why


class Dismissal(In):
    """Somebody looked at a finding and it is no fault. It comes back when the statement changes."""

    rule: Annotated[str, Field(max_length=40)]
    words: Annotated[str, Field(max_length=300, description="the words that were found, if it was about words")] = ""
    reason: Why


class DismissedOut(BaseModel):
    by: str
    at: datetime
    reason: str


class FindingOut(BaseModel):
    """Something that may be misunderstood; `start` and `end` are positions in the statement. It blocks nothing."""

    requirement_id: UUID
    requirement_code: str
    rule: str
    severity: Literal["info", "warning"]
    words: str
    start: int
    end: int
    message: str
    message_zh: str
    mend: str
    mend_zh: str
    reference: str
    dismissed: DismissedOut | None


def _of_ours(given: list[str] | None) -> list[str] | None:
    if given and set(given) - set(codes := rules().codes):
        raise not_allowed("?rule", dict.fromkeys(codes))
    return given


class FindingQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    rule: Annotated[Several[str], AfterValidator(_of_ours)] = None
    severity: Several[Literal["info", "warning"]] = None
    dismissed: Annotated[bool, Field(description="show what was dismissed, too")] = False


class FindingsOut(BaseModel):
    """`per_hundred` is by rule: findings that were not dismissed in a hundred statements."""

    statements: int
    per_hundred: dict[str, float]
    items: list[FindingOut]
