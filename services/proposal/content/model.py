"""The content of a proposal, as those who write and judge it read it; what the client gets of it is in `client`.

No internal rate, cost or margin has a field here. What `client.for_client` takes out is None or empty there.

Names are in both languages; the client's own words (titles, statements) are as the client wrote them. Effort is in
person-days, amounts are in the proposal's currency, `price` without tax unless a name says otherwise.
"""

from datetime import date
from uuid import UUID

from services.proposal.content.authored import (
    AfterSalesPart,
    BrandingPart,
    ReissuePart,
    SectionsPart,
    SolutionDesign,
    StrategyPart,
)
from services.proposal.content.base import CodedTitle, Named, Part, Words
from services.proposal.content.economics import EconomicsPart, OtherPricePart
from services.proposal.content.plan import ResourcePart, SchedulePart
from shared.language.money import Amount

FORMAT = "presales-proposal/1"


class SettledPart(Part):
    """A part that a person settled: its kind, the authored revision that it came with, and what it was made for."""

    kind: str
    revision: int
    epoch: int = 0
    estimate_revision: int = 0


class BasisPart(Part):
    """What the proposal was made from, so that every figure can be computed again."""

    baseline_id: UUID | None = None
    baseline_number: int
    epoch: int
    baseline_hash: str = ""
    approved_on: date
    estimate_id: UUID | None = None
    estimate_revision: int
    parameter_set: str = ""
    estimate_engine: str = ""
    risk_budget_id: UUID | None = None
    risk_revision: int
    risk_engine: str = ""
    seed: int | None = None
    samples: int | None = None
    authored_revision: int = 0
    settled: tuple[SettledPart, ...] = ()


class ClientPart(Part):
    name: str
    industry: str | None
    background: str | None
    region: str | None
    objectives: tuple[str, ...]
    pains: tuple[str, ...]
    success_criteria: tuple[str, ...]


class KeyFigures(Part):
    """The figures that the summary's sentences are bound to."""

    requirement_count: int
    delivered_count: int
    short_count: int = 0
    """Of these, the ones that fall short of what is asked: negative rows of the deviation table."""
    must_count: int
    must_share: float
    module_count: int
    interface_count: int
    effort_days: float
    duration_days: int
    start: date
    finish: date
    p80_finish: date
    crews: int
    people: float
    risk_count: int
    high_risk_count: int
    confidence: float
    price_excl_tax: Amount
    tax_rate: float
    tax: Amount
    price_incl_tax: Amount
    price_in_words: str | None
    """In Chinese words, for amounts in yuan."""


class ScopePart(Part):
    in_scope: tuple[str, ...]
    out_of_scope: tuple[str, ...]
    excluded: tuple[CodedTitle, ...]
    """Requirements agreed not to be delivered (MoSCoW: won't)."""


class ModulePart(Named):
    """A module of the solution; the requirements that belong to none are the last one, `is_general`."""

    is_general: bool
    requirement_count: int
    requirement_codes: tuple[str, ...]
    interfaces: tuple[str, ...]
    needs: tuple[str, ...]
    needs_zh: tuple[str, ...]
    effort_days: float
    price: Amount


class QualityPart(Part):
    """A quality that holds for the whole solution, with the requirements that ask for it."""

    kind: str
    requirements: tuple[CodedTitle, ...]


class SolutionPart(Part):
    modules: tuple[ModulePart, ...]
    interfaces: tuple[CodedTitle, ...]
    qualities: tuple[QualityPart, ...]
    design: SolutionDesign | None = None
    """What persons settled; None while nobody has."""


class SourcePart(Part):
    document: str
    location: str


class RequirementPart(Part):
    id: UUID
    code: str
    title: str
    statement: str
    kind: str
    priority: str
    module: str
    module_zh: str
    acceptance_criteria: tuple[str, ...]
    metric: str | None = None
    """What it promises measurably: `response time ≤ 500 ms (under 200 users)`."""
    sources: tuple[SourcePart, ...]
    wbs: tuple[str, ...]
    """Codes of the work packages that deliver it."""


class DeviationPart(Part):
    """A requirement beside what our products do for it: a row of the deviation table."""

    code: str
    title: str
    verdict: str
    product: str | None
    product_zh: str | None = None
    """None where it has the one name."""
    capability: str | None
    capability_zh: str | None = None
    deviation: str
    """none, positive or negative."""
    response: str | None
    gap: str | None
    alternative: str | None
    client_visibility: str = "internal"
    """Whether the client reads of the gap: `client`, in these words; else not at all."""
    client_wording: str | None = None


class WorkPart(Named):
    """A line of the work breakdown."""

    code: str
    kind: str
    requirement_code: str | None
    module: str
    module_zh: str
    effort_days: float
    price: Amount


class MethodPart(Part):
    """Effort by one estimating method, with the range that holds with 80 % confidence."""

    method: str
    effort_days: float | None = None
    low_days: float | None = None
    high_days: float | None = None
    leads: bool = False
    """Whether the effort of the plan is this method's."""


class ItemPart(Named):
    """What is not work: things bought, financing, the reserve for risks."""

    kind: str
    price: Amount


class PhasePricePart(Named):
    phase: str
    services: Amount
    material: Amount
    financial: Amount
    reserve: Amount
    total: Amount


class MonthPricePart(Part):
    month: str
    planned: Amount
    cumulative: Amount


class PaymentPart(Named):
    code: str
    due: date
    share: float
    amount: Amount
    """With tax."""


class TaxPart(Part):
    """What of the net price is taxed at one rate."""

    tax_rate: float
    net: Amount
    tax: Amount


class DiscountPart(Part):
    """What was taken off: the list price less `amount` is the net price, of which all other prices are shares."""

    list_price: Amount
    share: float
    """Of the list price."""
    amount: Amount


class PricePart(Part):
    """`work` prices and `items` add up to the net price, and so do phases and months; payments to the gross price."""

    items: tuple[ItemPart, ...]
    phases: tuple[PhasePricePart, ...]
    months: tuple[MonthPricePart, ...]
    payments: tuple[PaymentPart, ...]
    taxes: tuple[TaxPart, ...] = ()
    """By rate; they add up to the net price and its tax. None where no tax is known: then the price is without it."""
    discount: DiscountPart | None = None


class RiskPart(Part):
    code: str
    title: str
    title_zh: str
    category: str
    cause: str = ""
    cause_zh: str = ""
    effect: str = ""
    effect_zh: str = ""
    probability: float | None = None
    probability_level: int
    impact_level: int
    rating: str
    strategy: str | None = None
    preventive: str | None = None
    preventive_zh: str | None = None
    contingency: str | None = None
    contingency_zh: str | None = None
    owner: str | None
    owner_zh: str | None
    requirement_codes: tuple[str, ...]
    client_visibility: str = "internal"
    """Whether the client reads of it: `client`, in the words that follow; else not at all."""
    client_wording: str | None = None
    client_wording_zh: str | None = None


class CellPart(Part):
    probability_level: int
    impact_level: int
    rating: str
    codes: tuple[str, ...]


class RisksPart(Part):
    items: tuple[RiskPart, ...]
    matrix: tuple[CellPart, ...]
    """Every cell of the heat map, the most probable row first and the smallest impact first in it."""
    probability_levels: tuple[Named, ...] = ()
    """Names from the lowest level; none in contents from before the matrix could be another than five by five."""
    impact_levels: tuple[Named, ...] = ()


class ConstraintPart(Part):
    """A limit of the client's and what this proposal offers for it."""

    id: UUID | None = None
    """None in what was drafted before limits were told one by one."""
    name: str
    kind: str
    is_hard: bool
    term: str | None = None
    """Which of our terms it speaks of, by its words: validity (days), warranty (months), retention (a share of the
    price), retention_days, payment, guarantee."""
    limit: str | None
    """The latest date, the largest amount with tax, or the shortest period or smallest share that its words name."""
    offered: str | None
    is_met: bool | None
    is_met_at_p80: bool | None
    """Whether it holds with the delays that risks may bring; a price has its reserve in it already."""
    statement: str | None
    client_visibility: str = "client"


class AssumptionsPart(Part):
    stated: tuple[str, ...]
    """In the team's words."""
    for_client: tuple[str, ...] = ()
    """What the client reads of them, in the client's words."""
    unsized_requirement_codes: tuple[str, ...]
    """Requirements without a size, estimated by the usual effort of their kind."""
    of_estimate: tuple[Words, ...] = ()
    """What the estimate takes for granted or persons judged of it, as they worded it for the client; no other."""


class ProposalContent(Part):
    format: str
    code: str
    version_label: str
    """Baseline, estimate and risk budget that it was made from: `2.1.1`; `2.1.1.3` with what persons settled."""
    title: str
    opportunity_code: str
    owner: str
    language: str
    currency: str
    dated: date
    validity_days: int
    basis: BasisPart
    client: ClientPart
    key_figures: KeyFigures
    scope: ScopePart
    solution: SolutionPart
    requirements: tuple[RequirementPart, ...]
    work: tuple[WorkPart, ...]
    methods: tuple[MethodPart, ...]
    price: PricePart
    schedule: SchedulePart
    resources: ResourcePart
    risks: RisksPart
    constraints: tuple[ConstraintPart, ...]
    assumptions: AssumptionsPart
    deviations: tuple[DeviationPart, ...] = ()
    """Empty when nobody has compared the requirements with our products."""
    strategy: StrategyPart | None = None
    after_sales: AfterSalesPart | None = None
    warranty_months: int | None = None
    """That the price pays for; None in contents from before it was told."""
    economics: EconomicsPart | None = None
    """What the solution is worth to the client; None while no analysis of this price is offered."""
    economics_of_other_price: OtherPricePart | None = None
    sections: SectionsPart | None = None
    """None: every section in its usual place, with what data say."""
    branding: BrandingPart | None = None
    reissue: ReissuePart | None = None
