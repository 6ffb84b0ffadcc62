"""What each resource of the proposal service says may be done with it is what the calls answer, for every role."""

from services.proposal.handlers import on_opportunities
from shared.kernel.context import new_id
from shared.language.events.requirements import OpportunityClosed
from tests.conftest import envelope
from tests.support.actions import FEW, WHY, collections_with_actions, disagreements
from tests.support.days import in_days
from tests.support.lists import too_heavy
from tests.support.proposal.makers import newest
from tests.support.proposal.own_templates import SMALL, uploaded
from tests.support.proposal.plans import listed, opportunity
from tests.support.proposal.selling import STORY, THEME, answers, component, made

NAMED = {"summary": {"en": "One platform.", "zh": "统一平台。"}}
BODIES = {
    "proposals": {
        **dict.fromkeys(("return", "withdraw", "decline", "revise"), WHY),
        "set-validity": {"days": 45},
        "waive-limit": {"constraint_id": str(new_id()), **WHY},
        "extend": {"until": in_days(400), **WHY},
    },
    "proposal-sections": {"change": {"text": {"en": "Ours.", "zh": "我方。"}}},
    "solutions": {"change": NAMED},
    "strategies": {"change": {"positioning": {"en": "First."}}},
    "bid-decisions": {
        "answer": answers(),
        "decide": lambda seen: {
            "decision": "go" if seen["recommendation"] == "incomplete" else seen["recommendation"],
            **WHY,
        },
        "meet-condition": {"condition": 1},
        "reopen": WHY,
    },
    "schedules": {"change": lambda seen: seen["network"], "withdraw": WHY},
    "resource-plans": {"change": lambda seen: seen["content"], "withdraw": WHY},
    "competitors": {"change": {"summary": "Large."}},
    "materials": {"change": {"title": "Deck 2"}, "review": {"review_on": in_days(90)}},
    "outcomes": {"change": {"lessons": ["Ask sooner."]}},
    "rooms": {"revoke": WHY, "renew": {"expires_at": f"{in_days(60)}T00:00:00Z"}},
}


async def everything(client, deal, found):
    """A resource of every collection but rooms, fresh."""
    codes = [need.code for need in found.baseline.requirements]
    design = {**NAMED, "components": [component("api", *codes)]}
    wishes = {
        "solutions": {"opportunity_id": deal, **design},
        "strategies": {"opportunity_id": deal, "win_themes": [THEME], "value_story": [STORY]},
        "bid-decisions": {"opportunity_id": deal},
        "competitors": {"name": "Kingdee"},
        "materials": {
            "key": "deck",
            "kind": "deck",
            "title": "Deck",
            "link": "https://x.example/a",
            "review_on": in_days(9),
        },
        "outcomes": {"opportunity_id": deal, "result": "lost", "reasons": ["price"]},
    }
    kept = {name: (await made(client, name, **wish))["id"] for name, wish in wishes.items()}
    kept["templates"] = (await uploaded(client, SMALL)).json()["id"]
    for name in ("schedules", "resource-plans"):
        [kept[name]] = [one["id"] for one in await listed(client, name, found)]
    sections = await client.get(f"/proposal-sections?opportunity_id={deal}&code=value")
    kept["proposal-sections"] = sections.json()["items"][0]["id"]
    kept["proposals"] = (await newest(client, found))["id"]
    return kept


async def act(client, path, body=None):
    answer = await client.act(path, {} if body is None else body)
    assert answer.is_success, (path, answer.json()["code"], answer.json()["detail"])


async def moved_on(client, kept, found):
    """The same in other states, with a proposal in review."""
    client = client.as_("ann", "admin")  # a token lasts a minute
    await act(client, f"/bid-decisions/{kept['bid-decisions']}/answer", answers())
    boss, bid = client.as_("boss", "approver"), f"/bid-decisions/{kept['bid-decisions']}"
    await act(boss, f"{bid}/decide", {"decision": "go", **WHY})
    seen = await client.get(f"/proposal-sections/{kept['proposal-sections']}")
    path = f"/proposal-sections/{kept['proposal-sections']}"
    await client.patch(path, json={"text": {"en": "Ours.", "zh": "我方。"}}, headers={"If-Match": seen.headers["ETag"]})
    await act(client, f"{path}/finish")
    for step in (
        "solutions/decide", "strategies/agree", "schedules/agree", "resource-plans/agree", "materials/publish",
        "competitors/retire", "templates/activate",
    ):  # fmt: skip
        collection, action = step.split("/")
        await act(client, f"/{collection}/{kept[collection]}/{action}")
    kept["proposals"] = (await newest(client, found))["id"]
    await act(client, f"/proposals/{kept['proposals']}/submit-for-review")


async def offered(client, kept):
    """The proposal is with the client, in a room, and it was decided to bid."""
    client = client.as_("ann", "admin")  # a token lasts a minute
    boss, path = client.as_("boss", "approver"), f"/proposals/{kept['proposals']}"
    await act(boss, f"{path}/approve")
    await act(client, f"{path}/submit")
    room = await made(client, "rooms", proposal_id=kept["proposals"], recipient_name="Li Hua")
    kept["rooms"] = room["id"]
    bid = f"/bid-decisions/{kept['bid-decisions']}"
    await act(client, f"{bid}/reopen", WHY)
    conditions = [{"text": "A partner", "owner": "lin", "due": in_days(9)}]
    await act(boss, f"{bid}/decide", {"decision": "conditional", "conditions": conditions, **WHY})


async def test_what_a_resource_says_is_what_its_calls_answer(client):
    found = await opportunity(client, size=3)
    deal = str(found.baseline.opportunity_id)
    kept = await everything(client, deal, found)

    fresh = await disagreements(client, kept.items(), BODIES)
    await moved_on(client, kept, found)
    moved = await disagreements(client, kept.items(), BODIES, FEW)
    heavy = await too_heavy(client.as_("ann", "admin"), "proposal")
    await offered(client, kept)
    sent = [(name, kept[name]) for name in ("proposals", "rooms", "bid-decisions", "outcomes")]
    with_client = await disagreements(client, sent, BODIES)
    event = OpportunityClosed(opportunity_id=found.baseline.opportunity_id, outcome="lost", reason=None, epoch=2)
    await on_opportunities.handle(client.app.state.database, [envelope(event)])
    closed = await disagreements(client, kept.items(), BODIES, FEW)

    assert (fresh, moved, with_client, closed) == ("", "", "", "")
    assert heavy == {}
    assert kept.keys() == collections_with_actions("proposal")
