"""Commands as an operator meets them: help, and one plain sentence for each mistake; never a traceback."""

import pytest

from shared.kernel.settings import ServiceSettings
from tests.support.databases import in_database, new_database
from tests.support.system.commands import run

COMMANDS = (
    *(("presales", name) for name in ("setup", "secrets", "check", "migrate", "token", "sample", "verify", "audit", "parked", "bus", "healthcheck", "version")),
    *((name,) for name in ("presales", "deploy.local", "deploy.migration", "gateway.app", "shared.kernel.service")),
)  # fmt: skip
SERVICE = {"PRESALES_NATS_URL": "nats://127.0.0.1:1", "PRESALES_INTERNAL_PUBLIC_KEY": "-"}
"""Settings of a service but for its database."""


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(command):
    ran = run(*command, "--help")

    assert ran.returncode == 0
    assert ran.stdout.startswith("usage: ")


def test_a_stream_that_cannot_be_made_is_told_in_one_sentence(tmp_path):
    without_keys = run("presales", "bus", "stream", str(tmp_path), "nats://127.0.0.1:1")
    made = run("presales", "bus", "keys", str(tmp_path))
    without_server = run("presales", "bus", "stream", str(tmp_path), "nats://127.0.0.1:1")

    assert (without_keys.returncode, made.returncode, without_server.returncode) == (1, 0, 1)
    assert "administrator.nk cannot be read: No such file or directory" in without_keys.stderr
    [line] = without_server.stderr.splitlines()
    assert line.startswith("NATS at nats://127.0.0.1:1 cannot be asked: ")


@pytest.mark.parametrize(
    "command",
    [
        "presales audit",
        "presales bus",
        "presales setup",
        "presales secrets",
        "presales token",
        "deploy.migration",
        "shared.kernel.service",
    ],
)
def test_a_command_without_what_it_needs_says_what(command):
    ran = run(*command.split())

    assert ran.returncode == 2
    assert "the following arguments are required" in ran.stderr


@pytest.mark.parametrize("command", ["presales migrate", "shared.kernel.service"])
def test_a_service_that_is_none_is_named(command):
    assert "there is no service 'sales'" in run(*command.split(), "sales").stderr


def test_a_demo_without_a_system_says_how_to_start_one(tmp_path):
    ran = run("presales", "sample", folder=tmp_path)

    assert ran.returncode == 1
    assert "Start the system first: make run" in ran.stderr
    assert list(tmp_path.iterdir()) == []  # and leaves nothing that would be taken for data


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PRESALES_DATABASE_URL_FILE": "/nowhere"}, "PRESALES_DATABASE_URL_FILE: the file /nowhere cannot be read"),
        ({"PRESALES_DATABASE_URL": "mysql://a@b/c"}, "PRESALES_DATABASE_URL: mysql:// is not PostgreSQL"),
        ({"PRESALES_DATABASE_URL": "postgresql://a"}, "PRESALES_DATABASE_URL: host or database is missing"),
        ({"PRESALES_DATABASE_URL": "postgresql://a@b/c?x=1"}, "PRESALES_DATABASE_URL: x in the URL is not known here"),
        ({"PRESALES_DATABASE_URL": "postgresql://b/c?sslmode=on"}, "PRESALES_DATABASE_URL: sslmode is one of disable"),
        ({}, "PRESALES_DATABASE_URL: Field required"),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(environment, sentence):
    with pytest.raises(SystemExit) as told:
        ServiceSettings.from_env({**SERVICE, **environment})

    assert sentence in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("database", "sentence"),
    [("nothing", 'database "nothing" does not exist'), ("risk?sslmode=require", "rejected SSL upgrade")],
)
def test_a_database_that_lets_nobody_in_is_told_in_one_sentence(postgres, database, sentence):
    url = f"postgresql://risk_owner@127.0.0.1:{postgres.port}/{database}"

    ran = run("presales", "migrate", "risk", PRESALES_MIGRATION_URL_RISK=url)

    assert ran.returncode == 1
    [line] = ran.stderr.splitlines()
    assert line.startswith("The database of risk lets nobody in: ")
    assert sentence in line


async def test_a_database_of_a_newer_release_is_told_in_one_sentence(postgres):
    name = new_database(postgres, "risk")
    url = postgres.url(name, "risk_owner").replace("+asyncpg", "")
    run("presales", "migrate", "risk", PRESALES_MIGRATION_URL_RISK=url)
    async with in_database(postgres, name) as connection:
        await connection.execute("update schema_revision set version_num = '9999'")

    ran = run("presales", "migrate", "risk", PRESALES_MIGRATION_URL_RISK=url)

    assert ran.returncode == 1
    assert ran.stderr == "The database of risk is at revision 9999 of a newer release, which this one does not know.\n"


def test_urls_of_postgresqls_own_tools_are_taken(postgres):
    url = f"postgres://risk_owner:x@127.0.0.1:{postgres.port}/risk?sslmode=disable"

    assert run("presales", "migrate", "risk", PRESALES_MIGRATION_URL_RISK=url).returncode == 0
