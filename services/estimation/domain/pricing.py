"""From cost to price: reserves, margin, discount and tax, each a line, and all lines together the price.

base + contingency + risk responses = cost baseline; with management reserve = total budget (PMBOK Guide, 7.3.3.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.estimation.domain.commerce import Commerce
from services.estimation.domain.value_added_tax import Rounding, Taxable, taxed
from shared.kernel.problems import Problem
from shared.language.money import allocated, quantised


class DiscountTooLarge(Problem):
    status = 422
    title = ("Nothing would be left of the price", "折扣超过价格")
    en = "A discount of {discount} leaves nothing of the price of {price}."
    zh = "折扣 {discount} 已不低于价格 {price}。"


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
class Profit:
    """A margin, as a share of the net price, or a markup, as a share of the cost."""

    margin_rate: Decimal | None = None
    markup_rate: Decimal | None = None

    @classmethod
    def of(cls, commerce: Commerce) -> "Profit":
        return cls(commerce.margin_rate, commerce.markup_rate)

    def net_price(self, cost: Decimal, currency: str) -> Decimal:
        return price_over(cost, self.margin_rate, self.markup_rate, currency)


@dataclass(frozen=True, slots=True)
class Discount:
    """What is taken off the net price: a share of it, or an amount."""

    rate: Decimal | None = None
    amount: Decimal | None = None

    def of(self, net: Decimal, currency: str) -> Decimal:
        """The amount that is taken off. Raises `DiscountTooLarge`."""
        amount = quantised(net * self.rate if self.rate is not None else self.amount or Decimal(0), currency)
        if amount and amount >= net:
            raise DiscountTooLarge(discount=amount, price=net)
        return amount


NO_DISCOUNT = Discount()


@dataclass(frozen=True, slots=True)
class Taxation:
    """How the net price is taxed: `weights` share it out to phases and tax categories."""

    weights: Mapping[tuple[str, str], Decimal]
    rates: Mapping[str, Decimal]
    rounding: Rounding = Rounding.TOTAL


@dataclass(frozen=True, slots=True)
class TaxLine:
    """What is taxed as one category."""

    category: str
    rate: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """The price and how it came about. The steps add up to `gross`, the tax lines to `net` and `tax`."""

    total_budget: Decimal
    list_price: Decimal
    """The net price before the discount."""
    discount: Decimal
    net: Decimal
    tax_lines: tuple[TaxLine, ...]
    steps: tuple[PriceStep, ...]

    @property
    def tax(self) -> Decimal:
        return sum((line.tax for line in self.tax_lines), Decimal(0))

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax

    @property
    def margin_rate(self) -> Decimal:
        """What is left above the total budget, as a share of the net price."""
        return (self.net - self.total_budget) / self.net if self.net else Decimal(0)

    @property
    def tax_rate(self) -> Decimal:
        """The one rate there is, or else the mean of several."""
        rates = {line.rate for line in self.tax_lines}
        if len(rates) == 1:
            return rates.pop()
        return self.tax / self.net if self.net else Decimal(0)


def price_of(
    costs: Costs, reserve: Reserve, profit: Profit, discount: Discount, taxation: Taxation, currency: str
) -> Price:
    """Net price = total budget with profit, less the discount; tax is on the net price. Raises `DiscountTooLarge`.

    Net price and tax are rounded, margin is what is left of the net price before the discount.
    """
    budget = costs.base + reserve.in_baseline + reserve.management
    listed = profit.net_price(budget, currency)
    off = discount.of(listed, currency)
    net = listed - off
    lines = _tax_lines(net, taxation, currency)
    steps = [
        PriceStep("labour", "Labour", "人力成本", costs.labour),
        PriceStep("material", "Material and services bought", "物资与外购服务", costs.material),
        PriceStep("financial", "Financing", "财务成本", costs.financial),
        PriceStep("contingency", "Contingency reserve", "应急储备", reserve.contingency),
        PriceStep("risk_responses", "Risk responses", "风险应对措施", reserve.responses),
        PriceStep("management_reserve", "Management reserve", "管理储备", reserve.management),
        PriceStep("margin", "Margin", "利润", listed - budget),
        PriceStep("tax", "Value added tax", "增值税", sum((line.tax for line in lines), Decimal(0))),
    ]
    if off:
        steps.insert(-1, PriceStep("discount", "Discount", "折扣", -off))
    return Price(budget, listed, off, net, lines, tuple(steps))


def _tax_lines(net: Decimal, taxation: Taxation, currency: str) -> tuple[TaxLine, ...]:
    parts = allocated(net, list(taxation.weights.values()), currency)
    keys = list(taxation.weights)
    rates = [taxation.rates[category] for _, category in keys]
    found = taxed(
        [Taxable(part, rate) for part, rate in zip(parts, rates, strict=True)],
        includes_tax=False, rounding=taxation.rounding, currency=currency,
    )  # fmt: skip
    lines = []
    for category in dict.fromkeys(category for _, category in keys):
        own = [line for (_, one), line in zip(keys, found.lines, strict=True) if one == category]
        net_of, tax_of = (sum((getattr(line, name) for line in own), Decimal(0)) for name in ("net", "tax"))
        lines.append(TaxLine(category, taxation.rates[category], net_of, tax_of))
    return tuple(lines)


def net_price(cost: Decimal, margin_rate: Decimal, currency: str) -> Decimal:
    """The price that leaves `margin_rate` of itself above `cost`, to the minor unit."""
    return quantised(cost / (1 - margin_rate), currency)


def price_over(cost: Decimal, margin_rate: Decimal | None, markup_rate: Decimal | None, currency: str) -> Decimal:
    """The net price over a cost: by a margin on the price, cost / (1 - margin), or a markup on the cost."""
    if markup_rate is not None:
        return quantised(cost * (1 + markup_rate), currency)
    return net_price(cost, margin_rate or Decimal(0), currency)
