"""Resource plans: drafted with the schedule, edited by persons, agreed for the proposal; costs stay within."""

import csv
import io
import json
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from tests.conftest import said
from tests.support.proposal.plans import actions, heard, listed, newest, opportunity, saved
from tests.support.proposal.samples import events


async def plan_of(client, found):
    return await newest(client, "resource-plans", found)


async def content(client, found):
    newest_one = (await listed(client, "proposals", found))[-1]
    return (await client.get(f"/proposals/{newest_one['id']}/content")).json()


async def test_a_plan_is_drafted_with_the_schedule_and_covers_its_work(service):
    found = await opportunity(service, "lending", None)

    plan = await plan_of(service, found)

    schedule = await newest(service, "schedules", found)
    assert (plan["code"], plan["revision"], plan["status"], plan["freshness"]) == ("RES-2026-0007", 1, "draft", "fresh")
    assert plan["schedule_id"] == schedule["id"]
    effort = sum(line.expected_days for line in found.estimate.lines)
    assert plan["needed_days"] == pytest.approx(effort, rel=1e-3)
    assert plan["missing_days"] == 0
    months = plan["plan"]["months"]
    assert (months[0], months[-1]) == (schedule["start"][:7], schedule["plan"]["last_finish"][:7])
    for role in plan["plan"]["roles"]:
        assert len(role["needed_days"]) == len(months)
        assert role["name_zh"]
    computed = await content(service, found)
    shown = {row["role"]: row["total_days"] for row in computed["resources"]["roles"]}
    assert {row["role"]: pytest.approx(sum(row["needed_days"]), abs=0.2) for row in plan["plan"]["roles"]} == shown


async def test_money_by_month_adds_up_to_the_base_cost_and_is_seen_with_the_right_to_it_only(service):
    found = await opportunity(service, "lending", None)
    plan = await plan_of(service, found)
    hidden = (await service.as_("bob", "presales").get(f"/resource-plans/{plan['id']}")).json()

    whole = sum(Decimal(month["total"]["amount"]) for month in plan["plan"]["money"])
    assert Decimal(plan["plan"]["total_cost"]["amount"]) == whole
    assert float(whole) == pytest.approx(float(found.estimate.base_cost.amount), rel=2e-3)
    assert plan["content"]["material"][0]["unit_cost"]
    assert (hidden["plan"]["money"], hidden["plan"]["total_cost"]) == (None, None)
    assert {one["unit_cost"] for one in hidden["content"]["material"]} == {None}
    assert plan["plan"]["total_cost"]["amount"] not in json.dumps(hidden)


async def exported(client, plan, table, form="csv"):
    answer = await client.get(f"/resource-plans/{plan['id']}/export", params={"table": table, "format": form})
    assert answer.status_code == 200, answer.text
    return answer


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_its_tables_are_what_it_says_by_month_and_role_and_a_cell_is_never_a_formula(service):
    found = await opportunity(service, "lending", None)
    plan = await plan_of(service, found)
    [first, *rest] = plan["content"]["people"]
    plan = await saved(
        service,
        "PUT",
        f"/resource-plans/{plan['id']}/content",
        {**plan["content"], "people": [{**first, "name": "=1+1"}, *rest]},
    )

    months, people, money = [rows_of(await exported(service, plan, table)) for table in ("months", "people", "money")]
    book = await exported(service, plan, "months", "xlsx")

    assert {(row["role"], row["month"]): float(row["needed_days"]) for row in months} == {
        (role["role"], month): days
        for role in plan["plan"]["roles"]
        for month, days in zip(plan["plan"]["months"], role["needed_days"], strict=True)
    }
    assert [(row["id"], row["first_day"]) for row in people] == [
        (one["id"], one["first_day"]) for one in plan["content"]["people"]
    ]
    assert people[0]["name"] == "'=1+1"
    assert [row["total"] for row in money] == [one["total"]["amount"] for one in plan["plan"]["money"]]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0).to_python()
    assert (len(sheet), sheet[0][0], type(sheet[1][5])) == (1 + len(months), "month", float)


async def test_tables_have_no_cost_for_those_who_may_not_see_it(service):
    found = await opportunity(service, "lending", None)
    plan = await plan_of(service, found)
    bob = service.as_("bob", "presales")

    material, money = [rows_of(await exported(bob, plan, table)) for table in ("material", "money")]

    assert plan["content"]["material"][0]["unit_cost"]
    assert ({row["unit_cost"] for row in material}, money) == ({""}, [])


async def test_a_change_shows_what_is_missing_and_who_is_asked_for_beyond_the_team(service):
    found = await opportunity(service)
    plan = await plan_of(service, found)
    people = [{**one, "number": 40 if one["role"] == "developer" else one["number"]} for one in plan["content"]["people"]
              if one["role"] != "tester"]  # fmt: skip

    changed = await saved(
        service, "PUT", f"/resource-plans/{plan['id']}/content", {**plan["content"], "people": people}
    )

    rows = {row["role"]: row for row in changed["plan"]["roles"]}
    assert sum(rows["tester"]["planned_days"]) == 0
    assert rows["tester"]["missing_from"] is not None
    assert changed["missing_days"] == pytest.approx(sum(rows["tester"]["needed_days"]), abs=0.1)
    assert rows["developer"]["over_team_from"] is not None
    assert "developer" in changed["over_allocated_roles"]
    assert (changed["is_edited"], changed["content"]["people"]) == (True, people)


async def test_who_may_not_see_costs_changes_the_rest_and_leaves_them(service):
    found = await opportunity(service, "lending", None)
    plan = await plan_of(service, found)
    bob = service.as_("bob", "presales")
    seen = (await bob.get(f"/resource-plans/{plan['id']}")).json()
    [first, *rest] = seen["content"]["material"]
    wish = {**seen["content"], "material": [{**first, "quantity": "3"}, *rest]}

    answer = await saved(bob, "PUT", f"/resource-plans/{plan['id']}/content", wish)

    after = (await service.get(f"/resource-plans/{plan['id']}")).json()
    known = plan["content"]["material"][0]["unit_cost"]
    assert answer["content"]["material"][0]["unit_cost"] is None
    assert after["content"]["material"][0] == {**plan["content"]["material"][0], "quantity": "3", "unit_cost": known}
    spent = [Decimal(one["plan"]["total_cost"]["amount"]) for one in (plan, after)]
    assert spent[1] - spent[0] == 2 * Decimal(known)


WRONG = {
    "the end before the start": ({"first_day": "2027-05-01", "last_day": "2027-04-01"}, "end_before_start"),
    "more than all of the time": ({"share": 1.5}, "too_large"),
    "nobody": ({"number": 0}, "too_small"),
    "no number": ({"number": "NaN"}, "not_finite"),
    "a year that nobody plans": ({"last_day": "9999-12-31"}, "far_away"),
    "NUL in a name": ({"name": "a\0b"}, "null_character"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_people_that_cannot_be_are_refused(service, name):
    change, code = WRONG[name]
    found = await opportunity(service, size=3)
    plan = await plan_of(service, found)
    one = {"id": "x", "role": "tester", "first_day": "2027-03-01", "last_day": "2027-04-01", **change}

    refused = await saved(service, "PUT", f"/resource-plans/{plan['id']}/content", {"people": [one]}, status=422)

    assert code in [error["code"] for error in refused["errors"]]


async def test_material_of_absurd_cost_is_refused_or_still_counted(service):
    found = await opportunity(service, size=3)
    plan = await plan_of(service, found)
    path = f"/resource-plans/{plan['id']}/content"
    item = {"name": "Gold", "needed_on": "2027-03-01", "quantity": "100000", "unit_cost": "1000000000"}

    twice = await saved(service, "PUT", path, {"material": [{**item, "id": "a"}, {**item, "id": "a"}]}, status=422)
    too_dear = await saved(service, "PUT", path, {"material": [{**item, "id": str(n)} for n in range(40)]}, status=422)
    counted = await saved(service, "PUT", path, {"material": [{**item, "id": "a"}]})

    assert twice["errors"][0]["code"] == "named_twice"
    assert too_dear["code"] == "beyond_money"
    assert Decimal(counted["plan"]["total_cost"]["amount"]) > 10**14


async def test_an_untouched_plan_follows_every_change_of_its_schedule(service):
    found = await opportunity(service)
    plan = await plan_of(service, found)
    schedule = await newest(service, "schedules", found)

    await saved(service, "PATCH", f"/schedules/{schedule['id']}/tasks/design", {"duration_days": 60})

    [after] = await listed(service, "resource-plans", found)
    assert after["id"] == plan["id"]
    assert after["finish"] > plan["finish"]
    assert (after["freshness"], after["is_edited"]) == ("fresh", False)


async def test_an_edited_plan_becomes_stale_when_its_schedule_moves_and_is_rebased_with_its_edits(service):
    found = await opportunity(service)
    plan = await plan_of(service, found)
    path = f"/resource-plans/{plan['id']}"
    [first, *rest] = plan["content"]["people"]
    named = {**first, "name": "Wang Min", "seniority": "senior"}
    await saved(service, "PUT", f"{path}/content", {**plan["content"], "people": [named, *rest]})
    schedule = await newest(service, "schedules", found)

    await saved(service, "PATCH", f"/schedules/{schedule['id']}/tasks/design", {"duration_days": 60})
    stale = await plan_of(service, found)
    rebased = (await service.act(f"{path}/rebase")).json()

    assert (stale["stale_reason"]["code"], actions(stale)["agree"]) == ("schedule_changed", "plan_is_stale")
    after = rebased["resource_plan"]
    assert (after["freshness"], after["finish"] > plan["finish"]) == ("fresh", True)
    kept = next(one for one in after["content"]["people"] if one["id"] == first["id"])
    assert (kept["name"], kept["seniority"]) == ("Wang Min", "senior")
    assert any(one["part"] == "people" and one["kind"] == "taken" for one in rebased["changes"])
    assert actions(after)["rebase"] == "nothing_to_rebase"


async def test_a_plan_waits_for_its_schedule_to_be_rebased_first(service):
    first = await opportunity(service)
    schedule, plan = await newest(service, "schedules", first), await plan_of(service, first)
    await saved(service, "PATCH", f"/schedules/{schedule['id']}/tasks/design", {"duration_days": 60})
    await heard(service, events("permits", 6, estimate_revision=2, scale=1.5), ("estimate", "risk", "price"))

    early = await service.act(f"/resource-plans/{plan['id']}/rebase")
    await service.act(f"/schedules/{schedule['id']}/rebase")
    after = await plan_of(service, first)

    assert early.json()["code"] == "plan_is_stale"
    assert schedule["code"] in early.json()["detail"]
    assert (after["freshness"], after["basis"]["estimate_revision"]) == ("fresh", 2)
    assert after["needed_days"] > plan["needed_days"] * 1.3


async def test_an_agreed_plan_is_what_the_next_proposal_says_without_costs_and_names(service):
    found = await opportunity(service, "lending", None)
    plan = await plan_of(service, found)
    [first, *rest] = plan["content"]["people"]
    people = [{**first, "name": "Wang Min", "number": 9}, *rest]
    await saved(service, "PUT", f"/resource-plans/{plan['id']}/content", {**plan["content"], "people": people})

    agreed = (await service.act(f"/resource-plans/{plan['id']}/agree")).json()

    offered = await content(service, found)
    rows = {row["role"]: row for row in offered["resources"]["roles"]}
    assert agreed["status"] == "agreed"
    assert rows[first["role"]]["people"] >= 9
    assert [one["name"] for one in offered["resources"]["material"]] == [
        one["name"] for one in plan["content"]["material"]
    ]
    assert "Wang Min" not in json.dumps(offered, ensure_ascii=False)
    assert {key for one in offered["resources"]["material"] for key in one} == {
        "name", "name_zh", "quantity", "unit", "needed_on",
    }  # fmt: skip
    [event] = await said(service.app.state.database, "proposal.resource_plan.agreed.v1")
    assert event.data["resource_plan_id"] == plan["id"]
    assert "cost" not in json.dumps(event.data)


async def test_withdrawing_lets_the_computed_plan_count_again(service):
    found = await opportunity(service)
    plan = await plan_of(service, found)
    computed = await content(service, found)
    await service.act(f"/resource-plans/{plan['id']}/agree")

    withdrawn = (await service.act(f"/resource-plans/{plan['id']}/withdraw", {"reason": "Too many."})).json()

    assert (withdrawn["status"], withdrawn["note"]) == ("draft", "Too many.")
    assert (await content(service, found))["resources"] == computed["resources"]
    assert await said(service.app.state.database, "proposal.resource_plan.withdrawn.v1")


async def test_an_agreed_plan_counts_until_its_rebased_draft_is_agreed(service):
    found = await opportunity(service)
    plan, schedule = await plan_of(service, found), await newest(service, "schedules", found)
    await service.act(f"/resource-plans/{plan['id']}/agree")
    await saved(service, "PATCH", f"/schedules/{schedule['id']}/tasks/design", {"duration_days": 60})

    stale = await plan_of(service, found)
    draft = (await service.act(f"/resource-plans/{plan['id']}/rebase")).json()["resource_plan"]
    second = await service.act(f"/resource-plans/{plan['id']}/rebase")
    await service.act(f"/resource-plans/{draft['id']}/agree")

    assert (stale["status"], stale["freshness"]) == ("agreed", "stale")
    assert (draft["status"], draft["revision"]) == ("draft", 2)
    assert second.json()["code"] == "there_is_a_draft"
    assert [one["status"] for one in await listed(service, "resource-plans", found)] == ["superseded", "agreed"]


async def test_the_histogram_is_there_as_data_and_as_a_picture(service):
    found = await opportunity(service, "lending", None)
    plan = await plan_of(service, found)
    path = f"/resource-plans/{plan['id']}/charts/histogram"

    data = (await service.get(path, params={"language": "zh"})).json()
    png = await service.get(path, headers={"Accept": "image/png"})

    assert data["shape"] == "columns"
    need = sum(row["value"] for row in data["rows"] if row["series"] == "developer")
    developer = next(row for row in plan["plan"]["roles"] if row["role"] == "developer")
    assert need == pytest.approx(
        sum(d / w for d, w in zip(developer["needed_days"], plan["plan"]["working_days"], strict=True)), abs=0.01
    )
    assert "人天" in data["alt"]
    assert png.content.startswith(b"\x89PNG")


async def test_another_tenant_sees_no_resource_plan(service):
    found = await opportunity(service, size=3)
    plan = await plan_of(service, found)

    assert (await service.as_("eve", "admin", tenant="other").get(f"/resource-plans/{plan['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("role", "edits", "agrees"), [("viewer", 403, 403), ("sales", 200, 403), ("presales", 200, 200)]
)
async def test_who_may_edit_and_who_may_agree(service, role, edits, agrees):
    found = await opportunity(service, size=3)
    plan = await plan_of(service, found)
    caller = service.as_("bob", role)

    await saved(caller, "PUT", f"/resource-plans/{plan['id']}/content", plan["content"], status=edits)
    assert (await caller.act(f"/resource-plans/{plan['id']}/agree")).status_code == agrees
