"""What an offer repeats of an opportunity, or is judged by, is told as soon as it moves."""

from tests.conftest import said
from tests.requirements.conftest import made, patched

CHANGED = "requirements.opportunity.changed.v1"
CEILING = {"amount": "3000000", "currency": "CNY"}


async def told(client):
    """What was told last of the opportunity."""
    return (await said(client.app.state.database, CHANGED))[-1].data


async def ceiling(client, deal, **wish):
    body = {"kind": "budget", "name": "Ceiling", "is_hard": True, "budget_max": CEILING, **wish}
    return await made(client, "/constraints", opportunity_id=deal["id"], **body)


async def test_a_limit_of_the_clients_is_told_when_it_is_set_moved_and_dropped(requirements, deal):
    limit = await ceiling(requirements, deal)
    first = await told(requirements)
    await patched(requirements, f"/constraints/{limit['id']}", budget_max={"amount": "2500000", "currency": "CNY"})
    second = await told(requirements)
    seen = await requirements.get(f"/constraints/{limit['id']}")
    await requirements.delete(f"/constraints/{limit['id']}", headers={"If-Match": seen.headers["ETag"]})

    third = await told(requirements)

    assert [one["budget_max"]["amount"] for one in first["constraints"]] == ["3000000.00"]
    assert [one["budget_max"]["amount"] for one in second["constraints"]] == ["2500000.00"]
    assert third["constraints"] == []
    assert first["version"] < second["version"] < third["version"]


async def test_a_limit_that_is_sent_as_it_was_is_no_news(requirements, deal):
    limit = await ceiling(requirements, deal)
    before = await said(requirements.app.state.database, CHANGED)

    await patched(requirements, f"/constraints/{limit['id']}", name="Ceiling")

    assert await said(requirements.app.state.database, CHANGED) == before


async def test_a_pain_is_told_when_it_is_named_reworded_and_gone(requirements, deal):
    pain = await made(requirements, "/pains", opportunity_id=deal["id"], statement="Slow", severity="high")
    first = await told(requirements)
    await patched(requirements, f"/pains/{pain['id']}", statement="Very slow")
    second = await told(requirements)
    seen = await requirements.get(f"/pains/{pain['id']}")
    await requirements.delete(f"/pains/{pain['id']}", headers={"If-Match": seen.headers["ETag"]})

    assert first["opportunity"]["pains"] == ["Slow"]
    assert second["opportunity"]["pains"] == ["Very slow"]
    assert (await told(requirements))["opportunity"]["pains"] == []


async def test_what_a_client_answers_by_link_is_told(requirements, deal):
    form = {
        "pages": [{"elements": [{"type": "text", "name": "aim", "title": "Aim", "presales": {"becomes": "objective"}}]}]
    }
    asked = await made(requirements, "/questionnaires", key="aims", title="Aims", title_zh="目标", form=form)
    await requirements.act(f"/questionnaires/{asked['id']}/publish")
    wish = {"opportunity_id": deal["id"], "questionnaire_id": asked["id"], "recipient_name": "Li"}
    invitation = await made(requirements, "/invitations", **wish)
    link = requirements.as_link("invitations", invitation["id"])

    answer = await link.post(f"/invitations/{invitation['id']}/answers", json={"answers": {"aim": "Half the time"}})

    assert answer.status_code == 200, answer.text
    assert (await told(requirements))["opportunity"]["objectives"] == ["Half the time"]


async def test_a_baseline_says_which_version_of_its_opportunity_it_holds(requirements, deal):
    await made(
        requirements,
        "/requirements",
        opportunity_id=deal["id"],
        title="Apply",
        statement="They shall apply.",
        kind="functional",
        priority="must",
    )
    await ceiling(requirements, deal)
    baseline = await made(requirements, "/baselines", opportunity_id=deal["id"], title="Baseline")
    await requirements.act(f"/baselines/{baseline['id']}/submit")
    await requirements.as_("bob", "approver").act(f"/baselines/{baseline['id']}/approve")
    [approved] = await said(requirements.app.state.database, "requirements.baseline.approved.v1")

    await ceiling(requirements, deal, name="Second")

    assert len(approved.data["constraints"]) == 1
    assert (await told(requirements))["version"] > approved.data["opportunity_version"] > 0
