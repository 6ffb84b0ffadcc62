"""Pursuits: what an opportunity may bring against what it still costs to get it."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.risk.domain.pursuit import Prospect, remaining
from services.risk.handlers import on_pursuits
from shared.language.events.engagement.support import PursuitTotalled
from shared.language.events.estimation import EstimatePriced
from shared.language.events.proposal import OutcomeRecorded
from shared.language.events.requirements import BaselineWithdrawn, OpportunityChanged
from shared.language.events.values import Basis
from shared.language.money import Money
from shared.quant.recalibration import ENOUGH_TO_CORRECT
from tests.conftest import envelope, said
from tests.support.risk.example import DEAL, baseline
from tests.support.risk.pursuits import opened
from tests.support.risk.register import closed

ASSESSED, NEGATIVE = "risk.pursuit.assessed.v1", "risk.pursuit.turned_negative.v1"
AMOUNTS = st.decimals(0, 10**9, places=2)


@pytest.fixture
async def risk(start):
    async with start("risk") as client:
        yield client


def total(*costs, version=1, hours=8.0, uncosted=0.0):
    return PursuitTotalled(
        opportunity_id=DEAL, hours=hours, costs=costs, uncosted_hours=uncosted, hours_by_activity={},
        last_worked_on=None, version=version,
    )  # fmt: skip


def yuan(amount):
    return Money.of(amount, "CNY")


def priced(net="1000000", margin=0.2, revision=1, risk_revision=1, epoch=1):
    nothing, price = Money.zero("CNY"), Money.of(net, "CNY")
    of = baseline(epoch)
    return EstimatePriced(
        opportunity_id=DEAL, estimate_id=uuid4(), revision=revision,
        basis=Basis(**{name: getattr(of, name) for name in Basis.model_fields}), risk_budget_id=uuid4(),
        risk_revision=risk_revision, currency="CNY", base_cost=nothing, contingency=nothing,
        risk_response_cost=nothing, management_reserve=nothing, total_budget=nothing, margin_rate=margin,
        price_excl_tax=price, tax_rate=0.0, tax=nothing, price_incl_tax=price, price_lines=(), phases=(), months=(),
        milestones=(), peak_funding=nothing,
    )  # fmt: skip


async def hear(client, *events):
    for event in events:
        await on_pursuits.handle(client.app.state.database, [envelope(event)])


async def pursuit(client):
    [row] = (await client.get("/pursuits", params={"view": "full", "opportunity_id": str(DEAL)})).json()["items"]
    return row


async def plan(client, remaining_cost="50000", **wish):
    row = await pursuit(client)
    body = {"remaining_cost": {"amount": remaining_cost, "currency": "CNY"}, **wish}
    return await client.act(f"/pursuits/{row['id']}/plan", body)


def test_the_expected_value_is_probability_times_margin_less_what_is_still_to_be_spent():
    prospect = Prospect(0.4, Decimal(200_000), Decimal(30_000))

    assert prospect.expected_value == Decimal(50_000)
    assert prospect.break_even_probability == 0.15


@pytest.mark.parametrize("missing", ["win_probability", "expected_margin", "remaining_cost"])
def test_without_one_of_the_three_nothing_is_known(missing):
    facts = {"win_probability": 0.4, "expected_margin": Decimal(1), "remaining_cost": Decimal(1), missing: None}

    prospect = Prospect(**facts)

    assert (prospect.expected_value, prospect.missing) == (None, (missing,))


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_what_is_spent_takes_from_the_plan_and_never_more_than_all_of_it(planned, then, since):
    left = remaining(planned, then, then + since)

    assert 0 <= left <= planned
    assert left == max(planned - since, 0)


async def test_a_pursuit_says_what_is_missing_until_everybody_has_said_their_part(risk):
    await hear(risk, opened())

    first = await pursuit(risk)
    await hear(risk, priced())
    await plan(risk)
    last = await pursuit(risk)

    assert (first["status"], first["missing"]) == ("incomplete", ["expected_margin", "remaining_cost"])
    assert (last["status"], last["missing"], last["margin_source"]) == ("worthwhile", [], "price")
    assert (last["expected_margin"]["amount"], last["expected_value"]["amount"]) == ("200000.00", "50000.00")
    assert last["break_even_probability"] == 0.25
    [*_, told] = await said(risk.app.state.database, ASSESSED)
    assert told.data["expected_value"]["amount"] == "50000.00"


async def test_hours_are_its_cost_so_far_and_take_from_the_plan(risk):
    await hear(risk, opened(), total(yuan(4000)), priced())
    await plan(risk, "20000")

    await hear(risk, total(yuan(9000), Money.of(5, "USD"), version=3, hours=32.0, uncosted=8.0), total(version=2))

    row = await pursuit(risk)
    assert (row["cost_so_far"]["amount"], row["remaining_cost"]["amount"]) == ("9000.00", "15000.00")
    assert (row["hours_so_far"], row["uncosted_hours"]) == (32.0, 8.0)
    assert row["expected_value"]["amount"] == "85000.00"


async def test_that_it_turned_negative_is_told_once_each_time(risk):
    await hear(risk, opened(0.5), priced())
    await plan(risk, "90000")

    await hear(risk, opened(0.3, version=2, kind=OpportunityChanged), total(yuan(1000)))
    assert (await pursuit(risk))["status"] == "negative"
    await hear(risk, opened(0.6, version=3, kind=OpportunityChanged))
    assert ((await pursuit(risk))["status"], (await pursuit(risk))["negative_since"]) == ("worthwhile", None)
    await hear(risk, opened(0.1, version=4, kind=OpportunityChanged))

    told = await said(risk.app.state.database, NEGATIVE)
    assert [one.data["win_probability"] for one in told] == [0.3, 0.1]
    assert told[0].data["expected_value"]["amount"] == "-30000.00"
    assert told[0].data["break_even_probability"] == 0.45


async def test_a_lower_margin_turns_it_negative_too(risk):
    await hear(risk, opened(0.5), priced())
    await plan(risk, "90000")

    await hear(risk, priced(margin=0.1, risk_revision=2))

    [told] = await said(risk.app.state.database, NEGATIVE)
    assert told.data["expected_margin"]["amount"] == "100000.00"


async def test_older_records_that_come_late_change_nothing(risk):
    await hear(risk, opened(0.6, version=3, kind=OpportunityChanged), opened(0.1, version=1))
    await hear(risk, priced(margin=0.2, revision=2), priced(margin=0.01, revision=1, risk_revision=9))

    row = await pursuit(risk)

    assert (row["win_probability"], row["expected_margin"]["amount"]) == (0.6, "200000.00")


async def test_events_may_come_in_any_order(risk):
    await hear(risk, total(yuan(4000)), priced())
    [unknown] = (await risk.get("/pursuits")).json()["items"]

    await hear(risk, opened())

    row = await pursuit(risk)
    assert (unknown["cost_so_far"], unknown["missing"]) == (
        None,
        ["win_probability", "expected_margin", "remaining_cost"],
    )
    assert (row["cost_so_far"]["amount"], row["expected_margin"]["amount"]) == ("4000.00", "200000.00")


async def test_a_withdrawn_baseline_takes_its_price_with_it(risk):
    await hear(risk, opened(), priced())
    first = baseline(1)

    await hear(risk, BaselineWithdrawn(opportunity_id=DEAL, baseline_id=first.baseline_id, baseline_number=1, epoch=2,
                                       withdrawn_by="bob", reason="wrong scope"))  # fmt: skip

    assert (await pursuit(risk))["expected_margin"] is None


async def test_a_person_may_expect_another_margin_and_have_that_of_the_price_again(risk):
    await hear(risk, opened(), priced())

    own = (await plan(risk, expected_margin={"amount": "500000", "currency": "CNY"})).json()
    again = (await plan(risk, expected_margin=None)).json()

    assert (own["expected_margin"]["amount"], own["margin_source"], own["planned_by"]) == ("500000.00", "person", "ann")
    assert (again["expected_margin"]["amount"], again["margin_source"]) == ("200000.00", "price")


async def test_a_closed_opportunity_is_over_and_nothing_is_planned_for_it(risk):
    await hear(risk, opened(), priced(), closed(2))

    refused = await plan(risk)

    row = await pursuit(risk)
    assert (row["status"], row["outcome"]) == ("over", "lost")
    assert (refused.status_code, refused.json()["code"]) == (409, "pursuit_is_over")
    assert row["allowed_actions"][0]["is_allowed"] is False


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "nothing_said"),
        ({"remaining_cost": {"amount": "-1", "currency": "CNY"}}, "negative_amount"),
        ({"remaining_cost": {"amount": "NaN", "currency": "CNY"}}, "not_finite"),
        ({"remaining_cost": {"amount": "1e30", "currency": "CNY"}}, "too_large"),
    ],
)
async def test_a_plan_that_cannot_be_is_refused(risk, body, code):
    await hear(risk, opened())

    refused = await risk.act(f"/pursuits/{(await pursuit(risk))['id']}/plan", body)

    assert (refused.status_code, [one["code"] for one in refused.json()["errors"]]) == (422, [code])


async def test_a_plan_is_in_the_currency_of_the_opportunity(risk):
    await hear(risk, opened())

    refused = await risk.act(f"/pursuits/{(await pursuit(risk))['id']}/plan",
                             {"remaining_cost": {"amount": "1", "currency": "USD"}})  # fmt: skip

    assert (refused.status_code, refused.json()["code"]) == (422, "other_currency")


async def test_money_is_for_those_who_may_see_cost_and_tenants_are_apart(risk):
    await hear(risk, opened(), priced(), total(yuan(4000)))
    row = await plan(risk)

    seen = await pursuit(risk.as_("pia", "presales"))
    stranger = risk.as_("eve", "admin", tenant="other")

    names = (
        "deal_value",
        "expected_margin",
        "remaining_cost",
        "cost_so_far",
        "expected_value",
        "break_even_probability",
    )
    assert [seen[name] for name in names] == [None] * len(names)
    assert seen["status"] == "worthwhile"
    assert (await stranger.get(f"/pursuits/{row.json()['id']}")).status_code == 404
    assert (await stranger.get("/pursuits")).json()["items"] == []


def outcome(result="lost", probability=0.8, version=1, deal=None):
    return OutcomeRecorded(
        opportunity_id=deal or uuid4(), outcome_id=uuid4(), result=result, reasons=(), reason=None, lessons=(),
        competitor_id=None, competitor_name=None, decided_on=date(2026, 11, 1), proposal_id=None, submitted_at=None,
        win_probability=probability, offered_price=None, final_price=None, winning_price=None, version=version,
    )  # fmt: skip


async def too_sure(client, count=ENOUGH_TO_CORRECT):
    """So many bids of which 80 % was said, and one in ten was won."""
    await hear(client, *(outcome("won" if number % 10 == 9 else "lost") for number in range(count)))


async def test_a_record_of_win_probabilities_corrects_what_a_pursuit_is_worth_and_both_are_told(risk):
    await hear(risk, opened(0.8), priced())
    await plan(risk)
    before = await pursuit(risk)

    await too_sure(risk)

    after = await pursuit(risk)
    event = (await said(risk.app.state.database, ASSESSED))[-1].data
    assert (before["win_probability_used"], before["win_probability_note"]) == (0.8, None)
    assert float(before["expected_value"]["amount"]) == 0.8 * 200_000 - 50_000
    assert after["win_probability"] == 0.8
    assert 0.05 < after["win_probability_used"] < 0.3
    used = Decimal(str(after["win_probability_used"]))
    assert Decimal(after["expected_value"]["amount"]) == pytest.approx(used * 200_000 - 50_000, abs=Decimal("0.01"))
    assert str(ENOUGH_TO_CORRECT) in after["win_probability_note_zh"]
    assert (event["win_probability"], event["win_probability_used"], event["record_outcomes"]) == (
        0.8, after["win_probability_used"], ENOUGH_TO_CORRECT,
    )  # fmt: skip


async def test_a_pursuit_that_the_record_turns_negative_says_the_probability_that_was_used(risk):
    await hear(risk, opened(0.8), priced())
    await plan(risk)

    await too_sure(risk)

    [event] = [one.data for one in await said(risk.app.state.database, NEGATIVE)]
    assert (await pursuit(risk))["status"] == "negative"
    assert event["win_probability"] == (await pursuit(risk))["win_probability_used"]
    assert event["win_probability_stated"] == 0.8


async def test_with_few_outcomes_or_none_of_bids_the_stated_win_probability_counts(risk):
    await hear(risk, opened(0.8), priced())
    await plan(risk)

    await too_sure(risk, ENOUGH_TO_CORRECT - 1)
    await hear(risk, outcome("not_bid"), outcome("lost", None))

    found = await pursuit(risk)
    assert (found["win_probability_used"], found["win_probability_note"]) == (0.8, None)


async def test_an_outcome_counts_as_it_was_told_last(risk):
    deal = uuid4()
    await hear(risk, opened(0.8), priced())
    await too_sure(risk, ENOUGH_TO_CORRECT - 1)

    await hear(risk, outcome("not_bid", version=2, deal=deal), outcome("lost", version=1, deal=deal))

    assert (await pursuit(risk))["win_probability_note"] is None


async def test_a_policy_can_have_the_stated_win_probability_count(risk):
    await hear(risk, opened(0.8), priced())
    await plan(risk)
    await too_sure(risk)

    wish = {"name": "As stated", "corrects_win_probability": False}
    assert (await risk.post("/risk-policies", json=wish)).status_code == 201

    found = await pursuit(risk)
    assert (found["win_probability_used"], found["win_probability_note"], found["status"]) == (0.8, None, "worthwhile")
