"""What was won and lost, from recorded outcomes alone; figures are computed by hand."""

import random
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.insights.domain import win_loss
from services.insights.domain.win_loss import DECIDED, RESULTS, Outcome
from services.insights.handlers import on
from shared.kernel.context import new_id
from shared.language.events.proposal import OutcomeRecorded
from shared.language.money import Money
from shared.quant.brier_score import Forecast
from shared.quant.recalibration import ENOUGH_TO_CORRECT, recalibration
from tests.conftest import envelope
from tests.support.insights.journeys import opened

RIVAL, OTHER = UUID(int=1), UUID(int=2)
PRICES = st.none() | st.builds(
    Money, amount=st.decimals(0, 10**6, places=2), currency=st.sampled_from(["CNY", "EUR", "USD"])
)
OUTCOMES = st.lists(
    st.builds(
        Outcome,
        opportunity_id=st.uuids(),
        result=st.sampled_from(RESULTS),
        decided_on=st.dates(),
        reasons=st.lists(st.sampled_from(["price", "fit", "team"]), unique=True).map(tuple),
        competitor_id=st.none() | st.sampled_from([RIVAL, OTHER]),
        win_probability=st.none() | st.floats(0, 1),
        offered=PRICES,
    ),
    max_size=40,
)


def cny(amount):
    return Money(amount=Decimal(amount), currency="CNY")


def eur(amount):
    return Money(amount=Decimal(amount), currency="EUR")


def ended(result, **facts):
    return Outcome(**({"opportunity_id": new_id(), "result": result, "decided_on": date(2026, 11, 1)} | facts))


def test_the_win_rate_leaves_out_what_was_never_decided():
    """3 won, 1 lost, 1 no decision: 3/5. Wilson for 3 of 5 at 95 %: 0.2307 … 0.8824 (z = 1.96)."""
    rate = win_loss.win_rate(
        [ended(name) for name in ("won", "won", "won", "lost", "no_decision", "not_bid", "invalidated")]
    )

    assert (rate.numerator, rate.denominator, rate.value) == (3, 5, 0.6)
    assert rate.interval == pytest.approx((0.2307, 0.8824), abs=1e-4)


def test_amounts_of_different_currencies_are_rates_of_their_own():
    """CNY 300 of 300 + 100 + 200 = 0.5; EUR 40 of 40 + 60 = 0.4; one lost has no price."""
    found = win_loss.amount_rates(
        [
            ended("won", offered=cny(300), final=cny(250)),
            ended("lost", offered=cny(100)),
            ended("no_decision", offered=cny(200)),
            ended("won", offered=eur(40)),
            ended("lost", offered=eur(60)),
            ended("lost"),
            ended("not_bid", offered=cny(1000)),
        ]
    )

    assert [(one.currency, one.numerator, one.denominator, one.value) for one in found] == [
        ("CNY", 300, 600, Decimal("0.5")),
        ("EUR", 40, 100, Decimal("0.4")),
    ]


def test_what_was_offered_for_nothing_has_no_rate():
    [rate] = win_loss.amount_rates([ended("won", offered=cny(0))])

    assert rate.value is None


def test_the_mean_price_ratio_weighs_each_opportunity_alike():
    """90/100 and 1000/1000: (0.9 + 1) / 2 = 0.95, whatever their size or currency."""
    outcomes = [
        ended("won", offered=cny(100), final=cny(90)),
        ended("won", offered=eur(1000), final=eur(1000)),
        ended("won", offered=cny(0), final=cny(5)),
        ended("won", offered=cny(5)),
        ended("lost", offered=cny(100), final=cny(1)),
    ]

    assert win_loss.mean_price_ratio(outcomes) == Decimal("0.95")
    assert win_loss.repriced(outcomes) == tuple(outcomes[:2])
    assert win_loss.mean_price_ratio(outcomes[2:]) is None


def test_reasons_are_counted_once_for_an_outcome_the_most_frequent_first():
    outcomes = [ended("lost", reasons=("price", "fit")), ended("lost", reasons=("price",)), ended("lost")]

    assert win_loss.reasons(outcomes) == [("price", 2), ("fit", 1)]


def test_a_competitor_has_the_name_that_it_had_last():
    outcomes = [
        ended("won", competitor_id=RIVAL, competitor_name="New", decided_on=date(2026, 11, 2)),
        ended("lost", competitor_id=RIVAL, competitor_name="Old", decided_on=date(2026, 11, 1)),
        ended("lost", competitor_id=OTHER, competitor_name="Else"),
        ended("lost"),
    ]

    found = win_loss.rivals(outcomes)

    assert [(one.name, one.count("won"), one.count("lost")) for one in found] == [("New", 1, 1), ("Else", 0, 1)]


@given(OUTCOMES)
def test_every_outcome_is_in_one_result_and_rates_are_parts_of_a_whole(outcomes):
    groups = win_loss.by_result(outcomes)

    assert sorted(one.opportunity_id for own in groups.values() for one in own) == sorted(
        one.opportunity_id for one in outcomes
    )
    for rate in win_loss.amount_rates(outcomes):
        assert rate.value is None or 0 <= rate.value <= 1
        assert {one.offered.currency for one in rate.decided} == {rate.currency}
    decided = [one for one in outcomes if one.result in DECIDED]
    assert sum(len(rate.decided) for rate in win_loss.amount_rates(outcomes)) == sum(
        one.offered is not None for one in decided
    )
    assert len(win_loss.forecasts(outcomes)) == sum(one.win_probability is not None for one in decided)


@given(OUTCOMES, st.randoms())
def test_the_order_of_outcomes_changes_no_figure(outcomes, chance):
    shuffled = chance.sample(outcomes, len(outcomes))

    for figure in (win_loss.win_rate, win_loss.reasons, win_loss.mean_price_ratio):
        assert figure(shuffled) == figure(outcomes)
    assert [(one.currency, one.value) for one in win_loss.amount_rates(shuffled)] == [
        (one.currency, one.value) for one in win_loss.amount_rates(outcomes)
    ]


def outcome(result, *, version=2, about=None, **facts):
    silent = dict.fromkeys(
        (
            "reason", "competitor_id", "competitor_name", "proposal_id", "submitted_at", "win_probability",
            "offered_price", "final_price", "winning_price",
        )
    )  # fmt: skip
    told = {"reasons": (), "lessons": (), "decided_on": date(2026, 11, 1), **silent, **facts}
    return OutcomeRecorded(
        opportunity_id=about or new_id(), outcome_id=new_id(), result=result, version=version, **told
    )


async def hear(client, *events, **more):
    assert await on.handle(client.app.state.database, [envelope(event, **more) for event in events]) == len(events)


async def read(client, path="/win-loss", **query):
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


QUARTER = (
    outcome(
        "won", offered_price=cny("100.00"), final_price=cny("90.00"), win_probability=0.7, reasons=("fit",),
        competitor_id=RIVAL, competitor_name="Rival",
    ),
    outcome(
        "lost", offered_price=cny("300.00"), win_probability=0.4, reasons=("price", "fit"), competitor_id=RIVAL,
        competitor_name="Rival", decided_on=date(2026, 12, 31),
    ),
    outcome("no_decision", offered_price=eur("50.00"), win_probability=0.5),
    outcome("not_bid", reasons=("risk",)),
)  # fmt: skip


async def test_recorded_outcomes_make_rates_with_what_is_behind_them(insights):
    won, lost, undecided, not_bid = (str(event.opportunity_id) for event in QUARTER)
    await hear(insights, *QUARTER)

    found = await read(insights)

    rate = found["win_rate"]
    assert (rate["numerator"], rate["denominator"], rate["value"]) == (1, 3, 0.333333)
    assert set(rate["opportunity_ids"]) == {won, lost, undecided}
    assert rate["excluded"] == [{"reason": "not_bid", "count": 1, "opportunity_ids": [not_bid]}]
    assert (rate["is_enough"], "3 decided" in rate["note"], "3 个" in rate["note_zh"]) == (False, True, True)
    by_currency = {one["currency"]: one for one in found["win_rate_by_amount"]}
    assert by_currency["CNY"]["value"] == 0.25
    assert by_currency["CNY"]["numerator"] == {"amount": "100.00", "currency": "CNY"}
    assert set(by_currency["CNY"]["opportunity_ids"]) == {won, lost}
    assert (by_currency["EUR"]["value"], by_currency["EUR"]["opportunity_ids"]) == (0.0, [undecided])
    [first, *_] = found["results"]
    assert (first["result"], first["opportunity_ids"]) == ("won", [won])
    assert first["final_amounts"] == [{"amount": "90.00", "currency": "CNY"}]
    assert found["won_by"]["reasons"] == [{"reason": "fit", "count": 1}]
    assert found["lost_by"]["reasons"] == [{"reason": "fit", "count": 1}, {"reason": "price", "count": 1}]
    [rival] = found["competitors"]
    assert (rival["name"], rival["won"], rival["lost"], set(rival["opportunity_ids"])) == ("Rival", 1, 1, {won, lost})
    assert (found["final_to_offered"]["mean"], found["final_to_offered"]["opportunity_ids"]) == (0.9, [won])


async def test_figures_are_of_a_span_of_days_and_a_currency(insights):
    await hear(insights, *QUARTER)

    november = await read(insights, **{"from": "2026-11-01", "to": "2026-11-30"})
    december = await read(insights, **{"from": "2026-12-31"})
    in_euro = await read(insights, currency="EUR")

    assert (november["count"], december["count"], in_euro["count"]) == (3, 1, 1)
    assert [one["result"] for one in in_euro["results"]] == ["no_decision"]


async def test_a_correction_replaces_what_was_told_before_in_any_order(insights):
    deal = new_id()
    told = [
        outcome("lost", about=deal, version=version, offered_price=cny(f"{version}00.00"), reasons=(f"r{version}",))
        for version in range(2, 6)
    ]
    random.Random(7).shuffle(told)
    await hear(insights, *told)

    found = await read(insights)

    assert (found["count"], found["lost_by"]["reasons"]) == (1, [{"reason": "r5", "count": 1}])
    assert found["results"][0]["amounts"] == [{"amount": "500.00", "currency": "CNY"}]


async def test_rebuilding_ends_in_the_same_figures(insights):
    again = QUARTER[1].model_copy(update={"version": 9, "reasons": ("price",)})
    await hear(insights, again, *QUARTER, opened(QUARTER[0].opportunity_id))
    paths = ("/win-loss", "/win-calibration")
    before = [await read(insights, path) for path in paths]

    rebuilt = await insights.post("/journeys:rebuild")

    assert rebuilt.json() == {"journeys": 4, "outcomes": 4}
    assert [await read(insights, path) for path in paths] == before


async def test_nothing_known_is_told_as_such(insights):
    found, calibration = await read(insights), await read(insights, "/win-calibration")

    assert (found["count"], found["win_rate"]["value"], found["win_rate"]["interval"]) == (0, None, None)
    assert (found["win_rate_by_amount"], found["final_to_offered"]["mean"]) == ([], None)
    assert (calibration["count"], calibration["brier_score"], calibration["reliability"]) == (0, None, [])


async def test_expectations_are_scored_against_what_came(insights):
    """0.7 won, 0.4 lost, 0.5 no decision: (0.09 + 0.16 + 0.25) / 3 = 1/6; base rate 1/3: 2/9; skill 1 - 3/4 = 0.25."""
    silent = outcome("won")
    await hear(insights, *QUARTER, silent)

    found = await read(insights, "/win-calibration")

    assert (found["count"], found["won"], found["mean_forecast"]) == (3, 1, 0.533333)
    assert (found["brier_score"], found["reference_score"], found["skill"]) == (0.166667, 0.222222, 0.25)
    assert [(one["lower"], one["upper"], one["count"], one["won"]) for one in found["reliability"]] == [
        (0.4, 0.6, 2, 0),
        (0.6, 0.8, 1, 1),
    ]
    middle = found["reliability"][0]
    assert (middle["mean_forecast"], middle["observed_share"]) == (0.45, 0.0)
    assert middle["interval"] == pytest.approx([0.0, 0.6576], abs=1e-4)
    assert set(middle["opportunity_ids"]) == {str(QUARTER[1].opportunity_id), str(QUARTER[2].opportunity_id)}
    assert {one["reason"]: one["opportunity_ids"] for one in found["excluded"]} == {
        "not_bid": [str(QUARTER[3].opportunity_id)],
        "no_probability": [str(silent.opportunity_id)],
    }
    assert (found["is_enough"], "10" in found["note"], "10" in found["note_zh"]) == (False, True, True)


async def test_ten_outcomes_need_no_note(insights):
    await hear(insights, *(outcome("won" if place < 5 else "lost", win_probability=0.5) for place in range(10)))

    found, rates = await read(insights, "/win-calibration"), await read(insights)

    assert (found["is_enough"], found["note"], found["note_zh"], found["skill"]) == (True, None, None, 0.0)
    assert (rates["win_rate"]["is_enough"], rates["win_rate"]["note"]) == (True, None)


async def test_the_correction_of_win_probabilities_is_that_of_the_whole_record_whatever_the_span(insights):
    """80 % was said of 30 bids, and three were won: (Cox 1958), drawn to what was said."""
    told = [outcome("won" if place % 10 == 9 else "lost", win_probability=0.8) for place in range(ENOUGH_TO_CORRECT)]
    await hear(insights, *told[1:], outcome("not_bid", win_probability=0.8), outcome("lost"))
    few = (await read(insights, "/win-calibration"))["correction"]

    await hear(insights, told[0])
    found = (await read(insights, "/win-calibration", **{"from": "2027-01-01"}))["correction"]

    used = recalibration([Forecast(0.8, one.result == "won") for one in told])
    assert (few["outcomes"], few["least"], few["intercept"]) == (ENOUGH_TO_CORRECT - 1, ENOUGH_TO_CORRECT, None)
    assert "30" in few["note_zh"]
    assert (found["outcomes"], found["intercept"], found["slope"]) == (30, used.intercept, used.slope)
    assert 0.05 < used(0.8) < 0.3
    assert "30" in found["note"]
    assert "30" in found["note_zh"]


async def test_a_record_that_corrects_nothing_says_so(insights):
    await hear(insights, *(outcome("won" if place % 2 else "lost", win_probability=0.5) for place in range(40)))

    found = (await read(insights, "/win-calibration"))["correction"]

    assert (found["outcomes"], found["intercept"], found["slope"]) == (40, None, None)
    assert ("no better" in found["note"], "并不更准确" in found["note_zh"]) == (True, True)


async def test_large_amounts_add_up(insights):
    most = cny("9999999999999999.99")
    await hear(insights, outcome("won", offered_price=most, final_price=most), outcome("lost", offered_price=most))

    assert (await read(insights))["win_rate_by_amount"][0]["denominator"]["amount"] == "19999999999999999.98"


async def test_outcomes_are_a_tenants_own(insights):
    await hear(insights, *QUARTER)
    stranger = insights.as_("eve", "admin", tenant="other")

    assert (await read(stranger))["count"] == (await read(stranger, "/win-calibration"))["count"] == 0
    await stranger.post("/journeys:rebuild")
    assert (await read(insights.as_("guest", "viewer")))["count"] == 4


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"from": "2026-12-01", "to": "2026-11-01"}, "last_before_first"),
        ({"from": "yesterday"}, None),
        ({"to": "2026-02-30"}, None),
        ({"currency": "XXX"}, "unknown_currency"),
        ({"colour": "red"}, "unknown_field"),
    ],
)
async def test_a_wrong_question_is_refused(insights, query, code):
    answer = await insights.get("/win-loss", params=query)

    assert answer.status_code == 422
    assert code is None or answer.json()["errors"][0]["code"] == code
