"""The store of documents: a folder and a bucket do the same."""

import hashlib
from contextlib import contextmanager

import pytest
from pydantic import ValidationError

from services.proposal.document.store import DocumentUnavailable, Folder, StorageAway, store_of
from services.proposal.settings import DocumentStorage
from tests.support.proposal.bucket import s3


class OfFolder:
    def __init__(self, folder):
        self.store, self.folder = Folder(folder), folder

    def kept(self):
        return {str(path.relative_to(self.folder)) for path in self.folder.glob("*/*")}

    def alter(self, name):
        (self.folder / name[:2] / name).write_bytes(b"wrong")

    def add(self, path):
        (self.folder / path).parent.mkdir(exist_ok=True)
        (self.folder / path).touch()


class OfBucket:
    def __init__(self, server):
        self.store, self.server = bucket_on(server), server

    def kept(self):
        return set(self.server.objects)

    def alter(self, name):
        self.server.objects[f"{name[:2]}/{name}"] = b"wrong"

    def add(self, path):
        self.server.objects[path] = b""


def bucket_on(server, **others):
    return store_of(DocumentStorage(**server.settings | others))


@contextmanager
def _folder(path):
    yield OfFolder(path)


@contextmanager
def _bucket(_path):
    with s3() as server:
        yield OfBucket(server)


@pytest.fixture(params=[_folder, _bucket], ids=["folder", "bucket"])
def place(request, tmp_path):
    with request.param(tmp_path) as place:
        yield place


def test_what_was_kept_comes_back(place):
    name = place.store.put(b"%PDF")

    assert name == hashlib.sha256(b"%PDF").hexdigest()
    assert place.store.get(name) == b"%PDF"
    assert place.kept() == {f"{name[:2]}/{name}"}


def test_keeping_the_same_again_changes_nothing(place):
    name = place.store.put(b"once")

    again = place.store.put(b"once")

    assert again == name
    assert place.kept() == {f"{name[:2]}/{name}"}


def test_a_file_that_is_there_is_not_written_again(tmp_path):
    store = Folder(tmp_path)
    name = store.put(b"once")
    written = (tmp_path / name[:2] / name).stat().st_mtime_ns

    store.put(b"once")

    assert (tmp_path / name[:2] / name).stat().st_mtime_ns == written


def test_an_altered_file_is_not_delivered_but_can_be_restored(place):
    name = place.store.put(b"right")
    place.alter(name)

    with pytest.raises(DocumentUnavailable, match=name):
        place.store.get(name)
    place.store.put(b"right")

    assert place.store.get(name) == b"right"


def test_a_missing_file_is_a_clear_problem(place):
    with pytest.raises(DocumentUnavailable) as refused:
        place.store.get("0" * 64)

    assert "恢复" in refused.value.detail("zh")


def test_what_is_thrown_away_is_not_there_and_can_be_kept_again(place):
    name, other = place.store.put(b"old"), place.store.put(b"other")

    place.store.delete(name)
    place.store.delete(name)

    assert (place.store.has(name), place.store.has(other)) == (False, True)
    with pytest.raises(DocumentUnavailable):
        place.store.get(name)
    assert place.store.put(b"old") == name
    assert place.store.get(name) == b"old"


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, ""])
def test_a_name_leads_nowhere_else(place, name):
    with pytest.raises(ValueError, match="not the name"):
        place.store.get(name)
    with pytest.raises(ValueError, match="not the name"):
        place.store.delete(name)


def test_what_is_kept_is_named_and_nothing_else(place):
    names = {place.store.put(bytes([number])) for number in range(7)}
    place.add("00/tmpabc")

    assert sorted(place.store.names()) == sorted(names)


def test_objects_may_share_a_bucket_with_others():
    with s3() as server:
        server.objects["00/" + "0" * 64] = b"another's"
        store = bucket_on(server, documents_s3_prefix="presales")

        name = store.put(b"ours")

        assert list(store.names()) == [name]
        assert f"presales/{name[:2]}/{name}" in server.objects


@pytest.mark.parametrize(
    "wrong",
    [
        {"documents_s3_secret": "another"},
        {"documents_s3_bucket": "none"},
        {"documents_s3_endpoint": "http://127.0.0.1:1"},
    ],
)
def test_a_bucket_that_cannot_be_used_is_no_missing_file(wrong):
    with s3() as server:
        store = bucket_on(server, **wrong)

        for asked in (
            lambda: store.put(b"x"),
            lambda: store.get("0" * 64),
            lambda: store.delete("0" * 64),
            lambda: list(store.names()),
        ):
            with pytest.raises(StorageAway) as away:
                asked()

    assert "127.0.0.1" not in away.value.detail("en")
    assert "重试" in away.value.detail("zh")


def test_a_bucket_has_a_key():
    with pytest.raises(ValidationError, match="a key and its secret"):
        DocumentStorage(documents_s3_bucket="offers")
