"""Value added tax on amounts with or without it, at several rates, rounded on each line or on the total."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from shared.language.money import MINOR_UNITS, quantised


class Rounding(StrEnum):
    """Where tax is rounded to the minor unit: on each line, or once on what is taxed at one rate."""

    LINE = "line"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Taxable:
    """An amount, net or gross, and the rate that it is taxed at."""

    amount: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Taxed:
    """Net and tax of what is taxed at `rate`."""

    rate: Decimal
    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class TaxReturn:
    """The lines as they came, and their sums by rate, the highest first. Both add up to the same."""

    lines: tuple[Taxed, ...]
    rates: tuple[Taxed, ...]

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def tax(self) -> Decimal:
        return sum((line.tax for line in self.lines), Decimal(0))


def taxed(lines: Sequence[Taxable], *, includes_tax: bool, rounding: Rounding, currency: str) -> TaxReturn:
    """Tax of each line; amounts are rounded to the minor unit before. Gross amounts stay what they are.

    With `Rounding.TOTAL` the tax of a rate is rounded once, and shared out to its lines so that they add up to it.
    """
    amounts = [quantised(line.amount, currency) for line in lines]
    exact = [
        amount * line.rate / (1 + line.rate if includes_tax else 1) for amount, line in zip(amounts, lines, strict=True)
    ]
    taxes = [quantised(tax, currency) for tax in exact]
    rates = sorted({line.rate for line in lines}, reverse=True)
    if rounding is Rounding.TOTAL:
        for rate in rates:
            places = [place for place, line in enumerate(lines) if line.rate == rate]
            for place, tax in zip(places, _rounded_once([exact[place] for place in places], currency), strict=True):
                taxes[place] = tax
    found = tuple(
        Taxed(line.rate, amount - tax if includes_tax else amount, tax)
        for line, amount, tax in zip(lines, amounts, taxes, strict=True)
    )
    return TaxReturn(found, tuple(_sum(rate, [one for one in found if one.rate == rate]) for rate in rates))


def _sum(rate: Decimal, parts: Sequence[Taxed]) -> Taxed:
    return Taxed(rate, sum((part.net for part in parts), Decimal(0)), sum((part.tax for part in parts), Decimal(0)))


def _rounded_once(exact: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Each part rounded so that all add up to their rounded sum; the largest rounding errors give way."""
    unit = Decimal(1).scaleb(-MINOR_UNITS[currency])
    parts = [quantised(part, currency) for part in exact]
    left = quantised(sum(exact, Decimal(0)), currency) - sum(parts, Decimal(0))
    step = unit if left > 0 else -unit
    count = int((abs(left) / unit).to_integral_value(ROUND_HALF_UP))
    order = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place]) * step)
    for place in order[:count]:
        parts[place] += step
    return parts
