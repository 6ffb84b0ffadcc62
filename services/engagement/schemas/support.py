"""Support requests over HTTP."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from services.engagement.domain.assignment import WEIGHTS, Assessment, Wanted
from services.engagement.models.response_clocks import Urgency
from services.engagement.models.support import SupportDomain, SupportKind, WaitsFor
from services.engagement.schemas.colleagues import LanguageCode, Skill, Skills
from services.engagement.schemas.fields import DistinctIds, PlannedDay
from services.engagement.schemas.interactions import AttachmentIn, LinkedRequirement
from shared.kernel.asked import Several, SeveralNames
from shared.kernel.clock import now
from shared.kernel.pages import PageQuery, ResourceOut, SearchQuery
from shared.kernel.states import AllowedAction, Reason
from shared.kernel.validation import KEEP, In, Line, Patch, Text, Why, rule

FAR_AHEAD = rule("far_ahead", "must not be later than two years from now", "不得晚于两年之后")


def _foreseeable(day: date) -> date:
    if day > (now() + timedelta(days=732)).date():
        raise ValueError(FAR_AHEAD)
    return day


NeededBy = Annotated[PlannedDay, AfterValidator(_foreseeable)]
Hours = Annotated[float, Field(gt=0, le=2000, description="hours of work expected")]


class SupportRequestIn(In):
    opportunity_id: UUID
    title: Line
    description: Text
    domain: SupportDomain
    kind: SupportKind
    priority: Urgency = Urgency.NORMAL
    needed_by: NeededBy | None = None
    expected_hours: Annotated[Hours | None, Field(description="a working day when left out")] = None
    skills: Annotated[Skills, Field(description="skills wanted, with the level that will do")] = []
    language: Annotated[LanguageCode | None, Field(description="that whoever gives the support must speak")] = None
    region: Line | None = None
    requirement_ids: DistinctIds = []


class SupportRequestPatch(Patch, of=SupportRequestIn, without={"opportunity_id"}):
    expected_hours: Hours = KEEP


class TriageIn(Patch):
    """What triage found; what is left out stays."""

    domain: SupportDomain = KEEP
    kind: SupportKind = KEEP
    priority: Urgency = KEEP
    needed_by: NeededBy = KEEP
    expected_hours: Hours = KEEP
    skills: Skills = KEEP


class AssignIn(In):
    to: Annotated[UUID | Literal["best"], Field(description="a colleague's id, or `best`: the first who fits")]


class DeliverIn(In):
    delivery: Annotated[Text, Field(description="what was delivered, and where it is")]


class RateIn(In):
    rating: Annotated[int, Field(ge=1, le=5)]
    comment: Text | None = None


class WaitIn(In):
    waits_for: WaitsFor
    reason: Annotated[Why, Field(description="what they owe us")]


class EscalateIn(In):
    level: Annotated[int, Field(ge=1, le=5)]
    to: Annotated[Line, Field(description="to whom")]
    reason: Why


class EscalationOut(BaseModel):
    level: int
    to: str
    reason: str
    by: str
    at: datetime


class MessageIn(In):
    text: Text
    is_internal: Annotated[bool, Field(description="the requester does not see it")] = False
    is_acknowledgement: Annotated[bool, Field(description="says only that it was seen: the response clock runs on")] = (
        False
    )
    attachments: Annotated[list[AttachmentIn], Field(max_length=20)] = []


class MessageOut(ResourceOut):
    """A message; `created_by` wrote it."""

    support_request_id: UUID
    text: str
    is_internal: bool
    is_acknowledgement: bool
    attachments: list[AttachmentIn]


class MessageQuery(PageQuery):
    is_internal: bool | None = None


class PartOut(BaseModel):
    """A part of the score, 0 … 1, and its weight."""

    name: str
    weight: float
    value: float


class CandidateOut(BaseModel):
    """Somebody who could be asked: the parts of the score, and what stands against."""

    colleague_id: UUID
    name: str
    fits: bool
    score: float
    parts: list[PartOut]
    capacity_hours: Annotated[float, Field(description="until the day it is needed, without days off and absences")]
    committed_hours: Annotated[float, Field(description="what is left of open assignments until then")]
    free_hours: float
    obstacles: list[Reason]

    @classmethod
    def of(cls, found: Assessment, wanted: Wanted) -> "CandidateOut":
        person = found.candidate
        facts = {"free": f"{person.free_hours:g}", "hours": f"{wanted.hours:g}", "language": wanted.language}
        return cls(
            colleague_id=person.id,
            name=person.name,
            fits=found.fits,
            score=round(found.score, 4),
            parts=[
                PartOut(name=name, weight=WEIGHTS[name], value=round(value, 4)) for name, value in found.parts.items()
            ],
            capacity_hours=round(person.capacity_hours, 2),
            committed_hours=round(person.committed_hours, 2),
            free_hours=round(person.free_hours, 2),
            obstacles=[_obstacle(code, facts) for code in found.obstacles],
        )


class CandidatesOut(BaseModel):
    """Those who fit, the best first, then those who do not, with the reasons."""

    until: Annotated[date, Field(description="the day until which free hours were counted")]
    wanted_hours: float
    candidates: list[CandidateOut]


_OBSTACLES = {
    "inactive": ("is not active", "已停用"),
    "is_requester": ("asked for it", "为申请人本人"),
    "no_wanted_skill": ("has none of the skills wanted", "不具备所需技能"),
    "other_language": ("does not speak {language}", "不会使用语言 {language}"),
    "away": ("is away until then", "在此期间均不在岗"),
    "no_time": ("has {free} h free, {hours} h are wanted", "仅有 {free} 小时空闲，需要 {hours} 小时"),
}


def _obstacle(code: str, facts: dict[str, Any]) -> Reason:
    en, zh = _OBSTACLES[code]
    return Reason(code=code, message=en.format_map(facts), message_zh=zh.format_map(facts))


class AssignmentOut(CandidateOut):
    """How the person was found: `best` or by name, with what was known then."""

    chosen: str


class SupportRequestItem(ResourceOut):
    """A support request in a list; who was suggested for it, and what was escalated, are at its own address."""

    opportunity_id: UUID
    code: str
    title: str
    description: str
    domain: str
    kind: str
    priority: str
    needed_by: date | None
    expected_hours: float
    skills: list[Skill]
    language: str | None
    region: str | None
    requirement_ids: list[UUID]
    requester: str
    assignee_id: UUID | None
    assignee: str | None
    status: str
    is_open: bool
    is_overdue: Annotated[bool, Field(description="open after the day on which it was needed")]
    waits_for: str | None
    waiting_reason: str | None
    waiting_since: datetime | None
    escalation_level: int
    first_answered_at: datetime | None
    assigned_at: datetime | None
    delivered_at: datetime | None
    delivery: str | None
    rating: int | None
    rating_comment: str | None
    rated_at: datetime | None
    rated_by: Annotated[str | None, Field(description="requester, or client: by a survey about it")]
    closed_at: datetime | None
    times_reopened: int
    note: str | None
    requirements: list[LinkedRequirement]
    allowed_actions: Annotated[list[AllowedAction], Field(description="of you, who ask")]


class SupportRequestOut(SupportRequestItem):
    assignment: AssignmentOut | None
    escalations: list[EscalationOut]


class SupportRequestQuery(SearchQuery):
    sortable = ("created_at", "updated_at", "needed_by", "code")

    opportunity_id: Several[UUID] = None
    domain: Several[SupportDomain] = None
    kind: Several[SupportKind] = None
    priority: Several[Urgency] = None
    status: Several[
        Literal["requested", "triaged", "assigned", "in_progress", "delivered", "rated", "closed", "declined"]
    ] = None
    requester: SeveralNames = None
    assignee: SeveralNames = None
    assignee_id: UUID | None = None
    waits_for: Several[WaitsFor] = None
    is_open: bool | None = None
    overdue: Annotated[bool | None, Field(description="open after the day on which it was needed")] = None
    requirement_id: Annotated[UUID | None, Field(description="linked to this requirement")] = None
