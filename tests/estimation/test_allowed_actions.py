"""What each resource of the estimation service says may be done with it is what the calls answer, for every role."""

from services.estimation.handlers import on
from tests.support.actions import FEW, WHY, collections_with_actions, disagreements
from tests.support.estimation.economics import analysed, priced
from tests.support.estimation.estimates import asked, begun
from tests.support.estimation.events import closed, hear
from tests.support.estimation.past_projects import recorded
from tests.support.lists import too_heavy

RENAMED = {"name": "Other"}
BODIES = {
    "estimates": {
        "override_effort": {"most_likely_days": 900, **WHY},
        "withdraw_override": WHY,
        "choose_leading_method": {"method": "three_point", **WHY},
        "judge_warnings": lambda seen: {
            "warnings": [one["id"] for one in seen["warnings"] or ()] or [seen["id"]],
            **WHY,
        },
    },
    "discounts": {"reject": {"note": "Too much."}},
    "scenarios": {"change": RENAMED},
    "economic-analyses": {"change": RENAMED},
}


async def everything(client):
    """A resource of every collection, fresh."""
    estimate = await priced(client)
    discount = await asked(client.as_("sam", "sales"), estimate, discount_rate="0.2")
    for number in range(4):
        await recorded(client, name=f"P{number}")
    model = await client.post("/productivity-models", json={"name": "M"})
    assert model.status_code == 201, model.text
    return {
        "estimates": estimate["id"],
        "discounts": discount["id"],
        "scenarios": (await begun(client))["id"],
        "economic-analyses": (await analysed(client))["id"],
        "productivity-models": model.json()["id"],
    }


async def moved_on(client, kept):
    client = client.as_("ann", "admin")  # a token lasts a minute
    for path, body in (
        (f"economic-analyses/{kept['economic-analyses']}/offer", {}),
        (f"discounts/{kept['discounts']}/reject", {"note": "No."}),
        (f"productivity-models/{kept['productivity-models']}/activate", {}),
        (f"estimates/{kept['estimates']}/override-effort", {"most_likely_days": 900, **WHY}),
    ):
        answer = await client.act(f"/{path}", body)
        assert answer.is_success, (path, answer.text)


async def test_what_a_resource_says_is_what_its_calls_answer(estimation):
    kept = await everything(estimation)

    fresh = await disagreements(estimation, kept.items(), BODIES)
    await moved_on(estimation, kept)
    moved = await disagreements(estimation, kept.items(), BODIES, FEW)
    heavy = await too_heavy(estimation.as_("ann", "admin"), "estimation")
    await hear(estimation, closed(2), on=on)
    lost = await disagreements(estimation, kept.items(), BODIES, FEW)

    assert (fresh, moved, lost) == ("", "", "")
    assert heavy == {}
    assert kept.keys() == collections_with_actions("estimation")
