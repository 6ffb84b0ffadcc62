"""What a client's budget leaves for cost, and how likely it is that the cost stays within it."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise


def affordable_cost(budget: Decimal, margin_rate: Decimal, tax_rate: Decimal) -> Decimal:
    """The cost that a client's budget, tax included, leaves room for after tax and margin."""
    return budget / (1 + tax_rate) * (1 - margin_rate)


def probability_within(cost: Decimal, curve: Sequence[tuple[float, Decimal]]) -> float:
    """The probability that the total cost is at most `cost`, from points (probability, cost) of its distribution.

    Between points in proportion; 0 below the first one and 1 above the last. Costs do not fall with probability.
    """
    if cost < curve[0][1]:
        return 0.0
    for (low, below), (high, above) in pairwise(curve):
        if cost < above:
            return round(low + (high - low) * float((cost - below) / (above - below)), 4)
    return 1.0 if cost > curve[-1][1] else curve[-1][0]
