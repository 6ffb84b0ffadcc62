"""Files of drafts that went nowhere are thrown away when they are old, and made anew for whoever asks."""

import asyncio
import hashlib
from functools import partial

import pytest
import sqlalchemy as sa

from deploy.backup import copy_of
from services.proposal.commands.retention import _FILES, prune_documents
from services.proposal.content.authored import BrandingPart
from services.proposal.document.store import DocumentUnavailable, store_of
from shared.kernel.db import Database
from shared.kernel.messaging.pruning import Pruner, serving
from tests.conftest import TENANT, said
from tests.support.days import in_days
from tests.support.proposal.bucket import s3
from tests.support.proposal.makers import (
    approved,
    document,
    drafted,
    hear,
    newest,
    proposals,
    settle,
    submitted,
    typeset,
)
from tests.support.proposal.own_templates import SMALL, activated
from tests.support.proposal.samples import events

KEEP = 30


@pytest.fixture
async def client(start, tmp_path):
    async with start("proposal", documents_folder=tmp_path, keep_draft_documents_days=KEEP) as client:
        yield client


async def superseded(client):
    """A draft that has its two PDFs and was replaced, with those."""
    found = events("permits", 3)
    await hear(client, found)
    await activated(client, SMALL)
    for language in ("zh", "en"):
        await document(client, await newest(client, found), language=language)
    await settle(client, found, "branding", BrandingPart(primary_colour="#123456"))
    old, _ = await proposals(client, found)
    page = (await client.get(f"/documents?proposal_id={old['id']}")).json()
    return old, page["items"]


async def taken_back(client, proposal):
    done = await client.act(f"/proposals/{proposal['id']}/withdraw", {"reason": "Not now."})
    assert done.json()["status"] == "withdrawn"


async def aged(client, days=KEEP + 1):
    by = f"make_interval(days => {days})"
    async with client.app.state.database.machinery.begin() as there:
        await there.execute(serving(TENANT))
        for change in (
            f"UPDATE document SET created_at = created_at - {by}",
            f"UPDATE proposal SET updated_at = updated_at - {by}",
            f"UPDATE wanted_document SET due_at = due_at - {by}",
        ):
            await there.execute(sa.text(change))


async def prune(client, database=None):
    own = {"document": partial(prune_documents, client.app.state.settings)}
    machinery = (database or client.app.state.database).machinery
    keep = client.app.state.settings.keep_events
    return (await Pruner(machinery, keep, own).prune())["document"]


def has(client, *files):
    store = store_of(client.app.state.settings)
    return [store.has(one["sha256"]) for one in files]


async def test_files_of_a_replaced_draft_go_when_they_are_old(client):
    _, files = await superseded(client)
    young = await prune(client)
    await aged(client)

    assert (young, await prune(client), await prune(client)) == (0, 2, 0)
    assert has(client, *files) == [False, False]


async def test_what_was_thrown_away_is_made_anew_to_the_byte_and_told_once(client):
    old, [first, second] = await superseded(client)
    before = (await client.get(f"/documents/{first['id']}/file")).content
    await aged(client)
    await prune(client)

    asked = await client.get(f"/documents/{first['id']}/file")
    again = await document(client, old, language=first["language"])
    file = await client.get(f"/documents/{first['id']}/file")
    other = await client.get(f"/documents/{second['id']}")

    assert (asked.status_code, asked.headers["Location"]) == (202, f"/v1/documents/{first['id']}")
    assert {**again.json(), "created_at": None} == {**first, "created_at": None}
    assert file.content == before
    assert (other.status_code, other.json()["id"]) == (202, second["id"])
    told = await said(client.app.state.database, "proposal.document.rendered.v1")
    assert [one.data["document_id"] for one in told].count(first["id"]) == 1
    assert await prune(client) == 0  # it is as good as new


async def test_verifying_says_what_it_said_with_the_file_or_without(client):
    _, [document, other] = await superseded(client)
    await aged(client)
    kept_on = (await client.post(f"/documents/{document['id']}/verify")).json()
    first = await prune(client)
    verified = has(client, document, other)
    await aged(client)
    await prune(client)

    without = (await client.post(f"/documents/{document['id']}/verify")).json()

    assert (first, verified, has(client, document)) == (1, [True, False], [False])
    assert without == kept_on
    assert (without["is_identical"], without["sha256"]) == (True, document["sha256"])


async def test_what_went_to_review_or_to_the_client_stays(client):
    reviewed, sent = events("permits", 3), events("lending", 2)
    for found, done in ((reviewed, approved), (sent, submitted)):
        await hear(client, found)
        await done(client, await newest(client, found))
    for found in (reviewed, sent):
        await document(client, await newest(client, found))
        await taken_back(client, await newest(client, found))
    files = (await client.get("/documents?limit=200")).json()["items"]
    await aged(client)

    assert len(files) == 2
    assert await prune(client) == 0
    assert has(client, *files) == [True] * 2


async def test_a_draft_that_was_taken_back_goes_and_one_that_counts_stays(client):
    proposal = await drafted(client)
    await typeset(client)
    await aged(client)
    while_it_counts = await prune(client)
    await taken_back(client, proposal)
    just_taken_back = await prune(client)
    await aged(client)

    assert (while_it_counts, just_taken_back, await prune(client)) == (0, 0, 1)


async def test_a_file_that_another_names_stays(client):
    _, [document, other] = await superseded(client)
    other_tenant = client.as_("ben", "admin", tenant="another")
    content = (await client.get(f"/documents/{document['id']}/file")).content
    made = await other_tenant.post("/materials", json=MATERIAL)
    put = await other_tenant.post(
        f"/materials/{made.json()['id']}/file?file_name=offer.pdf",
        content=content,
        headers={"If-Match": made.headers["ETag"], "Content-Type": "application/pdf"},
    )
    await aged(client)

    assert (put.status_code, put.json()["sha256"]) == (200, document["sha256"])
    assert await prune(client) == 2
    assert has(client, document, other) == [True, False]


MATERIAL = {"key": "offer", "kind": "reference", "title": "An offer", "review_on": in_days(9)}


async def test_of_two_replicas_one_throws_away_and_a_file_that_is_held_stays(client, postgres):
    _, [document, other] = await superseded(client)
    await aged(client)
    replica = Database(postgres.service_url("proposal"), name="other", settings=client.app.state.settings)
    async with replica.machinery.begin() as held:
        own = sa.select(sa.func.pg_advisory_xact_lock(_FILES, sa.func.hashtext(document["sha256"])))
        await held.execute(own)
        while_held = sum(await asyncio.gather(prune(client), prune(client, replica)))
        kept = has(client, document, other)

    after = await prune(client, replica)
    await replica.close()

    assert (while_held, kept, after) == (1, [True, False], 1)


async def test_cut_off_before_its_rows_say_so_a_file_is_made_anew_and_found_again(client):
    _, [document, other] = await superseded(client)
    await aged(client)
    for one in (document, other):
        store_of(client.app.state.settings).delete(one["sha256"])  # as a run does that ends before its commit

    asked = await client.get(f"/documents/{document['id']}/file")

    assert asked.status_code == 202
    assert await prune(client) == 1
    assert await prune(client) == 0


async def test_of_one_that_counts_a_missing_file_is_still_an_alarm(client):
    proposal = await drafted(client)
    made = (await document(client, proposal)).json()
    store_of(client.app.state.settings).delete(made["sha256"])

    missing = await client.get(f"/documents/{made['id']}/file")
    verified = await client.post(f"/documents/{made['id']}/verify")

    assert [(one.status_code, one.json()["code"]) for one in (missing, verified)] == [(503, "document_unavailable")] * 2


async def test_one_that_is_thrown_away_while_it_is_made_is_kept_again(client, monkeypatch):
    """Made anew just after its file was put: when its row is noted the file is there."""
    proposal = await drafted(client)
    gone = []

    def lose(folder, data):
        name = hashlib.sha256(data).hexdigest()
        result = put(folder, data)
        if not gone and data.startswith(b"%PDF"):
            gone.append(name)
            folder.delete(name)
        return result

    store = type(store_of(client.app.state.settings))
    put = store.put
    monkeypatch.setattr(store, "put", lose)

    made = (await document(client, proposal)).json()

    assert gone == [made["sha256"]]
    assert has(client, made) == [True]


async def test_a_backup_beside_names_nothing_that_was_thrown_away(tmp_path):
    class Pruned:
        """A store whose files are thrown away while they are listed, but one that is altered."""

        def names(self):
            return iter(("a" * 64, "b" * 64))

        def get(self, name):
            raise DocumentUnavailable(sha256=name)

        def has(self, name):
            return name.startswith("b")

    assert copy_of(Pruned(), tmp_path) == ["b" * 64]


async def test_in_a_bucket_they_go_too_and_while_it_is_away_nothing_does(start):
    with s3() as server:
        async with start("proposal", **server.settings, keep_draft_documents_days=KEEP) as client:
            _, files = await superseded(client)
            await aged(client)
            server.is_away = True
            while_away = await prune(client)
            server.is_away = False

            assert (while_away, await prune(client)) == (0, 2)
            assert has(client, *files) == [False, False]
