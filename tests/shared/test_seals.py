"""The audit trail is sealed: whoever changes it afterwards, the owner of the database too, is found out."""

import asyncio
import contextlib
import os
import subprocess
import sys

import asyncpg
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from deploy.audit import verify
from gateway.development import private_key
from services.requirements.models.opportunities import Client
from shared.kernel.audit import AuditEntry
from shared.kernel.context import Context
from shared.kernel.db import Database
from shared.kernel.seals import NO_SEAL, AuditSeal, Sealer, digest_of_entry, digest_of_seal
from tests.conftest import empty, eventually

SERVICE = "requirements"


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    private_key(folder / f"audit-{SERVICE}.pem")
    return folder


@pytest.fixture(scope="session")
def pem(keys):
    return (keys / f"audit-{SERVICE}.pem").read_text()


@pytest.fixture
async def trail(postgres, pem):
    """Three entries of each of two tenants, in two seals each; a function that verifies them."""
    await empty(postgres, SERVICE)
    database = Database(postgres.service_url(SERVICE), name="test")
    sealer = Sealer(database.machinery, pem)
    for names in (("a", "b"), ("c",)):
        for tenant in ("acme", "other"):
            await record(database, tenant, *names)
        await sealed(sealer, 2 * len(names))
    yield looking(postgres, pem)
    await database.close()


async def record(database, tenant, *names):
    async with database.transaction(Context(tenant=tenant, actor="ann")) as session:
        session.add_all([Client(name=name, language="en") for name in names])


async def sealed(sealer, wanted):
    """A second after they were written, and not before all that is open has ended."""
    count = 0

    async def are_sealed():
        nonlocal count
        count += await sealer.seal()
        return count >= wanted

    await eventually(are_sealed, within=60)
    assert count == wanted


def looking(postgres, pem=None):
    key = load_pem_private_key(pem.encode(), None).public_key() if pem else None

    async def look(known=None):
        return await verify(SERVICE, postgres.url(SERVICE, f"{SERVICE}_owner"), key, known or {})

    return look


@contextlib.asynccontextmanager
async def tampering(postgres):
    """As who may do anything, past every trigger and policy."""
    connection = await asyncpg.connect(postgres.url(SERVICE).replace("+asyncpg", ""))
    await connection.execute("set session_replication_role = replica")
    yield connection
    await connection.close()


async def test_a_trail_that_nobody_touched_holds(trail):
    found = await trail()

    assert (found.wrong, found.entries, found.seals) == ([], 6, 4)
    assert {name: number for name, (number, _) in found.heads.items()} == {
        f"{SERVICE}/{t}": 2 for t in ("acme", "other")
    }


async def test_what_is_not_sealed_yet_is_nothing_wrong(trail, postgres):
    database = Database(postgres.service_url(SERVICE), name="test")
    await record(database, "acme", "d")
    await database.close()

    assert ((await trail()).wrong, (await trail()).entries) == ([], 7)


ONE = "(select id from audit_entry where tenant_id = 'acme' order by id limit 1)"
COPY = (
    "insert into audit_entry select gen_random_uuid(), tenant_id, at, actor, action, kind, resource_id, request_id,"
    " trace_id, causation_id, before, after, recorded_at from audit_entry where id = "
)
FORGERIES = {
    f"update audit_entry set actor = 'nobody' where id = {ONE}": ["was changed"],
    f'update audit_entry set after = after || \'{{"name": "z"}}\' where id = {ONE}': ["was changed"],
    f"update audit_entry set at = at - interval '1 day' where id = {ONE}": ["was changed"],
    f"update audit_entry set tenant_id = 'other' where id = {ONE}": ["was changed"],
    f"delete from audit_entry where id = {ONE}": ["is not there any more"],
    f"{COPY} {ONE}": ["was put in"],
    "update audit_seal set leaves = leaves || '\\x00' where number = 2 and tenant_id = 'acme'": ["does not follow"],
    "update audit_seal set digest = sha256('x') where number = 1 and tenant_id = 'acme'": ["does not follow"] * 2,
    "update audit_seal set signature = null where tenant_id = 'acme'": ["the last, is not signed"],
    "update audit_seal set signature = sha512('x') where number = 1 and tenant_id = 'acme'": ["is not signed"],
    "delete from audit_seal where number = 1 and tenant_id = 'acme'": ["those between are gone", "put in", "put in"],
    "delete from audit_seal where number = 2 and tenant_id = 'acme'": ["was put in"],
    "delete from audit_seal where tenant_id = 'acme'": ["was put in"] * 3,
}


@pytest.mark.parametrize("statement", FORGERIES)
async def test_a_forgery_is_found(trail, postgres, statement):
    async with tampering(postgres) as connection:
        assert (await connection.execute(statement)).split()[-1] != "0"

    wrong = (await trail()).wrong

    assert [
        part
        for part, text in zip(FORGERIES[statement], sorted(wrong, key=order_of(statement)), strict=True)
        if part not in text
    ] == []


def order_of(statement):
    parts = FORGERIES[statement]
    return lambda text: next((at for at, part in enumerate(parts) if part in text), len(parts))


async def test_who_seals_again_without_the_key_is_found(trail, postgres):
    """An entry is changed, and every digest after it made anew as we make them: all but the signatures agrees."""
    other = Ed25519PrivateKey.generate()
    async with tampering(postgres) as connection:
        await connection.execute(f"update audit_entry set actor = 'nobody' where id = {ONE}")
    engine = Database(postgres.url(SERVICE), name="forger").machinery
    async with engine.begin() as connection:
        await connection.execute(sa.text("set local session_replication_role = replica"))
        seals = (
            (
                await connection.execute(
                    sa.select(AuditSeal.__table__).where(AuditSeal.tenant_id == "acme").order_by("number")
                )
            )
            .mappings()
            .all()
        )
        entries = (
            (await connection.execute(sa.select(AuditEntry.__table__).where(AuditEntry.tenant_id == "acme")))
            .mappings()
            .all()
        )
        anew, digest = {entry["id"].bytes: digest_of_entry(entry) for entry in entries}, NO_SEAL
        for seal in seals:
            ids = [seal["leaves"][at : at + 16] for at in range(0, len(seal["leaves"]), 48)]
            leaves = b"".join(key + anew[key] for key in ids)
            digest = digest_of_seal(digest, "acme", seal["number"], seal["recorded_before"], leaves)
            change = {"leaves": leaves, "digest": digest, "signature": other.sign(digest)}
            own = (AuditSeal.tenant_id == "acme", AuditSeal.number == seal["number"])
            await connection.execute(sa.update(AuditSeal).where(*own).values(**change))
    await engine.dispose()

    with_key, without = await trail(), await looking(postgres)()

    assert len(with_key.wrong) == 3
    assert all("signed" in text for text in with_key.wrong)
    assert without.wrong == []


async def test_whoever_takes_the_end_away_is_found_by_what_was_known_before(trail, postgres):
    known = (await trail()).heads
    async with tampering(postgres) as connection:
        await connection.execute(
            "delete from audit_entry where recorded_at = (select max(recorded_at) from audit_entry)"
        )
        await connection.execute("delete from audit_seal where number = 2")
        await connection.execute("delete from audit_entry where (after ->> 'name') = 'c'")

    assert (await trail()).wrong == []
    assert sorted(text.partition(",")[0] for text in (await trail(known)).wrong) == [
        f"{SERVICE}: the last seals of {tenant} are gone" for tenant in ("acme", "other")
    ]


async def test_what_a_slow_transaction_recorded_is_sealed_after_it_has_ended(postgres, pem):
    await empty(postgres, SERVICE)
    database = Database(postgres.service_url(SERVICE), name="test")
    sealer = Sealer(database.machinery, pem)
    async with database.transaction(Context(tenant="acme", actor="slow")) as session:
        session.add(Client(name="slow", language="en"))
        await session.flush()
        await record(database, "acme", "quick")
        await asyncio.sleep(1.2)
        assert await sealer.seal() == 0
    await sealed(sealer, 2)
    await database.close()

    assert (await looking(postgres, pem)()).wrong == []


async def test_two_replicas_seal_once(trail, postgres, pem):
    databases = [Database(postgres.service_url(SERVICE), name=f"replica-{one}") for one in range(2)]
    await record(databases[0], "acme", "d")
    sealers, count = [Sealer(one.machinery, pem) for one in databases], 0

    async def are_sealed():
        nonlocal count
        count += sum(await asyncio.gather(*(one.seal() for one in sealers)))
        return count

    await eventually(are_sealed, within=60)
    for one in databases:
        await one.close()

    assert count == 1
    assert (await trail()).wrong == []


async def test_a_service_cannot_change_its_seals(trail, postgres):
    connection = await asyncpg.connect(
        postgres.service_url(SERVICE).replace("+asyncpg", ""), server_settings={"app.tenant": "acme"}
    )
    try:
        for statement in ("update audit_seal set number = 9", "delete from audit_seal", "delete from audit_entry"):
            with pytest.raises(asyncpg.RaiseError, match="append-only"):
                await connection.execute(statement)
    finally:
        await connection.close()
    assert (await trail()).wrong == []


async def test_the_command_says_in_sentences_what_is_wrong(trail, postgres, keys, tmp_path):
    heads = tmp_path / "heads.json"

    def run(*arguments):
        url = postgres.url(SERVICE, f"{SERVICE}_owner")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PRESALES_")}
        return subprocess.run(
            [sys.executable, "-m", "presales", "audit", *arguments],
            env={**inherited, f"PRESALES_MIGRATION_URL_{SERVICE.upper()}": url},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    whole = await asyncio.to_thread(run, "verify", SERVICE, "--keys", str(keys), "--heads", str(heads))
    async with tampering(postgres) as connection:
        await connection.execute(f"update audit_entry set actor = 'nobody' where id = {ONE}")
    broken = await asyncio.to_thread(run, "verify", SERVICE, "--heads", str(heads))
    unknown = await asyncio.to_thread(run, "verify", "nothing")

    assert (whole.returncode, whole.stdout) == (0, "6 entries, 4 seals, 0 wrong\n"), whole.stderr
    assert f"{SERVICE}/acme" in heads.read_text()
    assert broken.returncode == 1
    assert "was changed after it was sealed" in broken.stdout
    assert broken.stdout.endswith("1 wrong; signatures were not looked at (--keys)\n")
    assert (unknown.returncode, "there is no service nothing" in unknown.stderr) == (2, True)
    assert (await trail()).wrong != []
