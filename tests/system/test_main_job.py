"""The promise of the product, on the whole system as `make run` starts it: processes, real servers, public API."""

import hashlib
import re
import time
from decimal import Decimal

import httpx
import psutil
import pypdfium2
import pytest

from examples import demo
from tests.reliability.load import throwaway_system


@pytest.fixture(scope="module")
def system():
    with throwaway_system() as system:
        yield system


@pytest.fixture(scope="module")
def finished(system):
    """The sample after both of its baselines; the opportunity's id."""
    demo.run(system.url, system.issuer, "bank-lending")
    team = demo.Team(system.url, system.issuer)
    yield team, team.get("root", "/opportunities", limit=1)["items"][0]["id"]
    team.close()


def text_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return re.sub(r"\s+", "", text)


def test_approving_a_baseline_makes_a_proposal_one_could_send(finished):
    team, deal = finished
    [proposal, before] = team.get("root", "/proposals", opportunity_id=deal)["items"]
    documents = {d["language"]: d for d in team.get("root", "/documents", proposal_id=proposal["id"])["items"]}

    assert (proposal["status"], before["status"]) == ("draft", "superseded")
    assert set(documents) == {"zh", "en"}
    price = f"{Decimal(proposal['price_incl_tax']['amount']):,.2f}"
    for document in documents.values():
        pdf = team["lin"].get(f"/documents/{document['id']}/file").content
        assert hashlib.sha256(pdf).hexdigest() == document["sha256"]
        assert price in text_of(pdf)


def test_every_figure_agrees_between_the_stages(finished):
    team, deal = finished
    estimate = team.get("root", "/estimates", opportunity_id=deal, limit=1)["items"][0]
    risk = team.get("root", "/risk-budgets", opportunity_id=deal, limit=1)["items"][0]
    proposal = team.get("root", "/proposals", opportunity_id=deal, limit=1)["items"][0]
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


def test_the_diff_says_what_the_change_did(finished):
    team, deal = finished
    proposal = team.get("root", "/proposals", opportunity_id=deal, limit=1)["items"][0]

    diff = team.get("root", f"/proposals/{proposal['id']}/diff")

    change = demo.load("bank-lending")["change"]
    assert {"scope", "effort_days", "price_incl_tax", "finish"} <= diff.keys()
    assert {r["code"] for r in diff["scope"]["added"]} == {r["code"] for r in change["add"]}
    assert {r["code"] for r in diff["scope"]["removed"]} == set(change["withdraw"])


def test_the_overview_and_the_journey_show_where_it_is(finished):
    team, deal = finished

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
    assert len(team.get("root", "/proposals", opportunity_id=deal)["items"]) == 2
