"""A key that is lost, or has leaked, is made anew by its file deleted: everybody gets what is of it, and nothing else changes."""

import pytest

from deploy import setup


def made(folder):
    setup.main([str(folder), "--keys-only"])
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("lost", "follow"),
    [
        ("gateway/internal_private_key", {f"{service}/internal_public_key" for service in setup.SERVICES}),
        ("risk/link_private_key", {"gateway/risk_link_key"}),
        ("administration/digest_secret", {f"{service}/digest_secret" for service in setup.ISSUERS}),
        ("risk/audit_key", set()),
        ("administration/nats/risk.nk", {"risk/nats_user_seed", "administration/nats/users.conf", "nats/users.conf"}),
        ("risk/database_url", set()),
        ("administration/migration_url_risk", set()),
    ],
)
def test_a_key_is_made_anew_with_all_that_is_of_it_and_nothing_else(tmp_path, lost, follow):
    before = made(tmp_path)
    (tmp_path / lost).unlink()

    after = made(tmp_path)

    assert {name for name in after if after[name] != before[name]} == {lost, *follow}
    assert before.keys() == after.keys()
