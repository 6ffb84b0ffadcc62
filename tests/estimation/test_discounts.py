"""Discounts: what the policy says, who decides, and what it does to the price."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.estimation.domain.pricing_policy import USUAL, Level, decided
from services.estimation.handlers import on
from shared.kernel.context import new_id
from tests.support.estimation.estimates import asked, told
from tests.support.estimation.events import DEAL, approved, hear, risk_budget

COMPLETED, PRICED = "estimation.estimate.completed.v1", "estimation.estimate.priced.v1"
RECORDED = "estimation.discount.recorded.v1"

rates = st.decimals(Decimal("0.0001"), Decimal("0.99"), places=4)


async def budgeted(client):
    """Give the newest estimate its risk budget; the estimate."""
    await hear(client, risk_budget((await told(client, COMPLETED))[-1]), on=on)
    return (await client.get("/estimates", params={"view": "full", "opportunity_id": str(DEAL)})).json()["items"][0]


async def priced(client, event=None):
    await hear(client, event or approved(), on=on)
    return await budgeted(client)


def people(client):
    return client.as_("sam", "sales"), client.as_("wang", "approver"), client.as_("root", "admin")


async def test_a_small_discount_needs_nobody_and_is_a_line_of_the_price_at_once(estimation):
    estimate = await priced(estimation)
    sam, _, _ = people(estimation)

    discount = await asked(sam, estimate, discount_rate="0.03")
    after = await budgeted(estimation)

    assert (discount["status"], discount["decided_by"], discount["approvers"]) == ("approved", "policy", [])
    before = {line["code"]: Decimal(line["amount"]) for line in estimate["price"]["price_lines"]}
    lines = {line["code"]: Decimal(line["amount"]) for line in after["price"]["price_lines"]}
    listed = Decimal(estimate["price"]["price_excl_tax"]["amount"])
    assert lines.keys() - before.keys() == {"discount"}
    assert lines["discount"] == -(listed * Decimal("0.03")).quantize(Decimal("0.01"))
    assert {code: lines[code] for code in before if code != "tax"} == {c: before[c] for c in before if c != "tax"}
    assert sum(lines.values()) == Decimal(after["price"]["price_incl_tax"]["amount"])
    assert after["price"]["discount_id"] == discount["id"]
    assert (after["revision"], after["effort_days"]) == (2, estimate["effort_days"])
    assert after["price"]["list_price"] == estimate["price"]["price_excl_tax"]
    first, second = await told(estimation, COMPLETED)
    assert {n: v for n, v in second.items() if n not in {"estimate_id", "revision"}} == {
        n: v for n, v in first.items() if n not in {"estimate_id", "revision"}
    }


async def test_a_larger_one_waits_for_somebody_else_with_the_right_role(estimation):
    estimate = await priced(estimation)
    sam, wang, root = people(estimation)

    discount = await asked(sam, estimate, discount_rate="0.08")
    path = f"/discounts/{discount['id']}"
    own = await estimation.as_("sam", "approver").act(f"{path}/approve", {})
    wrong = await estimation.as_("max", "sales").act(f"{path}/approve", {})
    still = await estimation.get(f"/estimates/{estimate['id']}")
    decided_on = await wang.act(f"{path}/approve", {"note": "A strategic client."})
    twice = await root.act(f"{path}/approve", {})

    assert (discount["status"], discount["approvers"]) == ("requested", ["approver"])
    assert (own.status_code, own.json()["code"]) == (403, "own_discount")
    assert wrong.status_code == 403
    assert still.json()["status"] == "priced"
    assert decided_on.json()["status"] == "approved"
    assert (decided_on.json()["decided_by"], decided_on.json()["note"]) == ("wang", "A strategic client.")
    assert (twice.status_code, twice.json()["code"]) == (409, "illegal_transition")
    after = await budgeted(estimation)
    assert after["price"]["discount"]["amount"] != "0.00"
    [event] = [one for one in await told(estimation, PRICED) if one["discount_id"]]
    assert event["discount_id"] == discount["id"]
    assert [one["status"] for one in await told(estimation, RECORDED)] == ["requested", "approved"]


async def test_an_exceptional_one_needs_a_higher_role_and_says_why(estimation):
    estimate = await priced(estimation)
    sam, wang, root = people(estimation)

    discount = await asked(sam, estimate, discount_rate="0.25")
    path = f"/discounts/{discount['id']}"
    refused = await wang.act(f"{path}/approve", {})
    seen = (await wang.get(path)).json()
    rejected = await root.act(f"{path}/reject", {"note": "Below cost."})

    assert discount["approvers"] == ["admin"]
    assert (refused.status_code, refused.json()["code"]) == (403, "not_an_approver")
    [approve] = [one for one in seen["allowed_actions"] if one["action"] == "approve"]
    assert (approve["is_allowed"], approve["reason"]["code"]) == (False, "not_an_approver")
    assert {one["code"] for one in seen["findings"]} == {"discount_above", "margin_below"}
    assert "25.00%" in seen["findings"][0]["message"]
    assert (rejected.json()["status"], rejected.json()["note"]) == ("rejected", "Below cost.")
    assert len(await told(estimation, COMPLETED)) == 1


async def test_one_can_ask_before_asking(estimation):
    estimate = await priced(estimation)
    question = {"estimate_id": estimate["id"], "discount_rate": "0.12"}

    answer = (await estimation.post("/pricing-policies:evaluate", json=question)).json()
    free = (await estimation.post("/pricing-policies:evaluate", json={**question, "discount_rate": "0.01"})).json()
    hidden = (await people(estimation)[0].post("/pricing-policies:evaluate", json=question)).json()

    listed = Decimal(estimate["price"]["price_excl_tax"]["amount"])
    off = (listed * Decimal("0.12")).quantize(Decimal("0.01"))
    budget = Decimal(estimate["price"]["total_budget"]["amount"])
    assert (answer["needs_approval"], answer["approvers"], answer["policy_revision"]) == (True, ["approver"], 0)
    assert Decimal(answer["figures"]["discount"]["amount"]) == off
    assert answer["figures"]["margin_after"] == pytest.approx(float((listed - off - budget) / (listed - off)))
    assert [one["code"] for one in answer["findings"]] == ["discount_above", "margin_below"]
    assert (free["needs_approval"], free["findings"]) == (False, [])
    assert (hidden["figures"]["margin_after"], [one["code"] for one in hidden["findings"]]) == (
        None, ["discount_above"],
    )  # fmt: skip
    assert await told(estimation, RECORDED) == []


async def test_the_tenants_own_policy_counts_and_keeps_its_revisions(estimation):
    estimate = await priced(estimation)
    level = {"name": "Any", "discount_above": "0", "approvers": ["approver", "sales"]}

    first = await estimation.post("/pricing-policies", json={"levels": [level]})
    second = await estimation.post("/pricing-policies", json={"levels": [], "note": "Free for all"})
    question = {"estimate_id": estimate["id"], "discount_rate": "0.5"}
    answer = (await estimation.post("/pricing-policies:evaluate", json=question)).json()
    listed = (await estimation.get("/pricing-policies", params={"sort": "revision"})).json()["items"]
    current = (await estimation.get("/pricing-policies", params={"is_in_force": True})).json()["items"]

    assert (first.status_code, second.status_code) == (201, 201)
    assert (answer["needs_approval"], answer["policy_revision"]) == (False, 2)
    assert [(one["revision"], one["superseded_at"] is None) for one in listed] == [(1, False), (2, True)]
    assert [one["id"] for one in current] == [second.json()["id"]]
    assert (await people(estimation)[0].get("/pricing-policies")).status_code == 403


WRONG_POLICIES = [
    ([{"name": "A", "approvers": ["approver"]}], "no_limit"),
    ([{"name": "A", "discount_above": "0.1", "approvers": ["wizard"]}], "unknown_role"),
    ([{"name": n, "discount_above": "0.1", "approvers": ["admin"]} for n in "AB"], "not_stricter"),
    ([{"name": n, "margin_below": m, "approvers": ["admin"]} for n, m in (("A", "0.1"), ("B", "0.2"))], "not_stricter"),
]


@pytest.mark.parametrize(("levels", "code"), WRONG_POLICIES)
async def test_a_policy_that_cannot_be_is_refused(estimation, levels, code):
    answer = await estimation.post("/pricing-policies", json={"levels": levels})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


async def test_a_discount_of_no_price_or_more_than_it_is_refused(estimation):
    await hear(estimation, approved(), on=on)
    [early] = (await estimation.get("/estimates?view=full")).json()["items"]
    body = {"estimate_id": early["id"], "reason": "不再需要", "discount_rate": "0.1"}

    unpriced = await estimation.post("/discounts", json=body)
    estimate = await budgeted(estimation)
    unknown = await estimation.post("/discounts", json={**body, "estimate_id": str(new_id())})
    both = await estimation.post("/discounts", json={**body, "discount_amount": {"amount": "1", "currency": "CNY"}})
    body.pop("discount_rate")
    large = await estimation.post("/discounts", json={**body, "discount_amount": estimate["price"]["price_excl_tax"]})
    dollars = await estimation.post("/discounts", json={**body, "discount_amount": {"amount": "1", "currency": "USD"}})
    nothing = await estimation.post("/discounts", json={**body, "discount_amount": {"amount": "0", "currency": "CNY"}})

    assert (unpriced.status_code, unpriced.json()["code"]) == (409, "estimate_is_not_priced")
    assert unknown.status_code == 404
    assert both.json()["errors"][0]["code"] == "rate_or_amount"
    assert (large.status_code, large.json()["code"]) == (422, "discount_too_large")
    assert (dollars.status_code, dollars.json()["code"]) == (422, "discount_in_another_currency")
    assert nothing.json()["errors"][0]["code"] == "no_discount"


async def test_two_requests_do_not_wait_at_once_and_a_new_one_takes_the_place_of_the_old(estimation):
    estimate = await priced(estimation)
    sam, wang, _ = people(estimation)
    first = await asked(sam, estimate, discount_rate="0.03")
    estimate = await budgeted(estimation)

    second = await asked(sam, estimate, discount_amount={"amount": "16000.00", "currency": "CNY"})
    beside = await sam.post(
        "/discounts", json={"estimate_id": estimate["id"], "reason": "不再需要", "discount_rate": "0.1"}
    )
    await wang.act(f"/discounts/{second['id']}/approve", {})
    after = await budgeted(estimation)

    assert (second["status"], beside.status_code) == ("requested", 409)
    assert (await sam.get(f"/discounts/{first['id']}")).json()["status"] == "replaced"
    assert after["price"]["discount"]["amount"] == "16000.00"
    assert after["price"]["list_price"] == estimate["price"]["list_price"]


async def test_a_withdrawn_discount_is_in_no_price_any_more(estimation):
    estimate = await priced(estimation)
    sam, _, _ = people(estimation)
    discount = await asked(sam, estimate, discount_rate="0.03")
    await budgeted(estimation)

    withdrawn = await sam.act(f"/discounts/{discount['id']}/withdraw")
    after = await budgeted(estimation)

    assert withdrawn.json()["status"] == "withdrawn"
    assert after["price"]["price_incl_tax"] == estimate["price"]["price_incl_tax"]
    assert after["price"]["discount_id"] is None


async def test_a_discount_stays_for_the_next_baseline_unless_it_would_need_more_than_was_approved(estimation):
    estimate = await priced(estimation)
    sam, wang, _ = people(estimation)
    discount = await asked(sam, estimate, discount_amount={"amount": "4000.00", "currency": "CNY"})
    assert discount["status"] == "approved"
    await budgeted(estimation)

    same = await priced(estimation, approved(2))
    card = (await estimation.get("/rate-cards")).json()["items"][0]
    cheap = [{"role": one["role"], "daily_cost": {"amount": "20.00", "currency": "CNY"}} for one in card["rates"]]
    await estimation.patch(
        f"/rate-cards/{card['id']}", json={"rates": cheap}, headers={"If-Match": f'"{card["version"]}"'}
    )
    await hear(estimation, approved(3), on=on)
    completed = (await told(estimation, COMPLETED))[-1]
    await hear(estimation, risk_budget(completed, contingency="100.00"), on=on)
    after = (await estimation.get("/estimates", params={"view": "full", "opportunity_id": str(DEAL)})).json()["items"][
        0
    ]
    lapsed = (await wang.get(f"/discounts/{discount['id']}")).json()

    assert same["price"]["discount"]["amount"] == "4000.00"
    assert (after["price"]["discount"]["amount"], after["price"]["discount_id"]) == ("0.00", None)
    assert lapsed["status"] == "lapsed"
    assert "level Usual asks for 10.00%" in lapsed["note"]
    assert "下限 10.00%" in lapsed["note_zh"]


@given(rates, st.decimals(Decimal(-1), Decimal("0.9"), places=4), rates)
def test_a_larger_discount_never_needs_less(rate, margin, more):
    levels = (*USUAL, Level("C", "C", Decimal("0.5"), None, ("admin",)))

    low, high = sorted((rate, more))

    assert decided(levels, low, margin).rank <= decided(levels, high, margin).rank
    assert decided(levels, low, margin).rank >= decided(levels, low, margin + 1).rank


@given(rates)
def test_without_levels_nobody_is_asked(rate):
    assert not decided((), rate, Decimal(-1)).needs_approval
    assert not decided(USUAL, Decimal(0), Decimal(-1)).needs_approval
