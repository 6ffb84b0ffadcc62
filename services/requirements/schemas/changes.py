"""Change requests, their impact, and feasibility over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.requirements.domain.impact import INTERNAL, differences
from services.requirements.models.changes import ChangeRequest
from services.requirements.schemas.opportunities import Code, OfOpportunity
from services.requirements.schemas.requirements import TWICE, RequirementPatch, RequirementWish, Source
from shared.kernel.asked import Several
from shared.kernel.auth import Principal
from shared.kernel.pages import ResourceOut, SearchQuery
from shared.kernel.states import AllowedAction
from shared.kernel.validation import KEEP, In, Line, Why


class Add(In):
    op: Literal["add"]
    requirement: RequirementWish


class Change(In):
    op: Literal["change"]
    code: Code
    changes: RequirementPatch


class Withdraw(In):
    op: Literal["withdraw"]
    code: Code


Operation = Annotated[Add | Change | Withdraw, Field(discriminator="op")]


class _Operated(In):
    operations: Annotated[list[Operation], Field(max_length=200)] = []

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        codes = [one.code for one in self.operations or [] if not isinstance(one, Add)]
        if len(set(codes)) < len(codes):
            raise ValueError(TWICE)
        return self


class ChangeRequestIn(_Operated):
    opportunity_id: UUID
    title: Line
    reason: Why
    source: Annotated[Source | None, Field(description="where the wish for it was said or written")] = None


class ChangeRequestPatch(_Operated):
    title: Line = KEEP
    reason: Why = KEEP
    source: Source | None = None
    operations: Annotated[list[Operation], Field(max_length=200)] = KEEP


class Application(In):
    baseline_title: Annotated[Line | None, Field(description="also drafts the next baseline, with this title")] = None


class ReviewNote(In):
    reason: Why


class DifferenceOut(BaseModel):
    """A figure before and after. Amounts are decimals as text, in the opportunity's currency."""

    figure: str
    before: float | str | None
    after: float | str | None
    delta: float | str | None


class ImpactOut(BaseModel):
    """What the change does. `before` is null where no baseline was estimated yet; cost only with `cost:read`."""

    status: Literal["none", "computing", "complete", "failed"]
    failure: dict[str, Any] | None
    figures: list[DifferenceOut]
    assessed_at: datetime | None

    @classmethod
    def of(cls, row: ChangeRequest, caller: Principal) -> Self:
        hidden = frozenset() if caller.may("cost:read") else INTERNAL
        figures = [one for one in differences(row.before, row.after or {}) if one.figure not in hidden]
        if row.failure:
            status = "failed"
        elif row.assessed_at:
            status = "complete"
        else:
            status = "computing" if row.status == "assessing" else "none"
        return cls.model_validate(
            {
                "status": status,
                "failure": row.failure,
                "figures": [{name: getattr(one, name) for name in one.__slots__} for one in figures],
                "assessed_at": row.assessed_at,
            }
        )


class ChangeRequestItem(ResourceOut):
    """A change request in a list; its operations and their impact are at its own address."""

    opportunity_id: UUID
    code: str
    title: str
    reason: str
    status: str
    reviewed_by: str | None
    reviewed_at: datetime | None
    review_note: str | None
    applied_at: datetime | None
    baseline_id: UUID | None
    allowed_actions: list[AllowedAction]

    @classmethod
    def of(cls, row: ChangeRequest, caller: Principal) -> Self:
        """As much as `caller` may see."""
        shown = {name: getattr(row, name) for name in cls.model_fields if name != "impact"}
        if "impact" in cls.model_fields:
            shown["impact"] = ImpactOut.of(row, caller)
        return cls.model_validate(shown)


class ChangeRequestOut(ChangeRequestItem):
    source: dict[str, Any] | None
    origin: dict[str, Any] | None
    operations: list[dict[str, Any]]
    requirement_ids: list[UUID]
    impact: ImpactOut


class ChangeRequestQuery(OfOpportunity, SearchQuery):
    sortable = ("created_at", "updated_at", "code")

    status: Several[Literal["draft", "assessing", "assessed", "approved", "rejected", "applied", "withdrawn"]] = None


class ComparedOut(BaseModel):
    id: UUID
    code: str
    title: str
    status: str
    impact: ImpactOut


class ComparisonOut(BaseModel):
    """Change requests side by side, in the order asked for."""

    items: list[ComparedOut]


class FeasibleOut(BaseModel):
    """A limit of the client beside what we expect. `probability` is null while the figures are not there, or hidden."""

    constraint_id: UUID
    kind: str
    name: str
    is_hard: bool
    firmness: str | None
    limit: str
    expected: str | None
    probability: float | None
    verdict: Literal["likely", "uncertain", "unlikely", "unknown"]
    message: str
    message_zh: str


class FeasibilityOut(BaseModel):
    """Whether the newest estimate fits budget and dates; `baseline_epoch` says which baseline it is of."""

    opportunity_id: UUID
    baseline_epoch: int | None
    finish: date | None
    p80_finish: date | None
    items: list[FeasibleOut]
