"""Payback: how long it takes until what was put in has come back, for good."""

from collections.abc import Sequence
from itertools import accumulate

from services.estimation.domain.economics.present_value import discounted


def payback(cash_flows: Sequence[float]) -> float | None:
    """Periods until the cumulative flow is above zero and stays there; None when it never is.

    Within a period the flow is taken to come evenly. What dips below zero again pays back at the last crossing.
    """
    return payback_at(range(len(cash_flows)), cash_flows)


def discounted_payback(rate: float, cash_flows: Sequence[float]) -> float | None:
    """Payback of the flows at their present value. Raises `RateLeMinusOne`, `FigureOutOfRange`."""
    return discounted_payback_at(rate, range(len(cash_flows)), cash_flows)


def payback_at(times: Sequence[float], amounts: Sequence[float]) -> float | None:
    """Payback of flows at any `times`, in ascending order; between two of them a flow is taken to come evenly."""
    cumulative = list(accumulate(amounts))
    if cumulative[-1] < 0:
        return None
    below = [place for place, balance in enumerate(cumulative) if balance < 0]
    if not below:
        return float(times[0])
    last = below[-1]
    return times[last] + (times[last + 1] - times[last]) * -cumulative[last] / amounts[last + 1]


def discounted_payback_at(rate: float, times: Sequence[float], amounts: Sequence[float]) -> float | None:
    """The same at present value. Raises `RateLeMinusOne`, `FigureOutOfRange`."""
    return payback_at(times, discounted(rate, times, amounts))
