"""Who sees and changes what: another tenant nothing, a viewer nothing to change."""

import pytest

from services.engagement.handlers import on_handover
from shared.kernel.context import new_id
from shared.language.events.requirements import OpportunityClosed
from tests.conftest import envelope
from tests.engagement.conftest import contact, ids, made, recorded


async def everything(client, deal):
    """One resource of each collection: its path by the collection's name."""
    promise = {"side": "us", "statement": "x", "owner": "li", "due_on": "2126-12-01"}
    advice = {"kind": "technical", "occasion": "x", "recommendation": "x", "because": "有必要"}
    found = {
        "contacts": await contact(client, deal),
        "interactions": await recorded(client, deal, needs_answer=True),
        "clarifications": await made(client, "clarifications", opportunity_id=deal, question="?", owed_by="us"),
        "commitments": await made(client, "commitments", opportunity_id=deal, **promise),
        "advice": await made(client, "advice", opportunity_id=deal, **advice),
        "calendar-feeds": await made(client, "calendar-feeds", opportunity_id=deal),
    }
    person = await made(client, "colleagues", subject="li", name="Li", role="architect")
    asked = {"title": "x", "description": "x", "domain": "technical", "kind": "guidance"}
    hours = {"colleague_id": person["id"], "worked_on": "2026-11-16", "hours": "1", "activity": "demo"}
    survey = (await ids(client, "surveys", key="csat"))[0]
    article = {"key": "x", "title": "x", "body": "x", "review_on": "2126-12-01"}
    found |= {
        "colleagues": person,
        "support-requests": await made(client, "support-requests", opportunity_id=deal, **asked),
        "time-entries": await made(client, "time-entries", opportunity_id=deal, **hours),
        "trainings": await made(client, "trainings", opportunity_id=deal, topic="x", audience="x"),
        "proofs-of-concept": await made(
            client, "proofs-of-concept", opportunity_id=deal, kind="demo", title="x", goal="x"
        ),
        "articles": await made(client, "articles", **article),
        "after-sales-plans": await made(client, "after-sales-plans", opportunity_id=deal, warranty_months=1),
        "surveys": {"id": survey},
        "survey-invitations": await made(
            client, "survey-invitations", opportunity_id=deal, survey_id=survey, recipient_name="x"
        ),
    }
    won = OpportunityClosed(opportunity_id=new_id(), outcome="won", reason=None, epoch=1)
    await on_handover.handle(client.app.state.database, [envelope(won)])
    found["handovers"] = {"id": (await ids(client, "handovers"))[0]}
    for name in ("cadences", "calendars", "response-clocks", "response-policies"):
        found[name] = {"id": (await ids(client, name))[0]}
    return {name: f"/{name}/{resource['id']}" for name, resource in found.items()}


async def test_another_tenant_sees_nothing_of_ours(engagement, deal):
    stranger = engagement.as_("eve", "admin", tenant="other")

    for name, path in (await everything(engagement, deal)).items():
        assert (await stranger.get(path)).status_code == 404, path
        assert (await engagement.get(path)).status_code == 200, path
        own = await ids(stranger, name)
        assert path.rsplit("/", 1)[1] not in own, path


async def test_a_viewer_reads_everything_and_changes_nothing(engagement, deal):
    viewer = engagement.as_("vic", "viewer")

    for name, path in (await everything(engagement, deal)).items():
        assert (await viewer.get(path)).status_code == 200, path
        refused = [
            (await viewer.post(f"/{name}", json={})).status_code,
            (await viewer.patch(path, json={}, headers={"If-Match": '"1"'})).status_code,
        ]
        assert set(refused) <= {403, 405}, (path, refused)


@pytest.mark.parametrize("wish", [{"limit": 0}, {"sort": "id; drop table"}, {"cursor": "x"}, {"colour": "red"}])
async def test_every_list_refuses_what_it_does_not_know(engagement, deal, wish):
    for name in await everything(engagement, deal):
        assert (await engagement.get(f"/{name}", params=wish)).status_code == 422, name


async def test_what_is_not_there_is_not_found(engagement, deal):
    for name in await everything(engagement, deal):
        assert (await engagement.get(f"/{name}/{new_id()}")).status_code == 404, name


async def test_every_change_names_the_version_that_was_seen(engagement, deal):
    for path in (await everything(engagement, deal)).values():
        unseen = await engagement.patch(path, json={})
        stale = await engagement.patch(path, json={}, headers={"If-Match": '"99"'})
        if unseen.status_code != 405:
            assert (unseen.status_code, stale.status_code) == (428, 412), path
