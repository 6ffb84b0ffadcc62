"""CSAT and NPS, and the intervals that few answers leave."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engagement.domain.satisfaction import NetPromoterScore, csat, net_promoter_score
from shared.quant.share import Share

scores_of_5 = st.dictionaries(st.integers(1, 5), st.integers(0, 500))
scores_of_10 = st.dictionaries(st.integers(0, 10), st.integers(0, 500))


def test_csat_is_the_share_of_the_two_highest_scores():
    found = csat({1: 1, 2: 0, 3: 1, 4: 3, 5: 5})

    assert (found.numerator, found.denominator, found.value) == (8, 10, 0.8)


def test_nps_is_promoters_less_detractors():
    found = net_promoter_score({10: 4, 9: 2, 8: 1, 7: 1, 6: 1, 0: 1})

    assert (found.promoters, found.passives, found.detractors, found.value) == (6, 2, 2, 40.0)


def test_nothing_was_answered():
    assert (csat({}).value, csat({}).interval) == (None, None)
    assert (net_promoter_score({}).value, net_promoter_score({}).interval) == (None, None)


@given(scores_of_5)
def test_a_share_lies_within_its_interval_and_both_within_0_and_1(scores):
    found = csat(scores)

    if found.denominator:
        low, high = found.interval
        assert 0 <= low <= found.value <= high <= 1


@given(scores_of_10, st.integers(2, 9))
def test_more_answers_of_the_same_kind_make_the_interval_no_wider(scores, factor):
    few, many = net_promoter_score(scores), net_promoter_score({key: n * factor for key, n in scores.items()})

    if few.denominator:
        assert many.value == pytest.approx(few.value)
        assert -100 <= few.interval[0] <= few.interval[1] <= 100
        if few.denominator >= 10:
            assert many.interval[1] - many.interval[0] <= few.interval[1] - few.interval[0] + 1e-9


@given(scores_of_10)
def test_the_net_promoter_score_lies_within_its_interval_and_both_within_100(scores):
    found = net_promoter_score(scores)

    if found.denominator:
        low, high = found.interval
        assert -100 <= low <= found.value <= high <= 100


@pytest.mark.parametrize(
    ("promoters", "passives", "detractors", "low", "high"),
    [
        (1, 0, 0, -58.69, 100),
        (5, 0, 0, 13.10, 100),
        (0, 0, 5, -100, -13.10),
        (0, 4, 0, -48.99, 48.99),
        (60, 25, 15, 29.26, 58.13),
    ],
)
def test_the_interval_of_few_and_of_unanimous_answers(promoters, passives, detractors, low, high):
    assert NetPromoterScore(promoters, passives, detractors).interval == pytest.approx((low, high), abs=0.005)


@given(st.integers(0, 400), st.integers(0, 400))
def test_without_passives_the_interval_is_wilsons_of_the_promoters(promoters, detractors):
    found = NetPromoterScore(promoters, 0, detractors).interval
    wilson = Share(promoters, promoters + detractors).interval

    assert found is wilson or found == pytest.approx(tuple(200 * end - 100 for end in wilson), abs=1e-6)


@pytest.mark.parametrize("n", [5, 12, 30])
def test_the_interval_holds_the_true_score_as_often_as_it_says(n):
    """Exact: over every outcome of n answers, weighted by how likely it is, for many true shares."""
    intervals = {(b, c): NetPromoterScore(b, n - b - c, c).interval for b in range(n + 1) for c in range(n + 1 - b)}
    held = []
    for b, c in ((0.5, 0.2), (0.3, 0.3), (0.7, 0.1), (0.1, 0.1), (0.85, 0.05), (0.2, 0.6), (0.4, 0.6)):
        likely = {(x, y): comb(n, x) * comb(n - x, y) * b**x * c**y * (1 - b - c) ** (n - x - y) for x, y in intervals}
        held.append(sum(p for key, p in likely.items() if intervals[key][0] <= 100 * (b - c) <= intervals[key][1]))

    assert min(held) > 0.92
    assert sum(held) / len(held) == pytest.approx(0.955, abs=0.02)


@given(scores_of_10)
def test_another_promoter_never_lowers_the_score(scores):
    before = net_promoter_score(scores).value
    after = net_promoter_score({**scores, 10: scores.get(10, 0) + 1}).value

    assert before is None or after >= before
