"""What many outcomes of one quantity say: moments, percentiles, curve, histogram, tail, and how sure all that is."""

from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np

from shared.quant.distributions import Samples

CONVERGED = 0.01
"""Largest relative standard error of the P80 of a converged run."""

TAIL = 0.9
"""The worst tenth is what the conditional mean (CVaR) looks at."""

_BATCHES = 20


def percentile(values: Samples, probability: float) -> float:
    """The value below which `probability` of the values lie, interpolated linearly (PERCENTILE.INC)."""
    return float(np.quantile(values, probability))


@dataclass(frozen=True)
class Outcomes:
    """The same quantity in each sample."""

    values: Samples

    @cached_property
    def mean(self) -> float:
        return float(self.values.mean())

    @cached_property
    def standard_deviation(self) -> float:
        return float(self.values.std(ddof=1))

    @property
    def variation(self) -> float | None:
        """Standard deviation ÷ mean (CV); None when the mean is zero."""
        return self.standard_deviation / abs(self.mean) if self.mean else None

    def percentile(self, probability: float) -> float:
        """The value that is not exceeded with `probability` (interpolated as PERCENTILE.INC)."""
        return percentile(self.values, probability)

    def probability_within(self, value: float) -> float:
        """Share of the samples that are at most `value`."""
        return float(np.mean(self.values <= value))

    def curve(self) -> list[tuple[float, float]]:
        """The S-curve: values at 1 %, 2 % … 99 % confidence."""
        probabilities = np.arange(1, 100) / 100
        values = np.quantile(self.values, probabilities)
        return [(float(p), float(value)) for p, value in zip(probabilities, values, strict=True)]

    def histogram(self, bins: int = 40) -> tuple[list[float], list[float]]:
        """Edges of equally wide bins from the lowest to the highest value, and the share of the samples in each."""
        counts, edges = np.histogram(self.values, bins=bins)
        return edges.tolist(), (counts / len(self.values)).tolist()

    @property
    def tail_mean(self) -> float:
        """Mean of the worst tenth (CVaR, expected shortfall)."""
        worst = np.sort(self.values)[int(len(self.values) * TAIL) :]
        return float(worst.mean())

    def standard_error(self, probability: float) -> float:
        """Standard error of a percentile by batch means; on the safe side for stratified samples."""
        batches = [percentile(batch, probability) for batch in np.array_split(self.values, _BATCHES)]
        return float(np.std(batches, ddof=1)) / sqrt(_BATCHES)

    def relative_error(self, probability: float) -> float:
        """The standard error of a percentile as a share of it."""
        error = self.standard_error(probability)
        return error and error / abs(self.percentile(probability) or 1.0)
