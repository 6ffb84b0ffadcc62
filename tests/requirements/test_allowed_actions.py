"""What each resource of requirements says may be done with it is what the calls answer, for every role."""

import sqlalchemy as sa

from services.requirements.models.changes import ChangeRequest
from shared.kernel.context import Context
from tests.conftest import TENANT
from tests.requirements.conftest import made, requirement
from tests.support.actions import FEW, WHY, collections_with_actions, disagreements
from tests.support.lists import too_heavy
from tests.support.requirements.guards import FORM, one_of_each

RENAMED = {"title": "Other"}
WISH = {"title": "Faster", "statement": "It shall be faster.", "kind": "functional"}
BODIES = {
    "opportunities": {"change": RENAMED, "close": {"outcome": "lost", **WHY}},
    "requirements": {"change": RENAMED},
    "baselines": {"reject": WHY, "withdraw": WHY},
    "change-requests": {"change": RENAMED, "reject": WHY, "withdraw": WHY},
    "clients": {"change": {"industry": "Banking"}},
    "stakeholders": {"change": {"name": "李雷"}},
    "pains": {"change": {"statement": "slower"}},
    "constraints": {"change": {"name": "Go-live 2"}},
    "concerns": {"change": {"statement": "older"}},
    "questionnaires": {"change": RENAMED},
    "interviews": {
        "change": RENAMED,
        "quotes": {"items": [{"speaker": "王敏", "text": "It is slow."}]},
        "requirements": lambda seen: {"items": [{**WISH, "quote_id": seen["quotes"][0]["id"]}]},
    },
    "imports": {
        "map": {"tables": [{"table": "", "columns": {"statement": 1}}]},
        "change_rows": {"rows": [{"number": 1, "skip": True}]},
    },
    "products": {"change": {"name": "Q"}},
    "capabilities": {"change": {"name": "Q"}},
    "fit-assessments": {"change": {"reason": "measured"}},
}


async def everything(client, deal):
    """A resource of every collection, fresh."""
    found = {name: one["id"] for name, one in (await one_of_each(client, deal)).items()}
    for name in ("opportunities", "clients", "requirements", "products", "capabilities", "imports"):
        [one] = (await client.get(f"/{name}")).json()["items"]
        found[name] = one["id"]
    found["questionnaires"] = (await made(client, "/questionnaires", key="new", title="T", title_zh="T", form=FORM))[
        "id"
    ]
    quote = {"items": [{"speaker": "王敏", "text": "It is slow."}]}
    await client.act(f"/interviews/{found['interviews']}/quotes", quote)
    return found


async def moved_on(client, deal, found):
    """The same, and more, in other states."""
    client = client.as_("ann", "admin")  # a token lasts a minute
    others = [(await requirement(client, deal))["id"] for _ in range(2)]
    for path in (
        f"requirements/{found['requirements']}/submit",
        f"requirements/{others[0]}/agree",
        f"requirements/{others[1]}/withdraw",
        f"questionnaires/{found['questionnaires']}/publish",
        f"fit-assessments/{found['fit-assessments']}/confirm",
        f"invitations/{found['invitations']}/withdraw",
        f"products/{found['products']}/retire",
        f"opportunities/{deal['id']}/hold",
        f"imports/{found['imports']}/commit",
        f"baselines/{found['baselines']}/submit",
        f"change-requests/{found['change-requests']}/assess",
    ):
        answer = await client.act(f"/{path}", {})
        assert answer.is_success, (path, answer.text)
    async with client.app.state.database.transaction(Context(tenant=TENANT, actor="test")) as session:
        await session.execute(sa.update(ChangeRequest).values(status="assessed"))
    return [*found.items(), *(("requirements", key) for key in others)]


async def decided(client, found):
    """The baseline approved, the change rejected."""
    bob = client.as_("bob", "approver")
    answer = await bob.act(f"/baselines/{found['baselines']}/approve")
    assert answer.is_success, answer.text
    assert (await bob.act(f"/change-requests/{found['change-requests']}/reject", WHY)).is_success


async def test_what_a_resource_says_is_what_its_calls_answer(requirements, deal):
    found = await everything(requirements, deal)

    fresh = await disagreements(requirements, found.items(), BODIES)
    later = await moved_on(requirements, deal, found)
    moved = await disagreements(requirements, later, BODIES, FEW)
    heavy = await too_heavy(requirements.as_("ann", "admin"), "requirements")
    await decided(requirements, found)
    judged = [(name, found[name]) for name in ("baselines", "change-requests", "requirements")]
    settled = await disagreements(requirements, judged, BODIES, FEW)
    ann = requirements.as_("ann", "admin")
    await ann.act(f"/opportunities/{deal['id']}/close", {"outcome": "cancelled_by_client", "reason": "budget"})
    closed = await disagreements(requirements, later, BODIES, FEW)

    assert (fresh, moved, settled, closed) == ("", "", "", "")
    assert heavy == {}
    assert found.keys() == collections_with_actions("requirements")
