"""What each resource of the insights service says may be done with it is what the calls answer, for every role."""

from tests.support.actions import FEW, WHY, collections_with_actions, disagreements
from tests.support.days import in_days

RESULT = {"result": "It was done."}
BODIES = {
    "retrospectives": {"change": {"title": "Q3"}},
    "retrospective-actions": {"change": {"owner": "wang"}, "complete": RESULT, "cancel": WHY},
}


async def test_what_a_resource_says_is_what_its_calls_answer(insights):
    found = (await insights.post("/retrospectives", json={"period": "2026-Q3", "title": "Quarter"})).json()
    wish = {"retrospective_id": found["id"], "statement": "Ask", "owner": "lin", "due_on": in_days(9)}
    todo = (await insights.post("/retrospective-actions", json=wish)).json()
    kept = {"retrospectives": found["id"], "retrospective-actions": todo["id"]}

    fresh = await disagreements(insights, kept.items(), BODIES)
    await insights.act(f"/retrospectives/{found['id']}/conclude")
    await insights.act(f"/retrospective-actions/{todo['id']}/complete", RESULT)
    over = await disagreements(insights.as_("ann", "admin"), kept.items(), BODIES, FEW)

    assert (fresh, over) == ("", "")
    assert kept.keys() == collections_with_actions("insights") - {"parked-events"}
