"""Present values: what money of other times is worth today."""

from collections.abc import Sequence
from datetime import date
from math import fsum, isfinite

from services.estimation.domain.economics.day_count import DayCount, years_between
from shared.kernel.problems import Problem


class RateLeMinusOne(Problem):
    status = 422
    title = ("A rate of -100 % or less", "利率不高于 -100%")
    en = "The rate {rate} takes away all there is; it must be greater than -1."
    zh = "利率 {rate} 使全部价值消失，须大于 -1。"


class FigureOutOfRange(Problem):
    status = 422
    title = ("The figure is out of range", "结果超出范围")
    en = "With these flows and rates the result is larger than any number that can be told; check rate and times."
    zh = "按所给现金流与利率计算的结果超出可表示范围。请检查利率与时间。"


class NoGrowthRate(Problem):
    status = 422
    title = ("There is no growth rate", "不存在增长率")
    en = "No rate leads from {present} to {future} in {periods} periods: both need one sign, and periods above 0."
    zh = "没有任何增长率可使 {present} 经 {periods} 期变为 {future}：两个值须同号且不为零，期数须大于零。"


def npv(rate: float, cash_flows: Sequence[float]) -> float:
    """Net present value: sum of CF_t / (1 + rate)^t, the first flow at t = 0. Raises `RateLeMinusOne`."""
    return _present_value(rate, range(len(cash_flows)), cash_flows)


def npv_excel(rate: float, values: Sequence[float]) -> float:
    """As spreadsheets' NPV, which discounts the first value too: only to check what comes from there."""
    return _present_value(rate, range(1, len(values) + 1), values)


def xnpv(
    rate: float, dates: Sequence[date], amounts: Sequence[float], day_count: DayCount = DayCount.ACT_365F
) -> float:
    """Net present value of dated flows on the earliest of the dates. Raises `RateLeMinusOne`."""
    return _present_value(rate, times_of(dates, day_count), amounts)


def at_times(rate: float, times: Sequence[float], amounts: Sequence[float]) -> float:
    """Net present value of amounts at `times`, in years. Raises `RateLeMinusOne`, `FigureOutOfRange`."""
    return _present_value(rate, times, amounts)


def times_of(dates: Sequence[date], day_count: DayCount = DayCount.ACT_365F) -> list[float]:
    """Years from the earliest of the dates to each of them."""
    first = min(dates)
    return [years_between(first, day, day_count) for day in dates]


def discounted(rate: float, times: Sequence[float], amounts: Sequence[float]) -> list[float]:
    """Present value of each amount. Raises `RateLeMinusOne`, `FigureOutOfRange`."""
    check_rate(rate)
    try:
        found = [amount * (1 + rate) ** -time for time, amount in zip(times, amounts, strict=True)]
    except (OverflowError, ZeroDivisionError):
        raise FigureOutOfRange from None
    if not all(map(isfinite, found)):
        raise FigureOutOfRange
    return found


def _present_value(rate: float, times: Sequence[float], amounts: Sequence[float]) -> float:
    try:
        return fsum(discounted(rate, times, amounts))
    except OverflowError:
        raise FigureOutOfRange from None


def check_rate(rate: float) -> None:
    """Raises `RateLeMinusOne`."""
    if rate <= -1:
        raise RateLeMinusOne(rate=rate)


def nominal_rate(real: float, inflation: float) -> float:
    """1 + nominal = (1 + real)(1 + inflation) (Fisher). Raises `RateLeMinusOne`."""
    check_rate(real)
    check_rate(inflation)
    return (1 + real) * (1 + inflation) - 1


def real_rate(nominal: float, inflation: float) -> float:
    """The rate that is left of a nominal one after inflation. Raises `RateLeMinusOne`."""
    check_rate(nominal)
    check_rate(inflation)
    return (1 + nominal) / (1 + inflation) - 1


def growth_rate(periods: float, present: float, future: float) -> float:
    """The rate per period that leads from `present` to `future` (spreadsheets' RRI); -1 leads to nothing.

    Raises `NoGrowthRate`.
    """
    if periods <= 0 or present == 0 or future / present < 0:
        raise NoGrowthRate(present=present, future=future, periods=periods)
    try:
        return float((future / present) ** (1 / periods) - 1)
    except OverflowError:
        raise FigureOutOfRange from None
