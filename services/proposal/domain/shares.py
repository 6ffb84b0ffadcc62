"""Splitting without losing anything: the net price over what is delivered, and rounded figures that still add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from shared.kernel.problems import Problem
from shared.language.money import allocated

COMPONENTS = ("services", "material", "financial", "reserve")
"""What a price is made of for the client: work, things bought, financing and guarantees, reserve for risks."""


class PriceWithoutBasis(Problem):
    status = 422
    title = ("The price cannot be split", "价格无法分摊")
    en = "There is nothing of a cost above zero to split {amount} over, or the amount is negative."
    zh = "没有大于零的成本可用于分摊金额 {amount}，或该金额为负。"


@dataclass(frozen=True, slots=True)
class PhaseCost:
    """Internal cost of a phase by component, in the order of `COMPONENTS`."""

    phase: str
    costs: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class PhasePrice:
    """The phase's part of the net price by component."""

    phase: str
    parts: tuple[Decimal, ...]

    @property
    def total(self) -> Decimal:
        return sum(self.parts, Decimal(0))


def split(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Parts of `amount` in proportion to `weights` that add up to it exactly. Raises `PriceWithoutBasis`."""
    if amount < 0 or min(weights, default=Decimal(0)) < 0 or (amount and not any(weights)):
        raise PriceWithoutBasis(amount=amount)
    if not amount:
        return [Decimal(0)] * len(weights)
    return allocated(amount, weights, currency)


def phase_prices(net: Decimal, phases: Sequence[PhaseCost], currency: str) -> list[PhasePrice]:
    """The net price over components, then each component over phases: rows and columns add up to the net price."""
    totals = [sum((phase.costs[i] for phase in phases), Decimal(0)) for i in range(len(COMPONENTS))]
    columns = [
        split(part, [phase.costs[i] for phase in phases], currency)
        for i, part in enumerate(split(net, totals, currency))
    ]
    return [PhasePrice(phase.phase, tuple(column[row] for column in columns)) for row, phase in enumerate(phases)]


def rounded_parts(parts: Sequence[float], places: int = 1) -> list[float]:
    """Parts rounded so that they add up to their rounded sum (largest remainder; ties go to the earlier part)."""
    scale = 10**places
    whole = [int(part * scale // 1) for part in parts]
    left = round(sum(parts) * scale) - sum(whole)
    order = sorted(range(len(parts)), key=lambda i: whole[i] - parts[i] * scale)
    for i in order[:left]:
        whole[i] += 1
    return [part / scale for part in whole]
