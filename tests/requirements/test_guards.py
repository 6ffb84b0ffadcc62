"""What stands between a baseline and its approval, and what happens to requirements that moved meanwhile."""

import pytest

from services.requirements.handlers import heard
from tests.conftest import envelope
from tests.requirements.conftest import baselined, blocked, made, opportunity, patched, question, requirement


async def in_review(client, deal):
    baseline = await made(client, "/baselines", opportunity_id=deal["id"], title="First")
    return (await client.act(f"/baselines/{baseline['id']}/submit")).json()


async def test_an_open_question_on_a_must_have_blocks_approval_and_says_so(requirements, deal):
    need = await requirement(requirements, deal)
    baseline = await in_review(requirements, deal)
    asked = question(deal, need)
    database = requirements.app.state.database
    await heard.handle(database, [envelope(asked)])

    refused = await requirements.as_("bob", "approver").act(f"/baselines/{baseline['id']}/approve")
    shown = (await requirements.get(f"/baselines/{baseline['id']}")).json()

    assert (refused.status_code, refused.json()["code"]) == (409, "open_clarification")
    assert "CLA-001" in refused.json()["detail"]
    assert need["code"] in refused.json()["detail"]
    assert blocked(shown, "approve")["code"] == "open_clarification"
    assert "CLA-001" in blocked(shown, "approve")["message_zh"]

    settled = asked.model_copy(update={"status": "accepted", "is_open": False, "version": 2})
    await heard.handle(database, [envelope(settled)])
    await heard.handle(database, [envelope(asked)])  # an older record that comes late

    approved = await requirements.as_("bob", "approver").act(f"/baselines/{baseline['id']}/approve")
    assert approved.status_code == 200, approved.text


async def test_an_open_question_on_a_could_have_blocks_nothing(requirements, deal):
    need = await requirement(requirements, deal, priority="could")
    await heard.handle(requirements.app.state.database, [envelope(question(deal, need))])

    baseline = await in_review(requirements, deal)

    shown = (await requirements.as_("bob", "approver").get(f"/baselines/{baseline['id']}")).json()
    assert blocked(shown, "approve") is None


async def test_too_little_known_blocks_approval_and_names_what_is_missing(start):
    async with start("requirements", approval_completeness=0.5) as client:
        deal = await opportunity(client)
        await requirement(client, deal)
        baseline = await in_review(client, deal)

        refused = await client.as_("bob", "approver").act(
            f"/baselines/{baseline['id']}/approve", **{"Accept-Language": "zh"}
        )
        completeness = (await client.get(f"/opportunities/{deal['id']}/completeness")).json()

    assert refused.json()["code"] == "discovery_too_thin"
    assert "至少需要 50%" in refused.json()["detail"]
    assert completeness["score"] < completeness["wanted_for_approval"] == 0.5
    assert blocked(baseline, "approve")["code"] == "discovery_too_thin"


async def test_what_changes_during_the_review_is_named_and_reviewed_before_it_is_approved(requirements, deal):
    bob = requirements.as_("bob", "approver")
    await requirement(requirements, deal, title="Kept")
    moved = await requirement(requirements, deal, title="Moved")
    gone = await requirement(requirements, deal, title="Gone")
    baseline = await in_review(requirements, deal)
    await patched(requirements, f"/requirements/{moved['id']}", statement="Something else.")
    await requirements.act(f"/requirements/{gone['id']}/withdraw")

    refused = await bob.act(f"/baselines/{baseline['id']}/approve", **{"Accept-Language": "zh"})
    seen = (await bob.get(f"/baselines/{baseline['id']}")).json()
    again = (await requirements.act(f"/baselines/{baseline['id']}/submit")).json()
    approved = (await bob.act(f"/baselines/{baseline['id']}/approve")).json()

    assert (refused.status_code, refused.json()["code"]) == (409, "baseline_moved")
    assert f"需求（{moved['code']}, {gone['code']}）" in refused.json()["detail"]
    assert blocked(seen, "approve")["code"] == "baseline_moved"
    assert (again["status"], again["version"]) == ("in_review", seen["version"] + 1)
    assert (approved["status"], approved["content_hash"]) == ("approved", again["content_hash"])
    assert again["content_hash"] != seen["content_hash"]
    status = {one["title"]: one["status"] for one in (await requirements.get("/requirements")).json()["items"]}
    assert status == {"Kept": "baselined", "Moved": "baselined", "Gone": "withdrawn"}


async def _limit(client, deal):
    return await made(
        client, "/constraints", opportunity_id=deal["id"], kind="other", is_hard=True, name="Go-live", statement="Soon"
    )


async def _worry(client, deal):
    wish = {"category": "technical", "statement": "Load", "severity": "low"}
    return await made(client, "/concerns", opportunity_id=deal["id"], **wish)


async def _verdict(client, deal):
    [need] = (await client.get("/requirements")).json()["items"]
    items = [{"requirement_code": need["code"], "verdict": "full"}]
    return await made(client, "/fit-assessments:batch", opportunity_id=deal["id"], items=items, confirm=True)


async def _objective(client, deal):
    return await patched(client, f"/opportunities/{deal['id']}", objectives=["Faster"])


@pytest.mark.parametrize(
    ("move", "named"),
    [
        (_limit, "constraints: Go-live"),
        (_worry, "concerns: CON-001"),
        (_verdict, "confirmed fit: REQ-001"),
        (_objective, "the opportunity: objectives"),
    ],
)
async def test_each_part_of_the_content_that_moves_is_named(requirements, deal, move, named):
    await requirement(requirements, deal)
    baseline = await in_review(requirements, deal)
    await move(requirements, deal)

    refused = await requirements.as_("bob", "approver").act(f"/baselines/{baseline['id']}/approve")

    assert refused.json()["code"] == "baseline_moved"
    assert named in refused.json()["detail"]


async def test_who_submits_it_again_does_not_approve_it(requirements, deal):
    await requirement(requirements, deal)
    baseline = await in_review(requirements, deal)
    bob = requirements.as_("bob", "presales", "approver")
    await bob.act(f"/baselines/{baseline['id']}/submit")

    refused = await bob.act(f"/baselines/{baseline['id']}/approve")

    assert refused.json()["code"] == "own_baseline"


async def test_the_diff_names_constraints_concerns_and_the_opportunity_too(requirements, deal):
    need = await requirement(requirements, deal)
    limit = {"kind": "budget", "is_hard": True}
    money = {"amount": "1000000", "currency": "CNY"}
    gone = await made(requirements, "/constraints", opportunity_id=deal["id"], name="Old", budget_max=money, **limit)
    worry = await made(
        requirements, "/concerns", opportunity_id=deal["id"], category="technical", statement="Load", severity="low"
    )
    await baselined(requirements, deal)

    seen = {"If-Match": (await requirements.get(f"/constraints/{gone['id']}")).headers["ETag"]}
    await requirements.delete(f"/constraints/{gone['id']}", headers=seen)
    await made(
        requirements,
        "/constraints",
        opportunity_id=deal["id"],
        name="New",
        budget_max=money,
        firmness="approved",
        funding_source="annual plan",
        **limit,
    )
    await patched(requirements, f"/concerns/{worry['id']}", severity="high")
    await patched(requirements, f"/opportunities/{deal['id']}", objectives=["Faster"])
    second = await made(requirements, "/baselines", opportunity_id=deal["id"], title="Second")
    diff = (await requirements.get(f"/baselines/{second['id']}/diff")).json()

    assert [(one["part"], one["label"], one["change"]) for one in diff["others"]] == [
        ("constraints", "New", "added"),
        ("constraints", "Old", "removed"),
        ("concerns", worry["code"], "changed"),
    ]
    assert diff["others"][2]["fields"] == [{"field": "severity", "before": "low", "after": "high"}]
    assert diff["opportunity"] == [{"field": "objectives", "before": [], "after": ["Faster"]}]
    assert diff["unchanged"] == 1
    assert need["code"] not in diff["added"]
