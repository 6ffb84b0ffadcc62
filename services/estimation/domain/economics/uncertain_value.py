"""The distribution of a net present value when drivers are uncertain: Latin hypercube, repeatable to the bit.

Each driver draws from a stream of its own, keyed by seed and name: another driver leaves its draws alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from services.estimation.domain.economics.business_case import Case, Values
from shared.quant.distributions import Distribution
from shared.quant.outcomes import Outcomes
from shared.quant.streams import stream

PERCENTILES = (5, 10, 25, 50, 75, 90, 95)


@dataclass(frozen=True, slots=True)
class Bin:
    low: float
    high: float
    share: float


@dataclass(frozen=True, slots=True)
class UncertainValue:
    """Of net present values; percentiles are linear between samples (`PERCENTILE.INC`)."""

    mean: float
    standard_deviation: float
    standard_error: float
    """Of the mean; less, since the samples are stratified."""
    probability_negative: float
    percentiles: Mapping[int, float]
    histogram: tuple[Bin, ...]


def simulated(case: Case, drivers: Mapping[str, Distribution], *, samples: int, seed: int) -> UncertainValue:
    """Run the case for `samples` draws of its drivers. Raises `RateLeMinusOne`, `FigureOutOfRange`."""
    drawn = {name: drivers[name].quantiles(_strata(seed, name, samples)) for name in sorted(drivers)}
    found = Outcomes(case.values(drawn, samples))
    edges, shares = found.histogram()
    return UncertainValue(
        mean=found.mean,
        standard_deviation=found.standard_deviation,
        standard_error=found.standard_deviation / sqrt(samples),
        probability_negative=float((found.values < 0).mean()),
        percentiles={share: found.percentile(share / 100) for share in PERCENTILES},
        histogram=tuple(Bin(low, high, share) for low, high, share in zip(edges, edges[1:], shares, strict=False)),
    )


def _strata(seed: int, name: str, samples: int) -> Values:
    """One probability in each of `samples` equal strata, in random order."""
    generator = stream(seed, name)
    return (generator.permutation(samples) + generator.random(samples)) / samples
