"""What the requirements service says: opportunities, requirements, baselines."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from shared.kernel.events import Event, Fact
from shared.language.events.values import ThreePoint
from shared.language.money import Money


class OpportunityFacts(Fact):
    """What others need to know of an opportunity."""

    code: str
    title: str
    client_name: str
    client_industry: str | None
    client_background: str | None
    language: str
    """`zh` or `en`: the client's language."""
    currency: str
    region: str | None
    """City or country whose rates apply."""
    owner: str
    stage: str
    objectives: tuple[str, ...] = ()
    pains: tuple[str, ...] = ()
    in_scope: tuple[str, ...] = ()
    out_of_scope: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    success_criteria: tuple[str, ...] = ()
    planned_start: date | None = None
    client_assumptions: tuple[str, ...] = ()
    """What the client reads of the assumptions, in the client's words; `assumptions` are internal."""


class SourceFacts(Fact):
    """Where a statement comes from."""

    document: str
    location: str
    """`line 12`, `Sheet1!B7`, `page 3` …"""
    quote: str | None = None


class SizeFacts(Fact):
    """Counts of IFPUG / NESMA function types, unadjusted."""

    internal_files: int = 0
    external_files: int = 0
    inputs: int = 0
    outputs: int = 0
    queries: int = 0


class MetricFacts(Fact):
    """What a performance requirement promises: `response_time <= 500 ms under 200 users`."""

    name: str
    operator: str
    value: float
    unit: str
    condition: str | None = None

    @property
    def said(self) -> str:
        """As it is printed wherever the requirement is: `response time ≤ 500 ms (under 200 users)`."""
        sign = {"<=": "≤", ">=": "≥"}.get(self.operator, self.operator)
        value = f"{Decimal(repr(self.value)).normalize():,f}"
        told = f"{self.name} {sign} {value}{'' if self.unit == '%' else ' '}{self.unit}"
        if not self.condition:
            return told
        is_chinese = any("\u3400" <= sign <= "\u9fff" for sign in self.condition)
        return f"{told}（{self.condition}）" if is_chinese else f"{told} ({self.condition})"


class RequirementFacts(Fact):
    id: UUID
    code: str
    title: str
    statement: str
    kind: str
    """functional, performance, user, interface, security, data, operational, compliance, constraint."""
    priority: str
    """must, should, could, wont (MoSCoW)."""
    group: str | None = None
    """Business area or module that the client would recognise."""
    rationale: str | None = None
    acceptance_criteria: tuple[str, ...] = ()
    metric: MetricFacts | None = None
    size: SizeFacts | None = None
    depends_on: tuple[UUID, ...] = ()
    sources: tuple[SourceFacts, ...] = ()


class ConstraintFacts(Fact):
    id: UUID
    kind: str
    """budget, date, other."""
    name: str
    is_hard: bool
    budget_min: Money | None = None
    budget_max: Money | None = None
    earliest: date | None = None
    latest: date | None = None
    statement: str | None = None
    firmness: str | None = None
    """indicative, planned, approved, committed."""
    funding_source: str | None = None
    client_visibility: str = "client"
    """`internal`: we assume it, the client never said it, so that no document does."""


class ConcernFacts(Fact):
    """An early worry of the team or the client; becomes a risk candidate."""

    id: UUID
    code: str
    category: str
    """technical, management, market, resource, commercial, security, schedule, external."""
    statement: str
    effect: str | None = None
    likelihood: str = "medium"
    """very_low, low, medium, high, very_high."""
    severity: str = "medium"
    requirement_ids: tuple[UUID, ...] = ()
    client_visibility: str = "internal"
    """Whether the client reads of it: `client`, in the wording that follows; `internal`, not at all."""
    client_wording: str | None = None


class FitFacts(Fact):
    """How our products meet a requirement, as a person judged it."""

    requirement_id: UUID
    requirement_code: str
    verdict: str
    """full, partial, configuration, customisation, third_party, roadmap, none."""
    product: str | None = None
    """Name and version of the product."""
    product_zh: str | None = None
    capability: str | None = None
    capability_zh: str | None = None
    reason: str | None = None
    gap: str | None = None
    """What is missing; None where nothing is."""
    alternative: str | None = None
    evidence: str | None = None
    deviation: str = "none"
    """none, positive, negative: the row of the deviation table."""
    response: str | None = None
    """What we answer the client to this requirement."""
    gap_effort_days: ThreePoint | None = None
    """Person-days that close the gap, where somebody judged them."""
    client_visibility: str = "internal"
    """Whether the client reads of the gap: `client`, in the wording that follows; `internal`, not at all."""
    client_wording: str | None = None


class OriginFacts(Fact):
    """What a requirement was made from: a need that was heard, an answer, an interview's quote, an import."""

    kind: str
    """need, answer, quote, import, change_request, confirmation."""
    id: UUID


class Prospect(Fact):
    """What the team expects of an opportunity; no part of what the client needs, so of no baseline either."""

    kind: str | None = None
    """Kind of business: tender, direct, renewal …"""
    expected_value: Money | None = None
    close_date: date | None = None
    win_probability: float | None = None
    """0 … 1."""


class OpportunityOpened(Event):
    """A new opportunity of a client."""

    type: ClassVar[str] = "requirements.opportunity.opened.v1"
    opportunity: OpportunityFacts
    version: int = 0
    """Orders what is told of one opportunity."""
    prospect: Prospect | None = None
    constraints: tuple[ConstraintFacts, ...] | None = None
    """Every limit that the client sets, as it stands; None where that is not told."""
    client_id: UUID | None = None


class OpportunityChanged(Event):
    """What others know of an opportunity, of its client, or of the limits that the client sets, has changed."""

    type: ClassVar[str] = "requirements.opportunity.changed.v1"
    opportunity: OpportunityFacts
    version: int = 0
    """Orders what is told of one opportunity."""
    prospect: Prospect | None = None
    constraints: tuple[ConstraintFacts, ...] | None = None
    """Every limit that the client sets, as it stands; None where that is not told."""
    client_id: UUID | None = None


class OpportunityClosed(Event):
    """An opportunity ended with an outcome; what was computed for it no longer counts."""

    type: ClassVar[str] = "requirements.opportunity.closed.v1"
    outcome: str
    reason: str | None
    epoch: int


class RequirementRecorded(Event):
    """A requirement was created, changed or withdrawn; `version` orders the records of one requirement."""

    type: ClassVar[str] = "requirements.requirement.recorded.v1"
    requirement_id: UUID
    code: str
    title: str
    kind: str
    priority: str
    status: str
    version: int
    origin: OriginFacts | None = None
    outdates_epoch: int | None = None
    """The epoch of the approved baseline that holds an earlier content of it: what was made from that is suspect."""
    statement: str | None = None


class ImportRecorded(Event):
    """A client's file was read, refused, committed or forgotten; `version` orders its records."""

    type: ClassVar[str] = "requirements.import.recorded.v1"
    import_id: UUID
    file_name: str
    status: str
    """preview (its rows wait for a look), failed, committed, discarded."""
    created_by: str
    """Who sent the file to us."""
    version: int


class FitRecorded(Event):
    """How our products meet a requirement was judged, confirmed or taken back; `version` orders the records of one."""

    type: ClassVar[str] = "requirements.fit.recorded.v1"
    requirement_id: UUID
    requirement_code: str
    title: str
    """Of the requirement."""
    verdict: str
    deviation: str
    status: str
    """proposed, confirmed, removed."""
    version: int
    outdates_epoch: int | None = None
    """The epoch of the approved baseline that holds something else of it; None when it holds just this."""


class ConfirmationRemarked(Event):
    """The client said by link what is to be changed in a requirement that no approved baseline holds yet.

    The engagement service opens a clarification of it that we owe an answer to.
    """

    type: ClassVar[str] = "requirements.confirmation.remarked.v1"
    confirmation_id: UUID
    requirement_id: UUID
    requirement_code: str
    title: str
    said_by: str
    words: str


class ChangeRequestRecorded(Event):
    """A change request was raised, assessed, decided, applied or withdrawn; `version` orders its records."""

    type: ClassVar[str] = "requirements.change_request.recorded.v1"
    change_request_id: UUID
    code: str
    title: str
    status: str
    """draft, assessing, assessed, approved, rejected, applied, withdrawn."""
    requirement_ids: tuple[UUID, ...]
    """Existing requirements that it changes or withdraws."""
    origin: OriginFacts | None
    baseline_id: UUID | None
    """The baseline that was drafted when it was applied."""
    version: int


class BaselineSubmitted(Event):
    """A baseline waits for its review."""

    type: ClassVar[str] = "requirements.baseline.submitted.v1"
    baseline_id: UUID
    baseline_number: int
    requirement_count: int
    submitted_by: str


class BaselineRejected(Event):
    """A reviewer sent a baseline back."""

    type: ClassVar[str] = "requirements.baseline.rejected.v1"
    baseline_id: UUID
    baseline_number: int
    rejected_by: str
    reason: str


class BaselineApproved(Event):
    """A reviewed, immutable snapshot of what the client needs. Everything downstream starts from it."""

    type: ClassVar[str] = "requirements.baseline.approved.v1"
    baseline_id: UUID
    baseline_number: int
    epoch: int
    """Grows with each approval, withdrawal and closing of the opportunity: the newest one counts."""
    content_hash: str
    author: str
    approved_by: str
    approved_at: datetime
    opportunity: OpportunityFacts
    requirements: tuple[RequirementFacts, ...]
    constraints: tuple[ConstraintFacts, ...] = ()
    concerns: tuple[ConcernFacts, ...] = ()
    fits: tuple[FitFacts, ...] = ()
    """Confirmed verdicts, one for each requirement that was assessed."""
    opportunity_version: int = 0
    """Of the opportunity when the snapshot was taken: what `requirements.opportunity.changed` tells with a greater one
    is newer than this baseline. 0: not told."""


class BaselineWithdrawn(Event):
    """The approval is taken back; what was made from the baseline no longer counts."""

    type: ClassVar[str] = "requirements.baseline.withdrawn.v1"
    baseline_id: UUID
    baseline_number: int
    epoch: int
    withdrawn_by: str
    reason: str


class ScenarioProposed(Event):
    """What if this were the baseline? Nobody stores what follows from it; each stage answers with its scenario event.

    `baseline` is what the approval of the change would publish; its ids are the scenario's and mean nothing else.
    """

    type: ClassVar[str] = "requirements.scenario.proposed.v1"
    scenario_id: UUID
    baseline: BaselineApproved
