"""From cost to price: reserves, margin and tax, each a line, and all lines together the price.

base + contingency + risk responses = cost baseline; with management reserve = total budget (PMBOK Guide, 7.3.3.1).
"""

from dataclasses import dataclass
from decimal import Decimal

from shared.money import quantised


@dataclass(frozen=True, slots=True)
class Costs:
    """Base cost by component."""

    labour: Decimal
    material: Decimal
    financial: Decimal

    @property
    def base(self) -> Decimal:
        return self.labour + self.material + self.financial


@dataclass(frozen=True, slots=True)
class Reserve:
    """What the risk budget adds to the base cost."""

    contingency: Decimal
    responses: Decimal
    management: Decimal

    @property
    def in_baseline(self) -> Decimal:
        """The part that is planned to be spent; the management reserve is outside the cost baseline."""
        return self.contingency + self.responses


@dataclass(frozen=True, slots=True)
class PriceStep:
    """A line of the price build-up."""

    code: str
    name: str
    name_zh: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """The price and how it came about. The steps add up to `gross`."""

    total_budget: Decimal
    net: Decimal
    tax: Decimal
    steps: tuple[PriceStep, ...]

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def price_of(costs: Costs, reserve: Reserve, margin_rate: Decimal, tax_rate: Decimal, currency: str) -> Price:
    """The margin is a share of the net price: net = total budget / (1 - margin rate). Tax is on the net price.

    Net price and tax are rounded, margin is what is left of the net price.
    """
    budget = costs.base + reserve.in_baseline + reserve.management
    net = net_price(budget, margin_rate, currency)
    tax = quantised(net * tax_rate, currency)
    steps = (
        PriceStep("labour", "Labour", "人力成本", costs.labour),
        PriceStep("material", "Material and services bought", "物资与外购服务", costs.material),
        PriceStep("financial", "Financing", "财务成本", costs.financial),
        PriceStep("contingency", "Contingency reserve", "应急储备", reserve.contingency),
        PriceStep("risk_responses", "Risk responses", "风险应对措施", reserve.responses),
        PriceStep("management_reserve", "Management reserve", "管理储备", reserve.management),
        PriceStep("margin", "Margin", "利润", net - budget),
        PriceStep("tax", "Value added tax", "增值税", tax),
    )
    return Price(budget, net, tax, steps)


def net_price(cost: Decimal, margin_rate: Decimal, currency: str) -> Decimal:
    """The price that leaves `margin_rate` of itself above `cost`, to the minor unit."""
    return quantised(cost / (1 - margin_rate), currency)


def price_over(cost: Decimal, margin_rate: Decimal | None, markup_rate: Decimal | None, currency: str) -> Decimal:
    """The net price over a cost: by a margin on the price, cost / (1 - margin), or a markup on the cost."""
    if markup_rate is not None:
        return quantised(cost * (1 + markup_rate), currency)
    return net_price(cost, margin_rate or Decimal(0), currency)
