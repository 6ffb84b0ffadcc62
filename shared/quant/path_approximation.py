"""PERT: the probability of a date by the longest path alone, an approximation that is always labelled as one.

The lengths of the activities on the critical path are added as if they were independent and their sum normal (Malcolm
et al. 1959; Render, Stair & Hanna, 13). Other paths that could become critical are left out, so that the probability
is too high wherever paths merge: `network_simulation` shows by how much.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import NormalDist

from shared.quant.critical_path import Plan
from shared.quant.distributions import Distribution
from shared.quant.network import Network


@dataclass(frozen=True, slots=True)
class PathApproximation:
    """The critical path with the greatest variance, as a normal distribution."""

    path: tuple[str, ...]
    mean: float
    variance: float

    @property
    def standard_deviation(self) -> float:
        return sqrt(self.variance)

    def probability_within(self, length: float) -> float:
        """Probability that the path takes at most `length`."""
        if self.variance == 0:
            return float(length >= self.mean)
        return NormalDist(self.mean, self.standard_deviation).cdf(length)

    def length_at(self, probability: float) -> float:
        """The length that is kept with `probability`, strictly between 0 and 1."""
        if self.variance == 0:
            return self.mean
        return NormalDist(self.mean, self.standard_deviation).inv_cdf(probability)


def approximated(network: Network, plan: Plan, ranges: Mapping[str, Distribution]) -> PathApproximation:
    """The approximation for a plan made with expected durations; no path has no length."""
    kinds = {
        (link.predecessor, activity.id): (link.kind.holds_from_finish, link.kind.holds_finish)
        for activity in network.activities
        for link in activity.links
    }

    def variance(path: tuple[str, ...]) -> float:
        # An activity that is entered and left at the same end has no part in the length of the path.
        entered = [False, *(kinds[pair][1] for pair in pairwise(path))]
        left = [*(kinds[pair][0] for pair in pairwise(path)), True]
        return sum(
            ranges[key].standard_deviation ** 2
            for key, at_finish, from_finish in zip(path, entered, left, strict=True)
            if key in ranges and at_finish != from_finish
        )

    path = max(plan.paths, key=variance, default=())
    return PathApproximation(path, plan.duration, variance(path) if path else 0.0)
