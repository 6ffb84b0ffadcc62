"""Proposals over HTTP: what is shown, how they are reviewed, submitted and answered."""

import hashlib
import json
from datetime import date

import pytest
import sqlalchemy as sa

from services.proposal.models.proposals import Proposal
from shared.kernel.context import Context
from tests.conftest import TENANT, said
from tests.support.days import in_days
from tests.support.proposal.makers import approved, hear, submitted
from tests.support.proposal.samples import events

ORDER = ("baseline", "estimate", "risk", "price")


async def drafted(client, *args, **kwargs):
    found = events(*args, **kwargs)
    await hear(client, found)
    return await newest(client, found)


async def newest(client, found):
    page = await client.get(f"/proposals?view=full&opportunity_id={found.baseline.opportunity_id}&sort=-revision")
    return page.json()["items"][0]


async def test_a_draft_shows_its_figures_its_basis_and_what_can_be_done(service):
    found = events("permits")
    await hear(service, found)

    shown = await newest(service, found)

    assert (shown["code"], shown["revision"], shown["status"], shown["freshness"]) == (
        "PRO-2026-0012",
        10_010_010_000,
        "draft",
        "fresh",
    )
    assert shown["price_incl_tax"] == {"amount": str(found.price.price_incl_tax.amount), "currency": "USD"}
    assert shown["basis"]["epoch"] == 1
    assert shown["basis"]["estimate_id"] == str(found.estimate.estimate_id)
    possible = {action["action"] for action in shown["allowed_actions"] if action["is_allowed"]}
    assert possible == {"submit-for-review", "set-validity", "withdraw"}


async def test_the_content_is_what_the_hash_says(service):
    proposal = await drafted(service, "permits", 4)

    content = await service.get(f"/proposals/{proposal['id']}/content")

    assert content.headers["content-type"] == "application/json"
    assert hashlib.sha256(content.content).hexdigest() == proposal["content_hash"]
    assert content.json()["key_figures"]["price_incl_tax"] == proposal["price_incl_tax"]["amount"]


async def test_schedule_and_resources_are_there_for_a_chart(service):
    proposal = await drafted(service, "lending", 12)

    schedule = (await service.get(f"/proposals/{proposal['id']}/schedule")).json()
    resources = (await service.get(f"/proposals/{proposal['id']}/resources")).json()

    ids = {task["id"] for task in schedule["tasks"]} | {point["id"] for point in schedule["milestones"]}
    assert {link["predecessor"] for task in schedule["tasks"] for link in task["links"]} <= ids
    assert set(schedule["critical_path"]) <= ids
    assert schedule["finish"] == proposal["finish"]
    assert all(len(role["days"]) == len(resources["months"]) for role in resources["roles"])


async def test_a_proposal_goes_from_draft_to_acceptance(service):
    proposal = await drafted(service, "permits", 3)
    bob = service.as_("bob", "approver")

    reviewed = await service.act(f"/proposals/{proposal['id']}/submit-for-review")
    agreed = await bob.act(f"/proposals/{proposal['id']}/approve")
    sent = await service.as_("sue", "sales").act(f"/proposals/{proposal['id']}/submit")
    accepted = await service.as_("sue", "sales").act(f"/proposals/{proposal['id']}/accept")

    assert [answer.status_code for answer in (reviewed, agreed, sent, accepted)] == [200] * 4, accepted.text
    assert agreed.json()["approved_hash"] == proposal["content_hash"]
    assert sent.json()["valid_until"] == in_days(60)
    assert accepted.json()["status"] == "accepted"
    told = [
        event.data["status"]
        for event in await said(
            service.app.state.database, "proposal.proposal.reviewed.v1", "proposal.proposal.answered.v1"
        )
    ]
    assert told == ["in_review", "approved", "accepted"]
    [event] = await said(service.app.state.database, "proposal.proposal.submitted.v1")
    assert (event.data["submitted_by"], event.data["content_hash"]) == ("sue", proposal["content_hash"])


async def test_nobody_approves_what_he_sent_to_review(service):
    proposal = await drafted(service, "permits", 3)
    await service.act(f"/proposals/{proposal['id']}/submit-for-review")

    own = await service.act(f"/proposals/{proposal['id']}/approve", **{"Accept-Language": "zh"})

    assert (own.status_code, own.json()["code"]) == (403, "own_proposal")
    assert own.json()["detail"] == "该方案由 ann 提交评审，须由其他人审批。"


async def test_a_returned_proposal_is_a_draft_again_and_keeps_the_note(service):
    proposal = await drafted(service, "permits", 3)
    await approved(service, proposal)

    back = await service.as_("cid", "approver").act(
        f"/proposals/{proposal['id']}/return", {"reason": "Mend the scope."}
    )

    assert (back.json()["status"], back.json()["review_note"]) == ("draft", "Mend the scope.")
    assert back.json()["approved_hash"] is None


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("approve", None),
        ("submit", None),
        ("accept", None),
        ("decline", {"reason": "No."}),
        ("return", {"reason": "No."}),
    ],
)
async def test_a_draft_refuses_what_comes_later(service, action, body):
    proposal = await drafted(service, "permits", 3)

    refused = await service.as_("bob", "admin").act(f"/proposals/{proposal['id']}/{action}", body)

    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    assert "submit-for-review" in refused.json()["detail"]


async def test_a_declined_proposal_keeps_the_reason(service):
    proposal = await submitted(service, await drafted(service, "permits", 3))

    declined = await service.act(f"/proposals/{proposal['id']}/decline", {"reason": "Too late for us."})

    assert (declined.json()["status"], declined.json()["answer_reason"]) == ("declined", "Too late for us.")
    [event] = await said(service.app.state.database, "proposal.proposal.answered.v1")
    assert event.data["reason"] == "Too late for us."


@pytest.mark.parametrize("body", [None, {}, {"reason": "  "}, {"reason": "不再需要", "extra": 1}, {"reason": 5}])
async def test_withdrawing_without_a_reason_is_refused(service, body):
    proposal = await drafted(service, "permits", 3)

    refused = await service.act(f"/proposals/{proposal['id']}/withdraw", body)

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert (await service.get(f"/proposals/{proposal['id']}")).json()["status"] == "draft"


async def test_an_offer_cannot_be_accepted_after_its_validity(service):
    proposal = await submitted(service, await drafted(service, "permits", 3))
    async with service.app.state.database.transaction(Context(tenant=TENANT, actor="clock")) as session:
        await session.execute(sa.update(Proposal).values(valid_until=date(2020, 1, 1)))

    late = await service.act(f"/proposals/{proposal['id']}/accept")

    assert (late.status_code, late.json()["code"]) == (409, "offer_has_lapsed")
    assert "2020-01-01" in late.json()["detail"]


async def test_a_stale_proposal_is_not_submitted_and_says_why_and_what_to_do(service):
    proposal = await drafted(service, "permits", 3)
    await approved(service, proposal)
    await hear(service, events("permits", 4, epoch=2), ["baseline"])

    shown = (await service.get(f"/proposals/{proposal['id']}")).json()
    refused = await service.act(f"/proposals/{proposal['id']}/submit", **{"Accept-Language": "zh"})

    assert (shown["freshness"], shown["stale_reason"]["code"]) == ("stale", "baseline_approved")
    [submit] = [action for action in shown["allowed_actions"] if action["action"] == "submit"]
    assert (submit["is_allowed"], submit["reason"]["code"]) == (False, "proposal_is_stale")
    assert "new draft follows" in submit["reason"]["message"]
    assert (refused.status_code, refused.json()["code"]) == (409, "proposal_is_stale")
    assert "自动生成" in refused.json()["detail"]


async def test_a_submitted_proposal_is_only_marked_when_the_baseline_changes(service):
    proposal = await submitted(service, await drafted(service, "permits", 3))
    before = (await service.get(f"/proposals/{proposal['id']}/content")).content

    second = await drafted(service, "permits", 5, epoch=2)

    shown = (await service.get(f"/proposals/{proposal['id']}")).json()
    assert (shown["status"], shown["freshness"]) == ("submitted", "stale")
    assert (await service.get(f"/proposals/{proposal['id']}/content")).content == before
    assert (second["revision"], second["status"], second["freshness"]) == (20_010_010_000, "draft", "fresh")


async def test_the_content_cannot_be_changed_even_in_the_database(service):
    await drafted(service, "permits", 3)

    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        async with service.app.state.database.transaction(Context(tenant=TENANT, actor="intruder")) as session:
            await session.execute(sa.text("update proposal_content set content = ''"))


async def test_the_diff_compares_with_the_revision_before(service):
    first = await drafted(service, "permits", 6)
    second = await drafted(service, "permits", 8, epoch=2)

    diff = await service.get(f"/proposals/{second['id']}/diff")

    body = diff.json()
    assert [item["code"] for item in body["scope"]["added"]] == ["REQ-007", "REQ-008"]
    assert body["effort_days"]["before"] == first["effort_days"]
    assert body["price_incl_tax"]["after"] == second["price_incl_tax"]["amount"]
    assert body["cost"]["before"] != body["cost"]["after"]
    assert body["finish"]["after"] == second["finish"]


async def test_cost_and_reserve_are_not_told_to_those_who_may_not_see_them(service):
    first = await drafted(service, "permits", 6)
    second = await drafted(service, "permits", 8, epoch=2)

    diff = await service.as_("vic", "viewer").get(f"/proposals/{first['id']}/diff?against={second['id']}")

    assert (diff.json()["cost"], diff.json()["reserve"]) == (None, None)
    assert diff.json()["price_excl_tax"]["before"] == second["price_excl_tax"]["amount"]


async def test_a_first_revision_has_nothing_to_compare_with(service):
    proposal = await drafted(service, "permits", 3)
    other = await drafted(service, "lending", 3)

    alone = await service.get(f"/proposals/{proposal['id']}/diff")
    foreign = await service.get(f"/proposals/{proposal['id']}/diff?against={other['id']}")

    assert [answer.json()["errors"][0]["code"] for answer in (alone, foreign)] == ["nothing_to_compare"] * 2


@pytest.mark.parametrize(
    ("who", "action"),
    [("viewer", "submit-for-review"), ("presales", "approve"), ("presales", "submit"), ("viewer", "withdraw")],
)
async def test_a_role_does_only_what_is_its_own(service, who, action):
    proposal = await drafted(service, "permits", 3)

    refused = await service.as_("vic", who).act(f"/proposals/{proposal['id']}/{action}", {"reason": "不再需要"})

    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_another_tenant_finds_no_proposal_nor_its_parts(service):
    proposal = await drafted(service, "permits", 3)
    eve = service.as_("eve", "admin", tenant="other")

    answers = [
        await eve.get(f"/proposals/{proposal['id']}{part}")
        for part in ("", "/content", "/schedule", "/resources", "/diff")
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert (await eve.get("/proposals?view=full")).json()["items"] == []


@pytest.mark.parametrize("query", ["colour=red", "sort=price", "limit=0", "cursor=xyz", "opportunity_id=1"])
async def test_an_unknown_filter_is_refused(service, query):
    refused = await service.get(f"/proposals?{query}")

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


async def test_the_diff_names_every_change_of_data_by_its_code(service):
    first = await drafted(service, "permits", 6)
    second = await drafted(service, "permits", 8, epoch=2)

    data = (await service.get(f"/proposals/{second['id']}/diff")).json()["data"]

    by_path = {change["path"]: change for change in data}
    assert by_path["schedule/finish"]["before"] == first["finish"]
    assert by_path["schedule/finish"]["after"] == second["finish"]
    added = [path for path, change in by_path.items() if path.startswith("work/") and change["before"] is None]
    assert len(added) == 2
    assert any(path.startswith("price/payments/signing/") for path in by_path)
    assert not [path for path in by_path if path.startswith(("basis", "requirements", "risks/matrix"))]


async def test_a_list_carries_key_figures_and_the_whole_is_at_its_own_address_or_asked_for(service):
    found = events("lending", 20)
    await hear(service, found)

    [item] = (await service.get("/proposals")).json()["items"]
    [full] = (await service.get("/proposals?view=full")).json()["items"]
    one = (await service.get(f"/proposals/{item['id']}")).json()
    unknown = await service.get("/proposals?view=half")

    assert full == one
    assert len(json.dumps(item, ensure_ascii=False)) < 2000
    assert {name: one[name] for name in item if name not in {"baseline_id", "estimate_id"}} == {
        name: item[name] for name in item if name not in {"baseline_id", "estimate_id"}
    }
    assert (item["baseline_id"], item["estimate_id"]) == (one["basis"]["baseline_id"], one["basis"]["estimate_id"])
    assert unknown.status_code == 422
