"""How far the work of a package may be off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposal.domain.spread import CORRELATION, Share, spread


def test_one_line_alone_has_its_own_range():
    assert spread([Share(10, 0.8, 1.5)]) == pytest.approx((0.8, 1.5))


def test_many_lines_are_less_uncertain_together_than_alone():
    low, high = spread([Share(10, 0.7, 1.6)] * 16)

    # sd of the sum by sd of one: sqrt(16 (1 - ρ) + 256 ρ), of 16 that would be wrong together: 16.
    narrower = (16 * (1 - CORRELATION) + 256 * CORRELATION) ** 0.5 / 16
    assert (low, high) == pytest.approx((1 - 0.3 * narrower, 1 + 0.6 * narrower))


@pytest.mark.parametrize("shares", [[], [Share(5, 1, 1)], [Share(0, 0.5, 2)]])
def test_what_is_certain_or_nothing_has_no_range(shares):
    assert spread(shares) == (1.0, 1.0)


@given(st.lists(st.builds(Share, st.floats(0.1, 100), st.floats(0.2, 1), st.floats(1, 4)), min_size=1, max_size=8))
def test_a_sum_is_never_more_uncertain_than_its_parts_side_by_side(shares):
    low, high = spread(shares)

    assert min(share.optimistic for share in shares) - 1e-9 <= low <= 1
    assert 1 <= high <= max(share.pessimistic for share in shares) + 1e-9
