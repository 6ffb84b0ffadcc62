"""Surveys and survey invitations over HTTP."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from services.engagement.domain.satisfaction import FEW, NetPromoterScore
from services.engagement.models.surveys import SurveyKind
from services.engagement.schemas.fields import Language, Mail, Past
from shared.kernel.asked import Several
from shared.kernel.clock import now
from shared.kernel.pages import PageQuery, ResourceOut, SearchQuery
from shared.kernel.states import AllowedAction
from shared.kernel.validation import KEEP, STORABLE, Document, In, Line, Moment, Patch, rule
from shared.language.letterhead import Ask
from shared.quant.share import Share

EXPIRED = rule("not_in_time", "must lie ahead, within a year", "须晚于当前时间，且在一年之内")
NO_RECIPIENT = rule("recipient_missing", "needs contact_id or recipient_name", "须填写 contact_id 或 recipient_name")
TWO_SUBJECTS = rule("two_subjects", "can be about one thing only", "只能针对一个对象")

Stage = Literal["draft", "qualifying", "active", "submitted", "negotiating", "on_hold", "closed"]
SUBJECTS = ("stage", "interaction_id", "support_request_id", "training_id")


def _ahead(moment: datetime) -> datetime:
    if not now() < moment < now() + timedelta(days=366):
        raise ValueError(EXPIRED)
    return moment


class SurveyIn(In):
    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$", description="the same for all versions")]
    kind: SurveyKind
    title: Line
    title_zh: Line
    form: Annotated[
        Document,
        Field(description="SurveyJS JSON; CSAT and NPS need a rating named `score`: 1 to 5, 0 to 10"),
    ]


class SurveyPatch(Patch, of=SurveyIn, without={"key", "kind"}):
    form: Document = KEEP


class SurveyItem(ResourceOut):
    """A version of a survey in a list; its form is at its own address."""

    key: str
    number: int
    kind: str
    title: str
    title_zh: str
    status: str
    published_at: datetime | None
    is_shipped: bool
    allowed_actions: list[AllowedAction]


class SurveyOut(SurveyItem):
    form: dict[str, Any]


class SurveyQuery(SearchQuery):
    sortable = ("created_at", "updated_at", "key", "number")

    key: str | None = None
    kind: Several[SurveyKind] = None
    status: Several[Literal["draft", "published", "retired"]] = None


class About(In):
    """What is asked about: one of these, or the whole opportunity."""

    opportunity_id: UUID
    stage: Stage | None = None
    interaction_id: UUID | None = None
    support_request_id: UUID | None = None
    training_id: UUID | None = None

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if sum(getattr(self, name) is not None for name in SUBJECTS) > 1:
            raise ValueError(TWO_SUBJECTS)
        return self


class Addressed(About):
    contact_id: Annotated[UUID | None, Field(description="the client's person")] = None
    recipient_name: Annotated[Line | None, Field(description="the contact's when left out")] = None
    recipient_mail: Annotated[Mail | None, Field(description="the contact's when left out")] = None
    language: Annotated[Language | None, Field(description="the contact's, or the opportunity's")] = None

    @model_validator(mode="after")
    def _addressed(self) -> Self:
        if not self.contact_id and not self.recipient_name:
            raise ValueError(NO_RECIPIENT)
        return self


class SurveyInvitationIn(Addressed):
    survey_id: UUID
    expires_at: Annotated[
        Annotated[Moment, AfterValidator(_ahead)] | None, Field(description="in 14 days when left out")
    ] = None


class FeedbackIn(Addressed):
    """Answers that came otherwise: by telephone, on paper, in a talk."""

    answers: Annotated[dict[str, Any], Field(max_length=600), STORABLE]
    answered_at: Annotated[Past | None, Field(description="now, when left out")] = None


class SurveyInvitationItem(ResourceOut):
    """A survey invitation in a list; its answers are at its own address."""

    survey_id: UUID
    opportunity_id: UUID
    stage: str | None
    interaction_id: UUID | None
    support_request_id: UUID | None
    training_id: UUID | None
    contact_id: UUID | None
    recipient_name: str
    recipient_mail: str | None
    language: str
    origin: str
    expires_at: datetime | None
    status: str
    score: int | None
    answered_at: datetime | None
    allowed_actions: list[AllowedAction]


class SurveyInvitationOut(SurveyInvitationItem):
    answers: dict[str, Any] | None


class SurveyInvitationMade(SurveyInvitationOut):
    """The link is shown once: it is the client's key."""

    link: str


class SurveyInvitationQuery(PageQuery):
    sortable = ("created_at", "updated_at", "answered_at")

    survey_id: UUID | None = None
    opportunity_id: Several[UUID] = None
    stage: Several[Stage] = None
    interaction_id: UUID | None = None
    support_request_id: UUID | None = None
    training_id: UUID | None = None
    contact_id: UUID | None = None
    state: Several[Literal["sent", "answered", "withdrawn"]] = None
    origin: Several[Literal["link", "recorded"]] = None


class SurveyFormOut(BaseModel):
    """What the page behind a link shows."""

    id: UUID
    title: str
    introduction: str | None
    language: str
    form: dict[str, Any]
    supplier: Annotated[str | None, Field(description="who asks, as in the tenant's branding")]
    project: Annotated[str | None, Field(description="title of the opportunity")]
    ask: Annotated[Ask | None, Field(description="whom the client may ask: by the branding, else our owner")]
    answered_at: datetime | None
    expires_at: datetime | None


class SurveyAnswersIn(In):
    answers: Annotated[dict[str, Any], Field(max_length=600), STORABLE]


class SurveyAnsweredOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    answered_at: datetime


class ResultsQuery(In):
    opportunity_id: UUID | None = None
    stage: Stage | None = None
    interaction_id: UUID | None = None
    support_request_id: UUID | None = None
    training_id: UUID | None = None
    since: Annotated[Moment | None, Field(description="sent, or recorded, at this time or later")] = None
    until: Annotated[Moment | None, Field(description="sent, or recorded, before this time")] = None


class Interval(BaseModel):
    """It holds the true value in 95 of 100 cases."""

    low: float
    high: float

    @classmethod
    def of(cls, interval: tuple[float, float] | None) -> "Interval | None":
        return cls(low=round(interval[0], 4), high=round(interval[1], 4)) if interval else None


class ShareOut(BaseModel):
    numerator: int
    denominator: int
    value: Annotated[float | None, Field(description="0 … 1; null without a denominator")]
    interval: Annotated[Interval | None, Field(description="Wilson's score interval")]
    is_small: Annotated[bool, Field(description=f"fewer than {FEW} answers: look at the interval")]

    @classmethod
    def of(cls, share: Share) -> "ShareOut":
        return cls(
            numerator=share.numerator,
            denominator=share.denominator,
            value=share.value,
            interval=Interval.of(share.interval),
            is_small=share.denominator < FEW,
        )


class NpsOut(BaseModel):
    promoters: int
    passives: int
    detractors: int
    denominator: int
    value: Annotated[float | None, Field(description="−100 … 100; null without answers")]
    interval: Annotated[
        Interval | None, Field(description="Tango's score interval: within −100 … 100, around the value")
    ]
    is_small: bool

    @classmethod
    def of(cls, score: NetPromoterScore) -> "NpsOut":
        return cls(
            promoters=score.promoters,
            passives=score.passives,
            detractors=score.detractors,
            denominator=score.denominator,
            value=score.value,
            interval=Interval.of(score.interval),
            is_small=score.denominator < FEW,
        )


class Verbatim(BaseModel):
    """What somebody wrote, in their own words."""

    invitation_id: UUID
    opportunity_id: UUID
    question: str
    text: str
    score: int | None
    answered_at: datetime


class ResultsOut(BaseModel):
    """What came back for one version of a survey."""

    survey_id: UUID
    key: str
    number: int
    kind: str
    response_rate: Annotated[ShareOut, Field(description="answered by link ÷ sent by link and not withdrawn")]
    withdrawn: Annotated[int, Field(description="links that were withdrawn: not in the response rate")]
    recorded: Annotated[int, Field(description="answers that somebody of ours wrote down: not in the response rate")]
    answered: int
    distribution: Annotated[dict[int, int], Field(description="answers of each score")]
    csat: Annotated[ShareOut | None, Field(description="scores 4 and 5 ÷ all; null for other kinds")]
    nps: Annotated[NpsOut | None, Field(description="null for other kinds")]
    verbatims: Annotated[list[Verbatim], Field(description="of the newest answers")]
    opportunity_ids: Annotated[list[UUID], Field(description="opportunities behind the figures")]
