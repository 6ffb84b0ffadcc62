"""What the proposal service takes and shows over HTTP."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.proposal.models.proposals import Proposal
from services.proposal.schemas.fields import Day
from services.proposal.schemas.reviews import AskedReview, ReviewOut
from services.proposal.schemas.sections import GapOut
from shared.kernel.asked import Several
from shared.kernel.from_row import from_row
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction, Reason
from shared.kernel.validation import In, Text, Why
from shared.language.money import Money
from shared.language.suspects import SuspectOut


class Note(In):
    reason: Why


class Comment(In):
    """What a reviewer says beside his approval."""

    comment: Text | None = None


class ValidityIn(In):
    days: Annotated[int, Field(ge=1, le=730, description="calendar days from the submission on")]


class ExtensionIn(In):
    until: Day
    reason: Why


class WaiverIn(In):
    """An approver's word that a hard limit of the client's may be missed."""

    constraint_id: UUID
    reason: Text


class CheckOut(BaseModel):
    """A line of the checklist: passed, or all that is to be mended."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    name_zh: str
    is_passed: bool
    reasons: list[Reason]


class WaiverOut(BaseModel):
    """A hard limit of the client's that may be missed, by no more than the proposal did that it was given for."""

    model_config = ConfigDict(from_attributes=True)

    proposal_id: UUID
    constraint_id: UUID
    kind: str
    name: str
    limit: str
    offered: str
    reason: str
    created_by: str
    created_at: datetime


class BasisOut(BaseModel):
    """The events that a proposal was made from."""

    model_config = ConfigDict(from_attributes=True)

    baseline_id: UUID
    baseline_number: int
    baseline_hash: str
    epoch: int
    estimate_id: UUID
    estimate_revision: int
    risk_budget_id: UUID
    risk_revision: int
    authored_revision: int
    """Counts what persons settled: solution, schedule, texts …"""


class ProposalItem(ResourceOut):
    """A proposal in a list, by its key figures; gaps, checklist, reviews and actions are at its own address."""

    opportunity_id: UUID
    code: str
    revision: int
    version_label: str
    title: str
    client_name: str
    language: str
    status: str
    freshness: str
    stale_reason: Reason | None
    baseline_id: UUID
    estimate_id: UUID
    price_excl_tax: Money
    price_incl_tax: Money
    effort_days: float
    start: date
    finish: date
    p80_finish: date
    submitted_at: datetime | None
    valid_until: date | None
    answered_at: datetime | None

    @classmethod
    def of(cls, row: Proposal) -> Self:
        reason = row.stale_reason
        return from_row(
            cls,
            row,
            stale_reason=reason and reason.model_dump(include={"code", "message", "message_zh"}),
            price_excl_tax=Money.of(row.price_excl_tax, row.currency),
            price_incl_tax=Money.of(row.price_incl_tax, row.currency),
        )


class ProposalOut(ResourceOut):
    opportunity_id: UUID
    code: str
    revision: int
    """Orders the proposals of an opportunity: by epoch, estimate revision, risk revision and authored revision."""
    version_label: str
    """The same for people: `2.1.1` is baseline 2, its first estimate, its first risk budget; `2.1.1.3` is the same with
    what persons had settled by their third revision."""
    title: str
    client_name: str
    language: str
    status: str
    freshness: str
    """`fresh`, or `stale` when something newer was heard than what it is made from."""
    stale_reason: Reason | None
    suspects: list[SuspectOut]
    basis: BasisOut
    content_hash: str
    price_excl_tax: Money
    price_incl_tax: Money
    effort_days: float
    start: date
    finish: date
    p80_finish: date
    validity_days: int
    gaps: Annotated[list[GapOut], Field(description="what is missing, by section")]
    is_fit_to_send: Annotated[bool, Field(description="whether every line of the checklist is passed")]
    checklist: Annotated[
        list[CheckOut], Field(description="what it must be before review, approval and submission, as of now")
    ]
    waivers: Annotated[list[WaiverOut], Field(description="limits that offers in its opportunity may miss")]
    authors: Annotated[list[str], Field(description="who settled its parts: none of them approves it")]
    review_round: int
    review_policy: Annotated[int, Field(description="revision of the policy that it was sent to review under")]
    reviews_asked: list[AskedReview]
    reviews_missing: list[AskedReview]
    reviews: list[ReviewOut]
    review_requested_by: str | None
    reviewed_by: str | None
    reviewed_at: datetime | None
    review_note: str | None
    approved_hash: str | None
    submitted_by: str | None
    submitted_at: datetime | None
    valid_until: date | None
    neared_at: datetime | None
    answered_at: datetime | None
    answer_reason: str | None
    answered_by: str | None
    allowed_actions: list[AllowedAction]

    @classmethod
    def of(cls, row: Proposal, actions: Sequence[AllowedAction]) -> Self:
        """As the caller sees it, who can do `actions`."""
        reason, checklist = row.stale_reason, row.fit_to_send
        return from_row(
            cls,
            row,
            basis=BasisOut.model_validate(row),
            stale_reason=reason and reason.model_dump(include={"code", "message", "message_zh"}),
            price_excl_tax=Money.of(row.price_excl_tax, row.currency),
            price_incl_tax=Money.of(row.price_incl_tax, row.currency),
            reviews_missing=[{"role": one.role, "count": one.count} for one in row.reviews_missing],
            is_fit_to_send=all(check.is_passed for check in checklist),
            checklist=checklist,
            allowed_actions=actions,
        )


class ProposalQuery(PageQuery):
    sortable = ("created_at", "updated_at", "revision")

    opportunity_id: Several[UUID] = None
    status: Several[
        Literal[
            "draft", "in_review", "approved", "submitted", "accepted", "declined", "expired", "withdrawn", "superseded"
        ]
    ] = None
    freshness: Several[Literal["fresh", "stale"]] = None
    code: str | None = None


class DocumentOut(ResourceOut):
    opportunity_id: UUID
    proposal_id: UUID
    language: str
    media_type: str
    file_name: str
    sha256: str
    size_bytes: int
    pages: int
    content_hash: str
    engine: str
    template_id: Annotated[UUID | None, Field(description="the own template it was set on; null for the shipped one")]


class DocumentQuery(PageQuery):
    opportunity_id: Several[UUID] = None
    proposal_id: UUID | None = None
    language: Several[Literal["zh", "en"]] = None
