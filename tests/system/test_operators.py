"""From nothing to a system that is set up, with real servers that ask for passwords: the commands of operators."""

import asyncio
import base64
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import pytest
import yaml

from deploy.databases import make_database, verifier
from deploy.embedded import SERVICES, Nats, Postgres, Server, free_port, throwaway_folder
from presales import VERSION
from tests.support.system.commands import ROOT, run

SHARED_WITH_SERVERS = {"nats/nats.conf", "nats/users.conf", "postgres/password"}


@pytest.fixture(scope="module")
def installation():
    """PostgreSQL that wants passwords and NATS that wants keys, as `presales setup` has made them."""
    with throwaway_folder("presales-setup-") as place:
        folder = place / "secrets"
        postgres, nats = Postgres(place, free_port(), is_durable=False), Nats(place, free_port())
        nats.keys = folder / "administration" / "nats"
        wanted = (
            "setup", str(folder), "--database", f"postgresql://postgres@127.0.0.1:{postgres.port}/postgres",
            "--nats", nats.url, "--public-url", "https://presales.example",
        )  # fmt: skip
        first = run("presales", *wanted, "--keys-only")
        postgres._initialise()
        password = (folder / "postgres" / "password").read_text()
        Server.start(postgres)
        postgres._run("psql", "-c", f"ALTER ROLE postgres PASSWORD '{verifier(password)}'")
        (postgres.data.resolve() / "pg_hba.conf").write_text("host all all all scram-sha-256\n")
        postgres.process.send_signal(1)  # read it again
        Server.start(nats)
        second = run("presales", *wanted)
        env = ("--env", str(folder / "presales.env"))
        checked = run("presales", *env, "check")
        migrated = run("presales", *env, "migrate")
        yield SimpleNamespace(
            folder=folder,
            postgres=postgres,
            nats=nats,
            wanted=wanted,
            told=(first, second),
            checked=checked,
            migrated=migrated,
            env=str(folder / "presales.env"),
        )
        nats.kill()
        postgres.kill()


def contents(folder):
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_it_is_set_up_and_a_second_time_changes_nothing(installation):
    before = contents(installation.folder)

    again = run("presales", *installation.wanted)

    assert [one.returncode for one in (*installation.told, again)] == [0, 0, 0], again.stderr
    assert contents(installation.folder) == before


def test_every_secret_is_its_owners_alone(installation):
    paths = [path for path in installation.folder.rglob("*") if path.is_file()]
    modes = {str(path.relative_to(installation.folder)): path.stat().st_mode & 0o777 for path in paths}

    assert {name for name, mode in modes.items() if mode != 0o600} == SHARED_WITH_SERVERS | {
        "administration/nats/users.conf"
    }
    # what a server's own account reads lies below what nobody else may enter
    assert installation.folder.stat().st_mode & 0o777 == 0o700


def test_no_service_has_anothers_secret(installation):
    own = {one: contents(installation.folder / one) for one in SERVICES}
    shared = {"internal_public_key", "digest_secret"}

    for name in {name for files in own.values() for name in files} - shared:
        values = [files[name] for files in own.values() if name in files]
        assert len(set(values)) == len(values), name
    assert all(not name.startswith("migration_url") for files in own.values() for name in files)


def mounted(volume, secrets, at):
    """A volume of a Secret, as a kubelet lays it down."""
    data = next(one["data"] for one in secrets if one["metadata"]["name"] == volume["secret"]["secretName"])
    for item in volume["secret"].get("items") or [{"key": key, "path": key} for key in data]:
        path = at / item["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(data[item["key"]]))
        path.chmod(0o440)


def test_the_job_of_kubernetes_has_what_it_needs_in_its_secret(installation, tmp_path):
    told = run("presales", "secrets", str(installation.folder))
    secrets = list(yaml.safe_load_all(told.stdout))
    job = yaml.safe_load((ROOT / "deploy" / "k8s" / "base" / "migrate.yaml").read_text())["spec"]["template"]["spec"]
    [volume] = job["volumes"]
    mounted(volume, secrets, tmp_path / "mounted")
    superuser = next(one["data"] for one in secrets if one["metadata"]["name"] == "db-superuser")
    values = {"SUPERUSER_URL": base64.b64decode(superuser["uri"]).decode(), "STREAM_REPLICAS": "1"}
    arguments = [re.sub(r"\$\((\w+)\)", lambda one: values[one[1]], part) for part in job["initContainers"][0]["args"]]
    arguments = [str(tmp_path / "mounted") if one == "/run/presales" else one for one in arguments]
    arguments = [f"--nats={installation.nats.url}" if one.startswith("--nats=") else one for one in arguments]
    before = contents(tmp_path / "mounted")

    set_up = run(*arguments)
    files = {
        one["name"]: one["value"].replace("/run/presales", f"{tmp_path}/mounted") for one in job["containers"][0]["env"]
    }
    migrated = run(*job["containers"][0]["args"], **files)

    assert (told.returncode, set_up.returncode, migrated.returncode) == (0, 0, 0), set_up.stderr + migrated.stderr
    assert set_up.stdout == "roles, databases and the stream are there\n"
    assert contents(tmp_path / "mounted") == before  # a Secret is read-only


def test_without_keys_servers_are_not_set_up(tmp_path):
    ran = run(
        "presales", "setup", str(tmp_path), "--servers-only", "--database", "postgresql://a:b@127.0.0.1:1/postgres"
    )
    printed = run("presales", "secrets", str(tmp_path))

    assert (ran.returncode, printed.returncode) == (1, 1)
    assert "make the keys first, without --servers-only" in ran.stderr
    assert printed.stderr == f"{tmp_path}/gateway is not there: make it with `presales setup` first\n"


async def test_roles_need_their_passwords(installation):
    url = (installation.folder / "risk" / "database_url").read_text()
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("select current_user") == "risk_app"
    await connection.close()

    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(url, password="another")


def test_check_names_what_is_wrong_until_nothing_is(installation):
    before, migrated = installation.checked, installation.migrated
    after = run("presales", "--env", installation.env, "check")

    assert before.returncode == 1
    assert [
        f"The database of {one} has no schema yet: presales migrate." for one in SERVICES
    ] == before.stdout.splitlines()[:6]
    assert migrated.returncode == 0, migrated.stderr
    assert (after.returncode, after.stdout.splitlines()[-1][-7:]) == (0, "0 wrong"), after.stdout


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("PRESALES_RISK_DATABASE_URL_FILE", "/nowhere", "risk: PRESALES_RISK_DATABASE_URL_FILE: the file /nowhere cannot be read: No such file or directory"),
        ("PRESALES_POOLSIZE", "4", "PRESALES_POOLSIZE is not a setting; did you mean PRESALES_POOL_SIZE? All are in docs/settings.md."),
        ("PRESALES_ISSUER", "http://127.0.0.1:9/realms/x", "The issuer http://127.0.0.1:9/realms/x cannot be asked for its keys: ConnectError: All connection attempts failed."),
        ("PRESALES_POOL_SIZE", "30", "raise max_connections or lower PRESALES_POOL_SIZE"),
    ],
)  # fmt: skip
def test_check_says_each_fault_once(installation, variable, value, sentence):
    changed = {variable: value}
    lines = Path(installation.env).read_text().splitlines()
    if variable == "PRESALES_ISSUER":
        lines = [line for line in lines if "DEVELOPMENT" not in line.partition("=")[0]]
    own = Path(installation.env).with_name("changed.env")
    own.write_text("\n".join(lines))

    ran = run("presales", "--env", str(own), "check", **changed)
    own.unlink()

    assert ran.returncode == 1
    assert [line for line in ran.stdout.splitlines()[:-1] if sentence in line] == ran.stdout.splitlines()[:-1], (
        ran.stdout
    )
    assert ran.stdout.splitlines()[-1].endswith(" 1 wrong")


def test_verify_and_audit_read_the_same_environment(installation):
    verified = run("presales", "--env", installation.env, "verify")
    audited = run("presales", "--env", installation.env, "audit", "verify", "--keys", str(installation.folder))

    assert (verified.returncode, audited.returncode) == (0, 0), (verified.stderr, audited.stderr)
    assert verified.stdout.endswith("0 broken\n")


def test_a_file_of_settings_that_is_not_there_is_told():
    assert (
        run("presales", "--env", "/nowhere", "check").stderr == "/nowhere cannot be read: No such file or directory\n"
    )


def test_a_command_that_there_is_not_is_told():
    ran = run("presales", "sell")

    assert ran.returncode == 1
    assert "There is no command 'sell'. There are: setup, secrets, check, migrate," in ran.stderr


def test_version_is_of_the_product_and_its_schemas():
    lines = run("presales", "version").stdout.splitlines()

    assert lines[0] == f"presales {VERSION}"
    assert [line.split(":")[0] for line in lines[1:]] == [f"schema of {one}" for one in SERVICES]


def test_a_token_is_of_the_development_issuer(tmp_path):
    made = run("presales", "token", "lin", "presales", "--key", str(tmp_path / "key.pem"))
    unknown = run("presales", "token", "lin", "pope", "--key", str(tmp_path / "key.pem"))

    assert made.stdout.count(".") == 2
    assert (unknown.returncode, "invalid choice: 'pope'" in unknown.stderr) == (2, True)


async def test_a_healthcheck_costs_little_and_says_what_is_not_ready():
    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 %s\r\nConnection: close\r\n\r\n%s" % (said["status"], said["body"]))
        await writer.drain()
        writer.close()

    said = {"status": b"200 OK", "body": b"{}"}
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    def check(*flags):
        return subprocess.run(
            [sys.executable, "-S", *flags, "-m", "presales", "healthcheck"], cwd=ROOT, env={"PRESALES_PORT": str(port)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    ready = await asyncio.to_thread(check, "-X", "importtime")
    said |= {"status": b"503 Service Unavailable", "body": json.dumps({"status": "down"}).encode()}
    down = await asyncio.to_thread(check)
    server.close()
    away = await asyncio.to_thread(check)

    assert ready.returncode == 0
    loaded = {line.rsplit("|", 1)[1].strip() for line in ready.stderr.splitlines() if "|" in line}
    assert not loaded & {"argparse", "asyncio", "http.client", "urllib.request", "ssl", "pydantic", "logging"}
    assert (down.returncode, down.stderr) == (1, f'127.0.0.1:{port} is not ready: {{"status": "down"}}\n')
    assert (away.returncode, away.stderr) == (1, f"127.0.0.1:{port} does not answer: Connection refused\n")


async def test_a_role_that_is_there_keeps_its_password_unless_another_is_given(installation):
    superuser = (installation.folder / "postgres" / "password").read_text()
    url = f"postgresql://postgres:{superuser}@127.0.0.1:{installation.postgres.port}/postgres"

    await make_database(url, "insights", "insights")

    connection = await asyncpg.connect((installation.folder / "insights" / "database_url").read_text())
    await connection.close()
