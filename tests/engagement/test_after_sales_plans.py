"""After-sales plans: service levels, warranty, contacts; versions of which the agreed one counts."""

from uuid import UUID

import pytest

from tests.conftest import said
from tests.engagement.conftest import acted, actions_of, closed, heard, ids, made, patched

RECORDED = "engagement.after_sales_plan.recorded.v1"
LEVELS = [
    {"priority": "urgent", "response_minutes": 15, "resolution_minutes": 240, "hours": "7x24"},
    {"priority": "normal", "response_minutes": 240},
]
PEOPLE = [{"name": "赵晓", "role": "服务经理", "mail": "Zhao@us.example"}]
CHANNELS = [{"kind": "phone", "address": "+86 400 000 0000", "hours": "7x24"}]
WHOLE = {"service_levels": LEVELS, "warranty_months": 12, "contacts": PEOPLE, "channels": CHANNELS,
         "maintenance_price": {"amount": "180000", "currency": "CNY"}}  # fmt: skip


async def drafted(client, deal, **wish):
    plan = await made(client, "after-sales-plans", opportunity_id=deal, **{**WHOLE, **wish})
    return plan, f"/after-sales-plans/{plan['id']}"


async def test_a_plan_is_drafted_changed_and_agreed_and_each_step_is_told(engagement, deal):
    plan, path = await drafted(engagement, deal)

    changed = await patched(engagement, path, warranty_months=24, maintenance_terms="每年续签")
    agreed = await acted(engagement, f"{path}/agree", {"agreed_by": "周敏"})

    assert (plan["number"], plan["status"], plan["contacts"][0]["mail"]) == (1, "draft", "zhao@us.example")
    assert plan["maintenance_price"] == {"amount": "180000.00", "currency": "CNY"}
    assert plan["service_levels"][1] == {**LEVELS[1], "resolution_minutes": None, "hours": "5x8"}
    assert (changed.json()["warranty_months"], agreed["status"], agreed["agreed_by"]) == (24, "agreed", "周敏")
    told = [event.data for event in await said(engagement.app.state.database, RECORDED)]
    assert [(one["status"], one["warranty_months"]) for one in told] == [("draft", 12), ("draft", 24), ("agreed", 24)]
    assert told[-1]["maintenance_price"] == {"amount": "180000.00", "currency": "CNY"}
    assert told[-1]["contacts"] == [{**PEOPLE[0], "mail": "zhao@us.example", "phone": None}]
    assert told[-1]["channels"] == CHANNELS
    assert (told[0]["agreed_by"], told[-1]["agreed_by"]) == (None, "周敏")


async def test_the_next_agreed_version_supersedes_the_one_before(engagement, deal):
    first, first_path = await drafted(engagement, deal)
    await acted(engagement, f"{first_path}/agree", {"agreed_by": "周敏"})
    second, second_path = await drafted(engagement, deal, warranty_months=36)

    await acted(engagement, f"{second_path}/agree", {"agreed_by": "周敏"})

    assert (first["number"], second["number"]) == (1, 2)
    assert (await engagement.get(first_path)).json()["status"] == "superseded"
    assert await ids(engagement, "after-sales-plans", opportunity_id=deal, status="agreed") == [second["id"]]
    late = await patched(engagement, second_path, warranty_months=1)
    assert (late.status_code, late.json()["code"]) == (409, "after_sales_plan_is_not_draft")


async def test_a_plan_that_says_too_little_cannot_be_agreed(engagement, deal):
    _, path = await drafted(engagement, deal, contacts=[], channels=[])

    refused = await engagement.act(f"{path}/agree", {"agreed_by": "x"})

    assert (refused.status_code, refused.json()["code"]) == (409, "after_sales_plan_is_thin")
    assert "contacts, channels" in refused.json()["detail"]
    assert await actions_of(engagement, path) == {"change": None, "agree": "after_sales_plan_is_thin", "withdraw": None}


async def test_a_draft_is_dropped_and_nothing_changes_after_the_close(engagement, deal):
    _, path = await drafted(engagement, deal)
    dropped = await acted(engagement, f"{path}/withdraw")
    _, other = await drafted(engagement, deal)

    await heard(engagement, closed(UUID(deal)))

    assert dropped["status"] == "withdrawn"
    assert set((await actions_of(engagement, other)).values()) == {"opportunity_is_closed"}
    assert (await engagement.act(f"{other}/agree", {"agreed_by": "x"})).json()["code"] == "opportunity_is_closed"


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [
        ({"service_levels": [LEVELS[0], LEVELS[0]]}, "/service_levels"),
        ({"service_levels": [{**LEVELS[0], "resolution_minutes": 5}]}, "/service_levels/0"),
        ({"contacts": [{"name": "x"}]}, "/contacts/0"),
        ({"warranty_months": -1}, "/warranty_months"),
        ({"maintenance_price": {"amount": "-1", "currency": "CNY"}}, "/maintenance_price"),
        ({"channels": [{"kind": "pigeon", "address": "x"}]}, "/channels/0/kind"),
    ],
)
async def test_a_wrong_plan_is_refused(engagement, deal, wish, pointer):
    refused = await engagement.post("/after-sales-plans", json={"opportunity_id": deal, **WHOLE, **wish})

    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, [pointer])
