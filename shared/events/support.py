"""What the engagement service says of the support it gives: requests, hours, trainings, proofs, plans, satisfaction."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.events import Event, Fact
from shared.money import Money


class SupportRequestRecorded(Event):
    """Support was asked for, or a request took a step; `version` orders its records."""

    type: ClassVar[str] = "engagement.support_request.recorded.v1"
    support_request_id: UUID
    code: str
    title: str
    domain: str
    """technical, project_management, risk_control, after_sales."""
    kind: str
    """consulting, training, guidance."""
    priority: str
    status: str
    """requested, triaged, assigned, in_progress, delivered, rated, closed, declined."""
    requester: str
    assignee: str | None
    needed_by: date | None
    waits_for: str | None
    """client or requester, who owe us something first."""
    escalation_level: int
    times_reopened: int
    rating: int | None
    """1 to 5, of the requester."""
    requirement_ids: tuple[UUID, ...]
    version: int


class HoursRecorded(Event):
    """Hours on an opportunity were recorded, corrected or voided (0 hours); `version` orders an entry's records.

    It tells roles, not persons, and no cost.
    """

    type: ClassVar[str] = "engagement.hours.recorded.v1"
    time_entry_id: UUID
    role: str
    worked_on: date
    hours: float
    activity: str
    support_request_id: UUID | None
    version: int


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


class TrainingRecorded(Event):
    """A training was planned, changed or took a step; `version` orders its records. Names of people are not told."""

    type: ClassVar[str] = "engagement.training.recorded.v1"
    training_id: UUID
    code: str
    topic: str
    audience: str
    status: str
    """planned, held, evaluated, cancelled."""
    sessions: int
    starts_at: datetime | None
    registered: int
    attended: int
    version: int


class CriterionFacts(Fact):
    """By what a demo or proof of concept succeeds, and what came of it."""

    number: int
    requirement_id: UUID | None
    measure: str
    target: str
    passed: bool | None


class ProofRecorded(Event):
    """A demo or proof of concept was planned, changed or took a step; `version` orders its records."""

    type: ClassVar[str] = "engagement.proof.recorded.v1"
    proof_id: UUID
    code: str
    kind: str
    """demo or poc."""
    title: str
    status: str
    """planned, running, concluded, cancelled."""
    outcome: str | None
    """passed, failed, partly; None until it is concluded."""
    conclusion: str | None
    criteria: tuple[CriterionFacts, ...]
    version: int


class ArticleLapsed(Event):
    """Nobody has looked at an article by its review date; it names no opportunity."""

    type: ClassVar[str] = "engagement.article.lapsed.v1"
    article_id: UUID
    key: str
    number: int
    title: str
    owner: str
    review_on: date


class ServiceLevelFacts(Fact):
    """What is promised for one priority."""

    priority: str
    """urgent, high, normal, low."""
    response_minutes: int
    resolution_minutes: int | None
    hours: str
    """Days a week × hours a day: 5x8, 5x12, 7x12, 7x24."""


class AfterSalesPlanRecorded(Event):
    """A version of an after-sales plan was drafted, changed, agreed, superseded or withdrawn."""

    type: ClassVar[str] = "engagement.after_sales_plan.recorded.v1"
    after_sales_plan_id: UUID
    number: int
    status: str
    """draft, agreed, superseded, withdrawn: the agreed one counts."""
    service_levels: tuple[ServiceLevelFacts, ...]
    warranty_months: int
    warranty_terms: str | None
    maintenance_price: Money | None
    """For a year after the warranty."""
    maintenance_terms: str | None
    version: int


class HandoverRecorded(Event):
    """What delivery must know of a won opportunity was offered, accepted or returned; `version` orders its records."""

    type: ClassVar[str] = "engagement.handover.recorded.v1"
    handover_id: UUID
    code: str
    revision: int
    """Counts the offers."""
    status: str
    """offered, accepted, returned."""
    content_hash: str
    offered_by: str
    offered_to: str | None
    accepted_by: str | None
    reason: str | None
    """Why it was returned."""
    version: int
