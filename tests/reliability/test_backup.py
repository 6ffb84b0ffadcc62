"""A backup that is made under load, everything destroyed, and everything back: a drill with figures."""

import asyncio
import gzip
import hashlib
import json
import shutil
import time
from datetime import datetime

import asyncpg
import pytest

from examples.demo import wait_until_ready
from shared.kernel.db import EVERY_TENANT
from tests.support.reliability.load import settled
from tests.support.system.commands import run


@pytest.fixture
def command(system):
    urls = {f"PRESALES_MIGRATION_URL_{name.upper()}": url for name, url in system.owner_urls.items()}
    documents = ("--documents", str(system.folder / "documents"))
    keys = ("--keys", str(system.nats.keys), "--nats", system.nats.url)

    def command(name, *arguments):
        more = {"backup": documents, "restore": (*documents, *keys)}.get(name, ())
        return run("presales", name, *map(str, arguments), *more, **urls)

    return command


def rows_of(folder):
    """The rows of each table in a backup; without what was said of the stream that went with the rest, and since when.

    What was heard counts as heard at the restore, from which on it may come again.
    """
    rows = {}
    for path in sorted(folder.glob("*/*.copy.gz")):
        lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        if path.name == "outbox.copy.gz":
            lines = [line.rsplit("\t", 3)[0] for line in lines]
        if path.name == "inbox.copy.gz":
            lines = [line.rsplit("\t", 1)[0] for line in lines if "\t*\t" not in line]
        rows[path.parent.name, path.name] = sorted(lines)
    return rows


def documents_of(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "documents").glob("??/*")}


async def rows(system, service, query):
    connection = await asyncpg.connect(system.owner_urls[service].replace("+asyncpg", ""), server_settings=EVERY_TENANT)
    try:
        return {tuple(row) for row in await connection.fetch(query)}
    finally:
        await connection.close()


_OFFERS = "select id::text, content_hash, price_incl_tax from proposal"
_APPROVED = "select id::text from baseline where epoch is not null"


def destroy(system):
    """Databases, the store of NATS and the documents are gone; the keys are kept elsewhere."""
    for server in (system.gateway, *system.services.values(), system.nats, system.postgres):
        server.kill()
    for folder in (system.nats.store, system.postgres.data.resolve(), system.folder / "documents"):
        shutil.rmtree(folder)
    if system.postgres.data.is_symlink():
        system.postgres.data.unlink()


def start_servers(system):
    system.postgres.start()
    system.nats.start()


def start_services(system):
    for server in (*system.services.values(), system.gateway):
        if server.process.poll() is not None:
            server.start()
    wait_until_ready(system.url, within=60)


async def under_load(load, work):
    """Do `work` while chains are made; returns what it returned."""
    is_over = asyncio.Event()

    async def arriving():
        while not is_over.is_set():
            await load.approve(*await load.prepare())

    chains = [asyncio.create_task(arriving()) for _ in range(2)]
    await asyncio.sleep(1)
    done = await asyncio.to_thread(work)
    is_over.set()
    await asyncio.gather(*chains)
    return done


async def test_everything_is_destroyed_and_comes_back(system, load, command, tmp_path, capsys):
    for _ in range(2):
        await load.approve(*await load.prepare())
    await settled(system)
    offers, before = await rows(system, "proposal", _OFFERS), time.monotonic()

    made = await under_load(load, lambda: command("backup", tmp_path / "kept"))
    assert made.returncode == 0, made.stderr
    lost_at, is_there = time.time(), tmp_path / "kept"
    await asyncio.to_thread(destroy, system)
    began = time.monotonic()
    await asyncio.to_thread(start_servers, system)
    restored = await asyncio.to_thread(command, "restore", is_there)
    assert restored.returncode == 0, restored.stderr
    again = await asyncio.to_thread(command, "backup", tmp_path / "again")
    await asyncio.to_thread(start_services, system)
    recovery = time.monotonic() - began
    await settled(system)

    assert again.returncode == 0, again.stderr
    assert rows_of(tmp_path / "again") == rows_of(is_there)
    assert documents_of(tmp_path / "again") == documents_of(is_there)
    assert all(name == digest for name, digest in documents_of(system.folder).items())
    told = {(one.baseline_id,) for one in load.journal if one.answer == "ok" and one.answered < before}
    assert told <= await rows(system, "requirements", _APPROVED)
    assert offers <= await rows(system, "proposal", _OFFERS)
    approval = await load.approve(*await load.prepare())
    await settled(system)
    assert (approval.baseline_id,) in await rows(system, "requirements", _APPROVED)
    assert command("verify", 10).returncode == 0
    age = lost_at - datetime.fromisoformat(json.loads((is_there / "manifest.json").read_text())["made_at"]).timestamp()
    with capsys.disabled():
        print(f"\n{made.stdout}{restored.stdout}RPO {age:.1f} s (the age of the backup), RTO {recovery:.1f} s")


async def test_what_was_done_since_is_thrown_away_when_that_is_asked_for(system, load, command, tmp_path):
    """NATS knows a future here that nobody has: the next approval is the first that counts."""
    await load.approve(*await load.prepare())
    await settled(system)
    kept, opportunity, baseline = tmp_path / "kept", *await load.prepare()
    assert command("backup", kept).returncode == 0
    await load.approve(opportunity, baseline)
    await settled(system)

    at_work = command("restore", kept)
    for server in system.services.values():
        await asyncio.to_thread(server.stop)
    refused = command("restore", kept)
    replaced = command("restore", kept, "--replace")
    await asyncio.to_thread(start_services, system)
    (before,) = await rows(system, "requirements", f"select status from baseline where id = '{baseline}'")
    await load.approve(opportunity, baseline)
    await settled(system)

    assert "stop every service first" in at_work.stderr
    assert "is not empty: --replace" in refused.stderr
    assert (at_work.returncode, refused.returncode, replaced.returncode) == (1, 1, 0), replaced.stderr
    assert before == ("in_review",)


async def test_a_backup_that_is_not_whole_is_refused_before_anything_is_touched(command, tmp_path):
    assert command("backup", tmp_path / "kept").returncode == 0
    table = tmp_path / "kept" / "risk" / "risk.copy.gz"
    rows = table.read_bytes()

    twice = command("backup", tmp_path / "kept")
    table.write_bytes(rows[:-1])
    cut = command("restore", tmp_path / "kept")
    table.unlink()
    missing = command("restore", tmp_path / "kept")
    none = command("restore", tmp_path / "nowhere")

    assert "is there already" in twice.stderr
    assert "risk.copy.gz is not what was backed up" in cut.stderr
    assert "risk.copy.gz is missing" in missing.stderr
    assert "is no backup" in none.stderr
    assert {one.returncode for one in (twice, cut, missing, none)} == {1}
