"""Hand-over packages over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.kernel.asked import Several, SeveralNames
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction, Reason
from shared.kernel.validation import In, Line, Text


class _Of(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class CommitmentPart(_Of):
    id: UUID
    code: str
    side: str
    statement: str
    owner: str
    due_on: date


class ClarificationPart(_Of):
    id: UUID
    code: str
    question: str
    owed_by: str
    owner: str | None


class SupportPart(_Of):
    id: UUID
    code: str
    title: str
    status: str
    assignee: str | None


class ProofPart(_Of):
    id: UUID
    code: str
    kind: str
    title: str
    status: str
    outcome: str | None
    conclusion: str | None


class TrainingPart(_Of):
    id: UUID
    code: str
    topic: str
    status: str
    conclusion: str | None


class AdvicePart(_Of):
    id: UUID
    code: str
    kind: str
    recommendation: str
    status: str


class RequirementPart(_Of):
    id: UUID
    code: str
    title: str
    priority: str | None
    status: str | None = None


class PackageOut(BaseModel):
    """What delivery must know, as it was when it was offered."""

    basis: Annotated[dict[str, Any], Field(description="baseline, risk_budget and proposal that it stands on")]
    price: Annotated[
        dict[str, Any] | None, Field(description="agreed with tax; what was offered, where nobody recorded another")
    ] = None
    milestones: Annotated[list[dict[str, Any]], Field(description="promised with the proposal")] = []
    payments: list[dict[str, Any]] = []
    deliverables: list[str] = []
    requirements: list[RequirementPart]
    assumptions: list[str]
    exclusions: list[str]
    success_criteria: list[str]
    gaps: Annotated[list[dict[str, Any]], Field(description="requirements that our products do not meet")]
    open_risks: list[dict[str, Any]]
    open_commitments: list[CommitmentPart]
    open_clarifications: list[ClarificationPart]
    open_support_requests: list[SupportPart]
    advice: Annotated[list[AdvicePart], Field(description="given or accepted")]
    proofs: list[ProofPart]
    trainings: list[TrainingPart]
    after_sales_plan: dict[str, Any] | None
    missing: Annotated[list[Reason], Field(description="what delivery should ask for")]


class PersonOut(_Of):
    id: UUID
    name: str
    role: str | None
    position: str | None
    organisation: str | None
    mail: str | None
    phone: str | None
    language: str
    do_not_contact: bool


class OfferIn(In):
    to: Annotated[Line | None, Field(description="who takes it over; as before, when left out")] = None
    note: Annotated[Text | None, Field(description="what has been mended")] = None


class ReturnOut(BaseModel):
    revision: int
    reason: str
    by: str
    at: datetime


class HandoverOut(ResourceOut):
    opportunity_id: UUID
    code: str
    revision: int
    status: str
    content_hash: str
    offered_by: str
    offered_at: datetime
    offered_to: str | None
    note: str | None
    returns: list[ReturnOut]
    accepted_by: str | None
    accepted_at: datetime | None
    allowed_actions: Annotated[list[AllowedAction], Field(description="of you, who ask")]


class HandoverWhole(HandoverOut):
    """With the package, and the client's people as they are known now."""

    content: PackageOut
    contacts: list[PersonOut]


class HandoverQuery(PageQuery):
    opportunity_id: Several[UUID] = None
    status: Several[Literal["offered", "accepted", "returned"]] = None
    offered_to: SeveralNames = None
