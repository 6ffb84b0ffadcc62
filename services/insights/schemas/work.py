"""The work that waits for somebody, over HTTP."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from services.insights.domain.work import KINDS, REASONS, Reason, said
from shared.kernel.asked import Several, not_allowed
from shared.kernel.events import NO_OPPORTUNITY
from shared.kernel.roles import ROLES
from shared.kernel.validation import Line, Moment, rule

ONE_LIST = rule("one_list", "ask for one of subject, role and team", "subject、role 与 team 只能选择其一")


class WorkQuery(BaseModel):
    """Whose work (by default the caller's own), and which of it."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[Line | None, Field(description="another person's; needs `work:lead`")] = None
    role: Annotated[
        str | None,
        Field(max_length=40, description="what anybody in this role may do; not in it, `work:lead` is needed"),
    ] = None
    team: Annotated[Line | None, Field(description="what is theirs of a team; others need `work:lead`")] = None
    kind: Annotated[
        list[str] | None, Field(max_length=100, description="one, or any of several: repeated, or with commas")
    ] = None
    reason: Several[Reason] = None
    opportunity_id: UUID | None = None
    due_before: Annotated[Moment | None, Field(description="only what is due before this time")] = None
    limit: Annotated[int, Field(ge=1, le=200, description="how many at most")] = 50
    cursor: Annotated[str | None, Field(max_length=400, description="next_cursor of the page before")] = None

    @field_validator("kind", mode="before")
    @classmethod
    def _kinds(cls, given: object) -> object:
        if not isinstance(given, list):
            return given
        kinds = [kind.strip() for one in given for kind in str(one).split(",")]
        if any(kind not in KINDS for kind in kinds):
            raise not_allowed("?kind", KINDS)
        return kinds

    @field_validator("role")
    @classmethod
    def _role(cls, given: str | None) -> str | None:
        if given is not None and given not in ROLES:
            raise not_allowed("?role", ROLES)
        return given

    @model_validator(mode="after")
    def _one_list(self) -> Self:
        if sum(bool(one) for one in (self.subject, self.role, self.team)) > 1:
            raise ValueError(ONE_LIST)
        return self


class WorkOpportunityOut(BaseModel):
    id: UUID
    code: str | None
    title: str | None


class WorkActionOut(BaseModel):
    """The request that does it; what it takes is in the document of this API."""

    method: str
    path: str


class WorkItemOut(BaseModel):
    """Something that waits for somebody."""

    id: Annotated[str, Field(description="of the item: the same for as long as it is about the same thing")]
    kind: str
    label: str
    label_zh: str
    title: str
    title_zh: str
    code: str | None
    why: Annotated[str, Field(description="why it is to be done")]
    why_zh: str
    reason: Annotated[Reason, Field(description="why it stands where it does")]
    reason_rank: Annotated[int, Field(description="1 comes first")]
    reason_text: str
    reason_text_zh: str
    since: datetime
    due_at: Annotated[datetime | None, Field(description="a day is over at its end where the tenant works")]
    owner: Annotated[str | None, Field(description="whose it is; null where anybody with `scope` does it")]
    scope: Annotated[str | None, Field(description="the permission of who may do it, where nobody is named")]
    opportunity: Annotated[WorkOpportunityOut | None, Field(description="null for what is of no opportunity")]
    action: WorkActionOut

    @classmethod
    def of(cls, row: Any, at: datetime) -> Self:
        """An item as it stands at `at`; `row` is one of `queries.work`."""
        kind, reason = KINDS[row.kind], REASONS[row.rank - 1]
        late = at - row.due if row.due else timedelta()
        text, text_zh = said(reason, late, at - row.since)
        about = None
        if row.opportunity_id != NO_OPPORTUNITY:
            about = WorkOpportunityOut(id=row.opportunity_id, code=row.opportunity_code, title=row.opportunity_title)
        is_for_owner = row.owner is None and kind.scope is None
        return cls(
            id=f"{row.slot}:{row.subject_id}",
            kind=row.kind,
            label=kind.label,
            label_zh=kind.label_zh,
            title=row.title or " ".join(filter(None, (kind.label, row.code))),
            title_zh=row.title_zh or row.title or " ".join(filter(None, (kind.label_zh, row.code))),
            code=row.code,
            why=row.why or kind.why,
            why_zh=row.why_zh or kind.why_zh,
            reason=reason,
            reason_rank=row.rank,
            reason_text=text,
            reason_text_zh=text_zh,
            since=row.since,
            due_at=row.due,
            owner=row.opportunity_owner if is_for_owner else row.owner,
            scope=kind.scope if row.owner is None else None,
            opportunity=about,
            action=WorkActionOut(method=kind.method, path=row.path),
        )


class WorkCountOut(BaseModel):
    kind: str
    label: str
    label_zh: str
    count: int
    breached: int

    @classmethod
    def all(cls, counts: Mapping[str, Sequence[int]]) -> list[Self]:
        """The most first."""
        found = [
            cls(kind=name, label=KINDS[name].label, label_zh=KINDS[name].label_zh, count=count, breached=breached)
            for name, (count, breached) in counts.items()
        ]
        return sorted(found, key=lambda one: (-one.count, one.kind))


class WorkPage(BaseModel):
    """Some of the work, what hurts first before the rest; and how much there is of each kind on all pages."""

    items: list[WorkItemOut]
    next_cursor: str | None
    counts: Annotated[list[WorkCountOut], Field(description="with all filters but `kind`; the most first")]
    total: Annotated[int, Field(description="of all pages")]
    as_of: Annotated[datetime, Field(description="when it was judged what is due: that of the first page for all")]
