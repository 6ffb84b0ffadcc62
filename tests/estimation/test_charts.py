"""The charts of an estimate over HTTP: what they show is what the estimate says."""

from decimal import Decimal

import pytest

from services.estimation.handlers import on
from tests.support.estimation.economics import analysed
from tests.support.estimation.estimates import estimates, priced
from tests.support.estimation.events import approved, hear

NAMES = ("cash-flow", "cost-waterfall", "planned-value", "method-comparison")


@pytest.mark.parametrize("name", NAMES)
async def test_a_chart_comes_as_data_picture_and_specification(estimation, name):
    path = f"/estimates/{(await priced(estimation))['id']}/charts/{name}"

    data = (await estimation.get(path)).json()
    svg = await estimation.get(f"{path}?language=zh", headers={"Accept": "image/svg+xml"})
    png = await estimation.get(path, headers={"Accept": "image/png"})
    spec = (await estimation.get(path, headers={"Accept": "application/vnd.vegalite.v6+json"})).json()

    assert data["rows"] == spec["data"]["values"]
    assert (svg.headers["content-type"], svg.content[:5]) == ("image/svg+xml", b"<svg ")
    assert (png.headers["content-type"], png.content[:4]) == ("image/png", b"\x89PNG")


async def test_the_waterfall_ends_with_the_price_and_the_cash_flow_with_the_last_balance(estimation):
    estimate = await priced(estimation)
    path = f"/estimates/{estimate['id']}"

    steps = (await estimation.get(f"{path}/charts/cost-waterfall")).json()["rows"]
    flow = (await estimation.get(f"{path}/charts/cash-flow")).json()
    months = (await estimation.get(f"{path}/budget")).json()["months"]

    totals = {step["key"]: Decimal(str(step["end"])) for step in steps if step["is_total"]}
    assert totals == {
        "net": Decimal(estimate["price"]["price_excl_tax"]["amount"]),
        "gross": Decimal(estimate["price"]["price_incl_tax"]["amount"]),
    }
    assert [step["start"] for step in steps if step["is_total"]] == [0, 0]
    before = {"net": steps[-3]["key"], "gross": steps[-1]["key"]}
    assert before == {"net": "net", "gross": "gross"}
    assert steps[-4]["end"] == pytest.approx(float(totals["net"]), abs=0.005)
    moved = sum(row["value"] for row in flow["rows"] if row["series"] in {"inflow", "outflow"})
    assert moved == pytest.approx(float(months[-1]["net_cumulative"]), abs=0.01)


async def test_before_the_price_only_the_methods_can_be_compared(estimation):
    await hear(estimation, approved(), on=on)
    [estimate] = await estimates(estimation)

    answers = {name: await estimation.get(f"/estimates/{estimate['id']}/charts/{name}") for name in NAMES}

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "cash-flow": 409, "cost-waterfall": 409, "planned-value": 409, "method-comparison": 200,
    }  # fmt: skip
    ranges = answers["method-comparison"].json()["rows"]
    assert [(one["key"], one["middle"]) for one in ranges] == [
        (one["method"], one["effort_days"]) for one in estimate["methods"]
    ]


async def test_charts_of_cost_are_for_those_who_may_see_cost(estimation):
    estimate = await priced(estimation)

    refused = await estimation.as_("pia", "presales").get(f"/estimates/{estimate['id']}/charts/cash-flow")
    unknown = await estimation.get(f"/estimates/{estimate['id']}/charts/pie")

    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_such_chart")
    assert all(name in unknown.json()["detail"] for name in NAMES)


@pytest.mark.parametrize("name", ["cash-flow", "npv-profile", "tornado"])
@pytest.mark.parametrize("side", ["client", "supplier"])
async def test_the_charts_of_an_analysis_come_in_every_form(estimation, name, side):
    await priced(estimation)
    path = f"/economic-analyses/{(await analysed(estimation, side))['id']}/charts/{name}"

    data = (await estimation.get(path)).json()
    pictures = [
        await estimation.get(f"{path}?language={language}", headers={"Accept": "image/svg+xml"})
        for language in ("zh", "en")
    ]
    spec = (await estimation.get(path, headers={"Accept": "application/vnd.vegalite.v6+json"})).json()

    assert data["rows"] == spec["data"]["values"] != []
    assert {picture.content[:5] for picture in pictures} == {b"<svg "}


async def test_the_cash_flow_of_an_analysis_ends_where_its_flows_do_and_marks_the_break_even(estimation):
    await priced(estimation)
    made = await analysed(estimation)

    data = (await estimation.get(f"/economic-analyses/{made['id']}/charts/cash-flow")).json()
    bare = await analysed(estimation, benefits=[], sensitivity=[])
    never = (await estimation.get(f"/economic-analyses/{bare['id']}/charts/cash-flow")).json()
    empty = await estimation.get(f"/economic-analyses/{bare['id']}/charts/tornado", headers={"Accept": "image/svg+xml"})

    found = made["results"]
    lasts = [row["value"] for row in data["rows"] if row["series"] == "cumulative"]
    assert lasts[-1] == pytest.approx(float(found["flows"][-1]["cumulative"]), abs=0.02)
    [mark] = data["marks"]
    assert int(mark["at"]) - 1 < found["payback_years"] <= int(mark["at"])
    assert mark["value"] == lasts[int(mark["at"])] >= 0
    assert (never["marks"], empty.status_code) == ([], 200)


async def test_charts_of_our_side_are_for_those_who_may_see_cost_and_others_have_none(estimation):
    await priced(estimation)
    ours, theirs = await analysed(estimation, "supplier"), await analysed(estimation)
    pia = estimation.as_("pia", "presales")

    answers = [
        await pia.get(f"/economic-analyses/{ours['id']}/charts/tornado"),
        await pia.get(f"/economic-analyses/{theirs['id']}/charts/tornado"),
        await pia.get(f"/economic-analyses/{theirs['id']}/charts/magic"),
    ]

    assert [one.status_code for one in answers] == [403, 200, 404]
