"""The score of stated probabilities, once one knows what happened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.quant.brier_score import Forecast, scored

OUTCOMES = st.lists(st.builds(Forecast, st.floats(0, 1), st.booleans()), min_size=1, max_size=50)


def test_the_score_is_the_mean_square_of_what_was_wrong():
    """0.9 and it happened, 0.2 and it did not, 0.6 and it did not: (0.01 + 0.04 + 0.36) / 3."""
    found = scored([Forecast(0.9, True), Forecast(0.2, False), Forecast(0.6, False)])

    assert found.brier_score == pytest.approx(0.41 / 3)
    assert found.reference_score == pytest.approx(2 / 9)
    assert found.skill == pytest.approx(1 - (0.41 / 3) / (2 / 9))


def test_without_outcomes_nothing_is_known():
    assert scored([]) is None


def test_when_all_happened_there_is_nothing_to_be_better_than():
    assert scored([Forecast(0.9, True)]).skill is None


@given(OUTCOMES)
def test_figures_stay_within_their_bounds_and_bins_hold_every_outcome_once(outcomes):
    found = scored(outcomes)

    assert 0 <= found.brier_score <= 1
    assert sum(part.count for part in found.bins) == found.count == len(outcomes)
    assert sum(part.count * part.observed_rate for part in found.bins) == pytest.approx(found.happened)
    low, high = found.observed.interval
    assert low <= found.observed.value <= high
