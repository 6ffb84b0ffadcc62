"""Trainings over HTTP."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from services.engagement.schemas.fields import TWICE, Mail, PlannedMoment
from services.engagement.schemas.interactions import AttachmentIn
from services.engagement.schemas.surveys import ShareOut
from shared.kernel.asked import Several
from shared.kernel.pages import ResourceOut, SearchQuery
from shared.kernel.states import AllowedAction, Reason
from shared.kernel.validation import KEEP, In, Line, Patch, Text, rule

ENDS_BEFORE = rule("ends_before_start", "must end after it starts", "结束时间须晚于开始时间")
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\x00]+$", max_length=2000)]
Materials = Annotated[list[AttachmentIn], Field(max_length=50)]


class SessionIn(In):
    starts_at: PlannedMoment
    ends_at: PlannedMoment
    place: Line | None = None
    link: Annotated[Url | None, Field(description="where one joins from afar")] = None
    capacity: Annotated[int | None, Field(ge=1, le=10_000, description="places; unlimited when left out")] = None
    trainer: Line | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError(ENDS_BEFORE)
        return self


Sessions = Annotated[
    list[SessionIn],
    Field(max_length=100, description="numbered from 1 by the time they start"),
    AfterValidator(lambda sessions: sorted(sessions, key=lambda one: one.starts_at)),
]


class TrainingIn(In):
    opportunity_id: UUID
    topic: Line
    audience: Line
    goal: Text | None = None
    materials: Materials = []
    sessions: Sessions = []
    support_request_id: Annotated[UUID | None, Field(description="the request that asked for it")] = None


class TrainingPatch(Patch, of=TrainingIn, without={"opportunity_id"}):
    sessions: Sessions = KEEP
    support_request_id: UUID | None = None


class ParticipantIn(In):
    name: Line
    mail: Mail | None = None
    contact_id: Annotated[UUID | None, Field(description="the client's person")] = None
    session: Annotated[int, Field(ge=1, le=100, description="number of the session")] = 1


class RegisterIn(In):
    participants: Annotated[list[ParticipantIn], Field(min_length=1, max_length=500)]


class PresenceIn(In):
    number: Annotated[int, Field(ge=1, le=100_000, description="of the participant")]
    attended: bool


def _each_once(presences: list[PresenceIn]) -> list[PresenceIn]:
    if len({one.number for one in presences}) < len(presences):
        raise ValueError(TWICE)
    return presences


class AttendanceIn(In):
    participants: Annotated[list[PresenceIn], Field(min_length=1, max_length=500), AfterValidator(_each_once)]


class EvaluationInvitationIn(In):
    survey_id: Annotated[UUID | None, Field(description="a published survey; the shipped `csat` when left out")] = None


class ConcludeIn(In):
    conclusion: Text


class SessionOut(BaseModel):
    number: int
    starts_at: datetime
    ends_at: datetime
    place: str | None
    link: str | None
    capacity: int | None
    trainer: str | None


class ParticipantOut(BaseModel):
    number: int
    name: str
    mail: str | None
    contact_id: UUID | None
    session: int
    attended: bool | None
    survey_invitation_id: UUID | None


class EvaluationOut(BaseModel):
    """What those who came thought of it, as far as they said."""

    invited: int
    answered: int
    csat: Annotated[ShareOut | None, Field(description="scores 4 and 5 ÷ all, of CSAT surveys")]


class TrainingOut(ResourceOut):
    opportunity_id: UUID
    code: str
    topic: str
    audience: str
    goal: str | None
    materials: list[AttachmentIn]
    sessions: list[SessionOut]
    participants: list[ParticipantOut]
    support_request_id: UUID | None
    status: str
    held_at: datetime | None
    registered: int
    attended: int
    evaluation: EvaluationOut
    conclusion: str | None
    note: str | None
    allowed_actions: list[AllowedAction]


class EvaluationLink(BaseModel):
    """The link is shown once: it is the participant's key."""

    number: int
    name: str
    mail: str | None
    survey_invitation_id: UUID
    link: str


class NotInvited(BaseModel):
    number: int
    name: str
    reason: Reason


class EvaluationInvitedOut(BaseModel):
    training: TrainingOut
    links: list[EvaluationLink]
    not_invited: list[NotInvited]


class TrainingQuery(SearchQuery):
    sortable = ("created_at", "updated_at", "code")

    opportunity_id: Several[UUID] = None
    support_request_id: UUID | None = None
    status: Several[Literal["planned", "held", "evaluated", "cancelled"]] = None
