"""Payback: how long it takes until what was put in has come back, for good."""

from collections.abc import Sequence
from itertools import accumulate

from services.estimation.domain.economics.present_value import check_rate


def payback(cash_flows: Sequence[float]) -> float | None:
    """Periods until the cumulative flow is above zero and stays there; None when it never is.

    Within a period the flow is taken to come evenly. What dips below zero again pays back at the last crossing.
    """
    cumulative = list(accumulate(cash_flows))
    if cumulative[-1] < 0:
        return None
    below = [period for period, balance in enumerate(cumulative) if balance < 0]
    if not below:
        return 0.0
    last = below[-1]
    return last + -cumulative[last] / cash_flows[last + 1]


def discounted_payback(rate: float, cash_flows: Sequence[float]) -> float | None:
    """Payback of the flows at their present value. Raises `RateLeMinusOne`."""
    check_rate(rate)
    return payback([flow * (1 + rate) ** -period for period, flow in enumerate(cash_flows)])
