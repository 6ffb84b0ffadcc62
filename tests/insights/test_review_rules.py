"""What a review calls for: each rule on figures that break it, that just do not, and that are too few."""

from decimal import Decimal
from uuid import UUID

import pytest

from services.insights.domain.metrics.compute import Figure
from services.insights.domain.metrics.measure import COUNT, DAYS, SCORE, Measure, share
from services.insights.domain.review.rules import RULES, difference, judged


def of(hits, cases, part="rate", **about):
    keys = [UUID(int=number) for number in range(cases)]
    return Figure({}, share(part, keys[:hits], keys, about=about))


def plain(value, part, cases=20, unit=SCORE, **about):
    return Figure({}, Measure(part=part, unit=unit, value=Decimal(value), cases=cases, about=about))


def stated(mean, hits, cases=20):
    return [plain(mean, "mean_forecast", cases), of(hits, cases, "observed_share")]


CASES = {
    "first_answers_late": ("response_time", [of(10, 20, "in_time", purpose="first")], [of(18, 20, "in_time", purpose="first")]),
    "following_answers_late": (
        "response_time", [of(10, 20, "in_time", purpose="following")], [of(18, 20, "in_time", purpose="following")]
    ),
    "reason_of_losses": ("win_loss", [of(15, 20, "lost_by", reason="price")], [of(8, 20, "lost_by", reason="price")]),
    "win_probability_too_high": ("win_probability", stated("0.9", 8), stated("0.4", 8)),
    "win_probability_too_low": ("win_probability", stated("0.1", 10), stated("0.45", 10)),
    "win_probability_says_nothing": ("win_probability", [plain("-0.1", "skill")], [plain("0.2", "skill")]),
    "risk_probability_too_high": ("risk_probability", stated("0.9", 8), stated("0.4", 8)),
    "risk_probability_too_low": ("risk_probability", stated("0.1", 10), stated("0.45", 10)),
    "estimates_off": ("effort_accuracy", [of(8, 20, "pred_25")], [of(14, 20, "pred_25")]),
    "p80_not_kept": ("effort_accuracy", [of(8, 20, "p80_coverage")], [of(16, 20, "p80_coverage")]),
    "p80_too_wide": ("effort_accuracy", [of(40, 40, "p80_coverage")], [of(16, 20, "p80_coverage")]),
    "clients_not_satisfied": ("satisfaction", [of(8, 20, "csat_top_2")], [of(15, 20, "csat_top_2")]),
    "few_answer_surveys": (
        "satisfaction", [of(1, 40, "response_rate", kind="csat")], [of(8, 20, "response_rate", kind="csat")]
    ),
    "much_rework": ("rework", [of(15, 20, "reworked")], [of(8, 20, "reworked")]),
    "closing_dates_passed": ("weighted_pipeline:left_out", [plain(2, "close_date_passed", unit=COUNT)], []),
    "forecast_lacks_data": ("weighted_pipeline:left_out", [plain(2, "no_value", unit=COUNT)], []),
    "actions_overdue": ("retrospective_actions", [plain(1, "overdue", unit=COUNT)], [plain(0, "overdue", unit=COUNT)]),
}  # fmt: skip
COMPARING = {
    "win_rate_fell": ("win_rate", [of(5, 30)], [of(20, 30)]),
    "longer_cycle": (
        "cycle_time", [plain(61, "p50", 20, DAYS, cycle="opened_to_decided")],
        [plain(50, "p50", 20, DAYS, cycle="opened_to_decided")],
    ),
}  # fmt: skip


def verdict(rule, now, then=None):
    return next(one.verdict for one in judged(now, then or {}) if one.rule.code == rule)


def test_every_rule_has_its_case_and_words_in_both_languages():
    assert {one.code for one in RULES} == {*CASES, *COMPARING}
    assert all(text for one in RULES for text in (*one.when, *one.advice))


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_calls_for_a_change_only_beyond_its_bound(rule):
    metric, broken, kept = CASES[rule]

    assert verdict(rule, {metric: broken}) == "change"
    assert verdict(rule, {metric: kept}) == "keep"


@pytest.mark.parametrize("rule", COMPARING)
def test_a_rule_that_compares_needs_both_periods(rule):
    metric, worse, better = COMPARING[rule]

    assert verdict(rule, {metric: worse}, {metric: better}) == "change"
    assert verdict(rule, {metric: better}, {metric: worse}) == "keep"
    assert verdict(rule, {metric: worse}, {metric: worse}) == "keep"
    assert verdict(rule, {metric: worse}) == "nothing"


def test_of_fewer_than_ten_cases_nothing_is_judged():
    assert verdict("win_rate_fell", {"win_rate": [of(0, 9)]}, {"win_rate": [of(30, 30)]}) == "too_few"
    assert verdict("estimates_off", {"effort_accuracy": [of(0, 9, "pred_25")]}) == "too_few"
    assert verdict("estimates_off", {"effort_accuracy": [of(0, 10, "pred_25")]}) == "change"
    assert verdict("estimates_off", {"effort_accuracy": [of(0, 0, "pred_25")]}) == "nothing"


def test_the_interval_of_a_difference_is_that_of_newcombe():
    """56/70 against 48/80: example (a) of table II, method 10: 0.0524 … 0.3339."""
    low, high = difference(of(56, 70).measure, of(48, 80).measure)

    assert (low, high) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))
