"""Reserves: what an estimate needs beside its base cost (PMBOK Guide, 6th ed., 7.2.2.6 and 7.3.3.1).

cost baseline = base + response cost + contingency; budget = cost baseline + management reserve.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from shared.language.money import allocated, quantised

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Reserves:
    """Amounts to the minor unit of the currency."""

    contingency: Decimal
    """For identified risks and the spread of the estimate: inside the cost baseline."""
    response_cost: Decimal
    management_reserve: Decimal
    """For what nobody has identified: outside the cost baseline, released by management."""
    cost_baseline: Decimal
    total_budget: Decimal
    is_floored: bool
    """The cost at the wanted confidence is below the base cost, so that the contingency would be negative."""

    @property
    def total(self) -> Decimal:
        """All that is needed beside the base cost."""
        return self.contingency + self.response_cost + self.management_reserve


def reserves(
    base: Decimal, *, at_confidence: Decimal, response_cost: Decimal, management_reserve_rate: Decimal, currency: str
) -> Reserves:
    """Contingency = cost at the wanted confidence - base, never below zero; management reserve = rate x baseline.

    A negative contingency would lower the price below what the work is planned to cost: an estimate that is likely to
    be undercut should be estimated again, not sold for less.
    """
    excess = quantised(at_confidence, currency) - base
    contingency = max(excess, Decimal(0))
    baseline = base + response_cost + contingency
    management_reserve = quantised(baseline * management_reserve_rate, currency)
    return Reserves(
        contingency=contingency,
        response_cost=response_cost,
        management_reserve=management_reserve,
        cost_baseline=baseline,
        total_budget=baseline + management_reserve,
        is_floored=excess < 0,
    )


def expected_monetary_value(probability: float, cost: float, *, days: float = 0.0, daily_burn: float = 0.0) -> float:
    """Probability x impact (EMV): direct cost, and what the delay costs for each day that the project stands."""
    return probability * (cost + days * daily_burn)


def shared_out(amount: Decimal, shares: Mapping[K, float], currency: str) -> dict[K, Decimal]:
    """`amount` split by `shares` to the minor unit, adding up exactly; what lowers the variance gets nothing.

    When no share is positive, all get the same.
    """
    weights = [Decimal(f"{max(share, 0.0):.12f}") for share in shares.values()]
    if not any(weights):
        weights = [Decimal(1)] * len(weights)
    return dict(zip(shares, allocated(amount, weights, currency), strict=True))


def needs(expected: Mapping[K, float], spread: Mapping[K, float], alone: float) -> dict[K, float]:
    """What a contingency is for, in money: the expected cost of each risk, and what the work needs by itself.

    By expected value (AACE 44R-08): a share grows with the probability of its risk up to certainty, where a share of
    the variance would fall from 50 % on and be nothing in the end. `alone`, what the work would need without any risk,
    is split by the variance, `spread`. What is expected to save money needs nothing.
    """
    varies = {name: max(share, 0.0) for name, share in spread.items()}
    whole = sum(varies.values())
    own = {name: alone * share / whole if whole else 0.0 for name, share in varies.items()}
    return {**own, **{name: max(mean, 0.0) for name, mean in expected.items()}}


@dataclass(frozen=True, slots=True)
class Released:
    """What a phase may use of the contingency, and what is left for later ones; the phase over, it is released."""

    phase: str
    released: Decimal
    remaining: Decimal


def draw_down(phases: Mapping[str, Decimal]) -> list[Released]:
    """The plan by which the contingency gets smaller as the phases, in their order, are over."""
    left, plan = sum(phases.values(), Decimal(0)), []
    for phase, amount in phases.items():
        left -= amount
        plan.append(Released(phase, amount, left))
    return plan
