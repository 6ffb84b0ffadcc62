"""Hours on an opportunity, and what its pursuit costs."""

import asyncio
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engagement.domain.pursuit_cost import Worked, efforts, total_costs
from shared.kernel.context import new_id
from shared.language.money import Money
from tests.conftest import said
from tests.engagement.conftest import acted, actions_of, heard, ids, made, opened, patched
from tests.support.days import in_days

RECORDED = "engagement.hours.recorded.v1"
TOTALLED = "engagement.pursuit.totalled.v1"


async def colleague(client, subject="ann", role="architect", **wish):
    return await made(client, "colleagues", subject=subject, name=subject.title(), role=role, **wish)


async def cost(client, person, amount, valid_from="2026-01-01", currency="CNY"):
    body = {"valid_from": valid_from, "day_cost": {"amount": amount, "currency": currency}}
    await acted(client, f"/colleagues/{person['id']}/day-cost", body)


async def worked(client, deal, hours="8", **wish):
    body = {"opportunity_id": deal, "worked_on": "2026-11-16", "hours": hours, "activity": "solution", **wish}
    return await made(client, "time-entries", **body)


async def test_hours_add_up_by_role_activity_and_month_and_cost_what_a_day_cost_then(engagement, deal):
    ann, li = await colleague(engagement), await colleague(engagement, "li", "project manager")
    await cost(engagement, ann, "2000", "2026-01-01")
    await cost(engagement, ann, "2400", "2026-11-01")
    await worked(engagement, deal, "4", worked_on="2026-10-30")
    await worked(engagement, deal, "6")
    await worked(engagement, deal, "1.5", activity="meeting")
    await worked(engagement, deal, "3", colleague_id=li["id"])

    found = (await engagement.get("/time-entries/summary", params={"opportunity_id": deal})).json()

    assert (found["hours"], found["uncosted_hours"]) == ("14.50", "3.00")
    assert found["costs"] == [{"amount": "3466.67", "currency": "CNY"}]
    assert Decimal(found["hours_per_day"]) == Decimal("7.5")
    assert found["by_role"] == {"architect": "11.50", "project manager": "3.00"}
    assert found["by_activity"] == {"meeting": "1.50", "solution": "13.00"}
    assert found["by_month"] == {"2026-10": "4.00", "2026-11": "10.50"}
    assert [(one["month"], one["role"], one["activity"], one["hours"]) for one in found["parts"]] == [
        ("2026-10", "architect", "solution", "4.00"),
        ("2026-11", "architect", "meeting", "1.50"),
        ("2026-11", "architect", "solution", "6.00"),
        ("2026-11", "project manager", "solution", "3.00"),
    ]


async def test_cost_is_shown_to_those_who_may_see_it_only(engagement, deal):
    await cost(engagement, await colleague(engagement), "2000")
    await worked(engagement, deal)
    sales = engagement.as_("sam", "sales")

    found = (await sales.get("/time-entries/summary", params={"opportunity_id": deal})).json()

    assert (found["hours"], found["costs"], found["parts"][0]["costs"]) == ("8.00", None, None)
    [event] = await said(engagement.app.state.database, RECORDED)
    assert (event.data["role"], event.data["hours"]) == ("architect", 8.0)
    assert event.data["cost"] == {"amount": "2133.33", "currency": "CNY"}
    assert "ann" not in str(event.data)


async def test_a_wrong_entry_is_corrected_or_voided_and_told(engagement, deal):
    await colleague(engagement)
    entry = await worked(engagement, deal)
    path = f"/time-entries/{entry['id']}"

    corrected = await patched(engagement, path, hours="7.25")
    voided = await acted(engagement, f"{path}/void", {"reason": "记到别的项目"})
    late = await patched(engagement, path, hours="1")

    assert (corrected.json()["hours"], voided["state"], voided["note"]) == ("7.25", "void", "记到别的项目")
    assert (late.status_code, late.json()["code"]) == (409, "time_entry_is_void")
    assert await actions_of(engagement, path) == {"change": "time_entry_is_void", "void": "illegal_transition"}
    assert [event.data["hours"] for event in await said(engagement.app.state.database, RECORDED)] == [8, 7.25, 0]
    summary = (await engagement.get("/time-entries/summary", params={"opportunity_id": deal})).json()
    assert (summary["hours"], summary["parts"]) == ("0", [])


async def totals(client, opportunity_id):
    told = await said(client.app.state.database, TOTALLED)
    return [event.data for event in told if event.opportunity_id == UUID(opportunity_id)]


async def test_what_a_pursuit_has_taken_is_told_as_a_whole_with_each_change(engagement, deal):
    ann, li = await colleague(engagement), await colleague(engagement, "li", "project manager")
    await cost(engagement, ann, "2000")
    entry = await worked(engagement, deal, "4")
    await worked(engagement, deal, "6", colleague_id=li["id"], activity="meeting", worked_on="2026-11-18")
    await patched(engagement, f"/time-entries/{entry['id']}", hours="8")
    await acted(engagement, f"/time-entries/{entry['id']}/void", {"reason": "不再需要"})

    told = await totals(engagement, deal)

    assert [(one["hours"], one["uncosted_hours"]) for one in told] == [(4, 0), (10, 6), (14, 6), (6, 6)]
    assert [[cost["amount"] for cost in one["costs"]] for one in told] == [["1066.67"], ["1066.67"], ["2133.33"], []]
    assert told[2]["hours_by_activity"] == {"meeting": 6, "solution": 8}
    assert (told[1]["last_worked_on"], [one["version"] for one in told]) == ("2026-11-18", [1, 2, 3, 4])
    assert "ann" not in str(told)


async def test_a_cost_that_becomes_known_later_is_told_of_every_pursuit_that_it_matters_to(engagement, deal):
    other, third = str(new_id()), str(new_id())
    await heard(engagement, opened(UUID(other)), opened(UUID(third)))
    ann = await colleague(engagement)
    await worked(engagement, deal, "8", worked_on="2026-11-02")
    await worked(engagement, other, "4", worked_on="2026-11-03")
    await worked(engagement, third, "4", worked_on="2026-10-01")

    await cost(engagement, ann, "2000", "2026-11-01")

    assert [one["costs"] for one in await totals(engagement, deal)][1:] == [[{"amount": "2133.33", "currency": "CNY"}]]
    assert [one["costs"] for one in await totals(engagement, other)][1:] == [[{"amount": "1066.67", "currency": "CNY"}]]
    assert len(await totals(engagement, third)) == 1


async def test_a_day_cost_pays_for_a_day_of_the_calendar_and_another_day_is_told_of_every_pursuit(engagement, deal):
    await cost(engagement, await colleague(engagement), "1600")
    await worked(engagement, deal, "4")
    [calendar] = (await engagement.get("/calendars", params={"code": "CN"})).json()["items"]
    long = {day: [{"opens": "09:00", "closes": "17:00"}] for day in ("mon", "tue", "wed", "thu")}

    changed = await patched(engagement, f"/calendars/{calendar['id']}", hours=long)
    found = (await engagement.get("/time-entries/summary", params={"opportunity_id": deal})).json()

    shown = [one["hours_per_day"] for one in (calendar, changed.json(), found)]
    assert [Decimal(hours) for hours in shown] == [Decimal("7.5"), 8, 8]
    assert [[cost["amount"] for cost in one["costs"]] for one in await totals(engagement, deal)] == [
        ["853.33"],
        ["800.00"],
    ]


async def test_totals_of_entries_at_once_miss_none(engagement, deal):
    people = [await colleague(engagement, f"p{number}") for number in range(4)]
    body = {"opportunity_id": deal, "worked_on": "2026-11-16", "hours": "2", "activity": "travel"}

    await asyncio.gather(
        *(engagement.post("/time-entries", json={**body, "colleague_id": one["id"]}) for one in people)
    )

    assert sorted((one["version"], one["hours"]) for one in await totals(engagement, deal)) == [
        (1, 2), (2, 4), (3, 6), (4, 8)
    ]  # fmt: skip


async def test_a_day_has_24_hours_even_for_two_entries_at_once(engagement, deal):
    await colleague(engagement)
    await worked(engagement, deal, "10")
    body = {"opportunity_id": deal, "worked_on": "2026-11-16", "hours": "8", "activity": "travel"}

    answers = await asyncio.gather(*(engagement.post("/time-entries", json=body) for _ in range(3)))

    assert sorted(one.status_code for one in answers) == [201, 409, 409]
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"day_is_full"}


async def test_hours_of_somebody_who_is_not_in_the_team_are_refused(engagement, deal):
    body = {"opportunity_id": deal, "worked_on": "2026-11-16", "hours": "8", "activity": "travel"}

    nobody = await engagement.post("/time-entries", json=body, headers={"Accept-Language": "zh"})
    unknown = await engagement.post("/time-entries", json={**body, "colleague_id": str(new_id())})

    assert (nobody.status_code, nobody.json()["code"]) == (422, "you_are_no_colleague")
    assert "ann" in nobody.json()["detail"]
    assert unknown.status_code == 404


async def test_entries_are_found_by_person_activity_and_request(engagement, deal):
    await colleague(engagement)
    li = await colleague(engagement, "li")
    one, two = await worked(engagement, deal), await worked(engagement, deal, colleague_id=li["id"], activity="demo")

    assert await ids(engagement, "time-entries", colleague_id=li["id"]) == [two["id"]]
    assert await ids(engagement, "time-entries", activity="solution", opportunity_id=deal) == [one["id"]]
    assert await ids(engagement, "time-entries", state="recorded", sort="worked_on") == [one["id"], two["id"]]


@pytest.mark.parametrize(
    "wish",
    [
        {"hours": "0"},
        {"hours": "24.5"},
        {"hours": "1.005"},
        {"worked_on": in_days(3)},
        {"activity": "sleep"},
        {"support_request_id": str(new_id())},
    ],
)
async def test_a_wrong_entry_is_refused(engagement, deal, wish):
    await colleague(engagement)
    body = {"opportunity_id": deal, "worked_on": "2026-11-16", "hours": "8", "activity": "travel", **wish}

    assert (await engagement.post("/time-entries", json=body)).status_code == 422


@given(
    st.lists(
        st.builds(
            Worked,
            role=st.sampled_from(["architect", "经理"]),
            activity=st.sampled_from(["demo", "travel"]),
            month=st.sampled_from(["2026-11", "2026-12"]),
            hours=st.decimals("0.25", "24", places=2),
            day_cost=st.none()
            | st.builds(Money.of, st.decimals("0", "9000", places=2), st.sampled_from(["CNY", "EUR", "JPY"])),
        )
    )
)
def test_the_parts_add_up(worked):
    found = efforts(worked, Decimal("7.5"))

    assert sum((one.hours for one in found), Decimal(0)) == sum((one.hours for one in worked), Decimal(0))
    for total in total_costs(found):
        exact = sum(
            (
                one.hours * one.day_cost.amount / Decimal("7.5")
                for one in worked
                if one.day_cost and one.day_cost.currency == total.currency
            ),
            Decimal(0),
        )
        assert abs(total.amount - exact) <= Decimal("0.5") * len(found)
    assert all(one.uncosted_hours <= one.hours for one in found)
