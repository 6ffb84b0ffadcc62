"""Joint confidence of cost and schedule (JCL; NASA Cost Estimating Handbook 4, appendix J; NPR 7120.5E wants 70 %)."""

import numpy as np

from shared.quant.distributions import Samples

POLICY = 0.7
_STEPS = 24


def joint_probability(costs: Samples, days: Samples, cost: float, day: float) -> float:
    """Share of the samples that keep both the cost and the date."""
    return float(np.mean((costs <= cost) & (days <= day)))


def frontier(costs: Samples, days: Samples, confidence: float = POLICY) -> list[tuple[float, float]]:
    """Pairs of cost and days that are kept together with `confidence`: the shorter, the dearer."""
    points = []
    for share in np.linspace(confidence, 1.0, _STEPS):
        day = float(np.quantile(days, share))
        within = days <= day
        reached = float(np.mean(within))
        if reached >= confidence:
            points.append((float(np.quantile(costs[within], min(confidence / reached, 1.0))), day))
    return points
