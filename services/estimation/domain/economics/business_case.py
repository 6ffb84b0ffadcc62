"""A business case: streams of benefits and costs, a rate, and what the value becomes when something is otherwise.

What can be otherwise is named by a driver: `discount_rate` (the rate itself), `delay_years` (how much later all
benefits come), and factors, 1 as stated: `benefits`, `costs`, or the code of one stream.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

from services.estimation.domain.economics.present_value import FigureOutOfRange, at_times, check_rate

Values = NDArray[np.float64]

RATE, DELAY, BENEFITS, COSTS = "discount_rate", "delay_years", "benefits", "costs"
GENERAL = (RATE, DELAY, BENEFITS, COSTS)


@dataclass(frozen=True, slots=True)
class Stream:
    """Money that comes in (a benefit) or goes out, at times in years; amounts of both are positive."""

    code: str
    name: str
    name_zh: str
    is_benefit: bool
    times: tuple[float, ...]
    amounts: tuple[float, ...]

    @property
    def signed(self) -> tuple[float, ...]:
        return self.amounts if self.is_benefit else tuple(-amount for amount in self.amounts)


@dataclass(frozen=True, slots=True)
class Case:
    """Streams and the rate per year that they are discounted at, both nominal or both real."""

    streams: tuple[Stream, ...]
    rate: float

    @property
    def drivers(self) -> tuple[str, ...]:
        """The names of all that can be otherwise."""
        return (*GENERAL, *(stream.code for stream in self.streams))

    def usual(self, driver: str) -> float:
        """What a driver is as stated."""
        return {RATE: self.rate, DELAY: 0.0}.get(driver, 1.0)

    @property
    def flows(self) -> tuple[tuple[float, float, float], ...]:
        """Time, benefits and costs, in order of time."""
        by_time: dict[float, tuple[list[float], list[float]]] = {0.0: ([], [])}
        for stream in self.streams:
            for time, amount in zip(stream.times, stream.amounts, strict=True):
                by_time.setdefault(time, ([], []))[0 if stream.is_benefit else 1].append(amount)
        return tuple((time, fsum(parts[0]), fsum(parts[1])) for time, parts in sorted(by_time.items()))

    def present(self, rate: float) -> tuple[float, ...]:
        """Present value of each stream as an amount. Raises `RateLeMinusOne`, `FigureOutOfRange`."""
        return tuple(at_times(rate, stream.times, stream.amounts) for stream in self.streams)

    def value(self, drivers: Mapping[str, float], present: Sequence[float] | None = None) -> float:
        """The net present value when some drivers are otherwise.

        `present` is what the streams are worth at the case's own rate, for who asks often. Raises `RateLeMinusOne`,
        `FigureOutOfRange`.
        """
        rate = drivers.get(RATE, self.rate)
        worth = self.present(rate) if present is None or RATE in drivers else present
        sides: dict[bool, list[float]] = {True: [], False: []}
        for stream, amount in zip(self.streams, worth, strict=True):
            sides[stream.is_benefit].append(amount * drivers.get(stream.code, 1.0))
        try:
            later = float((1 + rate) ** -drivers.get(DELAY, 0.0))
        except OverflowError:
            raise FigureOutOfRange from None
        return fsum(sides[True]) * drivers.get(BENEFITS, 1.0) * later - fsum(sides[False]) * drivers.get(COSTS, 1.0)

    def values(self, drivers: Mapping[str, Values], samples: int) -> Values:
        """The net present value of many samples; each driver has a value for each of them.

        Raises `RateLeMinusOne`, `FigureOutOfRange`.
        """
        rate = drivers.get(RATE, np.full(samples, self.rate))
        check_rate(float(rate.min()))
        one = np.ones(samples)
        growth = np.log1p(rate)
        gained, spent = np.zeros(samples), np.zeros(samples)
        with np.errstate(over="ignore", invalid="ignore"):
            for stream in self.streams:
                present = _present(stream, rate, growth)
                worth = present * drivers.get(stream.code, one)
                if stream.is_benefit:
                    gained += worth
                else:
                    spent += worth
            later = np.exp(-growth * drivers.get(DELAY, np.zeros(samples)))
            found = gained * drivers.get(BENEFITS, one) * later - spent * drivers.get(COSTS, one)
        if not np.isfinite(found).all():
            raise FigureOutOfRange
        return np.asarray(found)


def _present(stream: Stream, rate: Values, growth: Values) -> Values:
    """Present value of a stream, as an amount, at each rate; computed once when the rate is certain."""
    if (rate == rate[0]).all():
        growth = growth[:1]
    total = np.zeros(len(growth))
    for time, amount in zip(stream.times, stream.amounts, strict=True):
        total += amount * np.exp(-growth * time)
    return total


def yearly(first: int, last: int, amount: float, growth: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Times and amounts of what comes at the end of each year from `first` to `last`, growing from year to year."""
    years = range(first, last + 1)
    return tuple(map(float, years)), tuple(amount * (1 + growth) ** (year - first) for year in years)


def net_flows(case: Case) -> tuple[Sequence[float], Sequence[float]]:
    """Times and net flows, in order of time."""
    flows = case.flows
    return [time for time, _, _ in flows], [gained - spent for _, gained, spent in flows]
