"""Quantitative analyses over HTTP: models of one's own and risk budgets, repeatable to the byte."""

from decimal import Decimal

import pytest

from services.risk.models import analyses as models
from services.risk.timers import timers
from shared.kernel.clock import now
from tests.conftest import eventually
from tests.support.quant.published import case
from tests.support.risk.example import DEAL
from tests.support.risk.register import model, newest, pert


async def post(client, status=201, **body):
    answer = await client.post("/risk-analyses", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def wrong(answer):
    return {(one["pointer"], one["code"]) for one in answer["errors"]}


def item_of(given, n):
    names = {"triangular": ("optimistic", "most_likely", "pessimistic")}
    match given["dist"]:
        case "normal":
            size = {"kind": "normal", "mean": given["mean"], "sd": given["sd"]}
        case "pert":
            size = {**pert(given["a"], given["m"], given["b"]), "shape": given["lambda_"]}
        case kind:
            points = (given["a"], given["m"], given["b"])
            size = {"kind": kind, **dict(zip(names[kind], points, strict=True))}
    return {"id": str(n), "size": size}


@pytest.mark.parametrize("name", ["mc-sum-triangular-indep", "mc-sum-pert-indep"])
async def test_published_sums_have_their_moments_and_percentiles(risk, name):
    figures = case("montecarlo", name)
    expected, tolerance = figures["expected"], figures["tol"]
    items = [item_of(given, n) for n, given in enumerate(figures["inputs"]["items"])]

    found = await post(
        risk, model={"currency": "CNY", "items": items, "correlation": {"within": 0, "across": 0}}, options={"seed": 3}
    )

    cost = found["result"]["cost"]
    assert float(cost["mean"]) == pytest.approx(expected["mean"], rel=tolerance["mean_rel_at_n10000"])
    for probability, value in expected["percentiles"].items():
        share = f"p{float(probability) * 100:.0f}"
        assert float(cost["percentiles"][share]) == pytest.approx(value, rel=tolerance["pct_rel_at_n10000"])
    if name == "mc-sum-triangular-indep":
        assert float(cost["base"]) == expected["deterministic_sum_of_modes"]


@pytest.mark.parametrize("rho", ["0", "0.3", "1.0"])
async def test_published_correlations_widen_the_sum(risk, rho):
    figures = case("montecarlo", f"mc-10-normals-rho{rho}")
    expected = figures["expected"]
    items = [item_of(given, n) for n, given in enumerate(figures["inputs"]["items"])]

    found = await post(
        risk,
        model={"currency": "CNY", "items": items, "correlation": {"within": float(rho), "across": float(rho)}},
        options={"seed": 3},
    )

    cost = found["result"]["cost"]
    assert float(cost["standard_deviation"]) == pytest.approx(expected["sd"], rel=figures["tol"]["sd_rel_at_n10000"])
    assert float(cost["percentiles"]["p80"]) == pytest.approx(expected["p80"], rel=0.01)


async def test_published_risk_drivers_multiply(risk):
    figures = case("montecarlo", "risk-driver-multiplicative")
    given, expected = figures["inputs"], figures["expected"]
    drivers = [
        {"id": f"d{n}", "probability": one["probability"],
         "factor": item_of(one["factor"], n)["size"]} for n, one in enumerate(given["drivers"])
    ]  # fmt: skip
    items = [{"id": "work", "size": {"kind": "point", "value": given["base"]}}]

    found = (await post(risk, model={"currency": "CNY", "items": items, "drivers": drivers}))["result"]

    assert float(found["cost"]["mean"]) == pytest.approx(expected["mean"], rel=0.01)
    assert float(found["cost"]["standard_deviation"]) == pytest.approx(expected["sd"], rel=0.05)
    assert sum(part["share"] for part in found["parts"]) == pytest.approx(1, abs=1e-6)
    assert all(Decimal(part["saving"]) > 0 for part in found["parts"] if part["kind"] == "driver")


async def test_a_small_analysis_is_answered_at_once_and_whole(risk):
    risks = [
        {"id": "late", "probability": 0.3, "cost": pert(50, 100, 300), "days": pert(1, 3, 8),
         "inherent": {"probability": 0.6, "cost": pert(80, 200, 500), "days": pert(2, 5, 12)}},
    ]  # fmt: skip
    wish = {"samples": 5_000, "seed": 5, "cost_limit": "2600", "deadline_days": 12, "targets": [0.5, 0.9]}

    found = await post(risk, name="First", model=model(risks=risks, planned_days=10, daily_burn=20), options=wish)

    result, cost = found["result"], found["result"]["cost"]
    assert (found["status"], found["progress"], found["seed"], found["samples"]) == ("done", 1.0, 5, 5_000)
    assert len(cost["curve"]) == len(result["duration"]["curve"]) == 99
    assert [target["confidence"] for target in cost["targets"]] == [0.5, 0.9]
    assert Decimal(cost["targets"][1]["contingency"]) == Decimal(cost["targets"][1]["cost"]) - Decimal(cost["base"])
    assert 0 < cost["probability_within_base"] < cost["probability_within_limit"] < 1
    assert 0 < result["joint"]["probability"] <= result["duration"]["probability_within_deadline"] <= 1
    assert sum(one["share"] for one in cost["histogram"]) == pytest.approx(1)
    assert sum(part["share"] for part in result["parts"]) == pytest.approx(1, abs=1e-6)
    assert Decimal(result["before"]["cost"]["percentiles"]["p80"]) > Decimal(cost["percentiles"]["p80"])
    [late] = [part for part in result["parts"] if part["id"] == "late"]
    assert (late["kind"], Decimal(late["saving"]) > 0) == ("risk", True)
    allotted = sum(Decimal(part["contingency"]) for part in result["parts"])
    assert allotted == Decimal(cost["percentiles"]["p80"]) - Decimal(cost["base"])


async def test_a_network_makes_the_duration_and_its_slip_costs(risk):
    activities = [
        {"id": "design", "duration": pert(8, 10, 16)},
        {"id": "build", "item_id": "line 1", "days_per_unit": 2, "predecessors": [{"id": "design"}]},
        {"id": "papers", "planned_days": 3, "predecessors": [{"id": "design", "kind": "SS", "lag_days": 2}]},
    ]

    found = (await post(risk, model=model(activities=activities, daily_burn=10)))["result"]

    assert found["duration"]["planned_days"] == 18
    assert found["duration"]["criticality"] == {"build": 1.0, "design": 1.0, "papers": 0.0}
    assert "schedule" in {part["kind"] for part in found["parts"]}


async def test_the_contingency_is_drawn_down_by_phase(risk):
    items = [
        {"id": "a", "size": pert(10, 12, 30), "phases": {"design": 1}},
        {"id": "b", "size": pert(20, 30, 60), "phases": {"design": 0.25, "build": 0.75}},
    ]

    found = (await post(risk, model={"currency": "CNY", "items": items, "phases": ["design", "build"]}))["result"]

    design, build = found["phases"]
    cost = found["cost"]
    whole = Decimal(cost["percentiles"]["p80"]) - Decimal(cost["base"])
    assert Decimal(design["contingency"]) + Decimal(build["contingency"]) == whole
    assert (Decimal(design["remaining"]), Decimal(build["remaining"])) == (Decimal(build["contingency"]), 0)


async def test_a_budget_is_analysed_as_it_was_counted(risk):
    budget = await newest(risk)

    found = await post(risk, risk_budget_id=budget["id"])

    assert (found["opportunity_id"], found["risk_budget_id"]) == (str(DEAL), budget["id"])
    assert (found["currency"], found["seed"], found["samples"]) == (budget["currency"], budget["seed"], 10_000)
    assert found["result"]["cost"]["percentiles"]["p80"] == budget["percentiles"]["p80"]
    assert found["result"]["cost"]["mean"] == budget["mean_cost"]["amount"]
    assert {one["phase"]: one["contingency"] for one in found["result"]["phases"]} == {
        one["phase"]: one["amount"] for one in budget["phases"]
    }


async def test_a_budgets_risks_can_be_drivers_and_its_correlation_another(risk):
    budget = await newest(risk)

    events = await post(risk, risk_budget_id=budget["id"])
    drivers = await post(risk, risk_budget_id=budget["id"], mode="drivers")
    stiff = await post(risk, risk_budget_id=budget["id"], correlation={"within": 0.9, "across": 0.6})

    kinds = {part["kind"] for part in drivers["result"]["parts"]}
    assert kinds == {"item", "driver"}
    spread = [Decimal(one["result"]["cost"]["standard_deviation"]) for one in (events, stiff)]
    assert spread[1] > spread[0]
    mean = [float(one["result"]["cost"]["mean"]) for one in (events, drivers)]
    assert mean[1] == pytest.approx(mean[0], rel=0.02)


async def test_repeating_gives_the_same_bytes_or_says_why_not(risk, monkeypatch):
    done = await post(risk, model=model(), options={"seed": 1})

    again = await risk.post(f"/risk-analyses/{done['id']}/repeat")
    twin = await post(risk, model=model(), options={"seed": 1})
    other = await post(risk, model=model(), options={"seed": 2})
    monkeypatch.setattr(models, "ENGINE_VERSION", "risk-99")
    refused = await risk.post(f"/risk-analyses/{done['id']}/repeat")
    shown = (await risk.get(f"/risk-analyses/{done['id']}")).json()

    assert again.json() == {
        "is_equal": True, "result_hash": done["result_hash"], "engine_version": done["engine_version"]
    }  # fmt: skip
    assert twin["result_hash"] == done["result_hash"] != other["result_hash"]
    assert (refused.status_code, refused.json()["code"]) == (409, "run_not_reproducible")
    assert [one["is_allowed"] for one in shown["allowed_actions"]] == [False]


async def test_a_large_analysis_runs_on_and_says_how_far_it_is(risk):
    waiting = await risk.post("/risk-analyses", json={"model": model(), "options": {"samples": 30_000}})
    path = waiting.headers["location"].removeprefix("/v1")
    early = await risk.post(f"{path}/repeat")
    chart = await risk.get(f"{path}/charts/s-curve")

    await timers.run_due(risk.app.state.database, now())

    async def done():
        found = (await risk.get(path)).json()
        return found if found["status"] == "done" else None

    found = await eventually(done)
    assert (waiting.status_code, waiting.json()["result"]) == (202, None)
    assert (early.status_code, early.json()["code"]) == (409, "illegal_transition")
    assert (chart.status_code, chart.json()["code"]) == (409, "not_analysed_yet")
    assert (found["progress"], found["samples"], len(found["result"]["cost"]["curve"])) == (1.0, 30_000, 99)


async def test_what_cannot_correlate_so_is_mended_and_told_or_refused(risk):
    def pairs(last):
        pairs = [("line 0", "line 1", 0.9), ("line 1", "line 2", 0.9), ("line 0", "line 2", last)]
        return {
            "within": 0,
            "across": 0,
            "pairs": [dict(zip(("one", "other", "value"), one, strict=True)) for one in pairs],
        }

    mended = await post(risk, model=model(correlation=pairs(0.5)))
    refused = await post(risk, 422, model=model(correlation=pairs(-0.9)))

    assert 0 < mended["result"]["largest_correlation_change"] < 0.2
    assert "correlation_mended" in {one["code"] for one in mended["remarks"]}
    assert wrong(refused) == {("/model/correlation", "corr_not_psd")}


@pytest.mark.parametrize(
    ("parts", "pointer", "code"),
    [
        ({"items": [{"id": "a", "size": pert(3, 2, 1)}]}, "/model/items/0/size/pert", "range_order"),
        ({"items": [{"id": "a", "size": pert(-1, 2, 3)}]}, "/model/items/0", "negative_amount"),
        ({"items": [{"id": "a", "size": {"kind": "normal", "mean": 1, "sd": -1}}]}, "/model/items/0/size/normal", "distribution_out_of_range"),
        ({"items": [{"id": "a", "size": {"kind": "pareto"}}]}, "/model/items/0/size", "wrong_value"),
        ({"items": [{"id": "a", "size": {"kind": "discrete", "values": [1, 2], "probabilities": [0.5, 0.4]}}]}, "/model/items/0/size/discrete", "distribution_out_of_range"),
        ({"items": []}, "/model", "nothing_to_simulate"),
        ({"risks": [{"id": "r", "probability": 1}]}, "/model/risks/0", "this_is_an_issue_not_a_risk"),
        ({"risks": [{"id": "r", "probability": 0}]}, "/model/risks/0/probability", "too_small"),
        ({"risks": [{"id": "line 1", "probability": 0.5}]}, "/model", "duplicate_id"),
        ({"risks": [{"id": "r", "probability": 0.5, "activity_ids": ["x"]}]}, "/model/risks/0/activity_ids", "unknown_id"),
        ({"drivers": [{"id": "d", "probability": 0.5, "factor": pert(-1, 1, 2)}]}, "/model/drivers/0", "factor_not_positive"),
        ({"drivers": [{"id": "d", "probability": 0.5, "factor": pert(0.5, 1, 2), "item_ids": ["x"]}]}, "/model/drivers/0/item_ids", "unknown_id"),
        ({"activities": [{"id": "a"}]}, "/model/activities/0", "no_duration"),
        ({"activities": [{"id": "a", "planned_days": 1, "predecessors": [{"id": "b"}]}, {"id": "b", "planned_days": 1, "predecessors": [{"id": "a"}]}]}, "/model/activities", "cycle"),
        ({"activities": [{"id": "a", "planned_days": 1, "predecessors": [{"id": "x"}]}]}, "/model/activities", "unknown_predecessor"),
        ({"correlation": {"within": 0.1, "across": 0.3}}, "/model/correlation", "corr_out_of_range"),
        ({"correlation": {"within": -0.5, "across": -0.5}}, "/model/correlation", "corr_out_of_range"),
        ({"correlation": {"pairs": [{"one": "line 1", "other": "x", "value": 0.5}]}}, "/model/correlation", "corr_out_of_range"),
        ({"daily_burn": 1e30}, "/model/daily_burn", "too_large"),
        ({"items": [{"id": "a\x00", "size": pert(1, 2, 3)}]}, "/model/items/0/id", "wrong_format"),
    ],
)  # fmt: skip
async def test_what_cannot_be_simulated_is_refused_by_name(risk, parts, pointer, code):
    refused = await post(risk, 422, model=model(**parts))

    assert (pointer, code) in wrong(refused)


async def test_too_large_is_refused_before_anything_is_drawn(risk):
    items = [{"id": str(n), "size": pert(1, 2, 3)} for n in range(1_000)]

    refused = await post(risk, 422, model={"currency": "CNY", "items": items}, options={"samples": 100_000})

    assert refused["code"] == "run_too_large"


async def test_either_a_model_or_a_budget_is_analysed(risk):
    for body in ({}, {"model": model(), "risk_budget_id": str(DEAL)}, {"model": model(), "mode": "drivers"}):
        assert wrong(await post(risk, 422, **body)) == {("", "one_of_budget_or_model")}
    assert (await post(risk, 404, risk_budget_id=str(DEAL)))["code"] == "not_found"
    assert (await post(risk, 404, model=model(), opportunity_id="00000000-0000-7000-8000-000000000000"))[
        "code"
    ] == "not_found"


async def test_ranges_that_look_wrong_are_remarked_on(risk):
    items = [
        {"id": "wide", "size": pert(1, 10, 90)}, {"id": "narrow", "size": pert(99, 100, 101)}, {"id": "glad", "size": pert(5, 9, 9)},
    ]  # fmt: skip

    found = await post(risk, model={"currency": "CNY", "items": items})

    assert {one["code"] for one in found["remarks"]} >= {"range_too_wide", "range_suspiciously_narrow", "no_downside"}


@pytest.mark.parametrize("name", ["s-curve", "duration", "histogram", "tornado", "joint-confidence"])
async def test_an_analysis_has_charts(risk, name):
    budget = await newest(risk)
    done = await post(risk, risk_budget_id=budget["id"], options={"cost_limit": "250000"})

    data = (await risk.get(f"/risk-analyses/{done['id']}/charts/{name}")).json()
    svg = await risk.get(f"/risk-analyses/{done['id']}/charts/{name}?language=zh", headers={"Accept": "image/svg+xml"})

    assert data["rows"]
    assert svg.content[:5] == b"<svg "


async def test_a_tornado_names_lines_and_risks_in_the_language_that_is_asked_for(risk):
    budget = await newest(risk)
    done = await post(risk, risk_budget_id=budget["id"])
    path = f"/risk-analyses/{done['id']}/charts/tornado"

    zh, en = [str((await risk.get(f"{path}?language={language}")).json()["rows"]) for language in ("zh", "en")]

    named = [part for part in done["result"]["parts"][:5] if part["name"] != part["name_zh"]]
    assert named
    for part in named:
        assert (part["name_zh"] in zh, part["name"] in zh) == (True, False)
        assert (part["name"] in en, part["name_zh"] in en) == (True, False)


async def test_analyses_are_listed_without_figures_for_those_who_may_see_cost(risk):
    done = await post(risk, model=model(), name="Mine")
    pia = risk.as_("pia", "presales")

    [listed] = (await risk.get("/risk-analyses?status=done")).json()["items"]

    assert (listed["id"], listed["name"], "result" in listed) == (done["id"], "Mine", False)
    assert (await pia.get("/risk-analyses")).status_code == 403
    assert (await pia.get(f"/risk-analyses/{done['id']}")).status_code == 403
    assert (await pia.post("/risk-analyses", json={"model": model()})).status_code == 403
    assert (await risk.as_("eve", "admin", tenant="other").get(f"/risk-analyses/{done['id']}")).status_code == 404


async def test_published_risk_events_have_the_enumerated_distribution(risk):
    figures = case("montecarlo", "emv-tenstep")
    expected = figures["expected"]
    risks = [
        {"id": one["id"], "probability": one["probability"], "cost": {"kind": "point", "value": one["impact"]}}
        for one in figures["inputs"]["risks"]
    ]

    wish = {"seed": 3, "cost_limit": str(expected["emv"])}
    found = (await post(risk, model={"currency": "USD", "risks": risks}, options=wish))["result"]["cost"]

    assert (found["base"], float(found["mean"])) == ("0.00", pytest.approx(expected["emv"], rel=1e-3))
    assert found["probability_within_limit"] == pytest.approx(expected["p_sufficient_at_emv"], abs=0.01)
    assert {name: float(found["percentiles"][name]) for name in ("p10", "p50", "p80", "p90", "p95")} == {
        f"p{float(share) * 100:.0f}": atom for share, atom in expected["percentiles_exact"].items() if share != "0.7"
    }


async def test_published_threats_and_opportunities_add_up(risk):
    figures = case("montecarlo", "emv-mixed")
    risks = [
        {"id": str(n), "probability": one["probability"], "cost": {"kind": "point", "value": one["impact"]}}
        for n, one in enumerate(figures["inputs"]["risks"])
    ]

    found = (await post(risk, model={"currency": "USD", "risks": risks}))["result"]["cost"]

    assert float(found["mean"]) == pytest.approx(figures["expected"]["emv"], abs=0.01)


async def test_a_published_product_of_lognormals_is_a_point_with_drivers(risk):
    figures = case("montecarlo", "mc-lognormal-product")
    expected = figures["expected"]
    drivers = [
        {"id": f"d{n}", "probability": 1, "factor": {"kind": "lognormal", "mu": one["mu"], "sigma": one["sigma"]}}
        for n, one in enumerate(figures["inputs"]["product"])
    ]
    items = [{"id": "one", "size": {"kind": "point", "value": 1_000}}]

    found = (await post(risk, model={"currency": "USD", "items": items, "drivers": drivers}))["result"]["cost"]

    assert float(found["percentiles"]["p50"]) / 1_000 == pytest.approx(expected["median"], rel=0.03)
    assert float(found["percentiles"]["p80"]) / 1_000 == pytest.approx(expected["p80"], rel=0.03)
    assert float(found["percentiles"]["p90"]) / 1_000 == pytest.approx(expected["p90"], rel=0.03)


async def test_the_published_bound_of_correlation_is_named(risk):
    figures = case("montecarlo", "corr-equi-bound")["inputs"]
    items = [{"id": str(n), "size": pert(1, 2, 4)} for n in range(figures["n"])]
    correlation = {"within": figures["rho"], "across": figures["rho"]}

    refused = await post(risk, 422, model={"currency": "USD", "items": items, "correlation": correlation})

    assert "-0.0526" in refused["errors"][0]["message"]
