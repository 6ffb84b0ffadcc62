"""Selling strategies over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.proposal.schemas.wording import Wording
from shared.kernel.asked import Several
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import KEEP, In, Line, Patch


class WinTheme(In):
    """Why the client should choose us, with what proves it."""

    title: Wording
    evidence: Wording | None = None
    competitor_ids: Annotated[
        list[UUID], Field(max_length=20, description="against whom it helps; never shown to the client")
    ] = []


class Objection(In):
    """What speaks against us, and our answer; never shown to the client."""

    objection: Wording
    raised_by: Line | None = None
    answer: Wording | None = None
    status: Literal["open", "answered", "settled"] = "open"


class ValueStep(In):
    """Pain → capability → benefit → evidence."""

    pain: Wording
    capability: Wording
    benefit: Wording
    evidence: Wording | None = None


Themes = Annotated[list[WinTheme], Field(max_length=20)]
Objections = Annotated[list[Objection], Field(max_length=50)]
Story = Annotated[list[ValueStep], Field(max_length=50)]


class StrategyIn(In):
    opportunity_id: UUID
    positioning: Annotated[Wording | None, Field(description="why us, in one paragraph")] = None
    win_themes: Themes = []
    objections: Objections = []
    value_story: Story = []


class StrategyPatch(Patch, of=StrategyIn, without={"opportunity_id"}):
    win_themes: Themes = KEEP


class MissingOut(BaseModel):
    message: str
    message_zh: str


class StrategyOut(ResourceOut):
    opportunity_id: UUID
    positioning: Wording | None
    win_themes: list[WinTheme]
    objections: list[Objection]
    value_story: list[ValueStep]
    missing: Annotated[list[MissingOut], Field(description="what it needs before it can be agreed")]
    status: str
    agreed_by: str | None
    allowed_actions: list[AllowedAction]

    @model_validator(mode="before")
    @classmethod
    def _named(cls, row: Any) -> dict[str, Any]:
        fields = {name: getattr(row, name) for name in cls.model_fields if name != "missing"}
        return {**fields, "missing": [{"message": en, "message_zh": zh} for en, zh in row.missing]}


class StrategyQuery(PageQuery):
    opportunity_id: Several[UUID] = None
    status: Several[Literal["draft", "agreed"]] = None
