"""Monte Carlo of cost and schedule: uncertain work that is correlated, risks that happen or not, and delay.

total = base + Σ (size - planned) x unit cost + Σ risk x (impact + delay x daily burn)

Every margin is a Latin hypercube: each sample takes another of N equally likely strata. Correlation comes from normal
scores with one factor that all items share and one for each group, which gives `across` between any two items and
`within` between items of a group without a matrix; the strata then take the order of the scores (the idea of Iman and
Conover, 1982). Each item, risk and factor draws from a stream of its own, keyed by seed and id: the order of the input
is without effect, and adding an item leaves the draws of the others alone.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from math import sqrt
from statistics import NormalDist
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from services.risk.domain.three_point import Samples

ENGINE_VERSION = f"risk-1 numpy-{np.__version__}"
"""Equal versions give equal bytes for equal input and seed."""

MAX_CELLS = 30_000_000
"""Most samples x (items + risks) of one run: some 120 MB and three seconds."""

CONVERGED = 0.01
"""Largest relative standard error of the P80 of a converged run."""

_BATCHES = 20


class Distribution(Protocol):
    """Anything with a quantile function."""

    def quantile(self, probability: Samples) -> Samples: ...


class CorrelationOutOfRange(ValueError):
    """Not 0 ≤ across ≤ within ≤ 1: the factors cannot make such a correlation."""


class RunTooLarge(ValueError):
    """More than `MAX_CELLS` samples to draw."""


@dataclass(frozen=True, slots=True)
class Correlation:
    """Correlation of normal scores within a group and across groups. Raises `CorrelationOutOfRange`."""

    within: float = 0.3
    across: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.across <= self.within <= 1:
            raise CorrelationOutOfRange(f"0 <= {self.across} <= {self.within} <= 1 does not hold")


@dataclass(frozen=True, slots=True)
class Item:
    """Work whose size is uncertain: an estimate line."""

    id: str
    group: str
    size: Distribution
    planned: float
    """The size that the base cost and the plan count with."""
    unit_cost: float
    unit_days: float = 0.0
    """Days that one unit more delays the project."""


@dataclass(frozen=True, slots=True)
class Risk:
    """An event that happens with a probability and then costs money and days."""

    id: str
    probability: float
    cost: Distribution
    days: Distribution


@dataclass(frozen=True, slots=True)
class Run:
    """What a simulation found: one total cost and one slip in days for each sample, and where the variance is from."""

    totals: Samples
    slips: Samples
    contributions: Mapping[str, float]
    """Cov(part, total) ÷ Var(total) for each item and risk: adds up to 1, unless nothing varies."""

    @property
    def mean(self) -> float:
        return float(self.totals.mean())

    @property
    def standard_deviation(self) -> float:
        return float(self.totals.std(ddof=1))

    def percentile(self, probability: float) -> float:
        """Cost that is not exceeded with `probability` (interpolated as PERCENTILE.INC)."""
        return percentile(self.totals, probability)

    def probability_within(self, cost: float) -> float:
        """Share of the samples that cost at most `cost`."""
        return float(np.mean(self.totals <= cost))

    def curve(self) -> list[tuple[float, float]]:
        """The S-curve: cost at 1 %, 2 % … 99 % confidence."""
        probabilities = np.arange(1, 100) / 100
        costs = np.quantile(self.totals, probabilities)
        return [(float(p), float(cost)) for p, cost in zip(probabilities, costs, strict=True)]

    def standard_error(self, probability: float) -> float:
        """Relative standard error of a percentile by batch means; on the safe side for stratified samples."""
        batches = [percentile(batch, probability) for batch in np.array_split(self.totals, _BATCHES)]
        error = float(np.std(batches, ddof=1)) / sqrt(_BATCHES)
        return error and error / abs(self.percentile(probability))


def percentile(values: Samples, probability: float) -> float:
    """The value below which `probability` of the values lie, interpolated linearly (PERCENTILE.INC)."""
    return float(np.quantile(values, probability))


def simulate(
    base: float,
    items: Iterable[Item],
    risks: Iterable[Risk] = (),
    *,
    seed: int,
    samples: int = 10_000,
    daily_burn: float = 0.0,
    correlation: Correlation = Correlation(),
) -> Run:
    """Draw `samples` outcomes of a project that costs `base` when all goes as planned. Raises `RunTooLarge`."""
    items = sorted(items, key=lambda item: item.id)
    risks = sorted(risks, key=lambda risk: risk.id)
    if samples * (len(items) + len(risks)) > MAX_CELLS:
        raise RunTooLarge(f"{samples} samples of {len(items)} items and {len(risks)} risks are too many")
    strata = (np.arange(samples) + 0.5) / samples
    scores = _Scores(seed, samples, correlation)
    totals, slips = np.full(samples, base), np.zeros(samples)
    parts = np.empty((len(items) + len(risks), samples), np.float32)
    outcomes = chain(
        (_outcome_of_item(item, strata, scores) for item in items),
        (_outcome_of_risk(risk, strata, scores, daily_burn) for risk in risks),
    )
    for row, (cost, days) in enumerate(outcomes):
        totals += cost
        slips += days
        parts[row] = cost
    return Run(totals, slips, _contributions([*items, *risks], parts, totals))


def _outcome_of_item(item: Item, strata: Samples, scores: "_Scores") -> tuple[Samples, Samples]:
    """Cost and delay beside the plan, in each sample."""
    excess = np.empty_like(strata)
    excess[np.argsort(scores.of_item(item.id, item.group))] = item.size.quantile(strata) - item.planned
    return excess * item.unit_cost, excess * item.unit_days


def _outcome_of_risk(risk: Risk, strata: Samples, scores: "_Scores", daily_burn: float) -> tuple[Samples, Samples]:
    """Cost, delay paid for, and delay in each sample: the lowest strata are those in which the risk happens.

    One draw says whether it happens and how bad it gets, for money and days alike, so that the impact is stratified
    over the samples that it is needed in.
    """
    severity = strata[strata < risk.probability] / risk.probability
    cost, days = np.zeros_like(strata), np.zeros_like(strata)
    where = scores.places(risk.id)[: len(severity)]
    days[where] = risk.days.quantile(severity)
    cost[where] = risk.cost.quantile(severity)
    return cost + daily_burn * days, days


def _contributions(parts: list[Item | Risk], costs: NDArray[np.float32], totals: Samples) -> dict[str, float]:
    centred = totals - totals.mean()
    # Not a matrix product: BLAS adds in an order that depends on the machine.
    covariances = [float(np.add.reduce(row * centred)) for row in costs]
    whole = sum(covariances)
    if whole <= 0:
        return {part.id: 0.0 for part in parts}
    return {part.id: covariance / whole for part, covariance in zip(parts, covariances, strict=True)}


class _Scores:
    """Normal scores of one run, a stream for each name."""

    def __init__(self, seed: int, samples: int, correlation: Correlation) -> None:
        self._seed, self._samples = seed, samples
        self._normal = _normal(samples)
        self._shared = sqrt(correlation.across)
        self._grouped = sqrt(correlation.within - correlation.across)
        self._own = sqrt(1 - correlation.within)
        self._factors: dict[str, Samples] = {}

    def places(self, name: str) -> NDArray[np.int64]:
        """The samples in an order that belongs to `name`."""
        key = hashlib.sha256(f"{self._seed}:{name}".encode()).digest()[:16]
        return np.random.Generator(np.random.Philox(key=int.from_bytes(key))).permutation(self._samples)

    def of_item(self, name: str, group: str) -> Samples:
        """Scores that correlate with those of other items."""
        own = self._own * self._normal[self.places(name)]
        return own + self._shared * self._factor("") + self._grouped * self._factor(group or name)

    def _factor(self, group: str) -> Samples:
        if group not in self._factors:
            self._factors[group] = self._normal[self.places(f"factor:{group}")]
        return self._factors[group]


@lru_cache(maxsize=4)
def _normal(samples: int) -> Samples:
    """Standard normal quantiles of the middles of `samples` strata."""
    quantile = NormalDist().inv_cdf
    return np.array([quantile((k + 0.5) / samples) for k in range(samples)])
