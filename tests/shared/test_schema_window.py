"""A migration that only expands leaves the replicas of the code before it serving."""

import importlib.util
import shutil

import asyncpg
import pytest

from shared.kernel import migrations
from shared.kernel.migrations import Schema
from tests.conftest import migrations_in_thread
from tests.support.databases import new_database

NEXT = '''"""The revision after those that this code knows."""

from alembic import op

revision = "{revision}"
down_revision = "{before}"
{window}

def upgrade() -> None:
    op.execute("CREATE TABLE IF NOT EXISTS later_{revision} (id int)")


def downgrade() -> None:
    op.execute("DROP TABLE later_{revision}")
'''


@pytest.fixture
def own(postgres):
    name = new_database(postgres, "insights")
    migrations_in_thread("insights", postgres.url(name, "insights_owner"))
    return name


@pytest.fixture
def release(postgres, own, tmp_path, monkeypatch):
    """`release("0099", before, "OLDEST = …")`: a newer code migrates the database, and this one goes on."""
    folder = tmp_path / "migrations"
    shutil.copytree(importlib.util.find_spec("services.insights").submodule_search_locations[0] + "/migrations", folder)
    usual = migrations.config_of

    def newer(service):
        config = usual(service)
        config.set_main_option("script_location", str(folder))
        return config

    def migrate(revision, before, window=""):
        (folder / "versions" / f"{revision}_later.py").write_text(
            NEXT.format(revision=revision, before=before, window=window)
        )
        with monkeypatch.context() as changed:
            changed.setattr(migrations, "config_of", newer)
            migrations_in_thread("insights", postgres.url(own, "insights_owner"))

    return migrate


@pytest.fixture
async def ready(start, postgres, own):
    """Asks whether this code is ready on that database."""
    async with start("insights", clean=False, database_url=postgres.url(own, "insights_app")) as client:

        async def ask():
            answer = await client.get("http://service/readyz")
            return answer.status_code, answer.json()["checks"]["database"]

        yield ask


async def test_old_code_stays_ready_on_the_schema_after_its_own(release, ready):
    head = migrations.head_of("insights")
    assert await ready() == (200, "ok")

    release("0091", head)

    assert await ready() == (200, "ok")


async def test_old_code_is_not_ready_on_the_schema_after_that(release, ready):
    head = migrations.head_of("insights")
    release("0091", head)
    release("0092", "0091")

    status, said = await ready()

    assert status == 503
    assert said == f"at revision 0092, which serves code from 0091 on, this code wants {head}"


async def test_a_migration_says_which_code_it_still_serves(release, ready):
    head = migrations.head_of("insights")
    release("0091", head)
    release("0092", "0091", f'OLDEST = "{head}"')

    assert await ready() == (200, "ok")


async def test_a_migration_that_contracts_takes_old_code_out(release, ready):
    release("0091", migrations.head_of("insights"), 'OLDEST = "0091"')

    status, _ = await ready()

    assert status == 503


async def test_new_code_waits_for_its_migration(postgres, own, ready):
    connection = await asyncpg.connect(postgres.url(own).replace("+asyncpg", ""))
    await connection.execute(f"update {migrations.VERSIONS} set version_num = '0000'")
    await connection.close()

    status, said = await ready()

    assert status == 503
    assert said.startswith("at revision 0000")


@pytest.mark.parametrize(
    ("head", "is_served"), [("0004", False), ("0005", True), ("0006", True), ("0007", True), ("0008", False)]
)
def test_what_a_schema_serves(head, is_served):
    assert Schema("0007", "0005").serves(head) is is_served
    assert Schema("0007").serves(head) is (head == "0007")
