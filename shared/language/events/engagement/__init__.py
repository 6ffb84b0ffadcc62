"""What the engagement service says of talks with the client: what was asked, promised and thought of us.

What it says of support is in `shared.language.events.engagement.support`.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from shared.kernel.events import NO_OPPORTUNITY, Event, Fact


class CalendarRecorded(Event):
    """The calendar that counts where none is named has changed: days end by its time zone. It is of no opportunity."""

    type: ClassVar[str] = "engagement.calendar.recorded.v1"
    opportunity_id: UUID = NO_OPPORTUNITY
    calendar_id: UUID
    code: str
    time_zone: str
    """IANA name, such as Asia/Shanghai."""
    hours_per_day: Decimal
    """Hours of a working day: the mean over the weekdays that are worked."""
    version: int


class ContactRecorded(Event):
    """A person at the client wants to be left alone, or does no longer; names and addresses are not told.

    A digest is keyed with the secret that services sign links with, so that only they recognise the person by it.
    """

    type: ClassVar[str] = "engagement.contact.recorded.v1"
    contact_id: UUID
    do_not_contact: bool
    """Asked to be left alone, or withdrew consent."""
    mail_digest: str | None
    name_digest: str | None
    """Both None where the person may be contacted."""
    version: int


class ColleagueRecorded(Event):
    """Somebody of our team was added or changed, or has left; `version` orders what is told of them.

    It is of no opportunity.
    """

    type: ClassVar[str] = "engagement.colleague.recorded.v1"
    opportunity_id: UUID = NO_OPPORTUNITY
    colleague_id: UUID
    subject: str
    """Who the person is to the identity provider; it never changes."""
    name: str
    mail: str | None
    """Where clients reach the person; None where nobody has said."""
    phone: str | None
    is_active: bool
    inactive_since: datetime | None
    """None while active."""
    version: int


class InteractionRecorded(Event):
    """A talk with the client was recorded or corrected, with the requirements that it created or changed."""

    type: ClassVar[str] = "engagement.interaction.recorded.v1"
    interaction_id: UUID
    channel: str
    direction: str
    occurred_at: datetime
    subject: str
    requirement_ids: tuple[UUID, ...]
    """Requirements that this talk created or changed."""
    recorded_by: str
    sentiment: str | None = None
    """positive, neutral, negative; None where nobody has said."""
    contact_ids: tuple[UUID, ...] = ()
    """Contacts who took part."""


class NeedHeard(Event):
    """Something that the client said in a talk and that should become a requirement or a change request.

    The requirements service answers with `requirements.requirement.recorded` whose `origin` names `need_id`.
    """

    type: ClassVar[str] = "engagement.need.heard.v1"
    need_id: UUID
    interaction_id: UUID | None
    """The talk that it was said in; None when it was the written answer to `clarification_id`."""
    statement: str
    """Our interpretation."""
    client_words: str | None
    """The client's own words."""
    speaker: str | None
    wants: str
    """requirement or change_request."""
    kind: str | None = None
    """Kind of requirement, where it is known."""
    priority: str | None = None
    source: str
    """The talk, as a source is named: `meeting on 2027-03-01: Kick-off`."""
    heard_at: datetime
    recorded_by: str
    clarification_id: UUID | None = None


class ClarificationRecorded(Event):
    """A question to the client or to us was asked, answered, reopened or withdrawn; `version` orders its records."""

    type: ClassVar[str] = "engagement.clarification.recorded.v1"
    clarification_id: UUID
    code: str
    question: str
    requirement_ids: tuple[UUID, ...]
    status: str
    """draft, asked, answered, accepted, reopened, withdrawn."""
    is_open: bool
    """Whether somebody still owes an answer, or it has not been accepted: open on a must-have, it blocks approval."""
    owed_by: str
    """client or us."""
    due_at: datetime | None
    room_question_id: UUID | None = None
    """The question that a client asked in a room, where it came from."""
    version: int
    priority: str | None = None
    """urgent, high, normal, low."""
    owner: str | None = None
    """Name of the person who owes the answer."""
    asked_at: datetime | None = None
    answer: str | None = None
    """The last one given; while `status` is reopened it does not do."""
    answered_by: str | None = None
    answered_at: datetime | None = None


class ClarificationLapsed(Event):
    """An answer, of the client's or ours, was not given by the moment that had been agreed."""

    type: ClassVar[str] = "engagement.clarification.lapsed.v1"
    clarification_id: UUID
    code: str
    question: str
    requirement_ids: tuple[UUID, ...]
    owed_by: str
    """client or us."""
    owner: str | None
    due_at: datetime


class ResponseClockFacts(Fact):
    """A clock that holds us to an answer; all minutes are working minutes without the time that the client owed."""

    clock_id: UUID
    subject_kind: str
    """clarification, interaction, support_request."""
    subject_id: UUID
    subject_label: str
    purpose: str
    """first, following, resolution."""
    priority: str
    """urgent, high, normal, low."""
    owner: str | None
    target_minutes: int
    elapsed_minutes: float
    started_at: datetime
    due_at: datetime | None


class ResponseClockNeared(Event):
    """An answer is due soon."""

    type: ClassVar[str] = "engagement.response_clock.neared.v1"
    clock: ResponseClockFacts


class ResponseClockBreached(Event):
    """An answer was not given in time."""

    type: ClassVar[str] = "engagement.response_clock.breached.v1"
    clock: ResponseClockFacts


class ResponseClockMet(Event):
    """An answer was given in time."""

    type: ClassVar[str] = "engagement.response_clock.met.v1"
    clock: ResponseClockFacts


class ResponseClockMissed(Event):
    """An answer was given after it was due; the breach has been told before, or is told by this."""

    type: ClassVar[str] = "engagement.response_clock.missed.v1"
    clock: ResponseClockFacts


class AdviceRecorded(Event):
    """Advice was drafted, given, accepted or declined; `version` orders its records."""

    type: ClassVar[str] = "engagement.advice.recorded.v1"
    advice_id: UUID
    code: str
    kind: str
    """technical, project_management, risk_control."""
    recommendation: str
    because: str
    requirement_ids: tuple[UUID, ...]
    status: str
    """draft, given, accepted, declined."""
    reason: str | None
    """Why the client accepted or declined."""
    version: int


class CommitmentRecorded(Event):
    """A promise of ours or the client's was made, changed, done, missed or cancelled; `version` orders its records."""

    type: ClassVar[str] = "engagement.commitment.recorded.v1"
    commitment_id: UUID
    code: str
    side: str
    """us or client."""
    statement: str
    owner: str
    due_on: date
    status: str
    """open, done, missed, cancelled."""
    version: int


class CommitmentLapsed(Event):
    """A promise was not kept by the end of its day."""

    type: ClassVar[str] = "engagement.commitment.lapsed.v1"
    commitment_id: UUID
    code: str
    side: str
    statement: str
    owner: str
    due_on: date


class CadenceLapsed(Event):
    """We should have talked with the client by now, and have not."""

    type: ClassVar[str] = "engagement.cadence.lapsed.v1"
    cadence_id: UUID
    stage: str
    every_days: int
    channel: str
    owner: str | None
    last_touch_at: datetime | None
    due_at: datetime


class SurveySent(Event):
    """Somebody at the client was asked by link; it is about one of stage, talk, request, training, or all of it."""

    type: ClassVar[str] = "engagement.survey.sent.v1"
    survey_invitation_id: UUID
    survey_id: UUID
    survey_key: str
    survey_number: int
    kind: str
    """csat, nps, win_loss, feedback, custom."""
    stage: str | None
    interaction_id: UUID | None
    support_request_id: UUID | None
    training_id: UUID | None


class SurveyAnswered(Event):
    """The client answered a survey, by link or through somebody of ours; names of people are not told."""

    type: ClassVar[str] = "engagement.survey.answered.v1"
    survey_invitation_id: UUID
    survey_id: UUID
    survey_key: str
    survey_number: int
    kind: str
    """csat, nps, win_loss, feedback, custom."""
    stage: str | None
    interaction_id: UUID | None
    support_request_id: UUID | None
    training_id: UUID | None
    origin: str
    """link or recorded: only what was asked by link counts for the response rate."""
    score: int | None
    """1 to 5 for csat, 0 to 10 for nps."""
    verbatims: tuple[str, ...]
    answered_at: datetime
    is_bad: bool = False
    """A mark that somebody must look into: 1 or 2 of a CSAT, 0 to 6 of an NPS; a commitment of ours follows it."""
