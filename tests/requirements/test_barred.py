"""Every resource says what may be done with it, and why the rest may not: to whoever looks, at that moment."""

import pytest
import sqlalchemy as sa

from services.requirements.handlers import on
from services.requirements.models.changes import ChangeRequest
from shared.kernel.clock import now
from shared.kernel.context import Context, new_id
from shared.language.events.proposal import ProposalSubmitted
from shared.language.events.values import Basis
from shared.language.money import Money
from tests.conftest import TENANT, envelope
from tests.requirements.conftest import blocked, made, opportunity, patched, requirement
from tests.support.requirements.guards import one_of_each

OF_OPPORTUNITIES = (
    "requirements", "stakeholders", "pains", "constraints", "concerns", "invitations", "interviews", "confirmations",
    "imports", "fit-assessments", "change-requests", "baselines",
)  # fmt: skip


@pytest.mark.parametrize("is_listed", [True, False])
async def test_every_resource_lists_its_actions_and_all_are_barred_once_the_opportunity_is_closed(
    requirements, deal, is_listed
):
    await one_of_each(requirements, deal)
    other = await opportunity(requirements)
    await requirement(requirements, other)

    async def shown(collection):
        query = {"opportunity_id": deal["id"], "view": "full"}
        items = (await requirements.get(f"/{collection}", params=query)).json()["items"]
        return items[0] if is_listed else (await requirements.get(f"/{collection}/{items[0]['id']}")).json()

    before = {name: (await shown(name))["allowed_actions"] for name in OF_OPPORTUNITIES}
    await requirements.act(f"/opportunities/{deal['id']}/close", {"outcome": "lost", "reason": "price"})
    after = {name: await shown(name) for name in OF_OPPORTUNITIES}

    for name in OF_OPPORTUNITIES:
        assert any(one["is_allowed"] for one in before[name]), name
        if name in {"invitations", "confirmations"}:
            assert [one["action"] for one in after[name]["allowed_actions"] if one["is_allowed"]] == ["withdraw"], name
            continue
        reasons = {one["reason"]["code"] for one in after[name]["allowed_actions"]}
        assert "opportunity_is_closed" in reasons, name
        assert not any(one["is_allowed"] for one in after[name]["allowed_actions"]), name
    [elsewhere] = (await requirements.get("/requirements", params={"opportunity_id": other["id"]})).json()["items"]
    assert blocked(elsewhere, "agree") is None


async def test_what_belongs_to_no_opportunity_lists_its_actions_too(requirements, deal):
    await one_of_each(requirements, deal)
    [product] = (await requirements.get("/products")).json()["items"]

    [capability] = (await requirements.get("/capabilities")).json()["items"]
    await requirements.act(f"/products/{product['id']}/retire")
    [listed] = (await requirements.get("/capabilities?view=full")).json()["items"]
    single = (await requirements.get(f"/capabilities/{capability['id']}")).json()
    [client] = (await requirements.get("/clients")).json()["items"]

    assert blocked(capability, "change") is None
    assert blocked(client, "change") is None
    assert blocked(listed, "change")["code"] == blocked(single, "change")["code"] == "retired_product"


async def test_nobody_is_offered_the_review_of_what_they_wrote(requirements, deal):
    await requirement(requirements, deal)
    baseline = await made(requirements, "/baselines", opportunity_id=deal["id"], title="B")

    submitted = (await requirements.act(f"/baselines/{baseline['id']}/submit")).json()
    to_bob = (await requirements.as_("bob", "approver").get(f"/baselines/{baseline['id']}")).json()

    assert [blocked(submitted, action)["code"] for action in ("approve", "reject")] == ["own_baseline"] * 2
    assert blocked(to_bob, "approve") is None


async def test_whoever_wrote_at_a_change_request_does_not_decide_about_it(requirements, deal):
    need = await requirement(requirements, deal)
    withdrawal = {"op": "withdraw", "code": need["code"]}
    change = await made(requirements, "/change-requests", opportunity_id=deal["id"], title="t", reason="监管新规")
    await patched(requirements.as_("bob", "admin"), f"/change-requests/{change['id']}", operations=[withdrawal])
    async with requirements.app.state.database.transaction(Context(tenant=TENANT, actor="test")) as session:
        await session.execute(sa.update(ChangeRequest).values(status="assessed"))

    refused = await requirements.as_("bob", "admin").act(f"/change-requests/{change['id']}/approve")
    seen = {
        name: (await requirements.as_(name, "approver").get(f"/change-requests/{change['id']}")).json()
        for name in ("ann", "bob", "eve")
    }

    assert (refused.status_code, refused.json()["code"]) == (403, "own_change")
    reasons = {name: blocked(one, "approve") for name, one in seen.items()}
    assert (reasons["ann"]["code"], reasons["bob"]["code"], reasons["eve"]) == ("own_change", "own_change", None)


async def test_an_opportunity_is_pursued_once_it_is_qualified(requirements, deal):
    path = f"/opportunities/{deal['id']}"
    await requirements.act(f"{path}/qualify")

    early = await requirements.act(f"{path}/activate", **{"Accept-Language": "zh"})
    value = {"amount": "1000000", "currency": "CNY"}
    known = await patched(
        requirements, path, expected_value=value, close_date="2027-03-31", objectives=["一天放款"], owner="li"
    )
    active = (await requirements.act(f"{path}/activate")).json()

    assert (early.status_code, early.json()["code"]) == (409, "not_qualified")
    assert "预计金额、预计成交日期、至少一项目标或痛点" in early.json()["detail"]
    assert blocked(known, "activate") is None
    assert (active["stage"], active["owner"]) == ("active", "li")


OUTCOMES = {
    "nobody wins what is not pursued": ((), {"outcome": "won"}, "outcome_does_not_fit"),
    "what was submitted was bid for": (
        ("submitted",),
        {"outcome": "not_bid", "reason": "不再需要"},
        "outcome_does_not_fit",
    ),
    "on hold or not": (
        ("submitted", "hold"),
        {"outcome": "qualified_out", "reason": "不再需要"},
        "outcome_does_not_fit",
    ),
    "without a reason": ((), {"outcome": "not_bid"}, "invalid"),
    "won": (("submitted",), {"outcome": "won"}, None),
    "not bid": ((), {"outcome": "not_bid", "reason": "no capacity"}, None),
    "cancelled while on hold": (("hold",), {"outcome": "cancelled_by_client", "reason": "budget"}, None),
}


@pytest.mark.parametrize("case", OUTCOMES)
async def test_an_opportunity_is_closed_with_an_outcome_that_its_stage_can_have(requirements, deal, case):
    steps, closing, code = OUTCOMES[case]
    for step in steps:
        if step == "submitted":
            await submitted(requirements, deal)
        else:
            await requirements.act(f"/opportunities/{deal['id']}/{step}")

    answer = await requirements.act(f"/opportunities/{deal['id']}/close", closing)

    assert answer.json().get("code" if code else "stage") == (code or "closed"), answer.text


async def submitted(client, deal):
    event = ProposalSubmitted(
        opportunity_id=deal["id"], proposal_id=new_id(), revision=1, content_hash="0" * 64, submitted_by="lin",
        basis=Basis(baseline_id=new_id(), baseline_number=1, epoch=1, content_hash="0"), submitted_at=now(), valid_until=now().date(),
        price_incl_tax=Money.of(1, "CNY"),
    )  # fmt: skip
    await on.handle(client.app.state.database, [envelope(event)])


async def test_what_happens_while_on_hold_counts_when_it_goes_on(requirements, deal):
    path = f"/opportunities/{deal['id']}"
    held = (await requirements.act(f"{path}/hold", {"reason": "预算冻结", "until": "2027-01-15"})).json()
    await submitted(requirements, deal)

    still = (await requirements.get(path)).json()
    resumed = (await requirements.act(f"{path}/resume")).json()

    assert (held["stage"], held["hold_reason"], held["hold_until"]) == ("on_hold", "预算冻结", "2027-01-15")
    assert still["stage"] == "on_hold"
    assert (resumed["stage"], resumed["hold_reason"]) == ("submitted", None)


async def test_a_reference_of_another_open_opportunity_is_refused_in_a_change_too(requirements, deal):
    await patched(requirements, f"/opportunities/{deal['id']}", external_ref="CRM-7")
    other = await opportunity(requirements)

    refused = await requirements.patch(
        f"/opportunities/{other['id']}", json={"external_ref": "CRM-7"}, headers={"If-Match": '"1"'}
    )
    same = await patched(requirements, f"/opportunities/{deal['id']}", external_ref="CRM-7", title="Renamed")

    assert (refused.status_code, refused.json()["code"]) == (409, "same_external_reference")
    assert same["title"] == "Renamed"


async def test_constraints_concerns_and_verdicts_are_searched_in_both_languages(requirements, deal):
    own = {"opportunity_id": deal["id"]}
    need = await requirement(requirements, deal)
    await made(
        requirements, "/constraints", **own, kind="other", name="国产化要求", is_hard=True, statement="Xinchuang only"
    )
    await made(requirements, "/concerns", **own, category="market", statement="竞争对手已入场", effect="Price war")
    await made(
        requirements, "/fit-assessments", requirement_id=need["id"], verdict="partial", gap="缺少会签 countersigning"
    )
    queries = {
        "constraints": ("国产", "xinchuang"),
        "concerns": ("竞争", "price"),
        "fit-assessments": ("会签", "counter"),
    }

    for collection, words in queries.items():
        for q in words:
            found = (await requirements.get(f"/{collection}", params={"q": q})).json()["items"]
            assert len(found) == 1, (collection, q)
        assert (await requirements.get(f"/{collection}", params={"q": "nothing"})).json()["items"] == []
