"""Probabilities from some percentiles."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.quant.s_curve import probability_through, probability_within

CURVE = [(0.1, Decimal(100)), (0.5, Decimal(200)), (0.9, Decimal(400))]


@pytest.mark.parametrize(
    ("value", "probability"), [(99, 0.0), (100, 0.1), (150, 0.3), (200, 0.5), (300, 0.7), (400, 0.9), (401, 1.0)]
)
def test_between_points_of_a_curve_it_is_in_proportion(value, probability):
    assert probability_within(Decimal(value), CURVE) == probability


@pytest.mark.parametrize(("value", "probability"), [(10, 0.5), (14, 0.8), (6, 0.2)])
def test_a_normal_distribution_goes_through_its_percentiles(value, probability):
    assert probability_through(value, 10, 14) == probability


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_what_does_not_vary_is_kept_or_not(value, sure):
    assert probability_through(value, sure, sure) == (1.0 if value >= sure else 0.0)
