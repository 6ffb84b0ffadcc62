"""Cost items and exchange rates over HTTP, and estimates that follow them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from services.estimation.handlers import on
from services.estimation.timers import timers
from shared.kernel.clock import now
from shared.kernel.context import new_id
from tests.conftest import eventually, said
from tests.support.estimation.events import DEAL, approved, closed, hear, rate_card

OUTDATED, COMPLETED = "estimation.estimate.outdated.v1", "estimation.estimate.completed.v1"


def item(**wish):
    return {
        "opportunity_id": str(DEAL), "kind": "hardware", "name": "Servers", "name_zh": "服务器", "phase": "build",
        "unit_cost": {"amount": "25000.00", "currency": "CNY"}, **wish,
    }  # fmt: skip


async def recorded(client, **wish):
    answer = await client.post("/cost-items", json=item(**wish))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def newest(client):
    return (await client.get("/estimates", params={"view": "full", "opportunity_id": str(DEAL)})).json()["items"][0]


async def revision(client, number):
    async def check():
        found = await newest(client)
        return found if found["revision"] == number else None

    return await eventually(check)


def tag(resource):
    return {"If-Match": f'"{resource["version"]}"'}


async def test_an_item_makes_the_next_revision_of_the_estimate(estimation):
    await hear(estimation, approved(), on=on)
    before = await newest(estimation)

    servers = await recorded(estimation, quantity="2")
    marked = await newest(estimation)
    after = await revision(estimation, 2)

    assert (marked["freshness"], marked["reason"]["code"]) == ("stale", "cost_items_changed")
    assert marked["reason"]["actions"] == ["recompute_estimate"]
    [event] = await said(estimation.app.state.database, OUTDATED)
    assert (event.data["estimate_id"], event.data["reason"]["code"]) == (before["id"], "cost_items_changed")
    [own] = [one for one in after["cost_items"] if one["origin"] == "person"]
    assert (own["id"], own["amount"], own["phase"]) == (servers["id"], "50000.00", "build")
    assert after["freshness"] == "fresh"
    more = Decimal(after["material_cost"]["amount"]) - Decimal(before["material_cost"]["amount"])
    [stood_back] = [one for one in before["cost_items"] if one["kind"] == "hardware"]
    assert more == 50_000 - Decimal(stood_back["amount"])
    assert sum(Decimal(part) for part in after["cost_categories"].values()) == Decimal(after["base_cost"]["amount"])


async def test_changes_in_a_row_make_one_revision(estimation):
    await hear(estimation, approved(), on=on)

    batch = await estimation.post("/cost-items:batch", json={"items": [item(), item(name="Racks")]})
    await estimation.patch(
        f"/cost-items/{batch.json()['items'][0]['id']}", json={"quantity": "3"}, headers=tag(batch.json()["items"][0])
    )
    await estimation.delete(f"/cost-items/{batch.json()['items'][1]['id']}", headers=tag(batch.json()["items"][1]))
    after = await revision(estimation, 2)

    assert [one["amount"] for one in after["cost_items"] if one["origin"] == "person"] == ["75000.00"]
    assert len(await said(estimation.app.state.database, COMPLETED)) == 2


async def test_an_item_comes_back_as_it_was_sent_and_is_changed_in_part(estimation):
    await hear(estimation, approved(), on=on)
    wish = {
        "quantity": "2.5", "driver": "month", "kind": "cloud", "months": "36", "includes_tax_rate": "0.06",
        "price_base_date": "2026-01-01", "annual_growth": "0.03", "tax_category": "goods", "replaces": "environments",
        "source": "Offer 17",
    }  # fmt: skip

    made = await recorded(estimation, **wish)
    changed = await estimation.patch(f"/cost-items/{made['id']}", json={"months": None}, headers=tag(made))

    assert {name: made[name] for name in wish} == wish
    assert made["unit_cost"] == {"amount": "25000.0000", "currency": "CNY"}
    assert (changed.json()["months"], changed.json()["quantity"]) == (None, "2.5")
    assert (await estimation.get(f"/cost-items/{made['id']}")).json() == changed.json()


WRONG = {
    "a negative cost": ({"unit_cost": {"amount": "-1", "currency": "CNY"}}, "negative_amount"),
    "an unknown currency": ({"unit_cost": {"amount": "1", "currency": "XXQ"}}, "unknown_currency"),
    "an unknown phase": ({"phase": "party"}, "not_allowed"),
    "an enormous cost": ({"quantity": "1000000000", "unit_cost": {"amount": "1e9", "currency": "CNY"}},
                         "amount_too_large"),
    "a rate of something that is no guarantee": ({"annual_rate": "0.01"}, "only_of_guarantees"),
    "a NUL": ({"replaces": "a\x00"}, "wrong_format"),
    "not a number": ({"quantity": "NaN"}, "not_finite"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
async def test_what_cannot_be_is_refused(estimation, wrong):
    await hear(estimation, approved(), on=on)
    wish, code = WRONG[wrong]

    answer = await estimation.post("/cost-items", json=item(**wish))

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


async def test_an_item_of_an_opportunity_that_nobody_heard_of_is_refused(estimation):
    await hear(estimation, approved(), on=on)

    unknown = await estimation.post("/cost-items", json=item(opportunity_id=str(new_id())))
    foreign = await estimation.as_("eve", "admin", tenant="other").post("/cost-items", json=item())
    twice = [await estimation.post("/cost-items", json=item(replaces="travel")) for _ in range(2)]

    assert (unknown.status_code, foreign.status_code) == (404, 404)
    assert [one.status_code for one in twice] == [201, 409]


async def test_items_are_internal(estimation):
    await hear(estimation, approved(), on=on)

    pia = estimation.as_("pia", "presales")

    assert (await pia.get("/cost-items")).status_code == 403
    assert (await pia.post("/cost-items", json=item())).status_code == 403
    shown = (await pia.get("/estimates?view=full")).json()["items"][0]
    assert {shown[name] for name in ("rates", "exchange_rates", "cost_items", "cost_categories")} == {None}


async def test_a_currency_without_a_rate_keeps_the_estimate_and_says_what_mends_it(estimation):
    await hear(estimation, approved(), on=on)
    await recorded(estimation, unit_cost={"amount": "1000", "currency": "BHD"})

    async def failed():
        found = await newest(estimation)
        return found if found["reason"]["code"] == "currency_rate_missing" else None

    found = await eventually(failed)
    rate = {"currency": "BHD", "quote_currency": "CNY", "rate": "18.9", "as_of": "2026-12-31", "source": "CBB"}
    assert (await estimation.post("/exchange-rates", json=rate)).status_code == 201
    again = await estimation.act(f"/estimates/{found['id']}/recompute")

    assert (found["revision"], found["freshness"]) == (1, "stale")
    assert found["reason"]["actions"] == ["record_exchange_rate", "recompute_estimate"]
    assert again.status_code == 201, again.text
    [used] = again.json()["exchange_rates"]
    assert (used["currency"], used["quote_currency"], used["rate"], used["source"]) == (
        "BHD", "CNY", "18.9000000000", "CBB",
    )  # fmt: skip
    [own] = [one for one in again.json()["cost_items"] if one["origin"] == "person"]
    assert (own["amount"], own["original"]) == ("18900.00", {"amount": "1000.000", "currency": "BHD"})


async def test_a_changed_rate_card_outdates_the_estimates_that_use_it(estimation):
    await hear(estimation, approved(), on=on)
    [card] = (await estimation.get("/rate-cards")).json()["items"]
    other = rate_card(name="Beijing", region="北京")

    await estimation.post("/rate-cards", json=other)
    untouched = await newest(estimation)
    dearer = [{**one, "daily_cost": {"amount": "9999.00", "currency": "CNY"}} for one in card["rates"]]
    rates = [{name: one[name] for name in ("role", "daily_cost")} for one in dearer]
    await estimation.patch(f"/rate-cards/{card['id']}", json={"rates": rates}, headers=tag(card))
    marked = await newest(estimation)

    assert untouched["freshness"] == "fresh"
    assert (marked["freshness"], marked["reason"]["code"]) == ("stale", "rates_changed")
    again = (await estimation.act(f"/estimates/{marked['id']}/recompute")).json()
    assert {one["daily_cost"] for one in again["rates"]} == {"9999.0000"}
    assert {one["rate_card_version"] for one in again["rates"]} == {2}
    assert again["freshness"] == "fresh"


async def test_a_new_exchange_rate_and_a_new_parameter_set_outdate_too(estimation):
    await hear(estimation, approved(), on=on)
    await recorded(estimation, unit_cost={"amount": "1000", "currency": "USD"})
    await revision(estimation, 2)
    rate = {"currency": "USD", "quote_currency": "CNY", "rate": "7.5", "as_of": "2026-12-31", "source": "PBC"}

    await estimation.post("/exchange-rates", json={**rate, "currency": "GBP"})
    untouched = await newest(estimation)
    await estimation.post("/exchange-rates", json=rate)
    by_rate = await newest(estimation)
    await estimation.act(f"/estimates/{by_rate['id']}/recompute")
    wish = {"name": "house", "title": "House", "changes": {"commerce": {"margin_rate": None, "markup_rate": "0.2"}},
            "provenance": [{"part": "margin", "source": "board", "standing": "assumed"}]}  # fmt: skip
    assert (await estimation.post("/parameter-sets", json=wish)).status_code == 201
    by_set = await newest(estimation)

    assert untouched["freshness"] == "fresh"
    assert by_rate["reason"]["code"] == "exchange_rates_changed"
    assert (by_set["revision"], by_set["reason"]["code"]) == (3, "parameter_set_changed")


async def test_exchange_rates_are_dated_and_quoted(estimation):
    rate = {"currency": "USD", "quote_currency": "CNY", "rate": "7.123456", "as_of": "2026-12-31", "source": "PBC"}

    made = await estimation.post("/exchange-rates", json=rate)
    twice = await estimation.post("/exchange-rates", json=rate)
    same = await estimation.post("/exchange-rates", json={**rate, "quote_currency": "USD"})
    query = {"currency": "CNY", "to": "USD", "on": "2027-01-01"}
    quote = (await estimation.get("/exchange-rates/quote", params=query)).json()
    missing = await estimation.get("/exchange-rates/quote", params={**query, "to": "KWD"})
    corrected = await estimation.patch(
        f"/exchange-rates/{made.json()['id']}", json={"rate": "8"}, headers=tag(made.json())
    )

    assert {name: made.json()[name] for name in rate} == rate
    assert (twice.status_code, same.json()["errors"][0]["code"]) == (409, "same_currency")
    assert (quote["rate"], quote["source"], quote["as_of"]) == ("0.140381298067", "PBC", "2026-12-31")
    assert (missing.status_code, missing.json()["code"]) == (422, "currency_rate_missing")
    assert corrected.json()["rate"] == "8"


async def test_a_rate_of_a_day_is_found_by_role_seniority_and_region(estimation):
    wish = rate_card(
        name="Chengdu", region="成都",
        rates=[
            {"role": "developer", "seniority": "senior", "build_up": {
                "monthly_salary": {"amount": "20000.00", "currency": "CNY"}, "social_rate": "0.35",
                "overhead_rate": "0.25", "hours_per_month": "174", "utilisation": "0.8"}},
            {"role": "developer", "daily_cost": {"amount": "1500.00", "currency": "CNY"}},
        ],
    )  # fmt: skip
    made = (await estimation.post("/rate-cards", json=wish)).json()
    query = {"role": "developer", "currency": "CNY", "region": "成都", "on": "2027-01-04"}

    plain = (await estimation.get("/rate-cards/rate", params=query)).json()
    senior = (await estimation.get("/rate-cards/rate", params={**query, "seniority": "senior"})).json()
    late = await estimation.get("/rate-cards/rate", params={**query, "on": "2030-01-01"})
    held = (await estimation.get("/rate-cards", params={"valid_on": "2030-01-01"})).json()["items"]

    assert (plain["daily_cost"], senior["daily_cost"]) == ("1500.00", "1939.66")
    assert senior["grades"][0]["rate_card_id"] == made["id"]
    [built] = [rate["build_up"] for rate in made["rates"] if rate["seniority"] == "senior"]
    assert (built["monthly_cost"]["amount"], built["hourly_cost"]["amount"]) == ("33750.00", "242.46")
    assert (built["overhead_rate"], built["utilisation"]) == ("0.25", "0.8")
    assert (late.status_code, late.json()["code"]) == (422, "rate_not_in_force_on_date")
    assert held == []
    kept = await estimation.patch(f"/rate-cards/{made['id']}", json={"name": "Chengdu 2027"}, headers=tag(made))
    assert kept.json()["rates"] == made["rates"]


async def test_nothing_is_computed_for_an_opportunity_that_is_closed(estimation):
    await hear(estimation, approved(), on=on)
    await recorded(estimation)
    await hear(estimation, closed(2), on=on)

    done = await timers.run_due(estimation.app.state.database, now() + timedelta(minutes=1))

    assert done <= 1
    assert len(await said(estimation.app.state.database, COMPLETED)) == 1
