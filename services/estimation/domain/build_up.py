"""A price built up from direct cost: overhead, administration, contingency, financing, margin and tax, in that order.

Each step is on the sum before it (margin on price: of the sum after it) and rounded to the minor unit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from services.estimation.domain.pricing import PriceStep, price_over
from shared.language.money import quantised


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of the sum so far. Of `margin_rate`, on the price, and `markup_rate`, on the cost, one is given."""

    overhead: Decimal = Decimal(0)
    general: Decimal = Decimal(0)
    contingency: Decimal = Decimal(0)
    financing: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    margin_rate: Decimal | None = None
    markup_rate: Decimal | None = None


def built_up(direct: Decimal, rates: Rates, currency: str) -> tuple[PriceStep, ...]:
    """The steps from direct cost to the price with tax; they add up to it."""
    return tuple(_steps(quantised(direct, currency), rates, currency))


def _steps(total: Decimal, rates: Rates, currency: str) -> Iterator[PriceStep]:
    yield PriceStep("direct", "Direct cost", "直接成本", total)
    for code, name, name_zh, rate in (
        ("overhead", "Overhead", "间接费用", rates.overhead),
        ("general", "General and administrative", "管理费用", rates.general),
        ("contingency", "Contingency", "风险预备费", rates.contingency),
        ("financing", "Financing", "财务费用", rates.financing),
    ):
        step = quantised(total * rate, currency)
        total += step
        yield PriceStep(code, name, name_zh, step)
    net = price_over(total, rates.margin_rate, rates.markup_rate, currency)
    yield PriceStep("margin", "Margin", "利润", net - total)
    yield PriceStep("tax", "Value added tax", "增值税", quantised(net * rates.tax, currency))
