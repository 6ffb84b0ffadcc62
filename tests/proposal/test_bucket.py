"""Documents that are kept in a bucket: made, delivered, backed up and put back; and while the bucket is away."""

import pytest

from deploy.backup import copy_of, documents_at
from services.proposal.document.store import Folder
from tests.support.proposal.bucket import SECRET, s3
from tests.support.proposal.makers import document, drafted
from tests.support.proposal.own_templates import SMALL, activated


@pytest.fixture
def bucket():
    with s3() as server:
        yield server


@pytest.fixture
async def client(start, bucket):
    async with start("proposal", **bucket.settings) as client:
        yield client


async def test_a_document_is_made_into_the_bucket_and_delivered_from_it(client, bucket):
    proposal = await drafted(client)
    await activated(client, SMALL)

    made = await document(client, proposal, "pdf", "en")
    file = await client.get(f"/documents/{made.json()['id']}/file")

    assert file.content.startswith(b"%PDF")
    assert file.content in bucket.objects.values()
    assert SMALL in bucket.objects.values()


async def test_a_file_that_cannot_be_fetched_is_not_said_to_be_lost(client, bucket):
    proposal = await drafted(client)
    await activated(client, SMALL)
    made = await document(client, proposal, "pdf", "en")
    bucket.is_away = True

    away = await client.get(f"/documents/{made.json()['id']}/file")
    bucket.is_away = False
    back = await client.get(f"/documents/{made.json()['id']}/file")

    assert (away.status_code, away.json()["code"]) == (503, "storage_away")
    assert back.status_code == 200


async def test_documents_of_a_bucket_are_in_a_backup_and_go_into_another_place(bucket, tmp_path, monkeypatch):
    for name, value in bucket.settings.items():
        monkeypatch.setenv(f"PRESALES_{name.upper()}", value)
    (tmp_path / "secret").write_text(SECRET)
    monkeypatch.delenv("PRESALES_DOCUMENTS_S3_SECRET")
    monkeypatch.setenv("PRESALES_PROPOSAL_DOCUMENTS_S3_SECRET_FILE", str(tmp_path / "secret"))
    store = documents_at(None)
    right, wrong = store.put(b"right"), store.put(b"to be altered")
    bucket.objects[f"{wrong[:2]}/{wrong}"] = b"altered"

    damaged = copy_of(store, tmp_path / "documents")

    assert damaged == [wrong]
    assert list(Folder(tmp_path / "documents").names()) == [right]
    assert Folder(tmp_path / "documents").get(right) == b"right"
