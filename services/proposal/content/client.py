"""What of a proposal leaves the house: every document, room and link is made from this, and from nothing else.

`ProposalContent` holds what a proposal was made from and how, for those who write and judge it. `for_client` takes out
of it what is internal. A name that templates of tenants may know stays: its text is empty, its figure is None.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NewType, TypeVar

from services.proposal.content.model import (
    AssumptionsPart,
    BasisPart,
    DeviationPart,
    ItemPart,
    MethodPart,
    ModulePart,
    PhasePricePart,
    PricePart,
    ProposalContent,
    RiskPart,
    RisksPart,
    WorkPart,
)
from services.proposal.domain.shares import split

ClientContent = NewType("ClientContent", ProposalContent)
"""A content without what is internal."""
CLIENT = "client"
"""The visibility of what somebody worded for the client; everything else is internal."""
Priced = TypeVar("Priced", WorkPart, ItemPart)
_CHARGED = ("services", "material", "financial")
"""What a price consists of for the client, in whose shares the reserve is spread."""


def for_client(content: ProposalContent) -> ClientContent:
    """The content without what is internal; of what is that already, the same again.

    Gone are how it was computed (ids, seeds, engines, hashes), who of ours wrote it, by how much methods differ, where
    people are short, what was estimated without a size, limits that we only assume; of risks, assumptions and gaps all
    but the client's wording of those that somebody made visible. The reserve is within the prices.
    """
    price, work = _without_reserve(content)
    risks = _risks(content.risks)
    solution, plan = content.solution, content.resources
    shown = content.model_copy(
        update={
            "owner": "",
            "basis": _basis(content.basis),
            "key_figures": content.key_figures.model_copy(
                update={
                    "risk_count": len(risks.items),
                    "high_risk_count": sum(risk.rating == "high" for risk in risks.items),
                }
            ),
            "solution": solution.model_copy(update={"modules": _modules(solution.modules, work)}),
            "work": work,
            "methods": tuple(MethodPart(method=one.method, leads=one.leads) for one in content.methods),
            "price": price,
            "resources": plan.model_copy(
                update={"roles": tuple(one.model_copy(update={"over_allocated_from": None}) for one in plan.roles)}
            ),
            "risks": risks,
            "constraints": tuple(one for one in content.constraints if one.client_visibility == CLIENT),
            "assumptions": _assumptions(content.assumptions),
            "deviations": tuple(map(_deviation, content.deviations)),
            "economics_of_other_price": None,
        }
    )
    return ClientContent(shown)


def _basis(basis: BasisPart) -> BasisPart:
    """Which baseline the client agreed to, and the revisions that the version label names."""
    kept = ("baseline_number", "epoch", "approved_on", "estimate_revision", "risk_revision", "authored_revision")
    return BasisPart(**{name: getattr(basis, name) for name in kept})


def _assumptions(given: AssumptionsPart) -> AssumptionsPart:
    return given.model_copy(update={"stated": given.for_client, "unsized_requirement_codes": ()})


def _deviation(row: DeviationPart) -> DeviationPart:
    said = row.client_wording if row.client_visibility == CLIENT else None
    return row.model_copy(update={"gap": said, "client_wording": said})


def _risks(risks: RisksPart) -> RisksPart:
    """Those that somebody made visible, in the client's wording, and where they are on the map."""
    items = tuple(
        RiskPart(
            code=risk.code,
            title=wording,
            title_zh=wording_zh,
            category=risk.category,
            probability_level=risk.probability_level,
            impact_level=risk.impact_level,
            rating=risk.rating,
            owner=risk.owner,
            owner_zh=risk.owner_zh,
            requirement_codes=risk.requirement_codes,
            client_visibility=CLIENT,
            client_wording=wording,
            client_wording_zh=wording_zh,
        )
        for risk in risks.items
        if risk.client_visibility == CLIENT
        and (wording := risk.client_wording or risk.client_wording_zh)
        and (wording_zh := risk.client_wording_zh or wording)
    )
    codes = {risk.code for risk in items}
    matrix = tuple(
        cell.model_copy(update={"codes": tuple(code for code in cell.codes if code in codes)}) for cell in risks.matrix
    )
    return risks.model_copy(update={"items": items, "matrix": matrix})


def _without_reserve(content: ProposalContent) -> tuple[PricePart, tuple[WorkPart, ...]]:
    """Prices in which the reserve is spread, to the cent (largest remainder).

    Each phase spreads its own over what else it consists of, so that its total, and months and payments with it, stay;
    a phase that consists of nothing else does as the whole price does. Work packages and things bought then share
    their component's new sum as they shared the old one.
    """
    price, currency = content.price, content.currency
    if not any(phase.reserve for phase in price.phases):
        return price, content.work
    whole = _weights(price.phases)
    phases = tuple(_spread(phase, whole, currency) for phase in price.phases)
    services, material, financial = _weights(phases)
    sums = {"material": material, "financial": financial}
    work = _shared(services, content.work, currency)
    items = tuple(
        item
        for kind, amount in sums.items()
        for item in _shared(amount, [one for one in price.items if one.kind == kind], currency)
    )
    return price.model_copy(update={"phases": phases, "items": items}), work


def _weights(phases: Iterable[PhasePricePart]) -> tuple[Decimal, Decimal, Decimal]:
    services, material, financial = (sum((getattr(one, name) for one in phases), Decimal(0)) for name in _CHARGED)
    return services, material, financial


def _spread(phase: PhasePricePart, whole: Sequence[Decimal], currency: str) -> PhasePricePart:
    own = _weights([phase])
    parts = split(phase.reserve, own if any(own) else whole, currency)
    spread: Mapping[str, Decimal] = {
        name: before + part for name, before, part in zip(_CHARGED, own, parts, strict=True)
    }
    return phase.model_copy(update={**spread, "reserve": Decimal(0)})


def _shared(amount: Decimal, rows: Sequence[Priced], currency: str) -> tuple[Priced, ...]:
    """The rows with their shares of `amount`, in proportion to their prices."""
    parts = split(amount, [row.price for row in rows], currency) if rows else []
    return tuple(row.model_copy(update={"price": part}) for row, part in zip(rows, parts, strict=True))


def _modules(modules: Iterable[ModulePart], work: Sequence[WorkPart]) -> tuple[ModulePart, ...]:
    return tuple(
        module.model_copy(
            update={"price": sum((line.price for line in work if line.module == module.name), Decimal(0))}
        )
        for module in modules
    )
