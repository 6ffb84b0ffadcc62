"""Judgements of effort, actuals and what a budget pays for, over HTTP."""

import pytest

from services.estimation.handlers import on
from tests.support.estimation.estimates import told
from tests.support.estimation.events import approved, hear, requirement, risk_budget
from tests.support.estimation.past_projects import fitted, imported, recorded
from tests.support.estimation.samples import key

COMPLETED, RECORDED = "estimation.estimate.completed.v1", "estimation.past_project.recorded.v1"


async def newest(client):
    return (await client.get("/estimates?view=full")).json()["items"][0]


async def estimated(client, *args, **wish):
    await hear(client, approved(*args, **wish), on=on)
    return await newest(client)


async def lines(client, estimate):
    return (await client.get(f"/estimates/{estimate['id']}/lines")).json()["items"]


async def judged(client, estimate, **wish):
    answer = await client.act(f"/estimates/{estimate['id']}/override-effort", {"reason": "Done it before.", **wish})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_judged_line_makes_the_next_revision_and_stays_beside_what_was_computed(estimation):
    first = await estimated(estimation)
    line = (await lines(estimation, first))[0]

    second = await judged(
        estimation, first, line_id=line["id"], most_likely_days=30, optimistic_days=25, pessimistic_days=45
    )

    [shown] = second["overrides"]
    new = (await lines(estimation, second))[0]
    assert (second["revision"], (await estimation.get(f"/estimates/{first['id']}")).json()["status"]) == (
        2,
        "superseded",
    )
    assert (new["method"], new["computed_days"]) == ("expert", line["expected_days"])
    assert 25 < new["expected_days"] < 45
    assert (shown["line_id"], shown["computed_days"], shown["judged_by"]) == (line["id"], line["expected_days"], "ann")
    assert [method["method"] for method in second["methods"]] == ["three_point", "function_points", "expert"]
    assert second["methods"][0]["effort_days"] == first["effort_days"]
    event = (await told(estimation, COMPLETED))[-1]
    assert event["overrides"] == shown or event["overrides"][0]["reason"] == "Done it before."
    assert sum(round(one["expected_days"], 2) for one in event["lines"]) == pytest.approx(event["effort_days"])


async def test_a_judgement_is_internal_unless_it_is_worded_for_the_client(estimation):
    first = await estimated(estimation)
    wish = {"most_likely_days": 200, "client_visibility": "client"}
    path = f"/estimates/{first['id']}/override-effort"

    unworded = await estimation.act(path, {"reason": "They hope.", **wish})
    quiet = await judged(estimation, first, most_likely_days=200)
    shown = await judged(estimation, quiet, **wish, client_wording_zh="工作量按同类项目确定。")

    assert unworded.json()["errors"][0]["code"] == "not_worded_for_the_client"
    events = await told(estimation, COMPLETED)
    for said_by, visibility, wording in ((quiet, "internal", None), (shown, "client", "工作量按同类项目确定。")):
        [one] = said_by["overrides"]
        [event] = [event for event in events if event["estimate_id"] == said_by["id"]]
        assert (one["client_visibility"], one["client_wording_zh"]) == (visibility, wording)
        assert event["overrides"][0]["client_wording_zh"] == wording


async def test_a_judgement_survives_recomputing_and_the_next_baseline_until_it_is_withdrawn(estimation):
    first = await estimated(estimation)
    second = await judged(estimation, first, most_likely_days=200)

    third = (await estimation.act(f"/estimates/{second['id']}/recompute")).json()
    fourth = await estimated(estimation, 2)
    back = (await estimation.act(f"/estimates/{fourth['id']}/withdraw-override", {"reason": "Counted anew."})).json()
    none = await estimation.act(f"/estimates/{back['id']}/withdraw-override", {"reason": "again"})
    history = (await estimation.get(f"/estimates/{back['id']}/overrides")).json()["items"]

    assert third["effort_days"] == fourth["effort_days"] == second["effort_days"]
    assert second["effort_days"] == pytest.approx(200, rel=0.05)
    assert third["overrides"] == fourth["overrides"] == second["overrides"]
    assert (back["effort_days"], back["overrides"]) == (first["effort_days"], [])
    assert (none.status_code, none.json()["code"]) == (409, "no_standing_override")
    [kept] = history
    assert (kept["status"], kept["withdrawn_reason"], kept["is_assumed"]) == ("withdrawn", "Counted anew.", True)
    assert kept["effort_days"]["pessimistic"] > 270


async def test_a_later_judgement_of_the_same_replaces_the_earlier_and_both_are_kept(estimation):
    first = await estimated(estimation)
    line = (await lines(estimation, first))[1]
    second = await judged(estimation, first, line_id=line["id"], most_likely_days=10)

    third = await judged(estimation, second, line_id=line["id"], most_likely_days=12)

    history = (await estimation.get(f"/estimates/{third['id']}/overrides")).json()["items"]
    assert [one["status"] for one in history] == ["standing", "replaced"]
    assert {one["computed_days"] for one in history} == {line["expected_days"]}
    assert len(third["overrides"]) == 1


WRONG = {
    "half a range": ({"optimistic_days": 3}, "half_a_range"),
    "a range out of order": ({"optimistic_days": 30, "pessimistic_days": 40}, "range_order"),
    "no effort": ({"most_likely_days": 0}, "no_effort"),
    "a negative effort": ({"most_likely_days": -1}, "too_small"),
    "an endless effort": ({"most_likely_days": 1e300}, "too_large"),
    "no reason": ({"reason": " "}, "too_short"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_an_impossible_judgement_is_refused_and_changes_nothing(estimation, case):
    estimate = await estimated(estimation)
    wish, code = WRONG[case]

    answer = await estimation.act(
        f"/estimates/{estimate['id']}/override-effort", {"most_likely_days": 5, "reason": "不再需要", **wish}
    )

    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["code"] == code
    assert (await newest(estimation))["id"] == estimate["id"]


async def test_a_line_that_is_not_there_and_a_total_below_its_lines_are_refused(estimation):
    first = await estimated(estimation)
    path = f"/estimates/{first['id']}/override-effort"

    strange = await estimation.act(path, {"line_id": str(key("nothing")), "most_likely_days": 5, "reason": "不再需要"})
    line = (await lines(estimation, first))[0]
    second = await judged(estimation, first, line_id=line["id"], most_likely_days=100)
    below = await estimation.act(
        f"/estimates/{second['id']}/override-effort", {"most_likely_days": 50, "reason": "不再需要"}
    )

    assert (strange.status_code, strange.json()["code"]) == (422, "no_such_line")
    assert (below.status_code, below.json()["code"]) == (422, "total_below_lines")
    assert (await newest(estimation))["id"] == second["id"]
    assert len((await estimation.get(f"/estimates/{second['id']}/overrides")).json()["items"]) == 1


async def test_judgements_are_made_by_estimators_on_what_they_saw(estimation):
    estimate = await estimated(estimation)
    path, wish = f"/estimates/{estimate['id']}/override-effort", {"most_likely_days": 5, "reason": "不再需要"}

    blind = await estimation.post(path, json=wish)
    stale = await estimation.post(path, json=wish, headers={"If-Match": '"9"'})
    presales = await estimation.as_("pia", "presales").post(path, json=wish, headers={"If-Match": '"1"'})
    stranger = await estimation.as_("eve", "admin", tenant="other").get(f"/estimates/{estimate['id']}/overrides")

    assert (blind.status_code, stale.status_code, presales.status_code, stranger.status_code) == (428, 412, 403, 404)


async def test_an_active_model_and_enough_past_projects_are_methods_of_the_next_estimate(estimation):
    await imported(estimation)
    model = await fitted(estimation)
    await estimation.act(f"/productivity-models/{model['id']}/activate")

    estimate = await estimated(estimation)

    names = [method["method"] for method in estimate["methods"]]
    assert names == ["three_point", "function_points", "productivity_model", "analogy"]
    assert estimate["methods"][2]["source_ids"] == [model["id"]]
    assert len(estimate["methods"][3]["source_ids"]) in {3, 4, 5}
    assert "of 77 past projects" in estimate["methods"][2]["note"]


async def slow_model(client, count=9, **wish):
    """An active model of past projects that took some thirty hours per function point."""
    for number in range(count):
        size = 100 + 40 * number
        days = size * 30 / 8 * (1.15 if number % 2 else 0.87)
        await recorded(client, name=f"P{number}", size=size, effort_days=days, estimated_effort_days=None, **wish)
    model = await fitted(client)
    return (await client.act(f"/productivity-models/{model['id']}/activate")).json()


async def test_the_calibrated_model_leads_when_its_record_is_better_and_others_hear_why(estimation):
    before = await estimated(estimation)
    model = await slow_model(estimation)

    after = (await estimation.act(f"/estimates/{before['id']}/recompute")).json()

    methods = {method["method"]: method for method in after["methods"]}
    event = (await told(estimation, COMPLETED))[-1]
    assert (before["lead"]["method"], before["lead"]["code"]) == ("three_point", "no_calibration")
    assert (after["lead"]["method"], after["lead"]["code"]) == ("productivity_model", "better_record")
    assert after["effort_days"] == methods["productivity_model"]["effort_days"] > 2 * before["effort_days"]
    assert methods["three_point"]["effort_days"] == before["effort_days"]
    assert event["lead"] == after["lead"]
    assert sum(line["expected_days"] for line in event["lines"]) == pytest.approx(after["effort_days"])
    assert {line["id"]: line["computed_days"] for line in event["lines"]} == {
        line["id"]: line["expected_days"] for line in (await told(estimation, COMPLETED))[0]["lines"]
    }
    assert float(after["base_cost"]["amount"]) > 2 * float(before["base_cost"]["amount"])
    assert model["record"]["rival_is"] == "benchmark"
    assert model["record"]["calibrated"] < model["record"]["rival"]


async def test_a_model_that_comes_or_goes_marks_the_estimates_that_it_concerns(estimation):
    sized = await estimated(estimation)
    model = await slow_model(estimation)
    marked = await newest(estimation)
    made = (await estimation.act(f"/estimates/{sized['id']}/recompute")).json()
    await estimation.act(f"/productivity-models/{model['id']}/retire")
    again = await newest(estimation)

    assert (marked["freshness"], marked["reason"]["code"]) == ("stale", "productivity_model_changed")
    assert made["freshness"] == "fresh"
    assert (again["id"], again["reason"]["code"]) == (made["id"], "productivity_model_changed")
    assert [event["reason"]["code"] for event in await told(estimation, "estimation.estimate.outdated.v1")] == [
        "productivity_model_changed"
    ] * 2


async def test_a_model_does_not_concern_an_estimate_without_function_points(estimation):
    await estimated(estimation, requirements=[requirement(1, "operational", size=None)])

    await slow_model(estimation)

    assert (await newest(estimation))["freshness"] == "fresh"


async def test_a_person_chooses_the_leading_method_with_a_reason_until_somebody_chooses_again(estimation):
    await slow_model(estimation)
    led = await estimated(estimation)
    path = "/estimates/{}/choose-leading-method"

    kept = (
        await estimation.act(path.format(led["id"]), {"method": "three_point", "reason": "Those were others."})
    ).json()
    later = await estimated(estimation, 2)
    back = (await estimation.act(path.format(later["id"]), {"method": "by_record", "reason": "Agreed."})).json()
    silent = await estimation.act(path.format(back["id"]), {"method": "three_point", "reason": " "})
    viewer = await estimation.as_("v", "viewer").act(path.format(back["id"]), {"method": "by_record", "reason": "x"})

    assert (kept["lead"]["code"], later["lead"]["code"], back["lead"]["code"]) == ("chosen", "chosen", "better_record")
    assert "Those were others." in kept["lead"]["message"]
    assert kept["effort_days"] == kept["methods"][0]["effort_days"] < led["effort_days"] == back["effort_days"]
    assert (silent.status_code, viewer.status_code) == (422, 403)
    assert "choose_leading_method" in {action["action"] for action in back["allowed_actions"]}


async def test_without_a_calibrated_method_nobody_can_choose_it(estimation):
    estimate = await estimated(estimation)

    answer = await estimation.act(
        f"/estimates/{estimate['id']}/choose-leading-method", {"method": "productivity_model", "reason": "x"}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "no_model_to_lead")
    assert (await newest(estimation))["id"] == estimate["id"]


async def test_what_was_estimated_here_is_the_record_of_bottom_up_whatever_led(estimation):
    await slow_model(estimation)
    for number in range(3):
        deal = key("deal", number)
        await hear(estimation, approved(deal=deal), on=on)
        [led] = (await estimation.get("/estimates", params={"view": "full", "opportunity_id": str(deal)})).json()[
            "items"
        ]
        took = ACTUALS | {"effort_days": led["methods"][0]["effort_days"]}
        done = await estimation.act(f"/estimates/{led['id']}/record-actuals", took)
        assert (led["lead"]["method"], done.status_code) == ("productivity_model", 201), done.text

    model = await fitted(estimation)

    assert (model["record"]["rival_is"], model["record"]["projects"]) == ("estimates", 3)
    assert model["record"]["rival"] < 0.1  # bottom-up had been right, but for the warranty


ACTUALS = {"effort_days": 95.5, "finished_on": "2027-12-01", "cost": {"amount": "250000.00", "currency": "CNY"}}


async def delivered(client):
    """An estimate with its risk budget."""
    estimate = await estimated(client)
    await hear(client, risk_budget((await told(client, COMPLETED))[-1]), on=on)
    return await newest(client) or estimate


async def test_what_was_delivered_becomes_a_past_project_and_others_hear_how_right_the_estimate_was(estimation):
    estimate = await delivered(estimation)

    answer = await estimation.act(f"/estimates/{estimate['id']}/record-actuals", ACTUALS)
    twice = await estimation.act(f"/estimates/{estimate['id']}/record-actuals", ACTUALS)

    project = answer.json()
    [event] = await told(estimation, RECORDED)
    completed = (await told(estimation, COMPLETED))[-1]
    assert answer.status_code == 201, answer.text
    assert (project["origin"], project["name"], project["industry"]) == ("delivered", "Lending platform", "Banking")
    assert (event["effort_days"], event["estimated_effort_days"]) == (95.5, completed["effort_days"])
    assert event["estimated_effort_p80_days"] == completed["effort_p80_days"]
    assert event["cost"] == ACTUALS["cost"]
    assert event["estimated_cost"] == completed["base_cost"]
    assert float(event["estimated_cost_p80"]["amount"]) == float(completed["base_cost"]["amount"]) + 20000
    assert project["size"] == sum(line["function_points"] for line in completed["lines"])
    assert (twice.status_code, twice.json()["code"]) == (409, "actuals_already_recorded")


async def test_a_correction_of_actuals_is_told_again(estimation):
    estimate = await delivered(estimation)
    project = (await estimation.act(f"/estimates/{estimate['id']}/record-actuals", ACTUALS)).json()

    await estimation.patch(f"/past-projects/{project['id']}", json={"effort_days": 99}, headers={"If-Match": '"1"'})

    assert [(event["revision"], event["effort_days"]) for event in await told(estimation, RECORDED)] == [
        (1, 95.5),
        (2, 99),
    ]


async def test_actuals_of_another_currency_or_without_a_size_are_refused(estimation):
    estimate = await estimated(estimation, requirements=[requirement(1, "operational", size=None)])
    path = f"/estimates/{estimate['id']}/record-actuals"

    dollars = await estimation.act(path, ACTUALS | {"cost": {"amount": "1", "currency": "USD"}})
    sizeless = await estimation.act(path, ACTUALS)
    sized = await estimation.act(path, ACTUALS | {"size": 44})

    assert dollars.json()["errors"][0]["pointer"] == "/cost/currency"
    assert (sizeless.status_code, sizeless.json()["code"]) == (422, "size_is_missing")
    assert (sized.status_code, sized.json()["size"]) == (201, 44)


def needs():
    return [
        requirement(1, priority="could"),
        requirement(2, priority="must"),
        requirement(3, priority="should", depends_on=(key("requirement", 4),)),
        requirement(4, priority="could"),
    ]


async def test_a_budget_pays_for_requirements_by_priority_with_what_they_depend_on(estimation):
    await estimated(estimation, requirements=needs(), budget="900000.00")
    await hear(estimation, risk_budget((await told(estimation, COMPLETED))[-1]), on=on)
    estimate = await newest(estimation)
    path = f"/estimates/{estimate['id']}/affordable-scope"
    price = float(estimate["price"]["price_incl_tax"]["amount"])

    everything = (
        await estimation.post(path, json={"budget": {"amount": f"{price + 1:.2f}", "currency": "CNY"}})
    ).json()
    three = (await estimation.post(path, json={"budget": {"amount": f"{price * 0.8:.2f}", "currency": "CNY"}})).json()
    nothing = (await estimation.post(path, json={"budget": {"amount": "10", "currency": "CNY"}})).json()

    assert [need["code"] for need in everything["included"]] == ["REQ-002", "REQ-004", "REQ-003", "REQ-001"]
    assert [need["code"] for need in three["included"]] == ["REQ-002", "REQ-004", "REQ-003"]
    assert (three["has_all_musts"], nothing["has_all_musts"], nothing["included"]) == (True, False, [])
    assert everything["included_cost"] == everything["whole_cost"] == estimate["base_cost"]
    assert (await estimation.as_("v", "viewer").post(path, json={})).status_code == 403


async def test_without_a_price_or_a_budget_there_is_no_affordable_scope(estimation):
    estimate = await estimated(estimation)
    path = f"/estimates/{estimate['id']}/affordable-scope"

    early = await estimation.post(path, json={})
    await hear(estimation, risk_budget((await told(estimation, COMPLETED))[-1]), on=on)
    unknown = await estimation.post(path, json={})

    assert (early.status_code, early.json()["code"]) == (409, "not_priced_yet")
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "missing")
