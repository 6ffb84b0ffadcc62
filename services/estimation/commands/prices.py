"""What a price is made of, and how: the same for estimates, budget plans and scenarios."""

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation import queries
from services.estimation.commands import publishing, publishing_sources
from services.estimation.commands.publishing_discounts import publish_discount
from services.estimation.commands.translation import client_budget_of, risk_budget_of
from services.estimation.domain import priced as domain
from services.estimation.domain.apportion import HUNDREDTHS
from services.estimation.domain.budget import PhaseCosts
from services.estimation.domain.cost_items import CostItem
from services.estimation.domain.parameters import Parameters, Planning, parameters_of
from services.estimation.domain.plan import Plan, windows
from services.estimation.domain.pricing import NO_DISCOUNT, Discount, DiscountTooLarge
from services.estimation.domain.pricing_policy import decided
from services.estimation.domain.terms import Terms
from services.estimation.models.discounts import Discount as GrantedDiscount
from services.estimation.models.estimates import Estimate
from services.estimation.queries import discounts
from shared.language.events.estimation import EstimateCompleted, EstimatePriced
from shared.language.events.requirements import BaselineApproved
from shared.language.events.risk import RiskBudgetCalculated
from shared.language.events.values import Reason
from shared.quant.calendars import calendar_of


@dataclass(frozen=True, slots=True)
class PriceInputs:
    """What a price is made of, and what is taken off it."""

    estimate: EstimateCompleted
    risk: RiskBudgetCalculated
    parameters: Parameters
    baseline: BaselineApproved
    discount: Discount = NO_DISCOUNT
    terms: Terms | None = None
    """Instead of those that the estimate was made with."""


@dataclass(frozen=True, slots=True)
class Made:
    """A price: what it was made of, all its figures, and what is told of them."""

    basis: domain.PriceBasis
    priced: domain.Priced
    event: EstimatePriced


async def inputs_of(session: AsyncSession, row: Estimate, risk: RiskBudgetCalculated) -> PriceInputs:
    """What the price of an estimate is made of, but for a discount."""
    parameter_set, heard = await queries.made_from(session, row)
    return PriceInputs(
        estimate=EstimateCompleted.model_validate({**(row.figures or {}), "lines": []}),
        risk=risk,
        parameters=parameters_of(parameter_set.parameters),
        baseline=BaselineApproved.model_validate(heard.facts),
    )


async def made_with_discount(
    session: AsyncSession, row: Estimate, inputs: PriceInputs, *, is_kept: bool = True
) -> Made:
    """The price with the standing discount; one that would need more than was approved lapses instead.

    Where the price is not kept, neither is that.
    """
    standing = await discounts.standing(session, row)
    if standing is None:
        return made_with(row, inputs)
    reason = None
    try:
        made = made_with(row, replace(inputs, discount=standing.taken_off))
        reason = _exceeds(standing, made.event)
    except DiscountTooLarge as refused:
        reason = Reason(code=refused.code, message=refused.detail("en"), message_zh=refused.detail("zh"))
    if standing.currency != inputs.estimate.currency:
        reason = _OTHER_CURRENCY
    if reason:
        if is_kept:
            standing.lapse(reason)
            await publish_discount(session, standing)
        return made_with(row, inputs)
    told = {"discount_id": standing.id, "pricing_policy_id": standing.policy_id}
    return replace(made, event=made.event.model_copy(update=told))


_OTHER_CURRENCY = Reason(
    code="currency_changed", message="The price is in another currency now.", message_zh="报价货币已变更。"
)


def _exceeds(standing: GrantedDiscount, event: EstimatePriced) -> Reason | None:
    """Why the discount would have to be approved higher than it was; None when it would not."""
    listed, off = event.list_price, event.discount
    if listed is None or off is None or not listed.amount:
        return None
    margin = (event.price_excl_tax.amount - event.total_budget.amount) / event.price_excl_tax.amount
    decision = decided(standing.parsed_levels, off.amount / listed.amount, margin)
    if decision.rank <= standing.rank:
        return None
    last = decision.findings[-1]
    return Reason(code=last.code, message=last.message, message_zh=last.message_zh)


def made_with(row: Estimate, inputs: PriceInputs) -> Made:
    """The price of an estimate with its risk budget taken in. Raises `DiscountTooLarge`."""
    told, parameters = inputs.estimate, inputs.parameters.with_warranty(inputs.estimate.warranty_months)
    basis = domain.PriceBasis(
        currency=told.currency,
        plan=_plan(told, parameters.planning),
        costs=_costs(told),
        client_budget=client_budget_of(inputs.baseline),
        terms=inputs.terms or (publishing_sources.terms_of(told.terms) if told.terms else parameters.commerce.terms),
        discount=inputs.discount,
    )
    priced = domain.priced(basis, risk_budget_of(inputs.risk), parameters.commerce)
    return Made(basis, priced, publishing.priced(row, priced, told, inputs.risk, basis.terms))


def _plan(told: EstimateCompleted, planning: Planning) -> Plan:
    phases = {
        phase.phase: {role: round(days * HUNDREDTHS) for role, days in phase.role_days.items()} for phase in told.phases
    }
    return Plan(
        told.planned_start,
        told.team,
        windows(phases, told.team, told.planned_start, planning, calendar_of(told.currency)),
    )


def _costs(told: EstimateCompleted) -> PhaseCosts:
    names = ("id", "kind", "name", "name_zh", "phase", "amount", "tax_category")
    items = [CostItem(**{name: getattr(item, name) for name in names}) for item in told.cost_items]
    return PhaseCosts({phase.phase: phase.cost for phase in told.phases}, items)
