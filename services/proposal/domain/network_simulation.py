"""Monte Carlo of a network: how long it takes when its durations are uncertain, and what decides it.

Where paths merge, the later one counts in every sample, so that the mean is beyond what the expected durations add up
to: the merge bias, which the PERT path probability knows nothing of. Each activity and risk draws from a stream of its
own, keyed by seed and id: the order of the input is without effect, and one more leaves the draws of the others alone.
Durations correlate by normal scores with one factor that all share and one for each group.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import ndtr

from services.proposal.domain.critical_path import TOLERANCE, early_dates, late_dates, total_floats
from services.proposal.domain.network import Network
from shared.problems import Problem
from shared.quant.distributions import Distribution, Samples

MAX_CELLS = 12_000_000
"""Most samples x activities of one run: some four seconds."""
SAMPLES, _USUAL_CELLS = 10_000, 4_000_000
_CHUNK = 1_000
_BATCHES = 20


class NetworkRunTooLarge(Problem):
    status = 422
    title = ("The simulation is too large", "模拟规模过大")
    en = "{samples} samples of {activities} activities are too many; {limit} samples are possible."
    zh = "{activities} 个活动、{samples} 次抽样超出上限；最多可抽样 {limit} 次。"


@dataclass(frozen=True, slots=True)
class Correlation:
    """Correlation of normal scores within a group and across groups, 0 ≤ across ≤ within ≤ 1."""

    within: float = 0.0
    across: float = 0.0


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A duration as a range; those of one `group` are wrong together."""

    range: Distribution
    group: str = ""


@dataclass(frozen=True, slots=True)
class Delay:
    """A risk that happens with a probability and then moves the end by so many days."""

    id: str
    probability: float
    days: Distribution


@dataclass(frozen=True, slots=True)
class Simulation:
    """`lengths` is the working time from the start to the end in each sample, in the order of drawing."""

    seed: int
    lengths: Samples
    at_means: float
    """The length with every duration at its mean, and no risk: what merge bias is counted from."""
    merge_bias: float
    criticality: Mapping[str, float]
    """Share of the samples in which an activity has no float."""

    @property
    def samples(self) -> int:
        return len(self.lengths)

    @property
    def mean(self) -> float:
        return float(self.lengths.mean())

    @property
    def standard_deviation(self) -> float:
        return float(self.lengths.std(ddof=1))

    def percentile(self, probability: float) -> float:
        """Length that is not exceeded with `probability` (interpolated as PERCENTILE.INC)."""
        return float(np.quantile(self.lengths, probability))

    def probability_within(self, length: float) -> float:
        return float(np.mean(self.lengths <= length + TOLERANCE))

    def standard_error(self, probability: float) -> float:
        """Standard error of a percentile by batch means, in days."""
        batches = [float(np.quantile(batch, probability)) for batch in np.array_split(self.lengths, _BATCHES)]
        return float(np.std(batches, ddof=1)) / sqrt(_BATCHES)


def samples_for(activities: int) -> int:
    """How many samples a network of this size gets when nobody asks for more."""
    return max(min(SAMPLES, _USUAL_CELLS // max(activities, 1)), _BATCHES)


def simulate(
    network: Network,
    uncertain: Mapping[str, Uncertain],
    delays: Sequence[Delay] = (),
    *,
    seed: int,
    samples: int | None = None,
    until: str | None = None,
    correlation: Correlation = Correlation(),
) -> Simulation:
    """Draw outcomes; what is not `uncertain` takes its duration. `until` is the activity that ends it: all by default.

    Raises `NetworkRunTooLarge`, `ScheduleTooLong`.
    """
    samples = samples or samples_for(len(network.activities))
    if samples * len(network.activities) > MAX_CELLS:
        limit = MAX_CELLS // len(network.activities)
        raise NetworkRunTooLarge(samples=samples, activities=len(network.activities), limit=limit)
    draws = _Draws(network, uncertain, delays, seed, correlation)
    end = next((place for place, one in enumerate(network.activities) if one.id == until), None)
    begin = network.clock.opens(np.array([network.start]))
    lengths, sums, critical = [], 0.0, np.zeros(len(network.activities))
    for count in _chunks(samples):
        durations = draws.durations(count)
        early = early_dates(network, durations)
        whole = early[1].max(axis=0, initial=begin[0])
        finish = whole if end is None else early[1][end]
        late = late_dates(network, durations, whole)
        critical += (total_floats(network, early, late) <= TOLERANCE).sum(axis=1)
        lengths.append(network.clock.between(begin, finish))
        sums += float(lengths[-1].sum())
        lengths[-1] = lengths[-1] + draws.delay(count)
    at_means = _length_at_means(network, uncertain, end)
    return Simulation(
        seed=seed,
        lengths=np.concatenate(lengths),
        at_means=at_means,
        merge_bias=sums / samples - at_means,
        criticality={one.id: float(critical[place]) / samples for place, one in enumerate(network.activities)},
    )


def _chunks(samples: int) -> Iterator[int]:
    for first in range(0, samples, _CHUNK):
        yield min(_CHUNK, samples - first)


def _length_at_means(network: Network, uncertain: Mapping[str, Uncertain], end: int | None) -> float:
    means = [uncertain[one.id].range.mean if one.id in uncertain else one.duration for one in network.activities]
    early = early_dates(network, np.array(means, dtype=float).reshape(-1, 1))
    begin = network.clock.opens(np.array([network.start]))
    finish = early[1].max(axis=0, initial=begin[0]) if end is None else early[1][end]
    return float(network.clock.between(begin, finish)[0])


class _Draws:
    """The streams of one run."""

    def __init__(
        self,
        network: Network,
        uncertain: Mapping[str, Uncertain],
        delays: Sequence[Delay],
        seed: int,
        correlation: Correlation,
    ) -> None:
        self._seed = seed
        self._own = sqrt(1 - correlation.within)
        self._grouped = sqrt(correlation.within - correlation.across)
        self._shared = sqrt(correlation.across)
        self._fixed = np.array([[one.duration] for one in network.activities], dtype=float).reshape(-1, 1)
        self._uncertain = [
            (place, uncertain[one.id].group, uncertain[one.id].range, self._stream(f"activity:{one.id}"))
            for place, one in enumerate(network.activities)
            if one.id in uncertain
        ]
        groups = {""} | {group for _, group, _, _ in self._uncertain}
        self._factors = {group: self._stream(f"factor:{group}") for group in sorted(groups)}
        self._delays = [
            (one.probability, one.days, self._stream(f"risk:{one.id}"), self._stream(f"impact:{one.id}"))
            for one in sorted(delays, key=lambda one: one.id)
        ]

    def durations(self, count: int) -> Samples:
        durations = np.repeat(self._fixed, count, axis=1)
        factors = {group: stream.standard_normal(count) for group, stream in self._factors.items()}
        for place, group, drawn, stream in self._uncertain:
            scores = self._own * stream.standard_normal(count)
            scores += self._shared * factors[""] + self._grouped * factors[group]
            durations[place] = drawn.quantiles(ndtr(scores))
        return durations

    def delay(self, count: int) -> Samples:
        """What the risks that happen add to the length."""
        total = np.zeros(count)
        for probability, drawn, happening, impact in self._delays:
            happens = happening.random(count) < probability
            total += np.where(happens, drawn.quantiles(ndtr(impact.standard_normal(count))), 0.0)
        return total

    def _stream(self, name: str) -> np.random.Generator:
        key = hashlib.sha256(f"{self._seed}:{name}".encode()).digest()[:16]
        return np.random.Generator(np.random.Philox(key=int.from_bytes(key)))
