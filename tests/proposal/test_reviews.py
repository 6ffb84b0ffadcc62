"""Reviews: as many as the policy asks by amount, of exactly what is there, never of one's own."""

import pytest

from services.proposal.content.authored import SolutionDesign
from services.proposal.content.base import Words
from services.proposal.domain.review_policy import Asked, Tier, role_to_give, still_asked, tier_of
from services.proposal.handlers import on_requirements
from shared.language.events.requirements import FitRecorded, RequirementRecorded
from tests.conftest import envelope, said
from tests.support.proposal.makers import action, approved, hear, newest, settle
from tests.support.proposal.samples import events

POLICIES = "/review-policies"


def money(amount, currency="USD"):
    return {"amount": amount, "currency": currency}


def policy(**wish):
    two = [{"role": "approver", "count": 2}, {"role": "risk_manager", "count": 1}]
    return {"tiers": [{"from_amount": money("10000"), "reviews": two}], **wish}


async def in_review(client, found):
    proposal = await newest(client, found)
    return (await client.act(f"/proposals/{proposal['id']}/submit-for-review")).json()


async def approve(client, proposal, who, *roles, comment=None):
    return await client.as_(who, *roles).act(f"/proposals/{proposal['id']}/approve", {"comment": comment})


async def test_whoever_is_in_no_role_that_is_asked_is_told_so_before_he_tries(service):
    found = events("permits", 6)
    await hear(service, found)
    proposal = await in_review(service, found)
    path = f"/proposals/{proposal['id']}"

    of_admin = (await service.as_("adm", "admin").get(path)).json()
    of_approver = (await service.as_("bob", "approver").get(path)).json()

    assert action(of_admin, "approve")["reason"]["code"] == "review_not_asked"
    assert "1 × approver" in action(of_admin, "approve")["reason"]["message"]
    assert action(of_approver, "approve")["is_allowed"]


async def test_as_many_as_the_policy_asks_approve_and_the_last_one_decides(service):
    found = events("permits", 6)
    await hear(service, found)
    await service.post(POLICIES, json=policy())
    proposal = await in_review(service, found)

    first = await approve(service, proposal, "bob", "approver", comment="Good.")
    twice = await approve(service, proposal, "bob", "approver")
    second = await approve(service, proposal, "cid", "approver")
    third = await approve(service, proposal, "dan", "approver")
    last = await approve(service, proposal, "rita", "risk_manager")

    assert proposal["reviews_asked"] == [{"role": "approver", "count": 2}, {"role": "risk_manager", "count": 1}]
    assert proposal["review_policy"] == 1
    assert (first.json()["status"], first.json()["reviews_missing"][0]) == (
        "in_review",
        {"role": "approver", "count": 1},
    )
    assert (twice.status_code, twice.json()["code"]) == (409, "reviewed_already")
    assert second.json()["reviews_missing"] == [{"role": "risk_manager", "count": 1}]
    assert (third.status_code, third.json()["code"]) == (403, "review_not_asked")
    assert "1 × risk_manager" in third.json()["detail"]
    assert (last.json()["status"], last.json()["approved_hash"]) == ("approved", proposal["content_hash"])
    assert [(one["reviewer"], one["role"], one["comment"]) for one in last.json()["reviews"]] == [
        ("bob", "approver", "Good."),
        ("cid", "approver", None),
        ("rita", "risk_manager", None),
    ]
    told = await said(service.app.state.database, "proposal.proposal.reviewed.v1")
    assert [event.data["reviews_missing"] for event in told] == [3, 2, 1, 0]


async def test_what_is_missing_is_a_reason_of_its_own(service):
    found = events("permits", 6)
    await hear(service, found)
    await service.post(POLICIES, json=policy())
    await in_review(service, found)

    reasons = action(await newest(service, found), "submit")["reasons"]

    assert [reason["code"] for reason in reasons] == ["illegal_transition", "review_missing", "review_missing"]
    assert "2 approval(s) by approver" in reasons[1]["message"]
    assert "风险经理" in reasons[2]["message_zh"]


async def test_a_return_makes_earlier_approvals_void(service):
    found = events("permits", 6)
    await hear(service, found)
    await service.post(POLICIES, json=policy())
    proposal = await in_review(service, found)
    await approve(service, proposal, "bob", "approver")

    back = await service.as_("cid", "approver").act(
        f"/proposals/{proposal['id']}/return", {"reason": "Mend the scope."}
    )
    again = await in_review(service, found)

    assert (back.json()["status"], back.json()["review_note"]) == ("draft", "Mend the scope.")
    assert (again["review_round"], again["reviews_missing"]) == (2, again["reviews_asked"])
    assert [one["decision"] for one in again["reviews"]] == ["approved", "returned"]


async def test_who_settled_a_part_does_not_approve_it(service):
    found = events("permits", 6)
    await hear(service, found)
    await settle(service, found, "solution", SolutionDesign(summary=Words(en="One.")), actor="bob")
    proposal = await in_review(service, found)

    own = await approve(service, proposal, "bob", "approver")
    seen = (await service.as_("bob", "approver").get(f"/proposals/{proposal['id']}")).json()
    other = await approve(service, proposal, "cid", "approver")

    assert proposal["authors"] == ["bob"]
    assert (own.status_code, own.json()["code"]) == (403, "own_part")
    assert [reason["code"] for reason in action(seen, "approve")["reasons"]] == ["own_part"]
    assert other.json()["status"] == "approved"


async def test_an_approval_ends_with_what_it_was_of(service):
    found = events("permits", 6)
    await hear(service, found)
    old = await approved(service, await newest(service, found))

    await settle(service, found, "solution", SolutionDesign(summary=Words(en="Two.")))

    new = await newest(service, found)
    shown = (await service.get(f"/proposals/{old['id']}")).json()
    assert (shown["status"], new["status"], new["approved_hash"]) == ("superseded", "draft", None)
    assert "proposal_is_stale" in {reason["code"] for reason in action(shown, "submit")["reasons"]}


async def test_nothing_suspect_goes_to_the_client(service):
    found = events("permits", 6)
    await hear(service, found)
    proposal = await approved(service, await newest(service, found))
    changed = found.baseline.requirements[0]
    event = RequirementRecorded(
        opportunity_id=found.baseline.opportunity_id, requirement_id=changed.id, code=changed.code,
        title=changed.title, status="changed", version=9, outdates_epoch=1, priority="must", kind="functional",
    )  # fmt: skip
    await on_requirements.handle(service.app.state.database, [envelope(event)])

    shown = (await service.get(f"/proposals/{proposal['id']}")).json()
    refused = await service.act(f"/proposals/{proposal['id']}/submit")

    assert [reason["code"] for reason in action(shown, "submit")["reasons"]] == ["proposal_is_suspect"]
    assert (refused.status_code, refused.json()["code"]) == (409, "proposal_is_suspect")
    assert changed.code in refused.json()["detail"]


async def test_a_fit_that_moved_on_keeps_a_proposal_from_the_client_until_it_is_as_approved_again(service):
    found = events("permits", 6)
    await hear(service, found)
    proposal = await approved(service, await newest(service, found))
    need = found.baseline.requirements[0]

    async def told(version, epoch):
        event = FitRecorded(
            opportunity_id=found.baseline.opportunity_id, requirement_id=need.id, requirement_code=need.code,
            title=need.title, verdict="none", deviation="negative", status="confirmed", version=version,
            outdates_epoch=epoch,
        )  # fmt: skip
        await on_requirements.handle(service.app.state.database, [envelope(event)])
        shown = (await service.get(f"/proposals/{proposal['id']}")).json()
        return [one["reason"] for one in shown["suspects"]], action(shown, "submit")["is_allowed"]

    moved = [f"The fit of {need.code} has changed since the baseline."]
    assert await told(2, 1) == (moved, False)
    assert await told(1, None) == (moved, False)  # an earlier record that comes late
    assert await told(3, None) == ([], True)


async def test_sections_that_the_policy_requires_are_whole_or_the_proposal_waits(service):
    found = events("permits", 6)
    await service.post(POLICIES, json={"required_sections": ["support"]})

    await hear(service, found)

    shown = await newest(service, found)
    assert [(gap["section"], gap["code"]) for gap in shown["gaps"] if gap["is_blocking"]] == [
        ("support", "no_after_sales_plan")
    ]
    assert not action(shown, "submit-for-review")["is_allowed"]


async def test_sections_that_a_policy_requires_since_the_draft_keep_it_from_review_too(service):
    found = events("permits", 6)
    await hear(service, found)
    draft = await newest(service, found)
    before = action(draft, "submit-for-review")["is_allowed"]
    await service.post(POLICIES, json={"required_sections": ["support"]})

    shown = await newest(service, found)
    refused = await service.act(f"/proposals/{draft['id']}/submit-for-review")

    assert before
    assert [one["code"] for one in action(shown, "submit-for-review")["reasons"]] == ["proposal_is_incomplete"]
    assert (refused.status_code, refused.json()["code"]) == (409, "proposal_is_incomplete")
    assert "after-sales plan" in refused.json()["detail"]


async def test_a_policy_of_later_does_not_change_what_is_asked_already(service):
    found = events("permits", 6)
    await hear(service, found)
    proposal = await in_review(service, found)

    await service.post(POLICIES, json=policy())
    done = await approve(service, proposal, "bob", "approver")

    assert (proposal["review_policy"], done.json()["status"]) == (0, "approved")


async def test_a_policy_can_be_asked_before(service):
    none = await service.post(f"{POLICIES}:evaluate", json={"price_incl_tax": money("5")})
    await service.post(POLICIES, json=policy(note="Since the audit."))
    low = await service.post(f"{POLICIES}:evaluate", json={"price_incl_tax": money("9999.99")})
    high = await service.post(f"{POLICIES}:evaluate", json={"price_incl_tax": money("10000.00")})
    other = await service.post(f"{POLICIES}:evaluate", json={"price_incl_tax": money("10000.00", "CNY")})

    assert none.json()["reviews"] == low.json()["reviews"] == [{"role": "approver", "count": 1}]
    assert (none.json()["policy_revision"], high.json()["policy_revision"]) == (0, 1)
    assert [one["count"] for one in high.json()["reviews"]] == [2, 1]
    assert "10,000 USD" in high.json()["reason"]
    assert "达到" in high.json()["reason_zh"]
    assert other.json()["reviews"] == low.json()["reviews"]


async def test_a_policy_can_be_asked_about_a_proposal(service):
    found = events("permits", 6)
    await hear(service, found)
    await service.post(POLICIES, json=policy())
    proposal = await in_review(service, found)
    await approve(service, proposal, "bob", "approver")

    told = (await service.post(f"{POLICIES}:evaluate", json={"proposal_id": proposal["id"]})).json()

    assert told["price_incl_tax"] == proposal["price_incl_tax"]
    assert told["missing"] == [{"role": "approver", "count": 1}, {"role": "risk_manager", "count": 1}]


async def test_revisions_of_the_policy_are_kept_and_one_is_in_force(service):
    await service.post(POLICIES, json=policy())
    made = await service.post(POLICIES, json=policy(required_sections=["solution"]))

    all_ = (await service.get(f"{POLICIES}?sort=revision")).json()["items"]
    in_force = (await service.get(f"{POLICIES}?is_in_force=true")).json()["items"]

    assert [one["revision"] for one in all_] == [1, 2]
    assert [one["id"] for one in in_force] == [made.json()["id"]]
    assert all_[0]["superseded_at"] is not None
    assert (await service.get(made.headers["Location"].removeprefix("/v1"))).json()["tiers"][0]["from_amount"] == money(
        "10000"
    )


@pytest.mark.parametrize(
    "wish",
    [
        {"usual": []},
        {"usual": [{"role": "viewer"}]},
        {"usual": [{"role": "approver", "count": 0}]},
        {"usual": [{"role": "approver"}, {"role": "approver"}]},
        {"tiers": [{"from_amount": money("-1"), "reviews": [{"role": "approver"}]}]},
        {"tiers": [{"from_amount": money("NaN"), "reviews": [{"role": "approver"}]}]},
        {"tiers": [{"from_amount": money("1", "XYZ"), "reviews": [{"role": "approver"}]}]},
        {"tiers": [{"from_amount": money("1"), "reviews": [{"role": "approver"}]}] * 2},
        {"required_sections": ["weather"]},
        {"note": "\x00"},
    ],
)
async def test_a_policy_that_makes_no_sense_is_refused(service, wish):
    refused = await service.post(POLICIES, json=wish)

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("question", [{}, {"price_incl_tax": money("1"), "proposal_id": "0" * 32}])
async def test_a_question_is_about_one_thing(service, question):
    refused = await service.post(f"{POLICIES}:evaluate", json=question)

    assert refused.json()["errors"][0]["code"] == "one_of_both"


async def test_only_administrators_make_policies_and_no_tenant_sees_anothers(service):
    refused = await service.as_("bob", "approver").post(POLICIES, json=policy())
    await service.post(POLICIES, json=policy())
    other = await service.as_("eve", "admin", tenant="other").get(POLICIES)

    assert refused.status_code == 403
    assert other.json()["items"] == []


def test_the_highest_tier_that_is_reached_counts():
    low, high = (Tier("CNY", amount, (Asked("approver", count),)) for amount, count in ((10, 1), (100, 2)))

    assert [tier_of([high, low], amount, "CNY") for amount in (9, 10, 99, 100)] == [None, low, low, high]
    assert tier_of([high, low], 100, "USD") is None


def test_each_approval_fills_one_place():
    asked = (Asked("approver", 2), Asked("sales", 1))

    assert still_asked(asked, ["approver"]) == [Asked("approver", 1), Asked("sales", 1)]
    assert role_to_give(asked, ["approver", "approver"], ["approver", "sales"]) == "sales"
    assert role_to_give(asked, ["approver", "approver", "sales"], ["approver", "sales"]) is None
