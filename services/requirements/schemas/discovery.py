"""Stakeholders, pains, questionnaires and invitations over HTTP."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, model_validator

from services.requirements.domain.completeness import Completeness
from services.requirements.domain.stakeholders import Coverage
from services.requirements.models.discovery import Role, Stance
from services.requirements.models.opportunities import Level
from services.requirements.schemas.opportunities import Language, OfOpportunity, shown
from services.requirements.schemas.requirements import Source
from shared.kernel.asked import Several
from shared.kernel.clock import now
from shared.kernel.pages import ResourceOut, SearchQuery
from shared.kernel.states import AllowedAction
from shared.kernel.validation import KEEP, STORABLE, Document, In, Line, Moment, Patch, Text, rule
from shared.language.letterhead import Ask
from shared.language.money import NonNegativeMoney

EXPIRED = rule("not_in_time", "must lie ahead, within a year", "须晚于当前时间，且在一年之内")
FROM_1_TO_5 = Field(ge=1, le=5)
Mail = Annotated[str, Field(pattern=r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$", max_length=254)]
Score = Annotated[int, FROM_1_TO_5]


def _ahead(moment: datetime) -> datetime:
    if not now() < moment < now() + timedelta(days=366):
        raise ValueError(EXPIRED)
    return moment


Expiry = Annotated[Moment, AfterValidator(_ahead)]


class StakeholderIn(In):
    opportunity_id: UUID
    name: Line
    position: Line | None = None
    role: Role
    influence: Annotated[Score, Field(description="on the decision: 1 none … 5 decides")] = 3
    interest: Annotated[Score, Field(description="in the outcome: 1 none … 5 vital")] = 3
    stance: Stance = Stance.UNKNOWN
    needs: Text | None = None
    contact_id: UUID | None = None
    last_met_on: date | None = None


class StakeholderPatch(Patch, of=StakeholderIn, without={"opportunity_id"}):
    pass


class StakeholderOut(ResourceOut):
    opportunity_id: UUID
    name: str
    position: str | None
    role: str
    influence: int
    interest: int
    stance: str
    needs: str | None
    contact_id: UUID | None
    last_met_on: date | None
    allowed_actions: list[AllowedAction]


class StakeholderQuery(OfOpportunity, SearchQuery):
    sortable = ("created_at", "updated_at", "name", "influence")

    role: Several[Role] = None
    stance: Several[Stance] = None


class Advice(BaseModel):
    """Something that is missing: why it matters and what to do, in both languages."""

    code: str
    message: str
    message_zh: str


class CoverageOut(BaseModel):
    """How well the client's people are known, 0 … 1, and what is missing."""

    score: float
    known_roles: list[str]
    missing_roles: list[str]
    weighted_stance: float
    missing: list[Advice]


class PainIn(In):
    opportunity_id: UUID
    statement: Text
    severity: Level = Level.MEDIUM
    affected: Annotated[Line | None, Field(description="who it hurts")] = None
    cost_of_inaction: Annotated[
        NonNegativeMoney | None, Field(description="each year, in the opportunity's currency")
    ] = None
    source: Source | None = None


class PainQuery(OfOpportunity, SearchQuery):
    severity: Several[Level] = None


class PainPatch(Patch, of=PainIn, without={"opportunity_id"}):
    cost_of_inaction: NonNegativeMoney | None = None


class PainOut(ResourceOut):
    opportunity_id: UUID
    statement: str
    severity: str
    affected: str | None
    cost_of_inaction: NonNegativeMoney | None
    source: dict[str, Any] | None
    allowed_actions: list[AllowedAction]

    @model_validator(mode="before")
    @classmethod
    def _with_money(cls, row: Any) -> Any:
        return shown(cls, row, "cost_of_inaction")


class QuestionnaireIn(In):
    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$", description="the same for all versions")]
    title: Line
    title_zh: Line
    form: Annotated[Document, Field(description="SurveyJS JSON; `presales.becomes` says what an answer makes")]


class QuestionnairePatch(Patch, of=QuestionnaireIn, without={"key"}):
    form: Document = KEEP


class QuestionnaireItem(ResourceOut):
    """A version of a questionnaire in a list; its form is at its own address."""

    key: str
    number: int
    title: str
    title_zh: str
    status: str
    published_at: datetime | None
    allowed_actions: list[AllowedAction]


class QuestionnaireOut(QuestionnaireItem):
    form: dict[str, Any]


class QuestionnaireQuery(SearchQuery):
    key: str | None = None
    number: int | None = None
    status: Several[Literal["draft", "published", "retired"]] = None


class Recipient(In):
    """Whom a link is for, in which language, and until when."""

    opportunity_id: UUID
    recipient_name: Line
    recipient_mail: Mail | None = None
    language: Language | None = Field(None, description="the opportunity's when left out")
    expires_at: Annotated[Expiry | None, Field(description="in 14 days when left out")] = None


class InvitationIn(Recipient):
    questionnaire_id: UUID
    stakeholder_id: UUID | None = None


class UnmappedAnswer(BaseModel):
    """An answer that its question makes into nothing: somebody is to read it."""

    question: str
    about: Annotated[str, Field(description="title of the question")]
    words: list[str]


class InvitationItem(ResourceOut):
    """An invitation in a list; its answers and what they became are at its own address."""

    opportunity_id: UUID
    questionnaire_id: UUID
    recipient_name: str
    recipient_mail: str | None
    stakeholder_id: UUID | None
    language: str
    expires_at: datetime
    status: str
    answered_at: datetime | None
    allowed_actions: list[AllowedAction]


class InvitationOut(InvitationItem):
    answers: dict[str, Any] | None
    made_requirement_ids: list[UUID]
    made_pain_ids: list[UUID]
    unmapped_answers: Annotated[list[UnmappedAnswer], Field(description="that became nothing; in what was answered")]


class InvitationMade(InvitationOut):
    """The link is shown once: it is the client's key."""

    link: str


class AnswersQuery(OfOpportunity):
    has_unmapped_answers: Annotated[bool | None, Field(description="some of its answers became nothing")] = None


class InvitationQuery(AnswersQuery):
    questionnaire_id: UUID | None = None
    state: Annotated[
        Several[Literal["sent", "answered", "withdrawn"]],
        Field(description="a sent one expires by itself and stays sent"),
    ] = None


class FormOut(BaseModel):
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
    expires_at: datetime


class AnswersIn(In):
    answers: Annotated[dict[str, Any], Field(max_length=600), STORABLE]


class AnsweredOut(BaseModel):
    answered_at: datetime


class GapOut(Advice):
    """An item of the checklist."""

    weight: float
    is_known: bool
    is_required: bool
    figure: str


class CompletenessOut(BaseModel):
    """How much of what should be known is known, 0 … 1; the items that are missing come first."""

    score: float
    wanted_for_approval: float
    policy_version: int
    items: list[GapOut]


def completeness_shown(found: Completeness) -> dict[str, Any]:
    """A filled-in checklist as `CompletenessOut`."""
    known = [one for one in found.items if one.is_known]
    return {
        "score": found.score,
        "wanted_for_approval": found.policy.wanted_for_approval,
        "policy_version": found.policy.version,
        "items": [
            {
                "code": one.item.code,
                "message": one.item.message,
                "message_zh": one.item.message_zh,
                "weight": one.item.weight,
                "is_known": one.is_known,
                "is_required": one.item.is_required,
                "figure": f"{one.measured:g} / {one.item.wanted:g}",
            }
            for one in [*found.missing, *known]
        ],
    }


_ADVICE = {
    "economic_buyer": ("Nobody is known who grants the money.", "尚不清楚由谁批准资金。"),
    "decision_maker": ("Nobody is known who decides.", "尚不清楚由谁决策。"),
    "user_buyer": ("Nobody is known who speaks for the users.", "尚无使用部门的代表。"),
    "technical_buyer": ("Nobody is known who judges the technology.", "尚无技术评审人。"),
    "coach": ("Nobody inside guides us.", "客户内部尚无引路人。"),
    "stance_unknown": ("Find out where those of influence stand.", "了解关键人员的立场。"),
    "not_met": ("Meet those of influence whom nobody of us has met.", "拜访尚未接触的关键人员。"),
    "no_champion": ("Nobody argues for us when we are not in the room.", "我方不在场时无人为我方说话。"),
}


def coverage_shown(found: Coverage) -> dict[str, Any]:
    """A coverage as `CoverageOut`, with advice for what is missing."""
    codes = [
        *found.missing_roles,
        *(["stance_unknown"] if found.share_known_stance < 1 else []),
        *(["not_met"] if found.share_met < 1 else []),
        *([] if found.has_champion else ["no_champion"]),
    ]
    return {
        "score": found.score,
        "known_roles": found.known_roles,
        "missing_roles": found.missing_roles,
        "weighted_stance": found.weighted_stance,
        "missing": [{"code": code, "message": _ADVICE[code][0], "message_zh": _ADVICE[code][1]} for code in codes],
    }
