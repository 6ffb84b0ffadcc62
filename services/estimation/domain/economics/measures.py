"""What else is said of an investment: return, ratios, annuity, break-even."""

from collections.abc import Callable

from services.estimation.domain.economics.present_value import FigureOutOfRange, check_rate
from shared.kernel.problems import Problem


class NothingToDivideBy(Problem):
    status = 422
    title = ("There is nothing to relate it to", "缺少比较基准")
    en = "{figure} is a ratio to {to}, which is zero."
    zh = "{figure} 以 {to} 为分母，而该值为零。"


def return_on_investment(benefits: float, costs: float) -> float:
    """(benefits - costs) / costs, of sums as they are or of present values: say which. Raises `NothingToDivideBy`."""
    return _ratio(benefits - costs, costs, "return_on_investment", "costs")


def benefit_cost_ratio(benefits: float, costs: float) -> float:
    """Present value of benefits / present value of costs.

    It depends on how negative benefits are classed; here they reduce the benefits. Raises `NothingToDivideBy`.
    """
    return _ratio(benefits, costs, "benefit_cost_ratio", "costs")


def profitability_index(net_present_value: float, investment: float) -> float:
    """1 + NPV / |first outlay|. Raises `NothingToDivideBy`."""
    return 1 + _ratio(net_present_value, abs(investment), "profitability_index", "investment")


def _ratio(part: float, whole: float, figure: str, to: str) -> float:
    if whole == 0:
        raise NothingToDivideBy(figure=figure, to=to)
    return part / whole


def equivalent_annuity(net_present_value: float, rate: float, periods: int) -> float:
    """The even flow at the end of each period that is worth as much: NPV·r / (1 - (1 + r)^-n).

    Raises `RateLeMinusOne`, `FigureOutOfRange`.
    """
    check_rate(rate)
    if rate == 0:
        return net_present_value / periods
    try:
        return float(net_present_value * rate / (1 - (1 + rate) ** -periods))
    except OverflowError:
        raise FigureOutOfRange from None


def break_even(value: Callable[[float], float], low: float, high: float) -> float | None:
    """Where `value` is zero between `low` and `high`; None when its sign is the same at both ends."""
    at_low, at_high = value(low), value(high)
    if at_low == 0:
        return low
    if at_high == 0:
        return high
    if (at_low > 0) == (at_high > 0):
        return None
    # Optimisers take half a second of the start of a process; few calls need them.
    from scipy.optimize import brentq  # noqa: PLC0415

    return float(brentq(value, low, high, xtol=1e-12, maxiter=500))


def accounting_break_even(fixed_costs: float, unit_price: float, unit_cost: float) -> float | None:
    """Units whose contribution covers the fixed costs; None when a unit contributes nothing."""
    contribution = unit_price - unit_cost
    return fixed_costs / contribution if contribution > 0 else None
