"""Commands as an operator meets them: help, and one plain sentence for each mistake; never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.kernel.settings import ServiceSettings
from tests.support.databases import in_database, new_database

ROOT = Path(__file__).parent.parent.parent
COMMANDS = (
    "deploy.audit", "deploy.bus", "deploy.local", "deploy.invariants", "deploy.migration", "examples.demo", "gateway.app", "shared.kernel.migrations",
    "shared.kernel.service",
)  # fmt: skip
SERVICE = {"PRESALES_NATS_URL": "nats://127.0.0.1:1", "PRESALES_INTERNAL_PUBLIC_KEY": "-"}
"""Settings of a service but for its database."""


def run(*command, folder=ROOT, **environment):
    own = {name: value for name, value in os.environ.items() if not name.startswith("PRESALES_")}
    ran = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env={**own, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    ran = run(command, "--help")

    assert ran.returncode == 0
    assert ran.stdout.startswith("usage: ")


def test_a_stream_that_cannot_be_made_is_told_in_one_sentence(tmp_path):
    without_keys = run("deploy.bus", "stream", str(tmp_path), "nats://127.0.0.1:1")
    made = run("deploy.bus", "keys", str(tmp_path))
    without_server = run("deploy.bus", "stream", str(tmp_path), "nats://127.0.0.1:1")

    assert (without_keys.returncode, made.returncode, without_server.returncode) == (1, 0, 1)
    assert "administrator.nk cannot be read: No such file or directory" in without_keys.stderr
    [line] = without_server.stderr.splitlines()
    assert line.startswith("NATS at nats://127.0.0.1:1 cannot be asked: ")


@pytest.mark.parametrize(
    "command", ["deploy.audit", "deploy.bus", "deploy.migration", "shared.kernel.migrations", "shared.kernel.service"]
)
def test_a_command_without_what_it_needs_says_what(command):
    ran = run(command)

    assert ran.returncode == 2
    assert "the following arguments are required" in ran.stderr


@pytest.mark.parametrize("command", ["shared.kernel.migrations", "shared.kernel.service"])
def test_a_service_that_is_none_is_named(command):
    assert "there is no service 'sales'" in run(command, "sales").stderr


def test_a_demo_without_a_system_says_how_to_start_one(tmp_path):
    ran = run("examples.demo", folder=tmp_path)

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

    ran = run("shared.kernel.migrations", "risk", PRESALES_MIGRATION_URL_RISK=url)

    assert ran.returncode == 1
    [line] = ran.stderr.splitlines()
    assert line.startswith("The database of risk lets nobody in: ")
    assert sentence in line


async def test_a_database_of_a_newer_release_is_told_in_one_sentence(postgres):
    name = new_database(postgres, "risk")
    url = postgres.url(name, "risk_owner").replace("+asyncpg", "")
    run("shared.kernel.migrations", "risk", PRESALES_MIGRATION_URL_RISK=url)
    async with in_database(postgres, name) as connection:
        await connection.execute("update schema_revision set version_num = '9999'")

    ran = run("shared.kernel.migrations", "risk", PRESALES_MIGRATION_URL_RISK=url)

    assert ran.returncode == 1
    assert ran.stderr == "The database of risk is at revision 9999 of a newer release, which this one does not know.\n"


def test_urls_of_postgresqls_own_tools_are_taken(postgres):
    url = f"postgres://risk_owner:x@127.0.0.1:{postgres.port}/risk?sslmode=disable"

    assert run("shared.kernel.migrations", "risk", PRESALES_MIGRATION_URL_RISK=url).returncode == 0
