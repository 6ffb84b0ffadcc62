"""Documents are made outside of every transaction, once a draft stands or is asked for, each once."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from deploy.embedded import free_port
from deploy.system import Python
from services.proposal.commands.documents import DRAFTED
from services.proposal.commands.typesetting import MOST_ATTEMPTS
from services.proposal.content.authored import BrandingPart
from services.proposal.handlers import on_drafts
from services.proposal.models.documents import WantedDocument
from services.proposal.timers import timers
from shared.kernel.clock import now
from shared.kernel.context import Context
from shared.kernel.db import Database
from shared.kernel.timers import Timer, set_timer
from tests.conftest import DIGEST_SECRET, SEED, TENANT, eventually, said, statements
from tests.support.proposal.makers import document, drafted, hear, proposals, settle
from tests.support.proposal.own_templates import SMALL, activated
from tests.support.proposal.samples import events

SLOW = SMALL + b"\n#if data.requirements.len() == 3 { for i in range(4000000) { } }"
"""Takes some seconds of the processor, but for the samples it is tried on."""
ANN = Context(tenant=TENANT, actor="ann")


@pytest.fixture
async def client(start, tmp_path):
    async with start("proposal", documents_folder=tmp_path, documents_after_seconds=600) as client:
        yield client


async def wanted(client, proposal):
    return (await client.get(f"/proposals/{proposal['id']}/documents")).json()["items"]


async def states(client, proposal):
    return {one["status"] for one in await wanted(client, proposal)}


async def note(client):
    """The events of all drafts are handled."""
    database = client.app.state.database
    return await on_drafts.handle(database, await said(database, "proposal.proposal.drafted.v1"))


async def run_due(client, after=timedelta(minutes=11)):
    return await timers.run_due(client.app.state.database, now() + after)


async def test_a_slow_document_holds_neither_its_event_nor_a_connection(client):
    proposal = await drafted(client)
    await activated(client, SLOW)
    pool = client.app.state.database.engine.pool

    handled = await note(client)
    waiting = await wanted(client, proposal)
    making = asyncio.create_task(run_due(client))

    async def is_rendering():
        return await states(client, proposal) == {"rendering"}

    await eventually(is_rendering, within=30)
    free = []
    for _ in range(5):
        await asyncio.sleep(0.05)
        free.append(pool.checkedout() == 0)
    others = await asyncio.wait_for(hear_another(client), 30)

    assert (handled, {one["status"] for one in waiting}) == (1, {"waiting"})
    assert [one["language"] for one in waiting] == [proposal["language"]] == ["en"]
    assert (making.done(), others) == (False, 1)
    assert any(free)
    await making
    assert await states(client, proposal) == {"rendered"}


async def hear_another(client):
    await hear(client, events("lending", 2))
    return await note(client)


async def test_a_draft_and_its_document_take_few_statements(client):
    await drafted(client)
    await note(client)
    database = client.app.state.database

    with statements(database) as sent:
        await run_due(client)

    told = await said(database, "proposal.document.rendered.v1")
    assert [event.data["language"] for event in told] == ["en"]
    assert len([one for one in sent if "set_config('app.tenant'" in one]) == 2
    assert len(sent) <= 15


async def test_one_that_is_asked_for_is_made_by_itself_and_that_of_the_draft_at_its_moment(client):
    proposal = await drafted(client)
    await note(client)

    await client.post("/documents", json={"proposal_id": proposal["id"], "language": "zh", "format": "pdf"})

    async def is_there():
        return "rendered" in await states(client, proposal)

    await eventually(is_there, within=60)
    assert {one["language"]: one["status"] for one in await wanted(client, proposal)} == {
        "zh": "rendered",
        "en": "waiting",
    }
    await run_due(client)
    assert await states(client, proposal) == {"rendered"}
    assert len(await said(client.app.state.database, "proposal.document.rendered.v1")) == 2


async def test_a_draft_that_is_superseded_before_its_moment_has_no_documents_unless_they_are_asked_for(client):
    found = events("permits", 3)
    await hear(client, found)
    await settle(client, found, "branding", BrandingPart(primary_colour="#123456"))
    old, new = await proposals(client, found)

    await note(client)
    await run_due(client)

    assert (await states(client, old), await states(client, new)) == ({"superseded"}, {"rendered"})
    assert (await client.get(f"/documents?opportunity_id={old['opportunity_id']}")).json()["items"][0][
        "proposal_id"
    ] == new["id"]
    assert [one["language"] for one in await wanted(client, old)] == [old["language"]]
    asked = await document(client, old, language="zh")
    assert (asked.status_code, asked.json()["proposal_id"]) == (200, old["id"])
    assert await states(client, old) == {"superseded", "rendered"}


async def test_whoever_asks_does_not_wait_until_the_draft_stands(client):
    proposal = await drafted(client)
    await note(client)
    [first] = await wanted(client, proposal)

    asked = await client.get(f"/documents/{first['id']}")
    file = await client.get(f"/documents/{first['id']}/file")
    again = await client.post("/documents", json={"proposal_id": proposal["id"], "language": "zh", "format": "pdf"})

    assert [one.status_code for one in (asked, file, again)] == [202] * 3
    assert asked.headers["Location"] == f"/v1/documents/{first['id']}"
    assert int(asked.headers["Retry-After"]) > 0
    assert asked.json()["is_asked"] is True

    async def is_there():
        found = await client.get(f"/documents/{first['id']}")
        return found if found.status_code == 200 else None

    assert (await eventually(is_there, within=60)).json()["id"] == first["id"]
    assert (await client.get("/documents/00000000-0000-0000-0000-000000000000")).status_code == 404


async def test_whoever_lists_the_documents_of_a_proposal_has_them_in_both_languages_at_once(client):
    proposal = await drafted(client)
    await note(client)

    for _ in range(2):
        await client.get(f"/documents?proposal_id={proposal['id']}")

    found = await wanted(client, proposal)
    assert {one["language"] for one in found} == {"zh", "en"}
    assert {one["due_at"] <= now().isoformat() for one in found} == {True}
    assert len(found) == 2


async def test_nobody_makes_a_document_of_a_draft_that_counts_no_more_by_looking(client):
    found = events("permits", 3)
    await hear(client, found)
    await settle(client, found, "branding", BrandingPart(primary_colour="#123456"))
    old, _ = await proposals(client, found)
    await note(client)
    await run_due(client)

    await client.get(f"/documents?proposal_id={old['id']}")

    assert await states(client, old) == {"superseded"}


async def test_what_a_draft_of_the_release_before_wants_is_made_too(client):
    proposal = await drafted(client)
    await note(client)
    database = client.app.state.database
    async with database.transaction(ANN) as session:
        await session.execute(sa.delete(Timer))
        await set_timer(session, DRAFTED, UUID(proposal["id"]), now())

    await run_due(client)
    await run_due(client)

    assert await states(client, proposal) == {"rendered"}


async def test_several_replicas_make_each_document_once(client, postgres):
    await drafted(client)
    await hear(client, events("lending", 2))
    await note(client)
    settings = client.app.state.settings
    other = Database(postgres.service_url("proposal"), name="other", settings=settings)
    at = now() + timedelta(minutes=11)

    counts = await asyncio.gather(timers.run_due(client.app.state.database, at), timers.run_due(other, at))
    await other.close()

    told = await said(client.app.state.database, "proposal.document.rendered.v1")
    assert sum(counts) == 2
    assert len({event.data["document_id"] for event in told}) == len(told) == 2


async def test_what_a_killed_service_was_making_is_made_by_another(start, postgres, keys, tmp_path):
    knobs = {"documents_folder": tmp_path, "documents_after_seconds": 600}
    async with start("proposal", **knobs) as client:
        proposal = await drafted(client)
        await activated(client, SLOW)
        await note(client)
    database = Database(postgres.service_url("proposal"), name="test", settings=client.app.state.settings)
    await set_due(database)
    service = process(postgres, keys, tmp_path)
    service.start()
    try:
        await eventually(lambda: rendering(database), within=60)
    finally:
        service.kill()

    before = await timers.run_due(database, now())
    after = await timers.run_due(database, now() + timedelta(seconds=20))

    told = await said(database, "proposal.document.rendered.v1")
    assert (before, after, len(told)) == (0, 1, 1)
    async with database.transaction(ANN) as session:
        made = (await session.execute(sa.select(WantedDocument.status, WantedDocument.attempts))).all()
    await database.close()
    assert made == [("rendered", 2)]
    assert {event.data["proposal_id"] for event in told} == {proposal["id"]}


def process(postgres, keys, folder):
    settings = {
        "environment": "development",
        "database_url": postgres.service_url("proposal"),
        "nats_url": "nats://127.0.0.1:1",
        "nats_user_seed": SEED,
        "internal_public_key": keys.public,
        "link_private_key": keys.links["proposal"].private,
        "digest_secret": DIGEST_SECRET,
        "documents_folder": str(folder),
        "port": str(free_port()),
    }
    module = ["shared.kernel.service", "proposal"]
    return Python("proposal", int(settings["port"]), folder / "log", module=module, settings=settings)


async def rendering(database):
    async with database.transaction(ANN) as session:
        found = sa.select(sa.func.count()).where(WantedDocument.status == "rendering")
        return await session.scalar(found) == 1


async def set_due(database):
    """As if the time had passed."""
    async with database.transaction(ANN) as session:
        await session.execute(sa.text("update timer set due_at = now(), next_at = now()"))


async def test_what_fails_is_tried_again_and_then_told_with_its_reason(client):
    proposal = await drafted(client)
    await activated(client, SMALL + b'\n#if data.requirements.len() == 3 { panic("three are too few") }')
    await note(client)

    seen = []
    for attempt in range(MOST_ATTEMPTS):
        await run_due(client, timedelta(minutes=11 + 10 * attempt))
        seen.append([(one["status"], one["attempts"]) for one in await wanted(client, proposal)])

    assert seen[0] == [("waiting", 1)]
    assert seen[-1] == [("failed", MOST_ATTEMPTS)]
    told = await said(client.app.state.database, "proposal.document.failed.v1")
    assert [event.data["reason"]["code"] for event in told] == ["document_failed"]
    [failed] = await wanted(client, proposal)
    refused = await client.get(f"/documents/{failed['id']}")
    assert (refused.status_code, refused.json()["diagnostics"][0]["line"]) == (422, 6)
