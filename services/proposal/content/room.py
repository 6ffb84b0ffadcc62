"""What a client reads in a room: of each section, what is written and the data that belong to it.

Field by field a part of what the documents say. How its price comes about has no field here.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from services.proposal.content.authored import (
    AfterSalesPart,
    SectionText,
    SolutionDesign,
    StrategyPart,
)
from services.proposal.content.base import CodedTitle, Named, Part, Words
from services.proposal.content.client import ClientContent
from services.proposal.content.economics import CaseScenarioPart, DriverPart, StreamPart, YearPart
from services.proposal.content.model import DiscountPart, TaxPart
from services.proposal.domain.sections import BY_CODE
from shared.language.money import Amount


class RoomFigures(Part):
    price_excl_tax: Amount
    tax_rate: float | None
    """None, as `tax`, where tax is not included in the price."""
    tax: Amount | None
    price_incl_tax: Amount
    price_in_words: str | None
    currency: str
    requirement_count: int
    delivered_count: int
    short_count: int
    effort_days: float
    duration_days: int
    start: date
    finish: date
    validity_days: int


class RoomClient(Part):
    name: str
    industry: str | None
    background: str | None
    pains: tuple[str, ...]


class RoomScope(Part):
    objectives: tuple[str, ...]
    success_criteria: tuple[str, ...]
    in_scope: tuple[str, ...]
    out_of_scope: tuple[str, ...]
    excluded: tuple[CodedTitle, ...]


class RoomModule(Named):
    requirement_codes: tuple[str, ...]


class RoomSolution(Part):
    modules: tuple[RoomModule, ...]
    interfaces: tuple[CodedTitle, ...]
    design: SolutionDesign | None


class RoomRequirement(CodedTitle):
    statement: str
    kind: str
    priority: str
    metric: str | None
    acceptance_criteria: tuple[str, ...]


class RoomDeviation(CodedTitle):
    verdict: str
    product: str | None
    product_zh: str | None
    capability: str | None
    capability_zh: str | None
    deviation: str
    response: str | None
    gap: str | None
    """In the wording for the client."""
    alternative: str | None


class RoomTask(Named):
    id: str
    phase: str
    start: date
    finish: date


class RoomMilestone(Named):
    id: str
    date: date


class RoomPhase(Named):
    phase: str
    start: date
    finish: date


class RoomSchedule(Part):
    start: date
    finish: date
    phases: tuple[RoomPhase, ...]
    tasks: tuple[RoomTask, ...]
    milestones: tuple[RoomMilestone, ...]


class RoomRole(Named):
    role: str
    people: float
    total_days: float
    days: tuple[float, ...]


class RoomResources(Part):
    months: tuple[str, ...]
    roles: tuple[RoomRole, ...]


class RoomPhasePrice(Named):
    phase: str
    price: Amount


class RoomPayment(Named):
    code: str
    due: date
    share: float
    amount: Amount


class RoomPrice(Part):
    currency: str
    phases: tuple[RoomPhasePrice, ...]
    payments: tuple[RoomPayment, ...]
    taxes: tuple[TaxPart, ...]
    discount: DiscountPart | None


class RoomRisk(Part):
    code: str
    title: str
    title_zh: str
    rating: str
    preventive: str | None
    preventive_zh: str | None
    owner: str | None
    owner_zh: str | None


class RoomEconomics(Part):
    """What the solution is worth to the client."""

    currency: str
    price: Amount
    price_includes_tax: bool
    start: date
    horizon_years: int
    discount_rate: float
    net_present_value: Amount
    benefits_present_value: Amount
    outlay_present_value: Amount
    irr: float | None
    payback_years: float | None
    discounted_payback_years: float | None
    break_even_year: int | None
    return_on_investment: float | None
    benefit_outlay_ratio: float | None
    streams: tuple[StreamPart, ...]
    years: tuple[YearPart, ...]
    sensitivity: tuple[DriverPart, ...]
    scenarios: tuple[CaseScenarioPart, ...]
    assumptions: tuple[Words, ...]


class RoomAssumptions(Part):
    stated: tuple[str, ...]
    assumptions: tuple[Words, ...]
    exclusions: tuple[Words, ...]


class RoomSection(Part):
    """One section. Of the parts, those that belong to it are there."""

    code: str
    title: str
    title_zh: str
    text: Words
    figures: RoomFigures | None = None
    client: RoomClient | None = None
    scope: RoomScope | None = None
    strategy: StrategyPart | None = None
    solution: RoomSolution | None = None
    requirements: tuple[RoomRequirement, ...] | None = None
    deviations: tuple[RoomDeviation, ...] | None = None
    schedule: RoomSchedule | None = None
    resources: RoomResources | None = None
    price: RoomPrice | None = None
    economics: RoomEconomics | None = None
    risks: tuple[RoomRisk, ...] | None = None
    after_sales: AfterSalesPart | None = None
    assumptions: RoomAssumptions | None = None


def shown_sections(content: ClientContent) -> list[str]:
    """The codes of the sections that a proposal shows and that say something, in its order."""
    arranged = [item.code for item in content.sections.items if item.is_shown] if content.sections else list(BY_CODE)
    return [code for code in arranged if _says_something(room_section(content, code))]


def _says_something(section: RoomSection) -> bool:
    parts = (value for name, value in section if name not in {"code", "title", "title_zh", "text"})
    return bool(section.text.en or section.text.zh or any(parts))


def title_of(content: ClientContent, code: str) -> Named:
    """The title of a section: what persons called it, or the usual one; in one language rather than none."""
    own, usual = _text_of(content, code).title, BY_CODE.get(code)
    name = own.en or (usual.name if usual else own.zh) or code
    return Named(name=name, name_zh=own.zh or (usual.name_zh if usual else own.en) or code)


def room_section(content: ClientContent, code: str) -> RoomSection:
    """One section as the client reads it."""
    title = title_of(content, code)
    part = _PARTS.get(code)
    parts = {name: make(content) for name, make in part.items()} if part else {}
    return RoomSection(code=code, title=title.name, title_zh=title.name_zh, text=_text_of(content, code).text, **parts)


def _text_of(content: ClientContent, code: str) -> SectionText:
    items = content.sections.items if content.sections else ()
    return next((item for item in items if item.code == code), SectionText(code=code))


def _all(kind: type[Part], sources: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(kind.of(source) for source in sources)


def _figures(content: ClientContent) -> Part:
    more: dict[str, object] = {"currency": content.currency, "validity_days": content.validity_days}
    if not content.price.taxes:
        more |= {"tax_rate": None, "tax": None}
    return RoomFigures.of(content.key_figures, **more)


def _scope(content: ClientContent) -> Part:
    client = content.client
    return RoomScope.of(content.scope, objectives=client.objectives, success_criteria=client.success_criteria)


def _solution(content: ClientContent) -> Part:
    return RoomSolution.of(content.solution, modules=_all(RoomModule, content.solution.modules))


def _schedule(content: ClientContent) -> Part:
    schedule = content.schedule
    return RoomSchedule(
        start=schedule.start,
        finish=schedule.finish,
        phases=_all(RoomPhase, schedule.phases),
        tasks=_all(RoomTask, schedule.tasks),
        milestones=_all(RoomMilestone, schedule.milestones),
    )


def _resources(content: ClientContent) -> Part:
    plan = content.resources
    return RoomResources.of(plan, roles=_all(RoomRole, plan.roles))


def _price(content: ClientContent) -> Part:
    return RoomPrice(
        currency=content.currency,
        phases=tuple(
            RoomPhasePrice(name=one.name, name_zh=one.name_zh, phase=one.phase, price=one.total)
            for one in content.price.phases
        ),
        payments=_all(RoomPayment, content.price.payments),
        taxes=content.price.taxes,
        discount=content.price.discount,
    )


def _economics(content: ClientContent) -> Part | None:
    return content.economics and RoomEconomics.of(content.economics)


def _assumptions(content: ClientContent) -> Part:
    design = content.solution.design or SolutionDesign()
    return RoomAssumptions(
        stated=content.assumptions.stated,
        assumptions=(*design.assumptions, *content.assumptions.of_estimate),
        exclusions=design.exclusions,
    )


_PARTS: dict[str, dict[str, Callable[[ClientContent], Any]]] = {
    "executive_summary": {"figures": _figures},
    "client_background": {"client": lambda content: RoomClient.of(content.client)},
    "objectives_scope": {"scope": _scope},
    "value": {"strategy": lambda content: content.strategy},
    "solution": {"solution": _solution},
    "requirements": {"requirements": lambda content: _all(RoomRequirement, content.requirements)},
    "deviation": {"deviations": lambda content: _all(RoomDeviation, content.deviations)},
    "schedule": {"schedule": _schedule},
    "resources": {"resources": _resources},
    "cost": {"figures": _figures, "price": _price},
    "economics": {"economics": _economics},
    "risks": {"risks": lambda content: _all(RoomRisk, content.risks.items)},
    "support": {"after_sales": lambda content: content.after_sales},
    "assumptions": {"assumptions": _assumptions},
    "terms": {"figures": _figures, "price": _price},
}
"""What belongs to each section; one of somebody's own has its text."""
PRICED = frozenset(code for code, parts in _PARTS.items() if parts.keys() & {"figures", "price", "economics"})
"""Sections that say the price."""
