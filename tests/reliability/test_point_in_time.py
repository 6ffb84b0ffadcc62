"""Recovery of the one cluster to a moment from archived WAL, as docs/operations.md says: a drill with figures."""

import asyncio
import contextlib
import io
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import asyncpg
import pytest

from deploy import invariants
from deploy.embedded import SERVICES, _account, _postgres_bin
from examples.demo import wait_until_ready
from shared.kernel.db import EVERY_TENANT
from tests.conftest import eventually
from tests.support.system.commands import run

_SETTLED_SECONDS = 60.0
_ARCHIVE_SECONDS = 5
"""`archive_timeout` of the drill."""


@pytest.fixture
def archive(system):
    """PostgreSQL that archives its WAL; the folder, which its account may write."""
    folder = Path(tempfile.mkdtemp(prefix="archive-", dir=system.postgres.data.resolve().parent))
    if account := _account():
        os.chown(folder, account["user"], account["group"])
    settings = {
        "archive_mode": "on",
        "archive_command": f"cp %p {folder}/%f.new && mv {folder}/%f.new {folder}/%f",
        "archive_timeout": f"{_ARCHIVE_SECONDS}s",
    }
    for name, value in settings.items():
        asyncio.run(asked(system, "postgres", f"alter system set {name} = '{value}'"))
    system.postgres.stop()
    system.postgres.start()
    wait_until_ready(system.url)
    yield folder
    shutil.rmtree(folder)


async def asked(system, database, query):
    url = system.postgres.url(database).replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def base_backup(system, folder):
    command = [str(_postgres_bin() / "pg_basebackup"), "-h", "127.0.0.1", "-p", str(system.postgres.port)]
    command += ["-U", "postgres", "-D", str(folder), "-X", "none", "--checkpoint=fast", "--no-sync"]
    made = subprocess.run(command, capture_output=True, text=True, check=False, **_account())
    assert made.returncode == 0, made.stderr


async def rows(system):
    """Every row of every table of the six databases."""
    found = {}
    for service in SERVICES:
        connection = await asyncpg.connect(system.postgres.url(service).replace("+asyncpg", ""), server_settings=EVERY_TENANT)  # fmt: skip
        for (table,) in await connection.fetch("select tablename from pg_tables where schemaname = 'public'"):
            kept = io.BytesIO()
            await connection.copy_from_query(f'select * from "{table}"', output=kept)
            found[service, table] = sorted(kept.getvalue().splitlines())
        await connection.close()
    return found


@contextlib.contextmanager
def standing_still(system):
    """Nobody writes: what was not committed never was."""
    processes = [one.process for one in system.services.values()]
    for one in processes:
        one.send_signal(signal.SIGSTOP)
    try:
        time.sleep(0.5)
        yield
    finally:
        for one in processes:
            one.send_signal(signal.SIGCONT)


@contextlib.asynccontextmanager
async def chains(load):
    """Under load: two chains at a time."""

    async def arriving():
        while True:
            await load.approve(*await load.prepare())

    tasks = [asyncio.create_task(arriving()) for _ in range(2)]
    try:
        yield
    finally:
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def answered(load):
    return [one for one in load.journal if one.answer == "ok"]


async def approved(load, count):
    """Until so many more were told that their baseline is approved."""
    wanted = len(answered(load)) + count

    async def is_so():
        return len(answered(load)) >= wanted

    await eventually(is_so, within=60)


def destroy(system):
    """The machine of PostgreSQL and NATS is gone, and all processes with it."""
    for server in (system.gateway, *system.services.values(), system.nats, system.postgres):
        server.kill()
    shutil.rmtree(system.nats.store)
    shutil.rmtree(system.postgres.data.resolve())


def recover(system, base, archive):
    """The base backup in the place of the data, and from the archive all up to the moment."""
    subprocess.run(["cp", "-a", str(base), str(system.postgres.data.resolve())], check=True)
    data = system.postgres.data.resolve()
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"restore_command = 'cp {archive}/%f %p'\nrecovery_target_name = 'drill'\n")
        settings.write("recovery_target_action = 'promote'\n")
    (data / "recovery.signal").touch()
    if account := _account():
        os.chown(data / "recovery.signal", account["user"], account["group"])
    system.postgres.start()


async def test_a_cluster_is_recovered_to_a_moment_with_every_row(system, load, archive, capsys):
    base = archive / "base"
    async with chains(load):
        await approved(load, 1)
        await asyncio.to_thread(base_backup, system, base)
        await approved(load, 2)
        with standing_still(system):
            then, told = await rows(system), {one.baseline_id for one in answered(load)}
            await asked(system, "postgres", "select pg_create_restore_point('drill')")
        await approved(load, 2)
        point = await asked(system, "postgres", "select pg_walfile_name(pg_switch_wal())")
        await eventually(lambda: is_there(archive / point), within=60)
    archived = max(one.stat().st_mtime for one in archive.glob("0*"))
    await asyncio.to_thread(destroy, system)
    at_risk, began = time.time() - archived, time.monotonic()

    await asyncio.to_thread(recover, system, base, archive)
    await eventually(lambda: is_over(system), within=60)
    recovered = await rows(system)
    await asyncio.to_thread(system.nats.start)
    for server in (*system.services.values(), system.gateway):
        await asyncio.to_thread(server.start)
    await asyncio.to_thread(wait_until_ready, system.url)
    serves = time.monotonic() - began
    urls = {f"PRESALES_MIGRATION_URL_{name.upper()}": url for name, url in system.owner_urls.items()}
    keys = ("--keys", str(system.nats.keys), "--nats", system.nats.url)
    reconciled = await asyncio.to_thread(run, "presales", "reconcile", *keys, **urls)
    broken = await invariants.broken(system.owner_urls, within=_SETTLED_SECONDS)
    whole = time.monotonic() - began
    approval = await load.approve(*await load.prepare())

    assert {name: len(them) for name, them in recovered.items()} == {name: len(them) for name, them in then.items()}
    assert recovered == then
    assert told
    assert told <= await approved_there(system)
    assert reconciled.returncode == 0, reconciled.stderr
    assert broken == []
    assert approval.answer == "ok"
    with capsys.disabled():
        print(f"\n{sum(map(len, then.values()))} rows; newest WAL in the archive {at_risk:.1f} s old at the end")
        print(f"served again after {serves:.1f} s, whole after {whole:.1f} s")


async def is_there(path):
    return path.exists()


async def is_over(system):
    return not await asked(system, "postgres", "select pg_is_in_recovery()")


async def approved_there(system):
    connection = await asyncpg.connect(system.postgres.url("requirements").replace("+asyncpg", ""))
    try:
        return {str(row[0]) for row in await connection.fetch("select id from baseline where epoch is not null")}
    finally:
        await connection.close()
