"""Ranges and their beta-PERT quantiles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaincinv

from services.risk.domain.three_point import RangeOrder, ThreePoint

MIDDLES = (np.arange(1000) + 0.5) / 1000


@pytest.mark.parametrize("mode", [0.0, 0.03, 0.25, 0.5, 0.9, 1.0])
def test_quantiles_agree_with_the_exact_beta_distribution(mode):
    found = ThreePoint(10, 10 + 40 * mode, 50).quantile(MIDDLES)

    assert np.abs(found - (10 + 40 * betaincinv(1 + 4 * mode, 5 - 4 * mode, MIDDLES))).max() < 40 * 2e-6


def test_mean_is_the_pert_mean():
    assert ThreePoint(8, 10, 14).mean == pytest.approx(62 / 6)
    assert ThreePoint(8, 10, 14).quantile(MIDDLES).mean() == pytest.approx(62 / 6, rel=1e-4)


def test_a_range_without_width_is_a_point():
    assert set(ThreePoint(7, 7, 7).quantile(MIDDLES)) == {7.0}


@pytest.mark.parametrize("points", [(2, 1, 3), (1, 3, 2), (float("nan"), 1, 2), (1, 2, float("inf"))])
def test_points_out_of_order_are_refused(points):
    with pytest.raises(RangeOrder):
        ThreePoint(*points)


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3))
def test_quantiles_rise_and_stay_within_the_range(points):
    low, middle, high = sorted(points)

    found = ThreePoint(low, middle, high).quantile(MIDDLES)

    slack = 1e-9 * max(1.0, abs(low), abs(high))
    assert (np.diff(found) >= -slack).all()
    assert found.min() >= low - slack
    assert found.max() <= high + slack
