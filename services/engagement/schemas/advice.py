"""Advice over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.engagement.models.advice import AdviceKind
from services.engagement.schemas.fields import DistinctIds
from services.engagement.schemas.interactions import LinkedRequirement
from shared.kernel.asked import Several
from shared.kernel.pages import ResourceOut, SearchQuery
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line, Patch, Text, Why


class AlternativeIn(In):
    """Another way that was weighed."""

    option: Line
    pros: Annotated[list[Line], Field(max_length=20)] = []
    cons: Annotated[list[Line], Field(max_length=20)] = []


class AlternativeOut(BaseModel):
    option: str
    pros: list[str]
    cons: list[str]


Alternatives = Annotated[list[AlternativeIn], Field(max_length=20)]


class AdviceIn(In):
    opportunity_id: UUID
    kind: AdviceKind
    occasion: Annotated[Text, Field(description="the question or situation that it answers")]
    recommendation: Text
    because: Why
    alternatives: Alternatives = []
    requirement_ids: DistinctIds = []
    contact_ids: Annotated[DistinctIds, Field(description="to whom it is given")] = []
    interaction_id: UUID | None = None
    clarification_id: UUID | None = None


class AdvicePatch(Patch, of=AdviceIn, without={"opportunity_id"}):
    pass


class DecisionIn(In):
    reason: Why
    by: Annotated[Line, Field(description="who at the client decided")]


class AdviceOut(ResourceOut):
    opportunity_id: UUID
    code: str
    kind: str
    occasion: str
    recommendation: str
    because: str
    alternatives: list[AlternativeOut]
    requirement_ids: list[UUID]
    requirements: list[LinkedRequirement]
    contact_ids: list[UUID]
    interaction_id: UUID | None
    clarification_id: UUID | None
    status: str
    given_at: datetime | None
    given_by: str | None
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    allowed_actions: list[AllowedAction]


class AdviceQuery(SearchQuery):
    sortable = ("created_at", "updated_at", "code")

    opportunity_id: Several[UUID] = None
    kind: Several[AdviceKind] = None
    status: Several[Literal["draft", "given", "accepted", "declined"]] = None
    interaction_id: UUID | None = None
    clarification_id: UUID | None = None
    requirement_id: Annotated[UUID | None, Field(description="about this requirement")] = None
