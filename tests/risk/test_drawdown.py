"""What is left of the contingency as it is used and given back."""

from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.risk.domain.drawdown import Draw, balance, balances
from tests.conftest import said
from tests.support.risk.example import opened
from tests.support.risk.register import budgets, by_code, draw, happened, hear, recomputed

DRAWN = "risk.reserve.drawn.v1"
DRAWS = st.lists(
    st.builds(
        Draw, st.decimals(0, 10**6, places=2), st.booleans(), st.sampled_from([None, "a", "b", "new"]),
        st.sampled_from([None, "build"]),
    ),
    max_size=20,
)  # fmt: skip


async def reserve(client):
    [newest, *_] = await budgets(client)
    return (await client.get(f"/risk-budgets/{newest['id']}/reserve")).json()


def share(standing, code):
    return next(one for one in standing["risks"] if one["code"] == code)


def amounts(one):
    return tuple(Decimal(one[name]["amount"]) for name in ("share", "used", "released", "remaining"))


@given(DRAWS, st.dictionaries(st.sampled_from([None, "a", "b"]), st.decimals(0, 10**6, places=2)))
def test_shares_add_up_to_the_whole_whatever_is_drawn(draws, shares):
    whole = balance(sum(shares.values(), Decimal(0)), draws)

    parts = balances(shares, draws, "risk").values()

    for name in ("share", "used", "released", "remaining"):
        assert sum((getattr(part, name) for part in parts), Decimal(0)) == getattr(whole, name)


async def test_the_reserve_is_shared_by_risk_and_phase(risk):
    standing = await reserve(risk)

    [budget] = await budgets(risk)
    total = Decimal(budget["contingency"]["amount"])
    assert amounts(standing["total"]) == (total, 0, 0, total)
    assert standing["remarks"] == []
    assert sum(amounts(one)[0] for one in standing["risks"]) == total
    assert sum(amounts(one)[0] for one in standing["phases"]) == total
    assert standing["risks"][-1]["code"] is None


async def test_what_is_used_for_a_risk_that_happened_is_taken_from_its_share_and_phase(risk):
    row = await happened(risk)
    before = await reserve(risk)

    made = await draw(risk, "1000.50", row, phase="build", occurred_on="2027-02-01")

    after = await reserve(risk)
    assert (made.status_code, made.json()["kind"], made.json()["occurred_on"]) == (201, "use", "2027-02-01")
    assert amounts(after["total"])[1] == Decimal("1000.50")
    assert amounts(share(after, "RSK-R04"))[3] == amounts(share(before, "RSK-R04"))[3] - Decimal("1000.50")
    build = next(one for one in after["phases"] if one["phase"] == "build")
    assert amounts(build)[1] == Decimal("1000.50")
    [told] = await said(risk.app.state.database, DRAWN)
    assert told.data["remaining"]["amount"] == after["total"]["remaining"]["amount"]


async def test_before_a_risk_happens_its_reserve_is_not_touched(risk):
    refused = await draw(risk, 1, await by_code(risk, "RSK-R04"))

    assert (refused.status_code, refused.json()["code"]) == (409, "has_not_happened")


async def test_a_risk_may_cost_more_than_its_share_but_not_more_than_there_is(risk):
    row = await happened(risk)
    standing = await reserve(risk)
    own, whole = amounts(share(standing, "RSK-R04"))[3], amounts(standing["total"])[3]

    beyond_share = await draw(risk, own + 1, row)
    beyond_all = await draw(risk, whole, row)

    assert beyond_share.status_code == 201
    assert (beyond_all.status_code, beyond_all.json()["code"]) == (409, "reserve_exhausted")
    after = await reserve(risk)
    one = share(after, "RSK-R04")
    assert (amounts(one)[3], one["overdrawn"]["amount"], share(after, None)["overdrawn"]["amount"]) == (
        -1,
        "1.00",
        "0.00",
    )
    [remark] = after["remarks"]
    assert remark["code"] == "share_overdrawn"
    assert remark["message"].startswith("RSK-R04: 1.00 CNY more was used than the share of ")
    assert remark["message_zh"].startswith("RSK-R04：动用金额超出其份额")


async def test_closing_a_risk_gives_back_what_is_left_of_its_share(risk):
    row = await happened(risk)
    await draw(risk, 100, row)
    before = await reserve(risk)

    await risk.act(f"/risks/{row['id']}/close", {"reason": "Settled with the bureau"})

    after = await reserve(risk)
    left = amounts(share(before, "RSK-R04"))[3]
    assert amounts(share(after, "RSK-R04"))[2:] == (left, 0)
    assert amounts(after["total"])[3] == amounts(before["total"])[3] - left
    [released] = (await risk.get("/reserve-draws", params={"kind": "release"})).json()["items"]
    assert (released["reason"], released["amount"]["amount"]) == ("Settled with the bureau", f"{left:.2f}")


async def test_what_was_given_back_is_given_back_of_one_budget_and_what_was_used_stays_used(risk):
    await draw(risk, 500)
    row = await by_code(risk, "RSK-R04")
    await risk.act(f"/risks/{row['id']}/close", {"reason": "Was none"})

    await recomputed(risk)

    total = (await reserve(risk))["total"]
    assert amounts(total)[1:3] == (500, 0)


async def test_a_mistake_is_voided_once(risk):
    made = (await draw(risk, 500)).json()

    done = await risk.act(f"/reserve-draws/{made['id']}/void", {"reason": "Twice"})
    again = await risk.act(f"/reserve-draws/{made['id']}/void", {"reason": "Twice"})

    assert (done.json()["status"], done.json()["status_reason"]) == ("void", "Twice")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    assert amounts((await reserve(risk))["total"])[1] == 0
    assert [one.data["status"] for one in await said(risk.app.state.database, DRAWN)] == ["recorded", "void"]


@pytest.mark.parametrize(
    ("amount", "facts", "status", "code"),
    [
        (0, {}, 422, "invalid"),
        (-5, {}, 422, "invalid"),
        (5, {"phase": "party"}, 422, "unknown_phase"),
        (5, {"currency": "USD"}, 422, "other_currency"),
        (5, {"opportunity_id": str(uuid4())}, 404, "not_found"),
    ],
)
async def test_a_draw_that_cannot_be_is_refused(risk, amount, facts, status, code):
    refused = await draw(risk, amount, **facts)

    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_without_a_budget_there_is_no_reserve(start):
    async with start("risk") as client:
        await hear(client, opened())

        refused = await draw(client, 5)

        assert (refused.status_code, refused.json()["code"]) == (409, "no_reserve")


async def test_amounts_are_for_those_who_may_see_cost_and_tenants_are_apart(risk):
    made = (await draw(risk, 500)).json()
    [budget] = await budgets(risk)
    pia, stranger = risk.as_("pia", "presales"), risk.as_("eve", "admin", tenant="other")

    assert (await pia.get(f"/reserve-draws/{made['id']}")).json()["amount"] is None
    assert (await pia.get(f"/risk-budgets/{budget['id']}/reserve")).status_code == 403
    assert (await stranger.get(f"/reserve-draws/{made['id']}")).status_code == 404
    assert (await stranger.get(f"/risk-budgets/{budget['id']}/reserve")).status_code == 404
