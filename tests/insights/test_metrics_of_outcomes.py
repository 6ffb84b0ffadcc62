"""Win rates, conversion, time in stage, cycle times, calibration and forecast, computed by hand."""

from datetime import date
from decimal import Decimal
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.insights.domain.metrics import expecting, forecast, stages, winning
from services.insights.domain.period import Period, Span
from shared.language.money import Money
from tests.support.insights.stories import (
    baseline,
    by_id,
    cases,
    changed,
    closed,
    cny,
    key,
    outcome,
    risk,
    span,
    submitted,
    values,
)


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2026-07-05..2026-07-05", "2026-07-05", "2026-07-05"),
    ],
)
def test_a_period_has_its_days(label, first, last):
    period = Period.parse(label)

    assert (period.first, period.last) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("label", ["", "26", "2026-13", "2026-Q5", "2026-00", "0000", "9999", "2026-02-30..2026-03-01"])
def test_what_is_no_period_is_refused(label):
    with pytest.raises(ValueError, match="not_a_period"):
        Period.parse(label)
    with pytest.raises(ValueError, match="end_before_start"):
        Period.parse("2026-03-02..2026-03-01")


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Asia/Shanghai", "2026-06-30T15:59:59.999999+00:00", "2026-06-30"),
        ("Asia/Shanghai", "2026-06-30T16:00:00+00:00", "2026-07-01"),
        ("Asia/Kolkata", "2026-06-30T18:29:59+00:00", "2026-06-30"),
        ("Asia/Kolkata", "2026-06-30T18:30:00+00:00", "2026-07-01"),
        ("America/New_York", "2026-11-01T03:59:00.5+00:00", "2026-10-31"),
    ],
)
def test_a_moment_is_of_the_day_that_it_is_where_the_tenant_works(zone, moment, day):
    assert Span(None, ZoneInfo(zone), date(2026, 1, 1)).day_of(moment) == date.fromisoformat(day)


def ended(*results, day="2026-08-01", price=None):
    return [
        outcome(key(number, result), result, day, offered_price=price and cny(price))
        for number, result in enumerate(results)
    ]


def test_the_win_rate_is_of_what_was_decided_in_the_period():
    """2 won of 2 + 1 + 1; what was not bid is told beside it, what was decided later is in another period."""
    events = [*ended("won", "won", "lost", "no_decision", "not_bid"), outcome(key("late"), "won", "2026-10-01")]

    [rate] = winning.by_count(cases(*events), span("2026-Q3"))

    assert (rate.numerator, rate.denominator, rate.value, rate.cases) == (2, 4, Decimal("0.5"), 4)
    assert rate.excluded == {"not_bid": (key(4, "not_bid"),)}
    assert rate.hits == {key(0, "won"), key(1, "won")}
    assert rate.interval == (Decimal("0.150039"), Decimal("0.849961"))  # Wilson, 2 of 4


def test_an_outcome_that_is_corrected_counts_by_its_newest_version():
    events = [outcome(key("deal"), "lost", "2026-08-01", 1), outcome(key("deal"), "won", "2026-10-02", 2)]

    assert values(winning.by_count(cases(*reversed(events)), span("2026-Q3"))) == {"rate": None}
    assert values(winning.by_count(cases(*events), span("2026-Q4"))) == {"rate": 1}


def test_nothing_decided_is_no_rate_and_says_why():
    [rate] = winning.by_count([], span("2026-Q3"))

    assert (rate.value, rate.denominator, rate.interval, rate.reason) == (None, 0, None, "none_decided")
    [rate] = winning.by_amount(cases(*ended("won")), span("2026-Q3"))
    assert (rate.value, rate.reason, list(rate.excluded)) == (None, "none_decided", ["no_offer"])


def test_amounts_are_of_each_currency_by_itself_and_what_was_not_offered_is_told():
    """CNY 300 ÷ (300 + 100), EUR 0 ÷ 50; one has no offer."""
    euro = Money.of("50.00", "EUR")
    events = [
        outcome(key("a"), "won", "2026-08-01", offered_price=cny(300)),
        outcome(key("b"), "lost", "2026-08-01", offered_price=cny(100)),
        outcome(key("c"), "lost", "2026-08-01", offered_price=euro),
        outcome(key("d"), "won", "2026-08-01"),
    ]

    found = by_id(winning.by_amount(cases(*events), span("2026-Q3")))

    assert {name: one.value for name, one in found.items()} == {
        "rate;currency=CNY": Decimal("0.75"), "rate;currency=EUR": 0,
    }  # fmt: skip
    assert found["rate;currency=CNY"].excluded == {"no_offer": (key("d"),)}
    assert (found["rate;currency=CNY"].numerator, found["rate;currency=CNY"].denominator) == (300, 400)


def test_conversion_is_of_those_that_entered_in_a_month_whenever_they_went_on():
    """July: two drafts, one goes on at once and is won in September; the other waits. August: one is lost at once."""
    deals = key("won"), key("waits"), key("lost")
    events = [
        changed(deals[0], "draft", 0, 1),
        changed(deals[0], "active", 5, 2),
        changed(deals[0], "on_hold", 6, 3),
        changed(deals[0], "submitted", 40, 4),
        outcome(deals[0], "won", "2026-09-10"),
        closed(deals[0], 71, 5, "won"),
        changed(deals[1], "draft", 9, 1),
        changed(deals[2], "draft", 35, 1),
        closed(deals[2], 36, 2),
        outcome(deals[2], "lost", "2026-08-06"),
    ]

    found = values(stages.conversion(cases(*events), span("2026")))

    assert found["rate;stage=draft;next=qualifying;cohort=2026-07"] == 0.5
    assert found["pending;stage=draft;next=qualifying;cohort=2026-07"] == 0.5
    assert found["rate;stage=draft;next=qualifying;cohort=2026-08"] == 0
    assert found["pending;stage=draft;next=qualifying;cohort=2026-08"] == 0
    assert found["rate;stage=draft;next=qualifying;cohort=all"] == pytest.approx(1 / 3, abs=1e-6)
    assert found["rate;stage=qualifying;next=active;cohort=2026-07"] == 1  # skipped, so entered with the one behind
    assert found["rate;stage=active;next=submitted;cohort=2026-07"] == 1
    assert found["rate;stage=negotiating;next=won;cohort=2026-09"] == 1  # won without a negotiation
    assert "rate;stage=draft;next=qualifying;cohort=2026-08" not in values(
        stages.conversion(cases(*events), span("2026-07"))
    )


def test_time_in_stage_is_of_each_stay_that_ended_in_the_period():
    deal = key("deal")
    events = [
        changed(deal, "draft", 0, 1),
        changed(deal, "draft", 1, 2),
        changed(deal, "active", 4, 3),
        changed(deal, "on_hold", 6, 4),
        changed(deal, "active", 16, 5),
        changed(deal, "submitted", 20, 6),
        changed(key("other"), "draft", 0, 1),
    ]

    found = by_id(stages.time_in_stage(cases(*events), span("2026-Q3")))

    assert found["mean;stage=draft"].value == 4
    assert found["p50;stage=draft"].excluded == {"still_there": (key("other"),)}
    assert (found["mean;stage=active"].value, found["p90;stage=active"].value) == (3, Decimal("3.8"))  # 2 and 4 days
    assert found["p50;stage=on_hold"].value == 10
    assert found["p50;stage=submitted"].value is None
    assert found["p50;stage=submitted"].excluded == {"still_there": (deal,)}
    assert values(stages.time_in_stage(cases(*events), span("2026-08")))["p50;stage=draft"] is None


def test_cycle_times_run_from_first_to_first():
    """Approved on day 4 and 9, submitted on 10 and 20, decided on the first of August (day 30.5 by its start)."""
    deal, unknown = key("deal"), key("unknown")
    events = [
        changed(deal, "draft", 0, 1),
        baseline(deal, 1, 4),
        baseline(deal, 2, 9),
        submitted(deal, 1, 10),
        submitted(deal, 2, 20),
        outcome(deal, "won", "2026-08-01"),
        outcome(unknown, "lost", "2026-08-01"),
    ]

    found = by_id(stages.cycle_time(cases(*events), span("2026-Q3")))

    assert found["p50;cycle=opened_to_approved"].value == 4
    assert found["mean;cycle=approved_to_submitted"].value == 6
    assert found["p90;cycle=submitted_to_decided"].value == Decimal("20.5")
    assert found["p50;cycle=opened_to_decided"].value == Decimal("30.5")
    assert found["p50;cycle=opened_to_decided"].excluded == {"never_opened": (unknown,)}
    assert found["p50;cycle=submitted_to_decided"].excluded == {"never_submitted": (unknown,)}
    assert values(stages.cycle_time(cases(*events), span("2026-Q4")))["mean;cycle=opened_to_approved"] is None


def test_win_probabilities_are_scored_as_brier_says():
    """0.7 won, 0.4 lost, 0.5 no decision: (0.09 + 0.16 + 0.25) / 3 = 1/6; base rate 1/3: 2/9; skill 1/4."""
    events = [
        outcome(key("a"), "won", "2026-08-01", win_probability=0.7),
        outcome(key("b"), "lost", "2026-08-01", win_probability=0.4),
        outcome(key("c"), "no_decision", "2026-08-01", win_probability=0.5),
        outcome(key("d"), "won", "2026-08-01"),
        outcome(key("e"), "not_bid", "2026-08-01", win_probability=0.9),
    ]

    found = by_id(expecting.win_probability(cases(*events), span("2026-Q3")))

    assert {name: float(found[name].value) for name in ("brier_score", "skill", "mean_forecast")} == {
        "brier_score": 0.166667, "skill": 0.25, "mean_forecast": 0.533333,
    }  # fmt: skip
    assert found["brier_score"].excluded == {"no_probability": (key("d"),), "not_bid": (key("e"),)}
    assert found["reliability;from=0.4;to=0.6"].value == 0
    assert found["reliability;from=0.6;to=0.8"].hits == {key("a")}


def test_risk_probabilities_are_scored_where_somebody_said_what_came():
    deal = key("deal")
    events = [
        risk(deal, "a", 0.2, "did_not_happen", 5),
        risk(deal, "b", 0.8, "happened", 5),
        risk(deal, "c", 0.5, "was_no_risk", 5),
        risk(deal, "d", 0.5, None, 5),
        risk(deal, "e", 0.5, "happened", 90),
    ]

    found = by_id(expecting.risk_probability(cases(*events), span("2026-07")))

    assert (found["brier_score"].value, found["observed_share"].value) == (Decimal("0.04"), Decimal("0.5"))
    assert found["brier_score"].excluded == {"was_no_risk": (deal,)}
    assert values(expecting.risk_probability(cases(*events[:1]), span()))["skill"] is None


def prospect(value, chance, close="2026-11-15", currency="CNY"):
    money = None if value is None else Money.of(str(value), currency)
    return {"expected_value": money, "win_probability": chance, "close_date": close and date.fromisoformat(close)}


def test_the_forecast_is_of_what_is_open_by_month_and_currency():
    """100 × 0.5 + 300 × 0.2 = 110; variance 0.25 × 100² + 0.16 × 300² = 16,900: 130. P50: 100 wins 1/2 alone: 100."""
    wishes = {
        "a": prospect(100, 0.5), "b": prospect(300, 0.2), "c": prospect(70, 1.0, "2026-12-01"),
        "d": prospect(70, 0.5, currency="EUR"), "e": prospect(None, 0.5), "f": prospect(70, None),
        "g": prospect(70, 0.5, None), "h": prospect(70, 0.5, "2026-09-30"), "i": prospect(70, 0.5),
    }  # fmt: skip
    events = [changed(key(name), "active", 0, 1, prospect=wish) for name, wish in wishes.items()]
    events.append(outcome(key("i"), "lost", "2026-09-30"))

    found = by_id(forecast.weighted_pipeline(cases(*events), span("2026")))

    november = {
        part: found[f"{part};month=2026-11;currency=CNY"].value for part in ("pipeline", "expected", "deviation")
    }
    assert november == {"pipeline": 400, "expected": 110, "deviation": 130}
    # 0: 40 %, 100: 40 %, 300: 10 %, 400: 10 %
    quantiles = [float(found[f"p{at};month=2026-11;currency=CNY"].value) for at in (10, 50, 90)]
    assert quantiles == pytest.approx([0, 100, 300], abs=0.2)
    assert found["p50;month=2026-12;currency=CNY"].value == 70
    assert found["expected;month=2026-11;currency=EUR"].value == 35
    assert found["expected;month=2026-11;currency=CNY"].excluded == {
        "no_value": (key("e"),), "no_probability": (key("f"),), "no_close_date": (key("g"),),
        "close_date_passed": (key("h"),),
    }  # fmt: skip


@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(1, 10**9)), min_size=1, max_size=9),
)
def test_percentiles_of_the_forecast_are_those_of_all_that_can_happen(parts):
    """Every combination of won and not, against the grid: within what the spreading over steps moves."""
    parts = [(key(number), chance, Decimal(amount)) for number, (chance, amount) in enumerate(parts)]
    whole = float(sum(amount for *_, amount in parts))
    chances: dict[float, float] = {}
    for won in product((0, 1), repeat=len(parts)):
        chance, total = 1.0, 0.0
        for is_won, (_, p, amount) in zip(won, parts, strict=True):
            chance *= p if is_won else 1 - p
            total += float(amount) * is_won
        chances[total] = chances.get(total, 0) + chance
    step = whole / 4096

    found = forecast.quantiles(parts)

    for at in (10, 50, 90):
        value = float(found[f"p{at}"])
        below = sum(chance for total, chance in chances.items() if total < value - (len(parts) + 1) * step)
        within = sum(chance for total, chance in chances.items() if total <= value + (len(parts) + 1) * step)
        assert below <= at / 100 + 1e-9
        assert within >= at / 100 - 1e-9
