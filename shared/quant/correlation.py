"""Correlation of uncertain amounts: normal scores that correlate, whose order the strata of each amount then take.

Usually by factors: one that all share and one for each group give `across` between any two and `within` between those
of a group, without a matrix. Single pairs may differ, or all be negative; then all of it is a matrix, which has to be
positive semidefinite: the nearest such matrix is taken (Higham, *IMA J. Numer. Anal.* 22, 2002) unless that changes too
much.

Every amount is a Latin hypercube: each sample takes another of N equally likely strata, in the order of its scores (the
idea of Iman and Conover, 1982), so that it keeps its exact distribution.

Scores are sums of products in a fixed order and never by BLAS, whose sums depend on machine and threads: the same
input gives the same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from shared.quant.distributions import Distribution, Samples
from shared.quant.streams import stream

Order = NDArray[np.int64]

MOST_PAIRED = 300
"""Amounts that a matrix can correlate; factors have no such limit."""
MOST_CHANGE = 0.2
"""Of a coefficient, when a matrix is mended."""
_ROUNDS = 200
_DECIMALS = 6
"""To which a mended matrix is rounded, so that it does not depend on how a machine sums."""
_SLACK = 1e-5
"""What a rounded matrix is moved towards independence by, to be positive definite again."""


class CorrelationOutOfRange(ValueError):
    """Not -1 <= across <= within <= 1, so far below zero that no amounts can be so, or a pair of what is not there."""


class NotPositive(ValueError):
    """No amounts can correlate so, nor nearly so; the message says by how much a coefficient would have to change."""


class TooManyPaired(ValueError):
    """More than `MOST_PAIRED` amounts in a matrix."""


def strata(samples: int) -> Samples:
    """The middles of `samples` equally likely parts of 0…1."""
    return np.asarray((np.arange(samples) + 0.5) / samples)


@lru_cache(maxsize=4)
def normal_scores(samples: int) -> Samples:
    """Standard normal quantiles of the middles of `samples` strata."""
    return np.asarray(ndtri(strata(samples)))


@dataclass(frozen=True, slots=True)
class Pair:
    """A coefficient of its own, -1…1, between two amounts by their ids."""

    one: str
    other: str
    value: float


@dataclass(frozen=True, slots=True)
class Correlation:
    """Correlation of normal scores within a group and across, but for `pairs`. Raises `CorrelationOutOfRange`.

    0.3 and 0.1 are the usual ones: what is of one kind is wrong together more than what is not.
    """

    within: float = 0.3
    across: float = 0.1
    pairs: tuple[Pair, ...] = ()

    def __post_init__(self) -> None:
        if not -1 <= self.across <= self.within <= 1:
            raise CorrelationOutOfRange(f"-1 <= {self.across} <= {self.within} <= 1 does not hold")
        for pair in self.pairs:
            if not -1 <= pair.value <= 1 or pair.one == pair.other:
                raise CorrelationOutOfRange(f"{pair.value} between {pair.one} and {pair.other} is not -1 to 1 of two")

    @property
    def needs_matrix(self) -> bool:
        """Factors cannot make single pairs differ, nor amounts go against each other."""
        return bool(self.pairs) or self.across < 0


INDEPENDENT = Correlation(0.0, 0.0)


@dataclass(slots=True)
class Scores:
    """Normal scores of one run, each from a stream of its own, keyed by seed and id.

    Raises `CorrelationOutOfRange`, `NotPositive`, `TooManyPaired`.
    """

    seed: int
    samples: int
    correlation: Correlation
    groups: Mapping[str, str]
    """Group of each amount that is correlated; by its id."""
    largest_change: float = field(init=False, default=0.0)
    """Of a coefficient, to make a matrix possible."""
    _factors: dict[str, Samples] = field(init=False, default_factory=dict)
    _mixed: dict[str, Samples] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        if self.correlation.needs_matrix and self.groups:
            ids = sorted(self.groups)
            lower, self.largest_change = _lower(coefficients(self.correlation, ids, self.groups))
            self._mixed = dict(zip(ids, self._mix(lower, ids), strict=True))

    def places(self, name: str) -> Order:
        """The samples in an order that belongs to `name`."""
        return stream(self.seed, name).permutation(self.samples)

    def drawn(self, name: str, distribution: Distribution) -> Samples:
        """An amount in each sample: every one from another stratum, in the order of its scores."""
        values = np.empty(self.samples)
        values[self.order_of(name)] = distribution.quantiles(strata(self.samples))
        return values

    def when(self, name: str, probability: float) -> tuple[Order, Samples]:
        """The samples in which an event happens, and how bad it gets there, 0…1, stratified over them.

        One draw says whether it happens and how bad it gets: the lowest strata are those in which it happens.
        """
        places = strata(self.samples)
        severity = places[places < probability] / probability
        return self.places(name)[: len(severity)], severity

    def order_of(self, name: str) -> Order:
        """The samples from the lowest score of this amount to its highest."""
        if self._mixed:
            return np.argsort(self._mixed[name])
        given = self.correlation
        if given.within == 0:
            order = np.empty(self.samples, np.int64)
            order[self.places(name)] = np.arange(self.samples)
            return order
        own = sqrt(1 - given.within) * normal_scores(self.samples)[self.places(name)]
        shared, grouped = sqrt(given.across), sqrt(given.within - given.across)
        group = self.groups[name] or name
        return np.argsort(own + shared * self._factor("") + grouped * self._factor(group))

    def _factor(self, group: str) -> Samples:
        if group not in self._factors:
            self._factors[group] = normal_scores(self.samples)[self.places(f"factor:{group}")]
        return self._factors[group]

    def _mix(self, lower: Samples, ids: Sequence[str], block: int = 8_192) -> Samples:
        """`lower` times independent scores; blocks of samples stay in the processor's cache and change nothing."""
        own = np.stack([normal_scores(self.samples)[self.places(name)] for name in ids])
        mixed = np.zeros_like(own)
        for start in range(0, self.samples, block):
            here = slice(start, start + block)
            for row, weights in enumerate(lower):
                for column in np.flatnonzero(weights):
                    mixed[row, here] += weights[column] * own[column, here]
        return mixed


def coefficients(given: Correlation, ids: Sequence[str], groups: Mapping[str, str]) -> Samples:
    """The matrix that `given` means for these amounts. Raises `CorrelationOutOfRange`, `TooManyPaired`."""
    if len(ids) > MOST_PAIRED:
        raise TooManyPaired(f"{len(ids)} amounts are correlated by pairs, {MOST_PAIRED} are possible")
    names = np.array([groups[name] or name for name in ids])
    matrix = np.where(names[:, None] == names[None, :], float(given.within), float(given.across))
    np.fill_diagonal(matrix, 1.0)
    if given.across < 0:
        try:
            cholesky(matrix)
        except NotPositive:
            least = f"all of {len(ids)} amounts can go against each other by {-1 / (len(ids) - 1):.4f} at most"
            raise CorrelationOutOfRange(f"{given.across} is too far below zero: {least}") from None
    place = {name: n for n, name in enumerate(ids)}
    for pair in given.pairs:
        if pair.one not in place or pair.other not in place:
            raise CorrelationOutOfRange(f"there is no uncertain amount {pair.one} or no {pair.other}")
        i, j = place[pair.one], place[pair.other]
        matrix[i, j] = matrix[j, i] = pair.value
    return matrix


def nearest(matrix: Samples) -> Samples:
    """The correlation matrix that is nearest in the Frobenius norm: Higham's alternating projections."""
    step, found = np.zeros_like(matrix), matrix.copy()
    for _ in range(_ROUNDS):
        pulled = found - step
        values, vectors = np.linalg.eigh(pulled)
        positive = (vectors * np.maximum(values, 0.0)) @ vectors.T
        step = positive - pulled
        before, found = found, positive.copy()
        np.fill_diagonal(found, 1.0)
        if np.abs(found - before).max() < 10.0**-_DECIMALS / 10:
            break
    mended = np.round((found + found.T) / 2, _DECIMALS)
    mended = mended * (1 - _SLACK)
    np.fill_diagonal(mended, 1.0)
    return mended


def _lower(matrix: Samples) -> tuple[Samples, float]:
    """The Cholesky factor of a matrix, or of the nearest possible one, and what that changes. Raises `NotPositive`."""
    try:
        return cholesky(matrix), 0.0
    except NotPositive:
        mended = nearest(matrix)
    change = float(np.abs(mended - matrix).max())
    if change > MOST_CHANGE:
        raise NotPositive(f"a coefficient would have to change by {change:.2f}, {MOST_CHANGE} is the most") from None
    return cholesky(mended), change


def cholesky(matrix: Samples) -> Samples:
    """L with L L' = `matrix`, column by column. Raises `NotPositive`; a perfect correlation is possible."""
    size = len(matrix)
    lower = np.zeros_like(matrix)
    for j in range(size):
        column = matrix[j:, j].copy()
        for k in np.flatnonzero(lower[j, :j]):
            column -= lower[j:, k] * lower[j, k]
        if column[0] < -1e-9 or (column[0] < 1e-9 and np.abs(column).max() > 1e-6):  # noqa: PLR2004
            raise NotPositive("the matrix is not positive semidefinite")
        if column[0] >= 1e-9:  # noqa: PLR2004
            lower[j:, j] = column / sqrt(column[0])
    return lower
