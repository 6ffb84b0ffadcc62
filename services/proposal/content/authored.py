"""What persons write and decide for a proposal, as the client gets it.

A schedule and a resource plan that persons settled have the types of the computed ones, in `plan`. Whoever owns such a
thing (a solution, a strategy …) keeps it as it likes and settles it as one of these parts: only what the client may
read has a field here. A field added later is optional, so that what was settled before still reads.
"""

from services.proposal.content.base import Named, Part, Words
from shared.language.money import Amount


class CriterionPart(Named):
    """By what the options of a decision were compared; weights add up to 1."""

    code: str
    weight: float


class OptionPart(Named):
    """A way that was looked at: its weighted score, and its score by criterion."""

    code: str
    description: Words
    score: float
    scores: dict[str, float] = {}
    is_chosen: bool = False


class DecisionPart(Part):
    """How one of several ways was chosen."""

    question: Words
    criteria: tuple[CriterionPart, ...]
    options: tuple[OptionPart, ...]
    reasons: Words


class ComponentPart(Named):
    """A component of the architecture, with the requirements that it meets."""

    code: str
    kind: str
    """application, service, data_store, interface, device, platform, external …"""
    layer: str | None = None
    """What it is drawn with: components of one layer stand side by side, in the order of their first one."""
    layer_zh: str | None = None
    description: Words = Words()
    technology: str | None = None
    requirement_codes: tuple[str, ...] = ()


class ConnectionPart(Part):
    """An interface between two components; `source` calls or sends."""

    code: str
    source: str
    target: str
    name: Words = Words()
    protocol: str | None = None
    data: Words = Words()


class DiagramPart(Named):
    """A picture drawn from the components that it names, and the connections between them."""

    kind: str
    """context, logical, deployment, data_flow …"""
    component_codes: tuple[str, ...]


class ToolPart(Part):
    name: str
    version: str | None = None
    purpose: Words = Words()


class StandardPart(Named):
    """A standard that the solution keeps: `GB/T 22239-2019`."""

    code: str
    applies_to: Words = Words()


class StepPart(Named):
    """A step of the implementation."""

    phase: str | None = None
    description: Words = Words()


class DeliverablePart(Named):
    code: str
    phase: str | None = None
    acceptance: Words = Words()


class SolutionDesign(Part):
    """What the solution is, as persons settled it; the modules and interfaces of `SolutionPart` come from data."""

    summary: Words = Words()
    objectives: tuple[Words, ...] = ()
    scope: Words = Words()
    decisions: tuple[DecisionPart, ...] = ()
    components: tuple[ComponentPart, ...] = ()
    connections: tuple[ConnectionPart, ...] = ()
    diagrams: tuple[DiagramPart, ...] = ()
    tools: tuple[ToolPart, ...] = ()
    standards: tuple[StandardPart, ...] = ()
    steps: tuple[StepPart, ...] = ()
    assumptions: tuple[Words, ...] = ()
    exclusions: tuple[Words, ...] = ()
    deliverables: tuple[DeliverablePart, ...] = ()


class ValuePart(Part):
    """A step of the value story: what hurts, what we do about it, what the client has of it, and how we know."""

    pain: Words
    capability: Words
    benefit: Words
    evidence: Words = Words()


class StrategyPart(Part):
    """What of the selling strategy is said to the client: themes and value; never competitors or objections."""

    win_themes: tuple[Words, ...] = ()
    value_story: tuple[ValuePart, ...] = ()


class ServiceLevelPart(Part):
    priority: str
    response_minutes: int
    resolution_minutes: int | None
    hours: str
    """Days a week × hours a day."""


class ChannelPart(Part):
    kind: str
    address: str
    hours: str | None = None


class AfterSalesPart(Part):
    """Service after the sale. The price of maintenance is without regard to the proposal's price."""

    number: int
    status: str
    service_levels: tuple[ServiceLevelPart, ...]
    warranty_months: int
    warranty_terms: str | None
    channels: tuple[ChannelPart, ...] = ()
    maintenance_price: Amount | None = None
    maintenance_currency: str | None = None
    maintenance_terms: str | None = None


class SectionText(Part):
    """A section of the proposal as persons arranged it: on or off, and their own words beside what data say."""

    code: str
    is_shown: bool = True
    title: Words = Words()
    text: Words = Words()


class SectionsPart(Part):
    """All sections in their order."""

    items: tuple[SectionText, ...]


class ValidityPart(Part):
    """How long the offer holds after its submission, in calendar days."""

    days: int


class ReissuePart(Part):
    """That this revision takes the place of one that was with the client, and why, for the client to read."""

    replaces: str
    """`version_label` of that one."""
    reason: str


class BrandingPart(Part):
    """Look of the documents. Colours are `#rrggbb`; the logo is named by the SHA-256 of its file in the store."""

    company: Words = Words()
    footer: Words = Words()
    primary_colour: str | None = None
    accent_colour: str | None = None
    logo_sha256: str | None = None
    logo_media_type: str | None = None
