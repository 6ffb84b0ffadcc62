"""Rate cards over HTTP."""

import asyncio

import pytest

from tests.support.estimation.events import rate_card, rates


@pytest.fixture
async def estimation(start):
    async with start("estimation") as client:
        yield client


async def made(client, **wish):
    answer = await client.post("/rate-cards", json=rate_card(**wish))
    assert answer.status_code == 201, answer.text
    return answer.json()


def tag(resource):
    return {"If-Match": f'"{resource["version"]}"'}


async def test_a_card_comes_back_as_it_was_sent(estimation):
    card = await made(estimation)

    shown = await estimation.get(f"/rate-cards/{card['id']}")

    assert shown.json() == card
    assert shown.headers["ETag"] == '"1"'
    assert (card["region"], card["valid_from"], card["valid_to"]) == ("上海", "2026-07-01", "2028-06-30")
    developer = {"role": "developer", "seniority": None, "build_up": None}
    assert {**developer, "daily_cost": {"amount": "1750.00", "currency": "CNY"}} in card["rates"]


async def test_a_card_is_changed_by_who_saw_it_and_keeps_the_rest(estimation):
    card = await made(estimation)
    path = f"/rate-cards/{card['id']}"

    open_ended = await estimation.patch(path, json={"valid_to": None}, headers=tag(card))
    stale = await estimation.patch(path, json={"name": "Other"}, headers=tag(card))
    blind = await estimation.patch(path, json={"name": "Other"})

    assert (open_ended.json()["valid_to"], open_ended.json()["rates"]) == (None, card["rates"])
    assert (stale.status_code, stale.json()["current_version"], blind.status_code) == (412, 2, 428)


async def test_a_card_can_be_deleted(estimation):
    card = await made(estimation)

    gone = await estimation.delete(f"/rate-cards/{card['id']}", headers=tag(card))

    assert gone.status_code == 204
    assert (await estimation.get(f"/rate-cards/{card['id']}")).status_code == 404


@pytest.mark.parametrize(
    "period",
    [
        ("2026-07-01", "2026-07-01"),
        ("2028-06-30", None),
        ("2020-01-01", None),
        ("2027-01-01", "2027-02-01"),
    ],
)
async def test_two_cards_of_a_region_and_currency_cannot_hold_on_one_day(estimation, period):
    await made(estimation)
    wish = rate_card(name="Second", valid_from=period[0], valid_to=period[1])

    english = await estimation.post("/rate-cards", json=wish)
    chinese = await estimation.post("/rate-cards", json=wish, headers={"Accept-Language": "zh"})

    assert (english.status_code, english.json()["code"]) == (409, "overlapping_rate_card")
    assert "Shanghai 2027" in english.json()["detail"]
    assert "2028-06-30" in chinese.json()["detail"]
    assert len((await estimation.get("/rate-cards")).json()["items"]) == 1


@pytest.mark.parametrize(
    "wish",
    [
        {"region": "Beijing"},
        {"region": None},
        {"currency": "USD", "rates": rates("USD")},
        {"valid_from": "2028-07-01", "valid_to": None},
        {"valid_from": "2025-01-01", "valid_to": "2026-06-30"},
    ],
)
async def test_another_region_currency_or_time_is_another_card(estimation, wish):
    await made(estimation)

    await made(estimation, name="Second", **wish)


async def test_a_card_cannot_be_stretched_over_the_next(estimation):
    first = await made(estimation, valid_to="2026-12-31")
    await made(estimation, valid_from="2027-01-01")

    stretched = await estimation.patch(f"/rate-cards/{first['id']}", json={"valid_to": None}, headers=tag(first))
    shrunk = await estimation.patch(f"/rate-cards/{first['id']}", json={"valid_to": "2026-12-30"}, headers=tag(first))

    assert (stretched.status_code, shrunk.status_code) == (409, 200)


async def test_of_two_overlapping_cards_sent_at_once_one_is_refused(estimation):
    answers = await asyncio.gather(*(estimation.post("/rate-cards", json=rate_card(name=f"n{n}")) for n in range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


def rate(amount, currency="CNY", **wish):
    return {"role": "developer", "daily_cost": {"amount": amount, "currency": currency}, **wish}


WRONG = {
    "an unknown field": ({"colour": "red"}, "/colour", "unknown_field"),
    "a blank name": ({"name": " "}, "/name", "too_short"),
    "an unknown currency": ({"currency": "XXQ"}, "/currency", "unknown_currency"),
    "another currency in a rate": ({"rates": [rate("1", "USD")]}, "", "currency_mismatch"),
    "a negative rate": ({"rates": [rate("-1")]}, "/rates/0/daily_cost", "negative_amount"),
    "a rate of nothing": ({"rates": [rate("0")]}, "/rates/0", "daily_cost_too_low"),
    "not a number": ({"rates": [rate("NaN")]}, "/rates/0/daily_cost/amount", "not_finite"),
    "an endless number": ({"rates": [rate("1e309")]}, "/rates/0/daily_cost/amount", "too_large"),
    "a role twice": ({"rates": [rate("1"), rate("2")]}, "", "duplicate_role"),
    "a strange role": ({"rates": [rate("1", role="The boss")]}, "/rates/0/role", "wrong_format"),
    "no rates": ({"rates": []}, "/rates", "too_few"),
    "an end before the start": ({"valid_to": "2026-01-01"}, "", "end_before_start"),
    "no such day": ({"valid_from": "2027-02-30"}, "/valid_from", "wrong_format"),
    "a day out of reach": ({"valid_to": "9999-12-31"}, "/valid_to", "too_large"),
    "a NUL character": ({"region": "a\x00"}, "/region", "null_character"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_an_impossible_card_is_refused_with_the_field_in_both_languages(estimation, case):
    wish, pointer, code = WRONG[case]

    english = await estimation.post("/rate-cards", json=rate_card(**wish))
    chinese = await estimation.post("/rate-cards", json=rate_card(**wish), headers={"Accept-Language": "zh"})

    assert english.status_code == 422, english.text
    [error] = english.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert chinese.json()["errors"][0]["message"] != error["message"]
    assert (await estimation.get("/rate-cards")).json()["items"] == []


async def test_a_patch_is_checked_as_a_whole(estimation):
    card = await made(estimation)

    for change, code in (
        ({"valid_from": "2029-01-01"}, "end_before_start"),
        ({"rates": [rate("1", "USD")]}, "currency_mismatch"),
    ):
        refused = await estimation.patch(f"/rate-cards/{card['id']}", json=change, headers=tag(card))
        assert [error["code"] for error in refused.json()["errors"]] == [code]
    null = await estimation.patch(f"/rate-cards/{card['id']}", json={"name": None}, headers=tag(card))
    assert null.status_code == 422


async def test_rates_are_for_those_who_may_see_cost(estimation):
    card = await made(estimation)

    codes = {
        role: (await estimation.as_("x", role).get(f"/rate-cards/{card['id']}")).status_code
        for role in ("viewer", "presales", "sales", "estimator", "risk_manager", "approver")
    }
    refused = await estimation.as_("x", "approver").post("/rate-cards", json=rate_card(region="Beijing"))

    assert codes == {
        "viewer": 403, "presales": 403, "sales": 403, "estimator": 200, "risk_manager": 200, "approver": 200,
    }  # fmt: skip
    assert refused.status_code == 403


async def test_another_tenants_card_is_not_there_and_does_not_overlap(estimation):
    card = await made(estimation)
    stranger = estimation.as_("eve", "admin", tenant="other")

    assert (await stranger.get(f"/rate-cards/{card['id']}")).status_code == 404
    assert (await stranger.post("/rate-cards", json=rate_card())).status_code == 201


async def test_cards_are_found_by_region_and_currency(estimation):
    await made(estimation)
    await made(estimation, name="Dollars", region="Washington", currency="USD", rates=rates("USD"))

    found = (await estimation.get("/rate-cards", params={"currency": "USD", "sort": "name"})).json()["items"]
    unknown = await estimation.get("/rate-cards", params={"colour": "red"})

    assert [card["name"] for card in found] == ["Dollars"]
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "unknown_field")
