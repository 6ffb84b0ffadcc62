"""What each resource of the engagement service says may be done with it is what the calls answer, for every role."""

from shared.kernel.clock import now
from tests.engagement import (
    test_advice,
    test_after_sales_plans,
    test_articles,
    test_clarifications,
    test_commitments,
    test_handovers,
    test_proofs_of_concept,
    test_support_requests,
    test_surveys,
    test_time_entries,
    test_trainings,
)
from tests.engagement.conftest import acted, contact, ids, made, recorded, talk
from tests.support.actions import FEW, WHY, collections_with_actions, disagreements
from tests.support.lists import too_heavy

WHERE = {}
"""The opportunity, for what belongs to none."""
LATER = "2126-06-30"
ACCEPTED = {"by": "Zhou Min", **WHY}
RENAMED = {"title": "Other"}
BODIES = {
    "advice": {"change": {"occasion": "A talk"}, "accept": ACCEPTED, "decline": ACCEPTED},
    "after-sales-plans": {"change": {"warranty_months": 24}, "agree": {"agreed_by": "Zhou Min"}},
    "articles": {"change": {"tags": ["x"]}, "review": {"review_on": LATER}},
    "cadences": {"change": {"every_days": 9}},
    "clarifications": {"change": {"context": "x"}, "answer": {"answer": "500"}, "reopen": WHY, "withdraw": WHY},
    "commitments": {"change": {"note": "x"}, "miss": WHY, "cancel": WHY},
    "contacts": {
        "change": {"position": "CIO"},
        "contact": lambda seen: talk(
            seen["opportunity_id"], contact_ids=[seen["id"]], direction="outbound", occurred_at=now().isoformat()
        ),
    },
    "interactions": {
        "change": {"next_step": "x"},
        "hear_needs": [{"statement": "It shall be fast.", "wants": "requirement"}],
        "reply": lambda seen: talk(seen["opportunity_id"], in_reply_to=seen["id"], direction="outbound"),
    },
    "proofs-of-concept": {
        "change": RENAMED,
        "record": {"results": [{"number": 1, "measured": 2}]},
        "conclude": {"conclusion": "It works."},
        "cancel": WHY,
    },
    "response-clocks": {"pause": WHY},
    "support-requests": {
        "change": RENAMED,
        "assign": lambda _seen: {"to": WHERE["colleague"]},
        "deliver": {"delivery": "Done."},
        "rate": {"rating": 4},
        "decline": WHY,
        "reopen": WHY,
        "message": {"text": "Hello"},
        "wait": {"waits_for": "client", **WHY},
        "escalate": {"level": 2, "to": "li", **WHY},
    },
    "surveys": {
        "change": RENAMED,
        "send": lambda seen: {"survey_id": seen["id"], "recipient_name": "Li", "opportunity_id": WHERE["deal"]},
    },
    "time-entries": {"change": {"hours": 2}, "void": WHY},
    "trainings": {
        "change": {"topic": "Other"},
        "register": {"participants": [{"name": "Li Hua"}]},
        "attend": test_trainings.came(1),
        "evaluate": {"conclusion": "Good."},
        "cancel": WHY,
    },
    "handovers": {"offer": {"to": "li"}, "return": {"reason": "The budget of the pilot is not in it."}},
}


async def everything(client, deal):
    """A resource of every collection but hand-overs, fresh."""
    WHERE["deal"] = deal
    WHERE["colleague"] = (await made(client, "colleagues", subject="ann", name="Ann", role="architect"))["id"]
    await made(client, "colleagues", subject="li", name="Li", role="architect")
    survey = await made(client, "surveys", key="new", kind="csat", title="T", title_zh="T", form=test_surveys.FORM)
    kept = {
        "contacts": await contact(client, deal),
        "interactions": await recorded(client, deal),
        "advice": await test_advice.drafted(client, deal),
        "after-sales-plans": (await test_after_sales_plans.drafted(client, deal))[0],
        "articles": await test_articles.drafted(client),
        "clarifications": await test_clarifications.question(client, deal),
        "commitments": await test_commitments.promise(client, deal),
        "proofs-of-concept": (await test_proofs_of_concept.planned(client, deal))[0],
        "support-requests": await test_support_requests.wished(client, deal),
        "surveys": survey,
        "survey-invitations": await test_surveys.invited(client, deal),
        "time-entries": await test_time_entries.worked(client, deal),
        "trainings": await test_trainings.registered(
            client, (await test_trainings.planned(client, deal))[1], "Zhou Min"
        ),
        "calendar-feeds": await made(client, "calendar-feeds", opportunity_id=deal),
    }
    found = {name: one["id"] for name, one in kept.items()}
    for name in ("cadences", "response-clocks"):
        found[name] = (await ids(client, name))[0]
    return found


async def moved_on(client, kept):
    """The same in other states."""
    client = client.as_("ann", "admin")  # a token lasts a minute
    for path, body in (
        ("advice/give", None), ("after-sales-plans/agree", {"agreed_by": "Zhou Min"}), ("articles/publish", None),
        ("cadences/pause", None), ("clarifications/ask", None), ("clarifications/answer", {"answer": "500"}),
        ("clarifications/accept", None), ("commitments/complete", None), ("proofs-of-concept/start", None),
        ("support-requests/triage", None), ("support-requests/assign", {"to": WHERE["colleague"]}), ("support-requests/start", None),
        ("surveys/publish", None), ("survey-invitations/withdraw", None), ("time-entries/void", WHY),
        ("trainings/attendance", test_trainings.came(1)),
        ("trainings/hold", None), ("calendar-feeds/revoke", None),
    ):  # fmt: skip
        collection, action = path.split("/")
        await acted(client, f"/{collection}/{kept[collection]}/{action}", body)


async def test_what_a_resource_says_is_what_its_calls_answer(engagement, deal):
    kept = await everything(engagement, deal)

    fresh = await disagreements(engagement, kept.items(), BODIES)
    await moved_on(engagement, kept)
    moved = await disagreements(engagement, kept.items(), BODIES, FEW)
    heavy = await too_heavy(engagement.as_("ann", "admin"), "engagement")
    await test_handovers.told(engagement, test_handovers.won(deal))
    [kept["handovers"]] = await ids(engagement.as_("ann", "admin"), "handovers", opportunity_id=deal)
    won = await disagreements(engagement, kept.items(), BODIES, FEW)

    assert (fresh, moved, won) == ("", "", "")
    assert heavy == {}
    assert kept.keys() == collections_with_actions("engagement")
