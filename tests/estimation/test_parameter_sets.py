"""Parameter sets over HTTP."""

import pytest

from services.estimation.shipped import shipped_set


@pytest.fixture
async def estimation(start):
    async with start("estimation") as client:
        yield client


def wish(**changes):
    return {
        "name": "house-1",
        "title": "Our own margin",
        "title_zh": "本公司利润率",
        "provenance": [{"part": "commerce: margin", "source": "Board, November 2026", "standing": "assumed"}],
        "changes": {"commerce": {"margin_rate": "0.2"}},
        **changes,
    }


async def test_every_tenant_has_the_shipped_set_as_shipped(estimation):
    [row] = (await estimation.get("/parameter-sets")).json()["items"]

    shown = (await estimation.get(f"/parameter-sets/{row['id']}")).json()

    assert (row["name"], row["is_shipped"], row["created_by"]) == ("csbmk-202510-2", True, "presales")
    assert shown["parameters"] == shipped_set()["parameters"]
    assert shown["provenance"] == shipped_set()["provenance"]
    assert len((await estimation.get("/parameter-sets")).json()["items"]) == 1


async def test_a_version_changes_what_is_sent_and_keeps_the_rest(estimation):
    made = await estimation.post("/parameter-sets", json=wish())

    assert made.status_code == 201, made.text
    body = made.json()
    assert made.headers["Location"] == f"/v1/parameter-sets/{body['id']}"
    assert (body["based_on"], body["is_shipped"]) == ("csbmk-202510-2", False)
    assert body["parameters"]["commerce"].pop("margin_rate") == "0.2"
    expected = {**shipped_set()["parameters"]["commerce"]}
    expected.pop("margin_rate")
    assert body["parameters"]["commerce"] == expected
    assert body["provenance"][-1]["source"] == "Board, November 2026"


async def test_the_next_version_is_made_from_the_one_in_force_or_from_the_one_named(estimation):
    await estimation.post("/parameter-sets", json=wish())

    following = (await estimation.post("/parameter-sets", json=wish(name="house-2", changes={}))).json()
    back = await estimation.post("/parameter-sets", json=wish(name="house-3", changes={}, based_on="csbmk-202510-2"))
    unknown = await estimation.post("/parameter-sets", json=wish(name="house-4", based_on="nobodys"))

    assert (following["based_on"], following["parameters"]["commerce"]["margin_rate"]) == ("house-1", "0.2")
    assert back.json()["parameters"] == shipped_set()["parameters"]
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_parameter_set")


async def test_a_name_is_given_once(estimation):
    await estimation.post("/parameter-sets", json=wish())

    again = await estimation.post("/parameter-sets", json=wish())

    assert (again.status_code, again.json()["code"]) == (409, "already_exists")


HOURS = {"optimistic": 9, "most_likely": 5, "pessimistic": 12}
WRONG = {
    "an unknown parameter": ({"effort": {"colour": 1}}, "/changes/effort/colour", "unknown_field"),
    "a part that is no object": ({"effort": 7}, "/changes/effort", "wrong_type"),
    "a part taken away": ({"effort": None}, "/changes/effort", "missing"),
    "optimistic over pessimistic": (
        {"effort": {"kinds": {"functional": {"hours_per_fp": HOURS}}}},
        "/changes/effort/kinds/functional/hours_per_fp",
        "range_order",
    ),
    "negative hours": (
        {"effort": {"kinds": {"functional": {"hours_per_fp": {"optimistic": -1}}}}},
        "/changes/effort/kinds/functional/hours_per_fp",
        "negative_amount",
    ),
    "more hours than anybody has": (
        {"effort": {"kinds": {"functional": {"hours_per_fp": {"pessimistic": 1e300}}}}},
        "/changes/effort/kinds/functional/hours_per_fp/pessimistic",
        "too_large",
    ),
    "shares over one": (
        {"effort": {"phases": {"build": {"share": 0.9}}}},
        "/changes/effort",
        "shares_do_not_sum",
    ),
    "margin of all": ({"commerce": {"margin_rate": "1"}}, "/changes/commerce/margin_rate", "too_large"),
    "margin of nothing like a number": ({"commerce": {"margin_rate": "x"}}, "/changes/commerce/margin_rate", "wrong_type"),
    "an unknown currency": ({"commerce": {"tax_rates": {"XXQ": "0.1"}}}, "/changes/commerce/tax_rates/XXQ/[key]", "unknown_currency"),
    "a whole number without end": ({"effort": {"correlation": 10**400}}, "/changes/effort/correlation", None),
    "a NUL character": ({"commerce": {"items": [{"name": "a\x00"}]}}, "", "null_character"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
async def test_a_wrong_parameter_is_named_with_its_place_in_both_languages(estimation, case):
    changes, pointer, code = WRONG[case]

    english = await estimation.post("/parameter-sets", json=wish(changes=changes))
    chinese = await estimation.post("/parameter-sets", json=wish(changes=changes), headers={"Accept-Language": "zh"})

    assert english.status_code == 422, english.text
    [error] = english.json()["errors"]
    assert error["pointer"] == pointer
    assert error["code"] == code or code is None
    assert chinese.json()["errors"][0]["message"] != error["message"]
    assert (await estimation.get("/parameter-sets", params={"is_shipped": False})).json()["items"] == []


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e309", '"a\\ud800"'])
async def test_what_no_database_holds_is_refused(estimation, number):
    body = (
        '{"name": "house-1", "title": "t", "provenance": [{"part": "p", "source": "s", "standing": "assumed"}],'
        f' "changes": {{"effort": {{"correlation": {number}}}}}}}'
    )

    answer = await estimation.post("/parameter-sets", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code in {400, 422}, answer.text


async def test_terms_of_business_are_for_those_who_may_see_cost(estimation):
    [row] = (await estimation.get("/parameter-sets")).json()["items"]

    viewer = (await estimation.as_("vera", "viewer").get(f"/parameter-sets/{row['id']}")).json()
    refused = await estimation.as_("vera", "viewer").post("/parameter-sets", json=wish())

    assert viewer["parameters"]["commerce"] is None
    assert viewer["parameters"]["effort"] == shipped_set()["parameters"]["effort"]
    assert refused.status_code == 403


async def test_another_tenants_sets_are_its_own(estimation):
    made = (await estimation.post("/parameter-sets", json=wish())).json()
    stranger = estimation.as_("eve", "admin", tenant="other")

    assert (await stranger.get(f"/parameter-sets/{made['id']}")).status_code == 404
    assert [row["name"] for row in (await stranger.get("/parameter-sets")).json()["items"]] == ["csbmk-202510-2"]
