"""Metrics over HTTP: definitions, groups, filters, two periods, what is behind a number, and who may see what."""

from typing import get_args

import pytest

from services.insights.domain.metrics.case import DIMENSIONS, LARGEST, SIZES, UNKNOWN
from services.insights.domain.metrics.definitions import METRICS
from services.insights.domain.metrics.reasons import REASONS
from services.insights.schemas.metrics import Dimension, Size
from shared.kernel.events import REGISTRY
from shared.language.events.engagement import CalendarRecorded
from shared.language.events.requirements import FitFacts
from tests.support.insights.journeys import opened
from tests.support.insights.stories import at, baseline, changed, cny, hear, key, outcome, pursuit, story, told

ALL = tuple(METRICS)


async def read(client, metric, **query):
    answer = await client.get(f"/metrics/{metric}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def figures(client, metric, **query):
    return {one["id"]: one for one in (await read(client, metric, **query))["figures"]}


def quarter():
    """Two in the South, one in the North, decided in two quarters."""
    south, north, third = key("south"), key("north"), key("third")
    return [
        changed(south, "active", 0, 1, owner="lin", prospect={"kind": "tender"}),
        changed(north, "active", 0, 1, owner="wang", region="North", client_industry=None),
        changed(third, "active", 0, 1, owner="lin", client_name="Shop"),
        outcome(south, "won", "2026-08-01", offered_price=cny(300), competitor_name="Rival"),
        outcome(north, "lost", "2026-08-01", offered_price=cny("2000000.00")),
        outcome(third, "lost", "2026-05-01"),
    ]  # fmt: skip


async def test_every_metric_says_what_it_is_in_both_languages(insights):
    found = (await insights.get("/metrics")).json()["items"]

    assert [one["key"] for one in found] == list(ALL)
    for one in found:
        texts = [one[name] for name in ("name", "formula", "dated_by")] + [part["text"] for part in one["parts"]]
        in_chinese = [one[f"{name}_zh"] for name in ("name", "formula", "dated_by")]
        in_chinese += [part["text_zh"] for part in one["parts"]]
        assert all(texts)
        assert all(any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in in_chinese)
        assert one["events"]
        assert set(one["events"]) <= set(REGISTRY)
        assert {reason["reason"] for reason in one["exclusions"]} <= set(REASONS)
    assert {one["key"] for one in found if one["needs"] == "cost:read"} == {"pursuit_cost"}


def test_dimensions_and_sizes_are_those_of_the_domain():
    assert get_args(Dimension) == DIMENSIONS
    assert get_args(Size) == (*(name for _, name in SIZES), LARGEST, UNKNOWN)


@pytest.mark.parametrize("metric", ALL)
async def test_without_anything_heard_no_metric_is_nought_or_everything(insights, metric):
    found = await figures(insights, metric, period="2026-Q3")

    assert found
    for one in found.values():
        assert one["unit"] != "share" or (one["value"], one["interval"]) == (None, None)
        assert one["value"] in {None, "0"}
        assert (one["value"] is None) == (one["reason"] is not None)
        assert one["part"] in METRICS[metric].parts


@pytest.mark.parametrize("metric", ALL)
async def test_every_number_names_a_part_reasons_and_opportunities_that_are_there(insights, metric):
    await hear(insights, *story(), *story(key("second"), 12)[:12])

    found = await figures(insights, metric)

    for one in found.values():
        assert one["part"] in METRICS[metric].parts
        assert {left["reason"] for left in one["excluded"]} <= set(METRICS[metric].exclusions)
        behind = (await insights.get(one["opportunities"].removeprefix("/v1"))).json()["items"]
        assert sum(case["is_in_denominator"] for case in behind) == one["opportunity_count"]
        assert {reason for case in behind for reason in case["excluded"]} == {
            left["reason"] for left in one["excluded"]
        }


async def test_a_metric_is_told_apart_filtered_and_compared(insights):
    events = quarter()
    await hear(insights, *events)

    whole = await figures(insights, "win_rate", period="2026-Q3", compare_to="2026-Q2")
    by_region = await figures(insights, "win_rate", period="2026-Q3", group_by="region")
    by_two = await figures(insights, "win_rate", group_by="size,client")
    northern = await figures(insights, "win_rate", region="North")
    rival = await figures(insights, "win_rate", competitor="Rival,Other")

    assert (whole["rate"]["value"], whole["rate"]["compared"]) == (
        "0.5", {"value": "0", "numerator": "0", "denominator": "1", "change": "0.5"},
    )  # fmt: skip
    assert {name: one["value"] for name, one in by_region.items()} == {
        "rate;by region=North": "0", "rate;by region=South": "1",
    }  # fmt: skip
    assert by_region["rate;by region=North"]["group"] == {"region": "North"}
    assert set(by_two) == {
        "rate;by size=1m_to_10m;by client=Bank", "rate;by size=under_100k;by client=Bank",
        "rate;by size=unknown;by client=Shop",
    }  # fmt: skip
    assert northern["rate"]["denominator"] == "1"
    assert rival["rate"]["denominator"] == "0"  # a name may hold a comma: names are repeated
    found = await insights.get("/metrics/win_rate", params=[("competitor", "Rival"), ("competitor", "Other")])
    assert found.json()["figures"][0]["denominator"] == "1"


async def test_a_metric_is_told_apart_by_the_teams_of_owners_as_they_are_now(insights):
    for number, (owner, result) in enumerate([("lin", "won"), ("wang", "lost"), ("nobody", "lost")]):
        deal = key("team", number)
        await hear(insights, changed(deal, "active", 0, 1, owner=owner), outcome(deal, result, "2026-08-01"))
    for subject, team in (("lin", "East"), ("wang", "West")):
        await insights.put(f"/people/{subject}", json={"name": subject, "team": team})

    by_team = await figures(insights, "win_rate", group_by="team")
    eastern = await figures(insights, "win_rate", team="East")
    await insights.put("/people/wang", json={"name": "wang", "team": "East"})
    moved = await figures(insights, "win_rate", team="East")

    assert {name: one["value"] for name, one in by_team.items()} == {
        "rate;by team=East": "1", "rate;by team=West": "0", "rate;by team=unknown": "0",
    }  # fmt: skip
    assert (eastern["rate"]["denominator"], moved["rate"]["denominator"]) == ("1", "2")


async def test_the_opportunities_behind_a_number_come_in_pages(insights):
    events = [outcome(key("deal", n), "won" if n < 4 else "not_bid", "2026-08-01") for n in range(7)]
    await hear(insights, changed(key("deal", 0), "active", 0, 1), *events)
    [rate] = (await read(insights, "win_rate", period="2026-08"))["figures"]
    path, seen, cursor = rate["opportunities"].removeprefix("/v1"), [], ""

    while cursor is not None:
        page = (await insights.get(f"{path}&limit=3" + (f"&cursor={cursor}" if cursor else ""))).json()
        seen += page["items"]
        cursor = page["next_cursor"]

    assert [one["opportunity_id"] for one in seen] == sorted(str(key("deal", n)) for n in range(7))
    assert sum(one["is_in_numerator"] for one in seen) == 4
    assert [one["excluded"] for one in seen if not one["is_in_denominator"]] == [["not_bid"]] * 3
    [named] = [one for one in seen if one["opportunity_id"] == str(key("deal", 0))]
    assert (named["title"], named["client_name"]) == ("Deal", "Bank")


async def test_an_opportunity_with_several_products_is_in_the_group_of_each(insights):

    deal = key("deal")
    fits = tuple(
        FitFacts(requirement_id=key(name), requirement_code="REQ-001", verdict="full", product=name) for name in "AB"
    )
    await hear(insights, baseline(deal, 1, 1, fits=fits), outcome(deal, "won", "2026-08-01"))

    both = await figures(insights, "win_rate", group_by="product")
    one = await figures(insights, "win_rate", group_by="product", product="B")

    assert set(both) == {"rate;by product=A", "rate;by product=B"}
    assert set(one) == {"rate;by product=B"}


async def test_days_end_where_the_tenant_works(insights):
    """23:30 in Shanghai on the last day of June is the first of July in Auckland."""
    deal = key("deal")
    await hear(insights, told(opened(deal), at(-0.5, -30)))
    before = await figures(insights, "conversion", period="2026-06")
    calendar = CalendarRecorded(
        calendar_id=key("calendar"), code="NZ", time_zone="Pacific/Auckland", hours_per_day="7.5", version=2
    )
    await hear(insights, told(calendar, at(1), 2, about=key("calendar")))

    after = await figures(insights, "conversion", period="2026-06")

    assert "rate;stage=draft;next=qualifying;cohort=2026-06" in before
    assert set(after) == {"rate"}
    assert "rate;stage=draft;next=qualifying;cohort=2026-07" in await figures(insights, "conversion", period="2026-07")


async def test_a_late_or_corrected_event_changes_the_figures_of_its_period(insights):
    deal = key("deal")
    await hear(insights, outcome(deal, "lost", "2026-08-01", 1))
    before = await figures(insights, "win_rate", period="2026-Q3")

    await hear(insights, outcome(deal, "won", "2026-08-01", 2), outcome(key("late"), "won", "2026-07-01", 1))

    after = await figures(insights, "win_rate", period="2026-Q3")
    assert (before["rate"]["value"], before["rate"]["denominator"]) == ("0", "1")
    assert (after["rate"]["value"], after["rate"]["denominator"]) == ("1", "2")


async def test_costs_are_for_those_who_may_see_them(insights):
    deal = key("deal")
    await hear(insights, pursuit(deal, 10.0, 1000, 1), outcome(deal, "won", "2026-08-01"))
    viewer = insights.as_("guest", "viewer")

    refused = await viewer.get("/metrics/pursuit_cost")
    listed = await viewer.get("/metrics/pursuit_cost/opportunities")

    assert (refused.status_code, listed.status_code) == (403, 403)
    assert (await viewer.get("/metrics/pursuit_hours")).status_code == 200
    estimator = insights.as_("est", "estimator")
    assert (await figures(estimator, "pursuit_cost"))["mean;currency=CNY"]["value"] == "1000"


async def test_persons_are_told_apart_only_by_those_whom_the_policy_names(insights):
    events = quarter()
    await hear(insights, *events)
    lead, viewer = insights.as_("lead", "viewer"), insights.as_("guest", "viewer")
    asked = {"group_by": "owner"}

    nobody = await insights.get("/metrics/win_rate", params=asked)
    filtered = await insights.get("/metrics/win_rate/opportunities", params={"owner": "lin"})
    made = await insights.post(
        "/metric-policies", json={"by_person_subjects": ["lead"], "by_person_roles": ["approver"]}
    )

    assert (nobody.status_code, nobody.json()["code"], filtered.status_code) == (403, "persons_are_not_compared", 403)
    assert "owner" in nobody.json()["detail"]
    assert (made.status_code, made.json()["revision"]) == (201, 1)
    assert (await insights.get("/metrics/win_rate", params=asked)).status_code == 403
    assert (await viewer.get("/metrics/win_rate", params=asked)).status_code == 403
    assert set(await figures(lead, "win_rate", **asked)) == {"rate;by owner=lin", "rate;by owner=wang"}
    assert (await insights.as_("boss", "approver").get("/metrics/win_rate", params=asked)).status_code == 200
    assert (await insights.post("/metric-policies", json={})).json()["revision"] == 2
    assert (await lead.get("/metrics/win_rate", params=asked)).status_code == 403
    counts = (await insights.get("/metric-policies", params={"is_in_force": True})).json()["items"]
    assert [one["revision"] for one in counts] == [2]
    assert (await viewer.post("/metric-policies", json={})).status_code == 403
    assert (await insights.get(f"/metric-policies/{made.json()['id']}")).json()["by_person_subjects"] == ["lead"]


async def test_metrics_are_a_tenants_own(insights):
    events = quarter()
    await hear(insights, *events)
    await insights.post("/metric-policies", json={"by_person_roles": ["admin"]})
    stranger = insights.as_("eve", "admin", tenant="other")

    assert (await figures(stranger, "win_rate"))["rate"]["denominator"] == "0"
    assert (await stranger.get("/metrics/win_rate/opportunities")).json()["items"] == []
    assert (await stranger.get("/metrics/win_rate", params={"group_by": "owner"})).status_code == 403
    assert (await stranger.get("/metric-policies")).json()["items"] == []


@pytest.mark.parametrize(
    ("query", "pointer", "code", "right"),
    [
        ({"period": "2026-13"}, "?period", "not_a_period", "2026-Q3"),
        ({"period": "2026-09-30..2026-09-01"}, "?period", "end_before_start", "before"),
        ({"compare_to": "yesterday"}, "?compare_to", "not_a_period", "2026-09"),
        ({"group_by": "colour"}, "?group_by.0", "not_allowed", "'region'"),
        ({"group_by": "region,kind,client"}, "?group_by", "two_at_most", "two"),
        ({"size": "huge"}, "?size.0", "not_allowed", "'10m_and_more'"),
        ({"currency": "XXX"}, "?currency.0", "unknown_currency", "ISO 4217"),
        ({"colour": "red"}, "?colour", "unknown_field", "region"),
    ],
)
async def test_a_wrong_question_is_refused_with_what_would_be_right(insights, query, pointer, code, right):
    answer = await insights.get("/metrics/win_rate", params=query)

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["pointer"], error["code"]) == (422, pointer, code)
    assert right in error["message"]


async def test_an_unknown_metric_or_figure_is_told(insights):
    unknown = await insights.get("/metrics/luck")
    no_figure = await insights.get("/metrics/win_rate/opportunities", params={"figure": "luck"})
    wrong_cursor = await insights.get("/metrics/win_rate/opportunities", params={"cursor": "x"})

    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert (no_figure.status_code, "rate" in no_figure.json()["errors"][0]["message"]) == (422, True)
    assert wrong_cursor.status_code == 422


@pytest.mark.parametrize("wish", [{"by_person_roles": ["king"]}, {"by_person_subjects": [""]}, {"colour": "red"}])
async def test_a_wrong_policy_is_refused(insights, wish):
    assert (await insights.post("/metric-policies", json=wish)).status_code == 422
