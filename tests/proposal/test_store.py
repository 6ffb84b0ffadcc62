"""The store of rendered documents."""

import hashlib

import pytest

from services.proposal.document.store import DocumentUnavailable, Store


def test_what_was_kept_comes_back(tmp_path):
    store = Store(tmp_path)

    name = store.put(b"%PDF")

    assert name == hashlib.sha256(b"%PDF").hexdigest()
    assert store.get(name) == b"%PDF"


def test_keeping_the_same_again_changes_nothing(tmp_path):
    store = Store(tmp_path)
    name = store.put(b"once")
    written = (tmp_path / name[:2] / name).stat().st_mtime_ns

    again = store.put(b"once")

    assert again == name
    assert (tmp_path / name[:2] / name).stat().st_mtime_ns == written
    assert len(list((tmp_path / name[:2]).iterdir())) == 1


def test_an_altered_file_is_not_delivered_but_can_be_restored(tmp_path):
    store = Store(tmp_path)
    name = store.put(b"right")
    (tmp_path / name[:2] / name).write_bytes(b"wrong")

    with pytest.raises(DocumentUnavailable, match=name):
        store.get(name)
    store.put(b"right")

    assert store.get(name) == b"right"


def test_a_missing_file_is_a_clear_problem(tmp_path):
    with pytest.raises(DocumentUnavailable) as refused:
        Store(tmp_path).get("0" * 64)

    assert "恢复" in refused.value.detail("zh")


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, ""])
def test_a_name_cannot_leave_the_folder(tmp_path, name):
    with pytest.raises(ValueError, match="not the name"):
        Store(tmp_path).get(name)
