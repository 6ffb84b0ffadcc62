"""What a client's budget leaves for cost."""

from decimal import Decimal


def affordable_cost(budget: Decimal, margin_rate: Decimal, tax_rate: Decimal) -> Decimal:
    """The cost that a client's budget, tax included, leaves room for after tax and margin."""
    return budget / (1 + tax_rate) * (1 - margin_rate)
