"""Stated probabilities are corrected by their record, once there are outcomes enough and it does better. Pure."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.quant.brier_score import Forecast, scored
from shared.quant.recalibration import ENOUGH_TO_CORRECT, Recalibration, recalibration


def record(*groups):
    """Forecasts by groups of (stated, how many, how many of them happened), mixed as they would come."""
    found = [
        (place / count, Forecast(stated, place * happened // count < (place + 1) * happened // count))
        for stated, count, happened in groups
        for place in range(count)
    ]
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


TOO_SURE = ((0.9, 40, 26), (0.5, 40, 20), (0.1, 40, 14))
PESSIMIST = ((0.6, 30, 6), (0.3, 30, 2))


def test_who_says_what_comes_true_is_not_corrected():
    assert recalibration(record((0.2, 50, 10), (0.5, 50, 25), (0.8, 50, 40))) is None


def test_who_is_too_sure_is_drawn_back_to_what_came():
    found = recalibration(record(*TOO_SURE))

    assert 0.3 < found.slope < 0.7
    assert found(0.9) == pytest.approx(26 / 40, abs=0.08)
    assert found(0.1) == pytest.approx(14 / 40, abs=0.08)
    assert found(0.5) == pytest.approx(0.5, abs=0.03)


def test_who_says_too_much_is_lowered():
    found = recalibration(record(*PESSIMIST))

    assert found(0.6) == pytest.approx(0.2, abs=0.08)
    assert found(0.3) < 0.15


@pytest.mark.parametrize("count", [1, ENOUGH_TO_CORRECT - 1])
def test_few_outcomes_correct_nothing_however_far_off(count):
    assert recalibration(record((0.8, count, 0))) is None


def test_from_thirty_outcomes_what_is_far_off_is_corrected_and_drawn_to_what_was_said():
    found = recalibration(record((0.8, ENOUGH_TO_CORRECT, 3)))

    assert 0.1 < found(0.8) < 0.3
    assert found.outcomes == ENOUGH_TO_CORRECT


def test_the_corrected_record_scores_better_than_the_stated_one():
    known = record(*TOO_SURE)
    found = recalibration(known)

    used = [Forecast(found(one.probability), one.has_happened) for one in known]

    assert scored(used).brier_score < scored(known).brier_score


@settings(max_examples=10)
@given(st.lists(st.builds(Forecast, st.floats(0, 1), st.booleans()), min_size=30, max_size=60), st.floats(0, 1))
def test_a_correction_keeps_the_order_stays_within_bounds_and_leaves_certainty_alone(known, stated):
    found = recalibration(known) or Recalibration(0.0, 1.0, len(known))

    assert (found(0.0), found(1.0)) == (0.0, 1.0)
    assert 0 <= found(stated) <= 1
    assert found(0.2) <= found(0.5) <= found(0.8)
