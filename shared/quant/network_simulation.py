"""Monte Carlo of a network: how long it takes when its durations are uncertain, and what decides it.

Where paths merge, the later one counts in every sample, so that the mean is beyond what the expected durations add up
to: the merge bias, which the PERT path probability knows nothing of (MacCrimmon & Ryavec 1964).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shared.quant.correlation import INDEPENDENT, Correlation, Scores
from shared.quant.critical_path import TOLERANCE, early_dates, late_dates, total_floats
from shared.quant.distributions import Distribution, Samples
from shared.quant.impossible import Impossible
from shared.quant.network import Network
from shared.quant.outcomes import Outcomes

MAX_CELLS = 12_000_000
"""Most samples x activities of one run: some four seconds."""
SAMPLES, _USUAL_CELLS = 10_000, 4_000_000
_LEAST = 20
_CELLS_AT_ONCE = 1_000_000
"""Durations of which dates are computed together: more would leave the processor's cache, and much memory."""


class NetworkRunTooLarge(Impossible):
    """So many `samples` of so many `activities` are more than the `limit` of samples."""

    code = "network_run_too_large"
    text = "{samples} samples of {activities} activities are too many, {limit} samples are possible"


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A duration that varies; those of one `group` are wrong together."""

    duration: Distribution
    group: str = ""


@dataclass(frozen=True, slots=True)
class Delay:
    """A risk that happens with a probability and then moves the end by so many days."""

    id: str
    probability: float
    days: Distribution


@dataclass(frozen=True, slots=True)
class Simulation:
    """`lengths` is the working time from the start to the end in each sample."""

    seed: int
    lengths: Outcomes
    at_means: float
    """The length with every duration at its mean, and no risk: what merge bias is counted from."""
    merge_bias: float
    criticality: Mapping[str, float]
    """Share of the samples in which an activity has no float."""

    def probability_within(self, length: float) -> float:
        """Share of the samples that take at most `length`; a hair beyond is rounding."""
        return self.lengths.probability_within(length + TOLERANCE)


def samples_for(activities: int) -> int:
    """How many samples a network of this size gets when nobody asks for more."""
    return max(min(SAMPLES, _USUAL_CELLS // max(activities, 1)), _LEAST)


def simulate(
    network: Network,
    uncertain: Mapping[str, Uncertain],
    delays: Sequence[Delay] = (),
    *,
    seed: int,
    samples: int | None = None,
    until: str | None = None,
    correlation: Correlation = INDEPENDENT,
) -> Simulation:
    """Draw outcomes; what is not `uncertain` takes its duration. `until` is the activity that ends it: all by default.

    Each activity and risk draws from a stream of its own, keyed by seed and id: the order of the input is without
    effect, and one more leaves the draws of the others alone. Raises `NetworkRunTooLarge`, `ScheduleTooLong`, and what
    `Scores` does.
    """
    samples = samples or samples_for(len(network.activities))
    if samples * len(network.activities) > MAX_CELLS:
        limit = MAX_CELLS // len(network.activities)
        raise NetworkRunTooLarge(samples=samples, activities=len(network.activities), limit=limit)
    known = {one.id: uncertain[one.id] for one in network.activities if one.id in uncertain}
    scores = Scores(seed, samples, correlation, {f"activity:{key}": one.group for key, one in known.items()})
    drawn = {key: scores.drawn(f"activity:{key}", one.duration) for key, one in known.items()}
    lengths, criticality = lengths_of(network, drawn, samples, until=until, wants_criticality=True)
    means = {key: np.array([one.duration.mean]) for key, one in known.items()}
    at_means = float(lengths_of(network, means, 1, until=until)[0][0])
    merge_bias = float(lengths.mean()) - at_means
    for delay in delays:
        where, severity = scores.when(f"risk:{delay.id}", delay.probability)
        lengths[where] += delay.days.quantiles(severity)
    return Simulation(seed, Outcomes(lengths), at_means, merge_bias, criticality)


def lengths_of(
    network: Network,
    durations: Mapping[str, Samples],
    samples: int,
    *,
    until: str | None = None,
    wants_criticality: bool = False,
) -> tuple[Samples, dict[str, float]]:
    """The working time from the start to the end in each sample, and the share of those in which each one is critical.

    `durations` has the duration in each sample of the activities that vary. Raises `ScheduleTooLong`.
    """
    activities = network.activities
    end = next((place for place, one in enumerate(activities) if one.id == until), None)
    begin = network.clock.opens(np.array([network.start]))
    lengths, critical = np.empty(samples), np.zeros(len(activities))
    step = max(_CELLS_AT_ONCE // max(len(activities), 1), 1)
    for first in range(0, samples, step):
        part = slice(first, min(first + step, samples))
        drawn = np.empty((len(activities), part.stop - part.start))
        for place, one in enumerate(activities):
            drawn[place] = durations[one.id][part] if one.id in durations else one.duration
        early = early_dates(network, drawn)
        whole = early[1].max(axis=0, initial=begin[0])
        lengths[part] = network.clock.between(begin, whole if end is None else early[1][end])
        if wants_criticality:
            late = late_dates(network, drawn, whole)
            critical += (total_floats(network, early, late) <= TOLERANCE).sum(axis=1)
    shares = (critical / samples).tolist() if wants_criticality else []
    return lengths, {one.id: share for one, share in zip(activities, shares, strict=False)}
