"""Assembles the content of a proposal from a baseline, its estimate, its price, its risk budget and settled parts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.proposal.content import names
from services.proposal.content.authored import SolutionDesign
from services.proposal.content.base import CodedTitle
from services.proposal.content.economics import at_this_price
from services.proposal.content.estimate_words import words_of
from services.proposal.content.limits import constraints_of, validity_days, with_priced_warranty
from services.proposal.content.model import (
    FORMAT,
    AssumptionsPart,
    BasisPart,
    ClientPart,
    DeviationPart,
    KeyFigures,
    MethodPart,
    ModulePart,
    ProposalContent,
    QualityPart,
    RequirementPart,
    RisksPart,
    ScopePart,
    SolutionPart,
    SourcePart,
    WorkPart,
)
from services.proposal.content.part_types import NOTHING, Authored
from services.proposal.content.planning import Plan, plan_of
from services.proposal.content.pricing import price_part
from services.proposal.content.risks import risks_part
from services.proposal.domain.amount_in_words import in_words
from services.proposal.domain.basis import Basis, version_label
from services.proposal.domain.shares import rounded_parts
from shared.language.events.estimation import EstimateCompleted, EstimatePriced
from shared.language.events.requirements import BaselineApproved, RequirementFacts
from shared.language.events.risk import RiskBudgetCalculated

NOT_DELIVERED = "wont"
_QUALITIES = ("performance", "security", "data", "operational", "compliance", "constraint")


@dataclass(frozen=True, slots=True)
class Ingredients:
    """The four events that a proposal is made of, all of one basis."""

    baseline: BaselineApproved
    estimate: EstimateCompleted
    price: EstimatePriced
    risk: RiskBudgetCalculated


def assemble(made_of: Ingredients, authored: Authored = NOTHING) -> ProposalContent:
    """The content: the same events and settled parts give the same content.

    What persons settled takes the place of what would be computed. Their texts have their placeholders still, for
    `gaps` to look at; `with_figures` fills them.

    Raises `PriceWithoutBasis`, `ScheduleTooLong` or a network problem when the figures cannot make a proposal.
    """
    baseline, estimate, price, risk = made_of.baseline, made_of.estimate, made_of.price, made_of.risk
    opportunity = authored.opportunity.over(baseline.opportunity) if authored.opportunity else baseline.opportunity
    limits = authored.limits.items if authored.limits else baseline.constraints
    plan = plan_of(estimate, risk, price, authored)
    prices, shares = price_part(estimate, price, plan)
    work = _work(estimate, shares)
    lines = _lines_of(work)
    deviations = _deviations(baseline)
    solution = _solution(baseline, work, authored.solution)
    risks = risks_part(risk)
    case, other_price = at_this_price(authored.economic_case, price)
    return ProposalContent(
        format=FORMAT,
        code=proposal_code(opportunity.code),
        version_label=version_label(
            baseline.baseline_number, Basis(baseline.epoch, estimate.revision, risk.revision, authored.revision)
        ),
        title=opportunity.title,
        opportunity_code=opportunity.code,
        owner=opportunity.owner,
        language=opportunity.language,
        currency=price.currency,
        dated=baseline.approved_at.date(),
        validity_days=validity_days(authored),
        basis=_basis(made_of, authored),
        client=ClientPart.of(
            opportunity,
            name=opportunity.client_name,
            industry=opportunity.client_industry,
            background=opportunity.client_background,
        ),
        key_figures=_key_figures(made_of, deviations, solution, work, plan, risks),
        scope=ScopePart(
            in_scope=opportunity.in_scope,
            out_of_scope=opportunity.out_of_scope,
            excluded=_titles(item for item in baseline.requirements if item.priority == NOT_DELIVERED),
        ),
        solution=solution,
        requirements=tuple(_requirement(item, lines.get(item.code, ())) for item in baseline.requirements),
        work=work,
        methods=_methods(estimate),
        price=prices,
        schedule=plan.schedule,
        resources=plan.resources,
        risks=risks,
        constraints=tuple(part for limit in limits for part in constraints_of(limit, price, plan.schedule, authored)),
        assumptions=AssumptionsPart(
            stated=opportunity.assumptions,
            for_client=opportunity.client_assumptions,
            unsized_requirement_codes=estimate.unsized_requirement_codes,
            of_estimate=authored.estimate_words.items if authored.estimate_words else words_of(estimate),
        ),
        deviations=deviations,
        strategy=authored.strategy,
        after_sales=with_priced_warranty(authored.after_sales_plan, price),
        warranty_months=price.warranty_months,
        economics=case,
        economics_of_other_price=other_price,
        sections=authored.sections,
        branding=authored.branding,
        reissue=authored.reissue,
    )


def proposal_code(opportunity_code: str) -> str:
    """`PRO-2026-0007` of opportunity `OPP-2026-0007`: all its proposals have it, and differ by revision."""
    return "PRO-" + opportunity_code.removeprefix("OPP-")


def delivered(baseline: BaselineApproved) -> list[RequirementFacts]:
    return [item for item in baseline.requirements if item.priority != NOT_DELIVERED]


def _titles(items: Iterable[RequirementFacts]) -> tuple[CodedTitle, ...]:
    return tuple(CodedTitle(code=item.code, title=item.title) for item in items)


def _basis(made_of: Ingredients, authored: Authored) -> BasisPart:
    baseline, estimate, risk = made_of.baseline, made_of.estimate, made_of.risk
    return BasisPart(
        baseline_id=baseline.baseline_id,
        baseline_number=baseline.baseline_number,
        epoch=baseline.epoch,
        baseline_hash=baseline.content_hash,
        approved_on=baseline.approved_at.date(),
        estimate_id=estimate.estimate_id,
        estimate_revision=estimate.revision,
        parameter_set=estimate.parameter_set,
        estimate_engine=estimate.engine_version,
        risk_budget_id=risk.risk_budget_id,
        risk_revision=risk.revision,
        risk_engine=risk.engine_version,
        seed=risk.seed,
        samples=risk.samples,
        authored_revision=authored.revision,
        settled=authored.settled,
    )


def _key_figures(
    made_of: Ingredients,
    deviations: Sequence[DeviationPart],
    solution: SolutionPart,
    work: Sequence[WorkPart],
    plan: Plan,
    risks: RisksPart,
) -> KeyFigures:
    offered, price = delivered(made_of.baseline), made_of.price
    must = sum(item.priority == "must" for item in offered)
    roles = {role for line in made_of.estimate.lines for role in line.role_days}
    return KeyFigures(
        requirement_count=len(made_of.baseline.requirements),
        delivered_count=len(offered),
        short_count=sum(row.deviation == "negative" for row in deviations),
        must_count=must,
        must_share=must / len(offered) if offered else 0.0,
        module_count=sum(not module.is_general for module in solution.modules),
        interface_count=len(solution.interfaces),
        effort_days=round(sum(line.effort_days for line in work), 1),
        duration_days=plan.schedule.duration_days,
        start=plan.schedule.start,
        finish=plan.schedule.finish,
        p80_finish=plan.schedule.p80_finish,
        crews=plan.crews,
        people=sum(people for role, people in made_of.estimate.team.items() if role in roles),
        risk_count=len(risks.items),
        high_risk_count=sum(item.rating == "high" for item in risks.items),
        confidence=made_of.risk.confidence,
        price_excl_tax=price.price_excl_tax.amount,
        tax_rate=price.tax_rate,
        tax=price.tax.amount,
        price_incl_tax=price.price_incl_tax.amount,
        price_in_words=in_words(price.price_incl_tax.amount) if price.currency == "CNY" else None,
    )


def _work(estimate: EstimateCompleted, shares: Sequence[Decimal]) -> tuple[WorkPart, ...]:
    days = rounded_parts([line.expected_days for line in estimate.lines])
    found = []
    for line, effort, share in zip(estimate.lines, days, shares, strict=True):
        module = names.module(line.group) if line.requirement_id else names.PROJECT
        found.append(WorkPart.of(line, module=module.name, module_zh=module.name_zh, effort_days=effort, price=share))
    return tuple(found)


def _solution(baseline: BaselineApproved, work: Sequence[WorkPart], design: SolutionDesign | None) -> SolutionPart:
    offered = delivered(baseline)
    groups = sorted(dict.fromkeys(item.group for item in offered), key=lambda group: group is None)
    return SolutionPart(
        modules=tuple(_module(group, offered, work) for group in groups),
        interfaces=_titles(item for item in offered if item.kind == "interface"),
        qualities=tuple(
            QualityPart(kind=kind, requirements=_titles(asked))
            for kind in _QUALITIES
            if (asked := [item for item in offered if item.kind == kind])
        ),
        design=design,
    )


def _module(group: str | None, offered: Sequence[RequirementFacts], work: Sequence[WorkPart]) -> ModulePart:
    name = names.module(group)
    own = [item for item in offered if item.group == group]
    group_of = {item.id: item.group for item in offered}
    needs = dict.fromkeys(group_of[key] for item in own for key in item.depends_on if key in group_of)
    needed = [names.module(other) for other in needs if other != group]
    lines = [line for line in work if line.module == name.name]
    return ModulePart(
        **name.model_dump(),
        is_general=group is None,
        requirement_count=len(own),
        requirement_codes=tuple(item.code for item in own),
        interfaces=tuple(item.code for item in own if item.kind == "interface"),
        needs=tuple(other.name for other in needed),
        needs_zh=tuple(other.name_zh for other in needed),
        effort_days=round(sum(line.effort_days for line in lines), 1),
        price=sum((line.price for line in lines), Decimal(0)),
    )


def _lines_of(work: Sequence[WorkPart]) -> dict[str, list[str]]:
    """Codes of the work by the requirement that it is for."""
    lines: dict[str, list[str]] = {}
    for line in work:
        if line.requirement_code:
            lines.setdefault(line.requirement_code, []).append(line.code)
    return lines


def _requirement(item: RequirementFacts, lines: Sequence[str]) -> RequirementPart:
    module = names.module(item.group)
    return RequirementPart.of(
        item,
        module=module.name,
        module_zh=module.name_zh,
        metric=item.metric and item.metric.said,
        sources=tuple(SourcePart(document=source.document, location=source.location) for source in item.sources),
        wbs=tuple(lines),
    )


def _deviations(baseline: BaselineApproved) -> tuple[DeviationPart, ...]:
    """In the order of the requirements; what is not delivered is excluded already."""
    fits = {fit.requirement_id: fit for fit in baseline.fits}
    return tuple(
        DeviationPart(
            code=item.code,
            title=item.title,
            **fits[item.id].model_dump(include=DeviationPart.model_fields.keys() - {"code", "title"}),
        )
        for item in delivered(baseline)
        if item.id in fits
    )


def _methods(estimate: EstimateCompleted) -> tuple[MethodPart, ...]:
    return tuple(
        MethodPart(
            method=result.method,
            effort_days=round(result.effort_days, 1),
            low_days=round(result.low_days, 1),
            high_days=round(result.high_days, 1),
            leads=bool(estimate.lead and estimate.lead.method == result.method),
        )
        for result in estimate.methods
    )
