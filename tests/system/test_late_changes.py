"""The late game, on the whole system: what moves after the draft is there, and what then stands in the way of an offer.

One opportunity is played through, since each change meets what those before it have left.
"""

import re
from functools import partial

import pytest

from examples import demo
from tests.support.proposal.document import pages_in
from tests.support.system.waiting import until as waited

until = partial(waited, within=60.0)

DOORS = ("submit-for-review", "waive-limit")


class Deal:
    """The sample opportunity and its newest proposal, as each of the team sees it."""

    def __init__(self, team):
        self.team, self.id = team, team.get("lin", "/opportunities", limit=1)["items"][0]["id"]

    def all(self, collection, **query):
        return self.team.get("root", f"/{collection}", opportunity_id=self.id, limit=100, view="full", **query)["items"]

    def newest(self, collection="proposals", name="root"):
        return self.team.get(name, f"/{collection}", opportunity_id=self.id, limit=1, sort="-created_at", view="full")[
            "items"
        ][0]

    def open_lines(self):
        """The lines of the checklist that are not passed, with the codes of their reasons."""
        lines = self.newest()["checklist"]
        found = {line["code"]: [one["code"] for one in line["reasons"]] for line in lines if not line["is_passed"]}
        if "warnings_judged" in found:
            self.judge()
        return found

    def judge(self):
        """Every estimate takes something for granted: a person says of each that it may stand."""
        estimate = self.newest("estimates", "chen")
        left = [warning["id"] for warning in estimate["warnings"] if warning["judged_by"] is None]
        wish = {"warnings": left, "reason": "Looked at with the client."}
        if left:
            self.team.act("chen", f"/estimates/{estimate['id']}/judge-warnings", wish)

    def standing(self):
        """What is so, for whoever reads why a test failed."""
        proposal = self.newest()
        said = [one["message"] for line in proposal["checklist"] for one in line["reasons"]]
        return proposal["version_label"], proposal["price_incl_tax"], proposal["finish"], said, proposal["waivers"]

    def becomes(self, **lines):
        """Wait until the checklist has just these lines open; then every role is told the same at the doors."""
        until(lambda: self.open_lines() == lines, self.standing)
        reasons = [code for codes in lines.values() for code in codes]
        sees = {name: self.newest(name=name) for name in ("lin", "wang", "guest")}
        doors = {
            name: {one["action"]: one for one in seen["allowed_actions"] if one["action"] in DOORS}
            for name, seen in sees.items()
        }
        assert [one["code"] for one in doors["lin"]["submit-for-review"]["reasons"]] == reasons
        assert doors["guest"]["submit-for-review"]["reason"]["code"] == "forbidden"
        assert doors["wang"]["waive-limit"]["is_allowed"] is ("limit_is_missed" in reasons)
        assert not doors["lin"]["waive-limit"]["is_allowed"]
        answer = self.try_to_send()
        assert (answer.status_code, answer.json()["code"]) == (409, reasons[0]) if reasons else True
        return sees["lin"]

    def try_to_send(self):
        proposal = self.newest()
        if proposal["is_fit_to_send"]:
            return None
        tag = {"If-Match": f'"{proposal["version"]}"'}
        return self.team["lin"].post(f"/proposals/{proposal['id']}/submit-for-review", headers=tag)

    def ceiling(self):
        [ceiling] = [one for one in self.all("constraints") if one["kind"] == "budget" and one["is_hard"]]
        return ceiling

    def change(self, name, path, **values):
        seen = self.team[name].get(path)
        answer = self.team[name].patch(path, json=values, headers={"If-Match": seen.headers["ETag"]})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def printed(self):
        """The text of the newest Chinese document, without spaces."""

        def rendered():
            proposal = self.newest()
            found = self.team.get("lin", "/documents", proposal_id=proposal["id"])["items"]
            return [one for one in found if one["language"] == "zh"]

        [document] = until(rendered)
        pages = pages_in(self.team["lin"].get(f"/documents/{document['id']}/file").content)
        return re.sub(r"\s+", "", "".join(pages))


@pytest.fixture
def deal(system, team):
    demo.run(system.url, system.issuer, "bank-lending")
    return Deal(team)


def test_the_late_game(team, deal):
    deal.becomes()
    a_budget_is_cut(deal)
    a_day_is_moved(team, deal)
    a_question_is_opened(team, deal)
    a_risk_is_raised(team, deal)
    a_rate_is_changed(team, deal)
    a_person_is_gone(deal)
    a_warranty_is_changed(team, deal)
    a_fit_is_changed(team, deal)


def a_budget_is_cut(deal):
    """The draft follows the new ceiling, says it, and goes nowhere until the old one is back."""
    ceiling = deal.ceiling()
    before = ceiling["budget_max"]
    deal.change(
        "lin", f"/constraints/{ceiling['id']}", budget_min=None, budget_max={"amount": "1000000", "currency": "CNY"}
    )

    deal.becomes(limits_met=["limit_is_missed"])
    assert "1,000,000.00" in deal.printed()

    deal.change("lin", f"/constraints/{ceiling['id']}", budget_max=before)
    deal.becomes()


def a_day_is_moved(team, deal):
    """Only an approver lets it be missed, and says why."""
    [day] = [one for one in deal.all("constraints") if one["kind"] == "date" and one["is_hard"]]
    deal.change("lin", f"/constraints/{day['id']}", latest="2027-02-01")

    proposal = deal.becomes(limits_met=["limit_is_missed"])

    wish = {"constraint_id": day["id"], "reason": "The bank's board has agreed to a later day by letter."}
    team.act("wang", f"/proposals/{proposal['id']}/waive-limit", wish)
    deal.becomes()


def a_question_is_opened(team, deal):
    """About a must-have, after the baseline."""
    need = next(one for one in deal.all("requirements") if one["priority"] == "must" and one["status"] == "baselined")
    body = {"opportunity_id": deal.id, "question": "并发用户数是多少？", "requirement_ids": [need["id"]]}
    question = team.post("lin", "/clarifications", {**body, "owed_by": "client"})
    path = f"/clarifications/{question['id']}"
    team.act("lin", f"{path}/ask")

    deal.becomes(must_haves_clear=["must_have_is_open"])

    team.act("lin", f"{path}/answer", {"answer": "三千。"})
    team.act("lin", f"{path}/accept")
    deal.becomes()


def a_risk_is_raised(team, deal):
    """The budget is computed anew by itself, and the price and the draft follow."""
    before, price = deal.newest(), deal.newest()["price_incl_tax"]["amount"]
    team.post(
        "zhao",
        "/risks",
        {
            "opportunity_id": deal.id,
            "title": "The core system is replaced meanwhile",
            "title_zh": "核心系统同期更换",
            "category": "technical",
            "cause": "The bank has begun to look at another core system.",
            "effect": "All interfaces are built twice.",
            "probability": 0.6,
            "impact_cost": {"currency": "CNY", "optimistic": "60000", "most_likely": "90000", "pessimistic": "150000"},
        },
    )
    [candidate] = [one for one in deal.all("risks") if one["title"].startswith("The core system")]
    if candidate["status"] == "candidate":
        team.act("zhao", f"/risks/{candidate['id']}/confirm")

    until(lambda: deal.newest()["basis"]["risk_revision"] > before["basis"]["risk_revision"])
    proposal = deal.becomes()
    assert float(proposal["price_incl_tax"]["amount"]) > float(price)


def cheaper(money):
    return {**money, "amount": str(round(float(money["amount"]) * 0.97, 2))}


def a_rate_is_changed(team, deal):
    """What was estimated with the rate is stale until it is estimated anew."""
    before, card = deal.newest(), team.get("chen", "/rate-cards", limit=1)["items"][0]
    rates = [
        {"role": one["role"], "seniority": one["seniority"], "daily_cost": cheaper(one["daily_cost"])}
        for one in card["rates"]
    ]
    deal.change("chen", f"/rate-cards/{card['id']}", rates=rates)

    deal.becomes(fresh=["proposal_is_stale"])

    team.act("chen", f"/estimates/{before['basis']['estimate_id']}/recompute")
    until(lambda: deal.newest()["basis"]["estimate_revision"] > before["basis"]["estimate_revision"])
    deal.becomes()


def a_person_is_gone(deal):
    """Another takes over, and the offer names them."""
    deal.change("lin", f"/opportunities/{deal.id}", owner="zhao")

    until(lambda: deal.newest()["freshness"] == "fresh" and deal.all("proposals")[1]["freshness"] == "stale")
    deal.becomes()


def a_warranty_is_changed(team, deal):
    """Agreed after the draft: estimate, price and every chapter say the same by themselves, and it costs too much now."""
    before = deal.newest()
    wish = {
        "service_levels": [{"priority": "urgent", "response_minutes": 15, "resolution_minutes": 240, "hours": "7x24"}],
        "contacts": [{"name": "赵晓", "role": "服务经理", "mail": "zhao@us.example"}],
        "channels": [{"kind": "phone", "address": "+86 400 000 0000", "hours": "7x24"}],
    }
    plan = team.post("lin", "/after-sales-plans", {"opportunity_id": deal.id, "warranty_months": 36, **wish})
    team.act("lin", f"/after-sales-plans/{plan['id']}/agree", {"agreed_by": "周敏"})

    until(lambda: deal.newest()["basis"]["estimate_revision"] > before["basis"]["estimate_revision"], deal.standing)
    deal.becomes(limits_met=["limit_is_missed"])
    ceiling = deal.ceiling()
    deal.change("lin", f"/constraints/{ceiling['id']}", budget_max={"amount": "15000000", "currency": "CNY"})
    proposal = deal.becomes()

    content = team.get("lin", f"/proposals/{proposal['id']}/content")
    assert content["after_sales"]["warranty_months"] == 36
    printed = deal.printed()
    assert "36个月" in printed, re.findall("质保.{0,12}", printed)
    assert "12个月" not in printed, re.findall(".{0,12}12个月", printed)


def a_fit_is_changed(team, deal):
    """After the baseline: what was made from that is suspect until there is another."""
    need = next(one for one in deal.all("requirements") if one["priority"] == "must" and one["status"] == "baselined")
    known = [one for one in deal.all("fit-assessments") if one["requirement_id"] == need["id"]]
    wish = {"requirement_id": need["id"], "verdict": "customisation", "reason": "The rule engine is closed."}
    fit = known[0] if known else team.post("lin", "/fit-assessments", wish)
    team.act("lin", f"/fit-assessments/{fit['id']}/confirm")

    deal.becomes(requirements_unmoved=["proposal_is_suspect"])
