"""Risk budgets over HTTP."""

import asyncio
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.conftest import said
from tests.support.risk.example import DEAL, baseline, concern, estimate, requirement, requirements
from tests.support.risk.register import SECOND, budgets, hear, newest


async def test_a_budget_shows_its_figures_and_what_they_come_from(risk):
    budget = await newest(risk)

    shown = (await risk.get(f"/risk-budgets/{budget['id']}")).json()

    money = {name: Decimal(shown[name]["amount"]) for name in ("base_cost", "contingency", "response_cost", "total_reserve", "management_reserve")}  # fmt: skip
    assert money["base_cost"] + money["contingency"] == Decimal(shown["percentiles"]["p80"])
    assert money["total_reserve"] == money["contingency"] + money["response_cost"] + money["management_reserve"]
    assert sum(Decimal(phase["amount"]) for phase in shown["phases"]) == money["contingency"]
    assert Decimal(shown["phases"][0]["remaining"]) == money["contingency"] - Decimal(shown["phases"][0]["amount"])
    assert Decimal(shown["phases"][-1]["remaining"]) == 0
    assert {one["code"] for one in shown["risks"]} == {"RSK-CON-001", "RSK-R04"}
    assert sum(part["share"] for part in shown["contributions"]) == pytest.approx(1, abs=1e-4)
    assert [part["share"] for part in shown["contributions"]] == sorted(
        (part["share"] for part in shown["contributions"]), reverse=True
    )
    assert (shown["samples"], shown["is_converged"], shown["remarks"]) == (10_000, True, [])


async def test_the_curve_is_ninety_nine_points(risk):
    budget = await newest(risk)

    curve = (await risk.get(f"/risk-budgets/{budget['id']}/curve")).json()

    assert len(curve["points"]) == 99
    assert curve["points"][79] == {"probability": 0.8, "cost": budget["percentiles"]["p80"]}
    assert curve["base_cost"] == "176000.00"


async def test_the_heat_map_holds_every_risk_once(risk):
    budget = await newest(risk)

    cells = (await risk.get(f"/risk-budgets/{budget['id']}/heat-map")).json()["cells"]

    assert len(cells) == 25
    assert sum(cell["count"] for cell in cells) == 2
    assert sum(Decimal(cell["expected_value"]) for cell in cells) == Decimal(budget["expected_value"]["amount"])


async def test_money_is_for_those_who_may_see_cost(risk):
    budget, pia = await newest(risk), risk.as_("pia", "presales")

    shown = (await pia.get(f"/risk-budgets/{budget['id']}")).json()
    listed = await newest(pia)
    heat = (await pia.get(f"/risk-budgets/{budget['id']}/heat-map")).json()["cells"]
    curve = await pia.get(f"/risk-budgets/{budget['id']}/curve")

    assert {
        shown[name] for name in ("base_cost", "contingency", "mean_cost", "standard_deviation", "total_reserve")
    } == {None}
    assert (shown["percentiles"], shown["phases"], listed["contingency"]) == (None, None, None)
    assert {one[name] for one in shown["risks"] for name in ("impact_cost", "expected_value", "reserve_share")} == {
        None
    }
    assert {cell["expected_value"] for cell in heat} == {None}
    assert (curve.status_code, curve.json()["code"]) == (403, "forbidden")
    assert shown["schedule_p80_days"] == budget["schedule_p80_days"] > 0


async def test_recomputing_takes_the_confidence_and_keeps_the_rest(risk):
    budget = await newest(risk)

    again = await risk.act(f"/risk-budgets/{budget['id']}/recompute", {"confidence": 0.9})

    body = again.json()
    assert (again.status_code, again.headers["Location"]) == (201, f"/v1/risk-budgets/{body['id']}")
    assert (body["confidence"], body["seed"], body["revision"]) == (0.9, budget["seed"], 2)
    assert body["percentiles"] == budget["percentiles"]
    assert Decimal(body["contingency"]["amount"]) == Decimal(body["percentiles"]["p90"]) - Decimal("176000.00")


async def test_the_same_seed_gives_the_same_figures_and_another_one_does_not(risk):
    first = await newest(risk)
    other = (await risk.act(f"/risk-budgets/{first['id']}/recompute", {"seed": 12345})).json()

    back = (await risk.act(f"/risk-budgets/{other['id']}/recompute", {"seed": first["seed"]})).json()

    assert other["percentiles"] != first["percentiles"]
    assert back["percentiles"] == first["percentiles"]


async def test_only_the_newest_budget_can_be_recomputed(risk):
    budget = await newest(risk)
    await risk.act(f"/risk-budgets/{budget['id']}/recompute", {})

    refused = await risk.act(f"/risk-budgets/{budget['id']}/recompute", {})

    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")


async def test_a_budget_that_waits_for_an_estimate_is_not_recomputed(risk):
    budget = await newest(risk)
    await hear(risk, SECOND)

    refused = await risk.act(f"/risk-budgets/{budget['id']}/recompute", {}, **{"Accept-Language": "zh"})

    assert (refused.status_code, refused.json()["code"]) == (409, "newer_baseline")
    assert refused.json()["detail"].startswith("基线 1 已不是最新")
    [action] = (await newest(risk))["allowed_actions"]
    assert (action["is_allowed"], action["reason"]["code"]) == (False, "newer_baseline")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"confidence": 1.5}, "/confidence"),
        ({"confidence": 0.2}, "/confidence"),
        ({"management_reserve_rate": "1.2"}, "/management_reserve_rate"),
        ({"seed": -1}, "/seed"),
        ({"seed": 2**60}, "/seed"),
        ({"samples": 10}, "/samples"),
        ({"samples": 10_000_000}, "/samples"),
        ({"percentile": 80}, "/percentile"),
    ],
)
async def test_a_wrong_wish_is_refused(risk, body, pointer):
    budget = await newest(risk)

    refused = await risk.act(f"/risk-budgets/{budget['id']}/recompute", body)

    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert len(await budgets(risk)) == 1


async def test_recomputing_needs_its_permission(risk):
    budget = await newest(risk)

    refused = await risk.as_("pia", "presales").act(f"/risk-budgets/{budget['id']}/recompute", {})

    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_two_who_recompute_at_once_do_not_both_win(risk):
    budget = await newest(risk)
    path, headers = f"/risk-budgets/{budget['id']}/recompute", {"If-Match": f'"{budget["version"]}"'}

    answers = await asyncio.gather(*(risk.post(path, json={}, headers=headers) for _ in range(3)))

    assert sorted(answer.status_code for answer in answers) == [201, 412, 412]
    assert len(await said(risk.app.state.database, "risk.budget.calculated.v1")) == 2


async def test_a_repeated_request_with_its_key_is_done_once(risk):
    budget = await newest(risk)
    path = f"/risk-budgets/{budget['id']}/recompute"
    headers = {"If-Match": f'"{budget["version"]}"', "Idempotency-Key": "k1"}

    first = await risk.post(path, json={}, headers=headers)
    again = await risk.post(path, json={}, headers=headers)

    assert again.json() == first.json()
    assert len(await budgets(risk)) == 2


async def test_lists_are_filtered_and_refuse_unknown_filters(risk):
    await hear(risk, SECOND, estimate(SECOND))

    current = await budgets(risk, status="calculated", freshness="fresh")
    unknown = await risk.get("/risk-budgets", params={"epoch": 2})

    assert [one["basis"]["epoch"] for one in current] == [2]
    assert unknown.status_code == 422
    assert (await risk.get("/risk-budgets", params={"opportunity_id": str(DEAL), "limit": 1})).json()["next_cursor"]


async def test_the_service_answers_while_it_simulates(risk):
    budget, loop = await newest(risk), asyncio.get_running_loop()
    moments = [loop.time()]

    async def watch():
        while True:
            await asyncio.sleep(0.001)
            moments.append(loop.time())

    watcher = asyncio.create_task(watch())
    await risk.act(f"/risk-budgets/{budget['id']}/recompute", {"samples": 50_000})
    watcher.cancel()

    longest_silence = max(later - earlier for earlier, later in pairwise(moments))
    assert longest_silence < (moments[-1] - moments[0]) / 2


async def test_a_run_that_is_too_large_is_refused_and_leaves_nothing(risk):
    large = baseline(2, requirements(1_200))
    await hear(risk, large, estimate(large))
    budget = await newest(risk)

    refused = await risk.act(f"/risk-budgets/{budget['id']}/recompute", {"samples": 50_000})

    assert (refused.status_code, refused.json()["code"]) == (422, "run_too_large")
    draws = 50_000 * (len(estimate(large).lines) + len((await detail(risk, budget))["risks"]))
    assert refused.json()["detail"].startswith(f"{draws} draws (samples times lines and risks) are more than")
    assert "60000000 at most" in refused.json()["detail"]
    assert (await newest(risk))["id"] == budget["id"]


async def test_two_thousand_requirements_with_many_gaps_get_their_budget(risk):
    large = baseline(2, [requirement(f"REQ-{n:04d}", kind="interface") for n in range(2_000)],
                     concerns=[concern(f"CON-{n:03d}") for n in range(600)])  # fmt: skip

    await hear(risk, large, estimate(large))

    budget = await detail(risk, await newest(risk))
    assert (budget["status"], budget["basis"]["epoch"]) == ("calculated", 2)
    assert (len(estimate(large).lines), len(budget["risks"])) == (2_001, 602)
    assert sum(Decimal(one["amount"]) for one in budget["phases"]) == Decimal(budget["contingency"]["amount"])
    [told] = [one for one in await said(risk.app.state.database, "risk.budget.calculated.v1") if one.data["basis"]["epoch"] == 2]  # fmt: skip
    assert len(told.data["risks"]) == 602


async def detail(client, budget):
    return (await client.get(f"/risk-budgets/{budget['id']}")).json()


@pytest.mark.parametrize("name", ["heat-map", "s-curve", "tornado", "histogram", "joint-confidence", "delay"])
async def test_a_chart_comes_as_data_picture_and_specification(risk, name):
    path = f"/risk-budgets/{(await newest(risk))['id']}/charts/{name}"

    data = (await risk.get(path)).json()
    picture = await risk.get(f"{path}?language=zh", headers={"Accept": "image/svg+xml"})
    spec = (await risk.get(path, headers={"Accept": "application/vnd.vegalite.v6+json"})).json()

    assert data["rows"] == spec["data"]["values"]
    assert data["alt"] == spec["description"]
    assert (picture.headers["content-type"], picture.content[:5]) == ("image/svg+xml", b"<svg ")


async def test_charts_show_no_money_to_those_who_may_not_see_cost(risk):
    path, pia = f"/risk-budgets/{(await newest(risk))['id']}/charts", risk.as_("pia", "presales")

    heat, tornado, curve = [await pia.get(f"{path}/{name}") for name in ("heat-map", "tornado", "s-curve")]

    assert {row["amount"] for row in heat.json()["rows"]} == {None}
    assert {row["low"] for row in tornado.json()["rows"]} == {0.0}
    assert (curve.status_code, curve.json()["code"]) == (403, "forbidden")


async def test_a_chart_that_there_is_not_is_a_problem_that_names_those_there_are(risk):
    refused = await risk.get(f"/risk-budgets/{(await newest(risk))['id']}/charts/pie")

    assert (refused.status_code, refused.json()["code"]) == (404, "no_such_chart")
    assert "delay, heat-map, histogram, joint-confidence, s-curve, tornado" in refused.json()["detail"]
