"""How good the probabilities of risks were, once one knows what happened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.risk.domain.calibration import correction
from shared.quant.brier_score import Forecast, scored
from shared.quant.recalibration import ENOUGH_TO_CORRECT, Recalibration
from tests.conftest import said
from tests.support.risk.register import RESPONSE, by_code, recomputed, revise, wish


async def decided(client, probability, *, happened, category="external", **facts):
    row = (await client.post("/risks", json=wish(probability=probability, category=category, **facts))).json()
    action = "materialise" if happened else "close"
    return (await client.act(f"/risks/{row['id']}/{action}", {"reason": "Known now"})).json()


async def calibrated(client, **query):
    answer = await client.get("/risk-calibration", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_correction_is_pulled_to_what_was_said():
    found = scored([Forecast(0.9, True), Forecast(0.2, False), Forecast(0.6, False)])

    assert correction(found) == pytest.approx((1 + 5) / (1.7 + 5))


@given(st.integers(1, 40))
def test_who_says_what_comes_true_needs_no_correction(pairs):
    outcomes = [Forecast(0.5, place % 2 == 0) for place in range(2 * pairs)]

    assert correction(scored(outcomes)) == pytest.approx(1.0)


async def test_outcomes_come_back_by_category(risk):
    await decided(risk, 0.8, happened=True)
    await decided(risk, 0.2, happened=False)
    await decided(risk, 0.4, happened=False, category="market")

    found = await calibrated(risk)

    groups = {group["name"]: group for group in found["groups"]}
    assert (groups["external"]["count"], groups["external"]["happened"]) == (2, 1)
    assert groups["external"]["brier_score"] == pytest.approx(0.04)
    assert groups["market"]["brier_score"] == pytest.approx(0.16)
    assert (found["total"]["count"], found["total"]["is_enough"]) == (3, False)
    assert found["total"]["brier_score"] == pytest.approx(0.24 / 3)


async def test_what_counts_is_what_was_said_with_the_responses_in_place(risk):
    measure = {**RESPONSE, "strategy": "mitigate", "probability_factor": 0.5}

    row = await decided(risk, 0.6, happened=True, responses=[measure])

    assert (row["outcome"], row["outcome_probability"]) == ("happened", 0.3)
    closed = (await risk.act(f"/risks/{row['id']}/close", {"reason": "Settled"})).json()
    assert (closed["outcome"], closed["outcome_probability"]) == ("happened", 0.3)
    *_, happened, over = await said(risk.app.state.database, "risk.risk.recorded.v1")
    assert [one.data["outcome"] for one in (happened, over)] == ["happened", "happened"]
    assert (over.data["outcome_probability"], over.data["outcome_at"]) == (0.3, happened.data["outcome_at"])


async def test_what_was_no_risk_and_what_is_open_is_counted_beside_the_figures(risk):
    candidate = await by_code(risk, "RSK-R04")
    await risk.act(f"/risks/{candidate['id']}/close", {"reason": "The interface is dropped"})
    row = (await risk.post("/risks", json=wish())).json()
    await risk.act(f"/risks/{row['id']}/close", {"reason": "Misunderstood", "outcome": "was_no_risk"})
    await risk.post("/risks", json=wish())

    found = await calibrated(risk)

    assert (found["total"]["count"], found["total"]["brier_score"]) == (0, None)
    assert (found["excluded"], found["unresolved"]) == (2, 1)


async def test_a_risk_that_is_reopened_has_no_outcome(risk):
    row = await decided(risk, 0.4, happened=False)

    again = (await risk.act(f"/risks/{row['id']}/reopen")).json()

    assert (row["outcome"], again["outcome"], again["outcome_probability"]) == ("did_not_happen", None, None)
    assert (await calibrated(risk))["total"]["count"] == 0


@pytest.mark.parametrize(("by", "name"), [("origin", "rule"), ("rule", "RSK-R04"), ("knowledge", "unknown")])
async def test_outcomes_can_be_grouped_otherwise(risk, by, name):
    row = await by_code(risk, "RSK-R04")
    await risk.act(f"/risks/{row['id']}/identify")
    await risk.act(f"/risks/{row['id']}/materialise", {"reason": "It did"})

    found = await calibrated(risk, by=by)

    assert [(group["name"], group["happened"]) for group in found["groups"]] == [(name, 1)]


@pytest.fixture
async def with_a_record(risk):
    """Thirty risks of which 80 % was said, and none happened."""
    for _ in range(ENOUGH_TO_CORRECT):
        await decided(risk, 0.8, happened=False)
    return risk


async def test_a_record_corrects_the_probabilities_of_a_budget_and_says_what_was_stated(with_a_record):
    risk = with_a_record
    await risk.post("/risks", json=wish(probability=0.8, title="Again"))

    told = await recomputed(risk)
    [budget, *_] = (await risk.get("/risk-budgets?view=full")).json()["items"]
    detail = (await risk.get(f"/risk-budgets/{budget['id']}")).json()
    about = (await calibrated(risk))["recalibration"]

    counted = next(one for one in told["risks"] if one["title"] == "Again")
    [found] = told["recalibrations"]
    assert counted["probability_stated"] == 0.8
    assert 0 < counted["probability"] < 0.3
    assert counted["probability"] == Recalibration(found["intercept"], found["slope"], found["outcomes"])(0.8)
    assert (found["kind"], found["outcomes"]) == ("threat", ENOUGH_TO_CORRECT)
    assert [one["code"] for one in budget["remarks"]].count("probabilities_corrected") == 1
    assert detail["recalibrations"] == [found]
    assert {one["code"]: one["probability_stated"] for one in detail["risks"]} == {
        one["code"]: one["probability_stated"] for one in told["risks"]
    }
    assert (about["outcomes"], about["intercept"]) == (ENOUGH_TO_CORRECT, found["intercept"])
    row = await by_code(risk, counted["code"])
    assert row["probability"] == 0.8  # what a person said stays in the register


async def test_an_analysis_of_a_corrected_budget_is_made_of_what_it_counts(with_a_record):
    risk = with_a_record
    await risk.post("/risks", json=wish(probability=0.8, title="Again"))
    told = await recomputed(risk)

    answer = await risk.post("/risk-analyses", json={"risk_budget_id": told["risk_budget_id"]})

    assert answer.status_code == 201, answer.text
    shown = next(one for one in answer.json()["inputs"]["model"]["risks"] if one["name"].endswith("Again"))
    counted = next(one for one in told["risks"] if one["title"] == "Again")
    assert (shown["probability"], shown["probability_stated"]) == (counted["probability"], 0.8)
    assert "probabilities_corrected" in {one["code"] for one in answer.json()["remarks"]}


async def test_a_policy_can_have_stated_probabilities_count_whatever_their_record(with_a_record):
    risk = with_a_record
    await recomputed(risk)
    await revise(risk, {"name": "As stated", "corrects_risks": False}, "risk-policies")

    [stale, *_] = (await risk.get("/risk-budgets?view=full")).json()["items"]
    told = await recomputed(risk)

    assert stale["reason"]["code"] == "policy_changed"
    assert told["recalibrations"] == []
    assert {one["probability_stated"] for one in told["risks"]} == {None}


async def test_fewer_outcomes_leave_what_was_stated_and_say_so(risk):
    await decided(risk, 0.8, happened=False)

    told, about = await recomputed(risk), (await calibrated(risk))["recalibration"]

    assert told["recalibrations"] == []
    assert (about["outcomes"], about["least"], about["slope"]) == (1, ENOUGH_TO_CORRECT, None)
    assert "1" in about["note_zh"]


async def test_outcomes_are_a_tenants_own_and_a_wrong_question_is_refused(risk):
    await decided(risk, 0.4, happened=True)

    assert (await calibrated(risk.as_("eve", "admin", tenant="other")))["total"]["count"] == 0
    for query in ({"by": "weather"}, {"decided_after": "yesterday"}, {"colour": "red"}):
        assert (await risk.get("/risk-calibration", params=query)).status_code == 422
    assert (await calibrated(risk, decided_after="2126-01-01T00:00:00Z"))["total"]["count"] == 0
