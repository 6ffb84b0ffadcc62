"""The distribution of a net present value when drivers are uncertain: Latin hypercube, repeatable to the bit.

Each driver draws from a stream of its own, keyed by seed and name: another driver leaves its draws alone.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

from services.estimation.domain.economics.business_case import Case, Values
from shared.quant.distributions import Distribution

PERCENTILES = (5, 10, 25, 50, 75, 90, 95)
_BINS = 40


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
    values = case.values(drawn, samples)
    shares, edges = np.histogram(values, bins=_BINS)
    return UncertainValue(
        mean=float(values.mean()),
        standard_deviation=float(values.std(ddof=1)),
        standard_error=float(values.std(ddof=1) / sqrt(samples)),
        probability_negative=float((values < 0).mean()),
        percentiles=dict(zip(PERCENTILES, np.percentile(values, PERCENTILES).tolist(), strict=True)),
        histogram=tuple(
            Bin(float(low), float(high), float(count) / samples)
            for low, high, count in zip(edges[:-1], edges[1:], shares, strict=True)
        ),
    )


def _strata(seed: int, name: str, samples: int) -> Values:
    """One probability in each of `samples` equal strata, in random order."""
    key = hashlib.sha256(f"{seed}:{name}".encode()).digest()[:16]
    generator = np.random.Generator(np.random.Philox(key=int.from_bytes(key)))
    return (generator.permutation(samples) + generator.random(samples)) / samples
