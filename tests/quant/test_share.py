"""Shares of a whole with the uncertainty that few cases leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.quant.share import Share


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (8, 10, 0.4902, 0.9433),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 1, 0.2065, 1.0),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_wilsons_interval_is_that_of_the_textbook(successes, n, low, high):
    assert Share(successes, n).interval == pytest.approx((low, high), abs=5e-5)


def test_without_a_whole_there_is_no_share():
    assert (Share(0, 0).value, Share(0, 0).interval) == (None, None)


@given(st.integers(0, 500), st.integers(1, 500))
def test_a_share_lies_within_its_interval_and_both_within_0_and_1(part, rest):
    found = Share(part, part + rest)

    low, high = found.interval
    assert 0 <= low <= found.value <= high <= 1
