"""What the proposal service says: drafts, submission and the client's answer."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel.events import Event, Fact
from shared.language.events.values import Basis, Reason
from shared.language.money import Amount, Money


class BrandingRecorded(Event):
    """Who makes offers and whom clients may ask has changed: of an opportunity, or (the nil id) of the tenant."""

    type: ClassVar[str] = "proposal.branding.recorded.v1"
    branding_id: UUID
    company: dict[str, str] | None
    """By language: en, zh."""
    contact: dict[str, str] | None
    """name, mail, phone, as far as they are known."""
    version: int


class WorkPriceFacts(Fact):
    """What a line of work costs the client, without tax."""

    line_id: UUID
    """As in `estimation.estimate.completed`."""
    module: str
    module_zh: str
    price: Amount


class ItemPriceFacts(Fact):
    """What is not work: things bought, financing, the reserve for risks."""

    code: str
    name: str
    name_zh: str
    price: Amount


class EconomicCaseFacts(Fact):
    """What a proposal says of its worth to the client, with the analysis that said it first."""

    economic_analysis_id: UUID
    version: int
    net_present_value: Amount
    irr: float | None
    payback_years: float | None
    discounted_payback_years: float | None
    return_on_investment: float | None
    discount_rate: float


class ProposalDrafted(Event):
    """A proposal was drafted from one baseline, its estimate and its risk budget."""

    type: ClassVar[str] = "proposal.proposal.drafted.v1"
    proposal_id: UUID
    code: str
    revision: int
    """Orders an opportunity's proposals by what they are made from: epoch, estimate, risk and authored revision. It is
    the same in whatever order the events came."""
    basis: Basis
    estimate_id: UUID
    estimate_revision: int
    risk_budget_id: UUID
    risk_revision: int
    authored_revision: int = 0
    """Counts what persons settled for the opportunity: solution, schedule, texts …"""
    version_label: str | None = None
    """The basis for people: baseline number, estimate and risk revision, and the authored revision if there is one."""
    content_hash: str
    price_incl_tax: Money
    effort_days: float
    start: date
    finish: date
    p80_finish: date | None = None
    """With the delay that risks bring, at 80 % confidence."""
    work_prices: tuple[WorkPriceFacts, ...] = ()
    """With `item_prices` they add up to the price without tax."""
    item_prices: tuple[ItemPriceFacts, ...] = ()
    phase_prices: tuple[ItemPriceFacts, ...] = ()
    """They add up to the price without tax too."""
    economics: EconomicCaseFacts | None = None


class ProposalOutdated(Event):
    """Something that a proposal was made from has changed; a submitted one keeps its content all the same."""

    type: ClassVar[str] = "proposal.proposal.outdated.v1"
    proposal_id: UUID
    revision: int
    epoch: int
    status: str
    reason: Reason


class ProposalSuperseded(Event):
    """A newer proposal of the same opportunity took this one's place."""

    type: ClassVar[str] = "proposal.proposal.superseded.v1"
    proposal_id: UUID
    revision: int
    superseded_by: UUID


class ProposalReviewed(Event):
    """Sent to review, approved or sent back: `status` is the state reached."""

    type: ClassVar[str] = "proposal.proposal.reviewed.v1"
    proposal_id: UUID
    revision: int
    status: str
    content_hash: str
    by: str
    reviews_missing: int = 0
    """So many approvals are still asked for."""


class MilestoneFacts(Fact):
    name: str
    name_zh: str
    date: date


class PaymentFacts(Fact):
    name: str
    name_zh: str
    due: date
    share: float
    amount: Money
    """With tax."""


class OfferFacts(Fact):
    """What was promised with a proposal, for whoever delivers it. Texts are in the proposal's language."""

    version_label: str
    start: date
    finish: date
    p80_finish: date
    milestones: tuple[MilestoneFacts, ...]
    payments: tuple[PaymentFacts, ...]
    assumptions: tuple[str, ...]
    exclusions: tuple[str, ...]
    deliverables: tuple[str, ...]
    warranty_months: int | None


class ProposalSubmitted(Event):
    """The proposal went to the client and is frozen."""

    type: ClassVar[str] = "proposal.proposal.submitted.v1"
    proposal_id: UUID
    revision: int
    basis: Basis
    content_hash: str
    submitted_by: str
    submitted_at: datetime
    valid_until: date
    price_incl_tax: Money
    offer: OfferFacts | None = None
    win_probability: float | None = None
    """What the team expected then, 0 … 1."""
    risk_budget_id: UUID | None = None
    """That its price holds the reserve of."""


class LimitWaived(Event):
    """An approver lets a proposal miss a hard limit of the client's, by no more than it does."""

    type: ClassVar[str] = "proposal.limit.waived.v1"
    proposal_id: UUID
    revision: int
    constraint_id: UUID
    kind: str
    """budget or date."""
    name: str
    limit: str
    """The largest amount, in the proposal's currency, or the latest day."""
    offered: str
    waived_by: str
    reason: str


class ProposalAnswered(Event):
    """The client's answer, or the end of the validity: accepted, declined, expired, withdrawn."""

    type: ClassVar[str] = "proposal.proposal.answered.v1"
    proposal_id: UUID
    revision: int
    status: str
    reason: str | None
    estimate_id: UUID | None = None
    """That the proposal stands on."""


class ProposalNeared(Event):
    """The end of an offer's validity is near, and the client has not answered."""

    type: ClassVar[str] = "proposal.proposal.neared.v1"
    proposal_id: UUID
    revision: int
    valid_until: date


class ProposalExtended(Event):
    """An offer that is with the client holds until a later day."""

    type: ClassVar[str] = "proposal.proposal.extended.v1"
    proposal_id: UUID
    revision: int
    valid_until: date
    reason: str


class RoomOpened(Event):
    """Somebody at the client opened a section or document in a room for the first time."""

    type: ClassVar[str] = "proposal.room.opened.v1"
    room_id: UUID
    proposal_id: UUID
    what: str
    """cover, the code of a section, or `document:` and its language."""
    opened_at: datetime


class RoomQuestionAsked(Event):
    """The client asked something in a room; engagement owes the answer and tells it with `room_question_id`."""

    type: ClassVar[str] = "proposal.room_question.asked.v1"
    question_id: UUID
    room_id: UUID
    proposal_id: UUID
    proposal_code: str
    version_label: str
    section: str | None
    question: str
    asked_at: datetime
    asked_by: str
    """Name of the person whom the link was sent to."""
    requirement_id: UUID | None = None
    """The requirement of the proposal that it is about, where the client named one."""
    requirement_code: str | None = None


class OutcomeRecorded(Event):
    """How an opportunity ended, and why; told again when somebody adds to it. `version` orders its records."""

    type: ClassVar[str] = "proposal.outcome.recorded.v1"
    outcome_id: UUID
    result: str
    """won, lost, no_decision, qualified_out, not_bid, invalidated, cancelled_by_client."""
    reasons: tuple[str, ...]
    """Codes, the weightiest first: price, fit, quality, relationship …"""
    reason: str | None
    lessons: tuple[str, ...]
    competitor_id: UUID | None
    competitor_name: str | None
    decided_on: date
    proposal_id: UUID | None
    """The last one that was submitted."""
    submitted_at: datetime | None
    win_probability: float | None
    """What the team expected when that was submitted, 0 … 1."""
    offered_price: Money | None
    """With tax, as the next two."""
    final_price: Money | None
    winning_price: Money | None
    version: int


class ScheduleAgreed(Event):
    """A schedule was agreed: the next draft of the proposal says it."""

    type: ClassVar[str] = "proposal.schedule.agreed.v1"
    schedule_id: UUID
    code: str
    revision: int
    start: date
    finish: date
    """Of the delivery, as planned."""
    p50_finish: date
    p80_finish: date
    """Simulated, with uncertain durations and risks."""
    duration_days: int
    agreed_by: str


class ScheduleWithdrawn(Event):
    """A schedule is no longer agreed: the computed one counts again."""

    type: ClassVar[str] = "proposal.schedule.withdrawn.v1"
    schedule_id: UUID
    code: str
    revision: int
    reason: str


class ResourcePlanAgreed(Event):
    """A resource plan was agreed: the next draft of the proposal says it."""

    type: ClassVar[str] = "proposal.resource_plan.agreed.v1"
    resource_plan_id: UUID
    code: str
    revision: int
    schedule_id: UUID
    needed_days: float
    """Person-days that the schedule asks for."""
    planned_days: float
    peak_people: float
    over_allocated_roles: tuple[str, ...]
    """Of which more are needed or planned than the team has."""
    agreed_by: str


class ResourcePlanWithdrawn(Event):
    """A resource plan is no longer agreed: the computed one counts again."""

    type: ClassVar[str] = "proposal.resource_plan.withdrawn.v1"
    resource_plan_id: UUID
    code: str
    revision: int
    reason: str


class ScenarioScheduled(Event):
    """The dates that a scenario would have; nothing of it is stored."""

    type: ClassVar[str] = "proposal.scenario.scheduled.v1"
    scenario_id: UUID
    start: date
    finish: date
    p80_finish: date


class ProposalScenarioFailed(Event):
    """A scenario could not be scheduled; `reason` says why."""

    type: ClassVar[str] = "proposal.scenario.failed.v1"
    scenario_id: UUID
    reason: Reason


class BidDecided(Event):
    """Whether we bid was decided, or the last condition of a conditional decision was met."""

    type: ClassVar[str] = "proposal.bid.decided.v1"
    bid_decision_id: UUID
    decision: str
    """go, conditional, no_go."""
    score: float
    """Of the questionnaire, 0 … 1."""
    recommendation: str
    decided_by: str
    reason: str | None
    open_conditions: tuple[str, ...]
    version: int


class BidReopened(Event):
    """A bid decision is to be taken again: figures or limits moved, a condition was not met, or a person says so.

    `reason.code`: condition_not_met, limit_missed, price_changed, pursuit_turned_negative, person.
    """

    type: ClassVar[str] = "proposal.bid.reopened.v1"
    bid_decision_id: UUID
    reason: Reason
    version: int


class MaterialUsed(Event):
    """A version of a selling material was shown in an opportunity."""

    type: ClassVar[str] = "proposal.material.used.v1"
    material_use_id: UUID
    material_id: UUID
    key: str
    """The same for all versions of a material."""
    number: int
    used_on: date


class MaterialLapsed(Event):
    """The review date of a selling material has passed; it belongs to no opportunity (all zeros)."""

    type: ClassVar[str] = "proposal.material.lapsed.v1"
    material_id: UUID
    key: str
    number: int
    owner: str
    review_on: date
