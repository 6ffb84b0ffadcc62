"""What the engagement service says about the support that is given, from the request to the hand-over."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel.events import Event, Fact
from shared.language.money import Money


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
    rated_by: str | None = None
    """requester or client."""
    """1 to 5, of the requester."""
    requirement_ids: tuple[UUID, ...]
    version: int


class HoursRecorded(Event):
    """Hours on an opportunity were recorded, corrected or voided (0 hours); `version` orders an entry's records.

    It tells roles, not persons. Its cost is internal: who shows this event leaves `data` out without `cost:read`.
    """

    type: ClassVar[str] = "engagement.hours.recorded.v1"
    time_entry_id: UUID
    role: str
    worked_on: date
    hours: float
    cost: Money | None
    """Hours × the person's cost of a day ÷ hours of the calendar's day, as known then; None where nobody has said."""
    activity: str
    support_request_id: UUID | None
    version: int


class PursuitTotalled(Event):
    """What the pursuit of an opportunity has taken so far: hours of all people, and what they cost.

    Told with each change of hours, and when what a person costs becomes known or changes. Its cost is internal: who
    shows this event leaves `data` out without `cost:read`.
    """

    type: ClassVar[str] = "engagement.pursuit.totalled.v1"
    hours: float
    costs: tuple[Money, ...]
    """By currency: hours × cost of a day ÷ hours of a day of the calendar, at the cost of the day that was worked."""
    uncosted_hours: float
    """Hours of people whose cost nobody has said: they are in `hours` and not in `costs`."""
    hours_by_activity: dict[str, float]
    last_worked_on: date | None
    version: int
    """Orders the totals of an opportunity."""


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


class ArticleRecorded(Event):
    """A version of an article was published, looked at, retired, or drafted of a lesson; it names no opportunity."""

    type: ClassVar[str] = "engagement.article.recorded.v1"
    article_id: UUID
    key: str
    """The same for all versions of an article."""
    number: int
    status: str
    """published or retired; draft of one that a lesson became."""
    owner: str
    review_on: date
    title: str | None
    title_zh: str | None
    body: str | None
    """Markdown."""
    body_zh: str | None
    version: int


class ServiceLevelFacts(Fact):
    """What is promised for one priority."""

    priority: str
    """urgent, high, normal, low."""
    response_minutes: int
    resolution_minutes: int | None
    hours: str
    """Days a week × hours a day: 5x8, 5x12, 7x12, 7x24."""


class ChannelFacts(Fact):
    """How to reach us after the sale."""

    kind: str
    """phone, mail, portal, chat, on_site."""
    address: str
    hours: str
    """Days a week × hours a day: 5x8, 5x12, 7x12, 7x24."""


class ServiceContactFacts(Fact):
    """Somebody of ours whom the client turns to after the sale."""

    name: str
    role: str | None
    mail: str | None
    phone: str | None


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
    channels: tuple[ChannelFacts, ...] = ()
    version: int
    contacts: tuple[ServiceContactFacts, ...] = ()
    agreed_at: datetime | None = None
    agreed_by: str | None = None
    """Who at the client agreed."""


class HandoverRiskFacts(Fact):
    """A risk that delivery takes over, without money."""

    code: str
    title: str
    title_zh: str
    category: str
    rating: str
    """low, moderate, high."""
    strategy: str | None
    """Of the response; None where there is none."""
    requirement_codes: tuple[str, ...]


class HandoverGapFacts(Fact):
    """A requirement that our products do not meet, and what was promised instead."""

    requirement_code: str
    verdict: str
    gap: str
    answer: str | None


class HandoverTaskFacts(Fact):
    """Something that is still owed: a commitment, an answer, support."""

    id: UUID
    code: str
    statement: str
    """At most 300 characters."""
    side: str
    """us or client."""
    owner: str | None
    due_on: date | None


class HandoverFacts(Fact):
    """What is in a hand-over package, as it was offered; whole texts are at `/v1/handovers/{id}`."""

    baseline_id: UUID | None
    baseline_number: int | None
    baseline_content_hash: str | None
    risk_budget_id: UUID | None
    proposal_id: UUID | None
    proposal_revision: int | None
    price_incl_tax: Money | None
    """Of the proposal that went to the client last."""
    requirements: int
    """How many there are in the baseline."""
    assumptions: tuple[str, ...]
    exclusions: tuple[str, ...]
    success_criteria: tuple[str, ...]
    gaps: tuple[HandoverGapFacts, ...]
    open_risks: tuple[HandoverRiskFacts, ...]
    open_commitments: tuple[HandoverTaskFacts, ...]
    open_clarifications: tuple[HandoverTaskFacts, ...]
    open_support_requests: tuple[HandoverTaskFacts, ...]
    after_sales_plan_id: UUID | None
    """The agreed one: see `engagement.after_sales_plan.recorded`."""
    missing: tuple[str, ...]
    """Codes of what delivery should ask for: no_baseline, no_risk_budget, no_proposal, no_after_sales_plan,
    open_commitments, open_clarifications, open_support_requests."""


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
    content: HandoverFacts | None = None
