"""Sharing out whole units."""

from hypothesis import given
from hypothesis import strategies as st

from services.estimation.domain.apportion import apportioned

weights = st.dictionaries(st.text(min_size=1, max_size=3), st.floats(0, 100), min_size=1, max_size=8).filter(
    lambda weights: sum(weights.values()) > 1e-6
)


def test_remainders_go_to_the_largest():
    assert apportioned(10, {"a": 1, "b": 1, "c": 4}) == {"a": 2, "b": 1, "c": 7}


@given(st.integers(0, 10**7), weights)
def test_nothing_is_lost_and_order_does_not_matter(units, weights):
    parts = apportioned(units, weights)

    whole = sum(weights.values())
    assert sum(parts.values()) == units
    assert parts == apportioned(units, dict(reversed(weights.items())))
    assert all(abs(parts.get(key, 0) - units * weight / whole) <= 1 + 1e-6 for key, weight in weights.items())
