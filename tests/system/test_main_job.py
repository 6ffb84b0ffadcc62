"""The promise of the product, on the whole system as `make run` starts it: processes, real servers, public API."""

import hashlib
import re
import time
from decimal import Decimal

import httpx
import psutil
import pytest

from examples import demo
from tests.support.lists import MOST, WHOLE, lists_of, weight_of
from tests.support.proposal.document import pages_in
from tests.support.system.waiting import until


@pytest.fixture(scope="module")
def finished(system, team):
    """The sample after both of its baselines; the opportunity's id."""
    demo.run(system.url, system.issuer, "bank-lending")
    return team, team.get("root", "/opportunities", limit=1)["items"][0]["id"]


def text_of(pdf):
    return re.sub(r"\s+", "", "".join(pages_in(pdf)))


def test_approving_a_baseline_makes_a_proposal_one_could_send(finished):
    team, deal = finished
    [proposal, *before] = team.get("root", "/proposals", view="full", opportunity_id=deal)["items"]
    until(lambda: len(team.get("root", "/documents", proposal_id=proposal["id"])["items"]) == 2, within=60)
    documents = {d["language"]: d for d in team.get("root", "/documents", proposal_id=proposal["id"])["items"]}

    assert (proposal["version_label"], proposal["status"]) == ("2.1.1.2", "draft")
    assert [one["status"] for one in before] == ["superseded", "superseded"]
    assert set(documents) == {"zh", "en"}
    price = f"{Decimal(proposal['price_incl_tax']['amount']):,.2f}"
    for document in documents.values():
        pdf = team["lin"].get(f"/documents/{document['id']}/file").content
        assert hashlib.sha256(pdf).hexdigest() == document["sha256"]
        assert price in text_of(pdf)


def test_an_item_of_a_list_is_what_a_row_shows(system, finished):
    team, _ = finished
    sizes = {}
    for path, operation in lists_of(httpx.get(f"{system.url}/openapi.json").json()):
        if operation["operationId"].partition("Of")[0] not in WHOLE:
            items = team.get("root", path.removeprefix("/v1"), limit=200)["items"]
            sizes[path] = max((weight_of(one) for one in items), default=0)

    assert {path: size for path, size in sizes.items() if size > MOST} == {}
    assert min(sizes["/v1/risks"], sizes["/v1/risk-budgets"], sizes["/v1/journeys"]) > 0


def test_the_clients_case_follows_the_price_into_the_same_draft_and_is_traced(finished):
    team, deal = finished
    proposal = team.get("root", "/proposals", view="full", opportunity_id=deal, limit=1)["items"][0]
    [analysis] = team.get("guest", "/economic-analyses", view="full", opportunity_id=deal, status="offered")["items"]

    lineage = team.get("root", f"/figures/proposal:{proposal['id']}:economics.net_present_value/lineage")
    pdfs = [
        text_of(team["lin"].get(f"/documents/{one['id']}/file").content)
        for one in team.get("root", "/documents", proposal_id=proposal["id"])["items"]
    ]

    worth = analysis["results"]["net_present_value"]
    assert analysis["estimate_id"] == proposal["basis"]["estimate_id"]
    assert lineage["figures"][0]["value"] == worth
    assert lineage["is_whole"]
    assert [one["id"] for one in lineage["figures"] if one["agrees"] is False] == []
    assert all(f"{Decimal(worth):,.2f}" in pdf for pdf in pdfs)


def test_every_figure_agrees_between_the_stages(finished):
    team, deal = finished
    estimate = team.get("root", "/estimates", view="full", opportunity_id=deal, limit=1)["items"][0]
    risk = team.get("root", "/risk-budgets", view="full", opportunity_id=deal, limit=1)["items"][0]
    proposal = team.get("root", "/proposals", view="full", opportunity_id=deal, limit=1)["items"][0]
    lines = team.get("root", f"/estimates/{estimate['id']}/lines")["items"]
    codes = {
        r["code"]
        for r in team.get("root", "/requirements", opportunity_id=deal, limit=200)["items"]
        if r["status"] != "withdrawn"
    }

    assert risk["base_cost"] == estimate["base_cost"]
    assert Decimal(risk["percentiles"]["p80"]) - Decimal(risk["base_cost"]["amount"]) == Decimal(
        risk["contingency"]["amount"]
    )
    assert proposal["price_incl_tax"] == estimate["price"]["price_incl_tax"]
    assert {line["requirement_code"] for line in lines} - {None} <= codes
    assert sum(line["expected_days"] for line in lines) == pytest.approx(estimate["effort_days"])


def test_every_figure_of_the_proposal_is_traced_to_its_requirements_and_computed_again(finished):
    team, deal = finished
    proposal = team.get("root", "/proposals", view="full", opportunity_id=deal, limit=1)["items"][0]

    lineage = team.get("root", f"/figures/proposal:{proposal['id']}:price_incl_tax/lineage")

    delivered = team.get("root", f"/estimates/{proposal['basis']['estimate_id']}/lines")["items"]
    assert lineage["is_whole"]
    assert set(lineage["requirement_codes"]) == {line["requirement_code"] for line in delivered} - {None}
    assert [one["id"] for one in lineage["figures"] if one["agrees"] is False] == []
    assert sum(one["agrees"] is True for one in lineage["figures"]) >= 10
    assert {"baseline", "estimate", "risk_budget", "price", "proposal"} == {
        origin["artefact"] for origin in lineage["origins"]
    }


def test_the_diff_says_what_the_change_did(finished):
    team, deal = finished
    proposal = team.get("root", "/proposals", view="full", opportunity_id=deal, limit=1)["items"][0]

    diff = team.get("root", f"/proposals/{proposal['id']}/diff")

    change = demo.load("bank-lending")["change"]
    assert {"scope", "effort_days", "price_incl_tax", "finish"} <= diff.keys()
    assert {r["code"] for r in diff["scope"]["added"]} == {r["code"] for r in change["add"]}
    assert {r["code"] for r in diff["scope"]["removed"]} == set(change["withdraw"])


def test_the_preview_of_a_change_is_what_it_then_did(finished):
    team, deal = finished
    [change] = team.get("wang", "/change-requests", view="full", opportunity_id=deal)["items"]
    impact = {row["figure"]: row for row in change["impact"]["figures"]}
    now, before = team.get("root", "/estimates", view="full", opportunity_id=deal, limit=2)["items"]
    later, earlier, _ = team.get("root", "/proposals", view="full", opportunity_id=deal)["items"]

    assert change["status"] == "applied"
    assert (impact["effort_days"]["before"], impact["effort_days"]["after"]) == (
        before["effort_days"],
        now["effort_days"],
    )
    assert impact["effort_days"]["delta"] != 0
    for name in ("base_cost", "contingency", "management_reserve", "total_budget", "price_incl_tax"):
        assert impact[name]["before"] == before["price"][name]["amount"], name
        assert impact[name]["after"] == now["price"][name]["amount"], name
    for name in ("start", "finish", "p80_finish"):
        assert (impact[name]["before"], impact[name]["after"]) == (earlier[name], later[name])
    assert (
        impact["requirement_count"]["after"]
        == team.get("root", "/baselines", opportunity_id=deal)["items"][0]["requirement_count"]
    )


def test_a_scenario_goes_through_all_stages_and_leaves_nothing_behind(finished):
    team, deal = finished
    before = {
        name: team.get("root", f"/{name}", view="full", opportunity_id=deal) for name in ("estimates", "risk-budgets")
    }
    [proposal, *_] = team.get("root", "/proposals", view="full", opportunity_id=deal)["items"]
    estimate = team.get("root", f"/estimates/{before['estimates']['items'][0]['id']}")
    need = next(line for line in team.get("chen", f"/estimates/{estimate['id']}/lines")["items"] if line["depends_on"])

    def answered(**changes):
        wish = {"opportunity_id": deal, "name": "What if", "changes": changes}
        scenario = team.post("chen", "/scenarios", wish)
        deadline = time.monotonic() + 20
        while scenario["status"] == "computing" and time.monotonic() < deadline:
            time.sleep(0.05)
            scenario = team.get("chen", f"/scenarios/{scenario['id']}")
        assert scenario["status"] == "computed", scenario
        return scenario["figures"]

    same = answered()
    less = answered(scope={"excluded_requirement_ids": [need["requirement_id"]]}, price={"margin_rate": "0.3"})

    assert same["effort_days"] == estimate["effort_days"]
    for name in ("base_cost", "contingency", "management_reserve", "total_budget", "price_incl_tax"):
        assert same[name] == estimate["price"][name]["amount"], name
    assert {name: same[name] for name in ("start", "finish", "p80_finish")} == {
        name: proposal[name] for name in ("start", "finish", "p80_finish")
    }
    assert less["effort_days"] < same["effort_days"]
    assert less["margin_rate"] == 0.3
    after = {name: team.get("root", f"/{name}", view="full", opportunity_id=deal) for name in before}
    assert after == before


def test_what_a_change_does_to_cost_is_not_told_to_everybody(finished):
    team, deal = finished

    [change] = team.get("guest", "/change-requests", view="full", opportunity_id=deal)["items"]

    figures = {row["figure"] for row in change["impact"]["figures"]}
    assert {"effort_days", "price_incl_tax", "finish"} <= figures
    assert not figures & {"base_cost", "contingency", "margin", "total_budget", "management_reserve"}


def test_feasibility_compares_the_clients_limits_with_the_newest_figures(finished):
    team, deal = finished

    feasibility = team.get("wang", f"/opportunities/{deal}/feasibility")
    seen = team.get("guest", f"/opportunities/{deal}/feasibility")

    rows = {row["kind"]: row for row in feasibility["items"]}
    proposal = team.get("root", "/proposals", view="full", opportunity_id=deal, limit=1)["items"][0]
    estimate = team.get("root", "/estimates", view="full", opportunity_id=deal, limit=1)["items"][0]
    assert (feasibility["baseline_epoch"], feasibility["finish"]) == (2, proposal["finish"])
    assert rows["budget"]["probability"] == estimate["price"]["budget_probability"]
    assert 0 <= rows["date"]["probability"] <= 1
    assert {row["kind"]: row["probability"] for row in seen["items"]}["budget"] is None


def test_a_change_after_the_baseline_makes_all_below_suspect(finished):
    team, deal = finished
    need = next(
        one for one in team.get("root", "/requirements", opportunity_id=deal)["items"] if one["status"] == "baselined"
    )
    tag = {"If-Match": f'"{need["version"]}"'}
    team["lin"].patch(f"/requirements/{need['id']}", json={"rationale": "Newly told."}, headers=tag).raise_for_status()

    for collection in ("estimates", "risk-budgets", "proposals"):
        deadline = time.monotonic() + 10
        suspects = []
        while not suspects and time.monotonic() < deadline:
            found = team.get("root", f"/{collection}", opportunity_id=deal, limit=2)["items"]
            newest, older = (team.get("root", f"/{collection}/{one['id']}") for one in found)
            suspects = newest["suspects"]
        assert [one["requirement_code"] for one in suspects] == [need["code"]], collection
        assert newest["freshness"] == "fresh"
        assert need["code"] not in {one["requirement_code"] for one in older["suspects"]}


def test_the_overview_and_the_journey_show_where_it_is(finished):
    team, deal = finished

    until(lambda: team.get("lin", f"/opportunities/{deal}/overview")["journey"]["status"] != "running", within=30)
    overview = team.get("lin", f"/opportunities/{deal}/overview")
    viewer = team.get("guest", f"/opportunities/{deal}/overview")

    assert overview["missing"] == {}
    assert overview["journey"]["status"] == "waiting_person"
    assert overview["baseline"]["number"] == 2
    assert [step["state"] for step in overview["journey"]["steps"]] == ["done", "done", "done", "done", "draft", "done"]
    assert viewer["estimate"]["base_cost"] is None


def test_no_service_believes_a_call_that_did_not_come_through_the_gateway(system, finished):
    team, _ = finished
    token = team["root"].headers["Authorization"]

    for service in system.services.values():
        answer = httpx.get(f"http://127.0.0.1:{service.port}/v1/audit-entries", headers={"Authorization": token})
        assert answer.status_code == 401


@pytest.mark.usefixtures("finished")
def test_nothing_secret_is_in_the_logs(system):
    logs = "".join(path.read_text(errors="replace") for path in (system.folder / "logs").glob("*.log"))

    assert "eyJ" not in logs
    assert "PRIVATE KEY" not in logs


def test_stopping_leaves_nothing_behind_and_starting_again_finds_the_data(system, finished):
    team, deal = finished
    pids = [server.process.pid for server in system.servers]
    children = [child for pid in pids for child in psutil.Process(pid).children(recursive=True)]

    started = time.monotonic()
    system.stop()
    stopped = time.monotonic() - started

    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert not any(child.is_running() for child in children)
    system.start()
    demo.wait_until_ready(system.url)
    assert stopped < 10
    assert len(team.get("root", "/proposals", view="full", opportunity_id=deal)["items"]) == 3
