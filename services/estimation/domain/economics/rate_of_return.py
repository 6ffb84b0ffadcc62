"""Internal rates of return: every rate in (-1, ∞) at which the net present value is zero, and none that is not.

With u = ln(1 + r) the present value is a sum of exponentials, Σ a·exp(-t·u). It is scaled by its largest exponential,
so that nothing overflows near r = -1, looked at on a grid, and each change of sign is closed in by Brent's method.
Where only its derivative changes sign the extremum decides: two roots between grid points, one that touches zero, or
none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from math import expm1, fsum, log, log1p
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.estimation.domain.economics.day_count import DayCount
from services.estimation.domain.economics.present_value import FigureOutOfRange, check_rate, times_of
from shared.kernel.problems import Problem

Array = NDArray[np.float64]

_LOW, _HIGH = log(1e-9), log1p(1e9)
"""Rates from -0.999999999 to 10⁹, as u."""
_CELLS = 10_000
"""On each side of r = 0."""
_CHUNK = 1_000
_TOUCHES = 1e-13
"""A present value this small beside its parts is zero: rounding leaves no more."""
_SAME = 1e-9
"""Two roots that are closer are one, seen twice."""


class NoSignChange(Problem):
    status = 422
    title = ("The flows never change sign", "现金流不变号")
    en = "All flows are zero or of one sign: there is no rate at which what comes in is worth what goes out."
    zh = "全部现金流为零或同号：不存在使流入与流出现值相等的收益率。"


class AllSameDate(Problem):
    status = 422
    title = ("All flows are on one date", "现金流日期相同")
    en = "All flows are on {date}: without time between them there is no rate of return."
    zh = "全部现金流均发生在 {date}：没有时间间隔，不存在收益率。"


class Status(StrEnum):
    """How many rates of return there are."""

    UNIQUE = "unique"
    MULTIPLE = "multiple"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RateOfReturn:
    """Every internal rate of return per unit of time, in ascending order."""

    roots: tuple[float, ...]

    @property
    def status(self) -> Status:
        return Status.NONE if not self.roots else Status.UNIQUE if len(self.roots) == 1 else Status.MULTIPLE

    @property
    def value(self) -> float | None:
        """The rate, if there is exactly one: which of several is meant nobody can say."""
        return self.roots[0] if self.status is Status.UNIQUE else None

    @property
    def nearest_to_zero(self) -> float | None:
        """The root closest to 0, which spreadsheets mostly show when there are several."""
        return min(self.roots, key=abs, default=None)

    @property
    def message(self) -> str | None:
        """How to read it, unless there is exactly one rate."""
        if self.status is Status.NONE:
            return "There is none up to 1e9 (100,000,000,000 % per period), and none down to -0.999999999."
        if self.status is Status.MULTIPLE:
            return (
                f"There are {len(self.roots)} rates, and none of them is the return: nearest_to_zero is only the one"
                " closest to 0. Decide by the net present value."
            )
        return None

    @property
    def message_zh(self) -> str | None:
        if self.status is Status.NONE:
            return "在 -0.999999999 至 1e9（每期 100,000,000,000%）之间不存在收益率。"
        if self.status is Status.MULTIPLE:
            return f"存在 {len(self.roots)} 个收益率，均不能单独作为收益率；所列最接近零者仅供参考，请按净现值决策。"
        return None


def irr(cash_flows: Sequence[float]) -> RateOfReturn:
    """Of flows one period apart, per period. Raises `NoSignChange`."""
    return rates_of_return(range(len(cash_flows)), cash_flows)


def xirr(dates: Sequence[date], amounts: Sequence[float], day_count: DayCount = DayCount.ACT_365F) -> RateOfReturn:
    """Of dated flows in any order, per year. Raises `NoSignChange`, `AllSameDate`."""
    if min(amounts) < 0 < max(amounts) and min(dates) == max(dates):
        raise AllSameDate(date=dates[0].isoformat())
    return rates_of_return(times_of(dates, day_count), amounts)


def mirr(cash_flows: Sequence[float], finance_rate: float, reinvest_rate: float) -> float:
    """Modified internal rate of return: what is put in is financed at one rate, what comes out reinvested at the other.

    (future value of the positive flows / -present value of the negative ones)^(1/n) - 1. Raises `NoSignChange`,
    `RateLeMinusOne`.
    """
    return mirr_at(range(len(cash_flows)), cash_flows, finance_rate, reinvest_rate)


def mirr_at(times: Sequence[float], amounts: Sequence[float], finance_rate: float, reinvest_rate: float) -> float:
    """The same of flows at any `times`, which differ. Raises `NoSignChange`, `RateLeMinusOne`."""
    check_rate(finance_rate)
    check_rate(reinvest_rate)
    if not (min(amounts) < 0 < max(amounts)):
        raise NoSignChange
    first, last = min(times), max(times)
    flows = list(zip(times, amounts, strict=True))
    try:
        put_in = -fsum(flow * (1 + finance_rate) ** (first - time) for time, flow in flows if flow < 0)
        came_out = fsum(flow * (1 + reinvest_rate) ** (last - time) for time, flow in flows if flow > 0)
        return float((came_out / put_in) ** (1 / (last - first)) - 1)
    except (OverflowError, ZeroDivisionError):
        raise FigureOutOfRange from None


def sign_changes(amounts: Sequence[float]) -> int:
    """How often the flows, in order of time, change sign: there are at most so many rates (Descartes)."""
    signs = [amount > 0 for amount in amounts if amount]
    return sum(one != other for one, other in pairwise(signs))


def rates_of_return(times: Sequence[float], amounts: Sequence[float]) -> RateOfReturn:
    """Every rate per unit of `times`, in whatever order the flows are. Raises `NoSignChange`."""
    moments, sums = _in_order(times, amounts)
    changes = sign_changes(sums.tolist())
    if changes == 0:
        raise NoSignChange
    last = moments[-1] - moments[0]
    negative = _Side((last - (moments - moments[0])), sums, _LOW, 0.0)
    positive = _Side(-(moments - moments[0]), sums, 0.0, _HIGH)
    cells = 1 if changes == 1 else _CELLS  # one root is certain, and it is the only one
    roots = sorted([*negative.roots(cells), *positive.roots(cells)])
    distinct = [u for before, u in pairwise([_LOW - 1, *roots]) if u - before > _SAME]
    return RateOfReturn(tuple(expm1(u) for u in distinct))


def _in_order(times: Sequence[float], amounts: Sequence[float]) -> tuple[Array, Array]:
    """Moments in order with the sum of their flows; those whose sum is zero are left out."""
    by_time: dict[float, list[float]] = {}
    for time, amount in zip(times, amounts, strict=True):
        by_time.setdefault(float(time), []).append(amount)
    sums = {time: total for time, parts in sorted(by_time.items()) if (total := fsum(parts))}
    # Divided by the largest, so that no sum of them overflows.
    largest = max(map(abs, sums.values()), default=1.0)
    return np.array(list(sums), float), np.array([total / largest for total in sums.values()], float)


@dataclass(frozen=True, slots=True)
class _Side:
    """The scaled present value Σ a·exp(k·u) on one side of u = 0, where no exponent is above zero."""

    exponents: Array
    amounts: Array
    low: float
    high: float

    def value(self, u: float) -> float:
        return float(np.exp(self.exponents * u) @ self.amounts)

    def slope(self, u: float) -> float:
        return float(np.exp(self.exponents * u) @ (self.exponents * self.amounts))

    def _is_nothing(self, u: float) -> bool:
        parts = np.exp(self.exponents * u) * np.abs(self.amounts)
        return bool(abs(self.value(u)) <= _TOUCHES * float(parts.sum()))

    def roots(self, cells: int) -> list[float]:
        grid = np.linspace(self.low, self.high, cells + 1)
        both = np.column_stack([self.amounts, self.exponents * self.amounts])
        chunks = [
            np.exp(np.outer(part, self.exponents)) @ both for part in np.array_split(grid, -(-len(grid) // _CHUNK))
        ]
        values, slopes = np.concatenate(chunks).T
        found = [float(u) for u in grid[values == 0]]
        crossing = np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0)
        found += [_closed_in(self.value, grid[i], grid[i + 1]) for i in crossing]
        turning = (np.sign(slopes[:-1]) * np.sign(slopes[1:]) < 0) & (np.sign(values[:-1]) * np.sign(values[1:]) > 0)
        for i in np.flatnonzero(turning):
            found += self._around_extremum(grid[i], grid[i + 1])
        return found

    def _around_extremum(self, low: float, high: float) -> list[float]:
        extremum = _closed_in(self.slope, low, high)
        if self._is_nothing(extremum):
            return [extremum]
        if self.value(extremum) * self.value(low) < 0:
            return [_closed_in(self.value, low, extremum), _closed_in(self.value, extremum, high)]
        return []


def _closed_in(function: Any, low: float, high: float) -> float:
    # Optimisers take half a second of the start of a process; few calls need them.
    from scipy.optimize import brentq  # noqa: PLC0415

    return float(brentq(function, low, high, xtol=1e-15, rtol=8.9e-16, maxiter=500))
