"""Joint confidence of cost and schedule."""

import numpy as np
import pytest

from shared.quant.joint_confidence import frontier, joint_probability

RNG = np.random.default_rng(4)
COSTS, DAYS = RNG.normal(100, 10, 20_000), RNG.normal(50, 5, 20_000)


def test_independent_cost_and_date_are_kept_together_less_often_than_each():
    cost, day = np.quantile(COSTS, 0.8), np.quantile(DAYS, 0.8)

    assert joint_probability(COSTS, DAYS, cost, day) == pytest.approx(0.64, abs=0.01)


def test_every_point_of_the_frontier_is_kept_with_its_confidence():
    points = frontier(COSTS, DAYS)

    assert len(points) > 20
    for cost, day in points:
        assert joint_probability(COSTS, DAYS, cost, day) == pytest.approx(0.7, abs=0.002)
    assert [day for _, day in points] == sorted(day for _, day in points)
    assert [cost for cost, _ in points] == sorted((cost for cost, _ in points), reverse=True)


def test_a_sure_date_leaves_the_cost_alone():
    points = frontier(COSTS, np.full(len(COSTS), 60.0))

    assert {round(cost, 6) for cost, _ in points} == {round(float(np.quantile(COSTS, 0.7)), 6)}
