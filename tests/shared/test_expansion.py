"""Migrations expand: code of the release before goes on on the new schema, and nobody waits behind a lock for long.

What is taken away comes a release later, and stands in `CONTRACTED`: the record of it.
"""

import asyncio
import re
import subprocess
import sys

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from deploy.embedded import SERVICES
from shared.kernel import migrations
from tests.conftest import migrations_in_thread
from tests.support.databases import in_database, new_database
from tests.support.system.commands import ROOT

CONTRACTED: dict[str, str] = {
    "DROP TABLE IF EXISTS alembic_version": "replicas of the chain before 0001 are no longer ready (0054)",
}
"""Statements that take something away, and why that may go now."""

_TABLE = r"(?:IF (?:NOT )?EXISTS )?(?:public\.)?\"?(\w+)\"?"
_FORBIDDEN = {
    r"\bDROP (TABLE|COLUMN|VIEW|SEQUENCE|TYPE)\b": "takes away what code of the release before works with",
    r"\bRENAME\b": "is not there any more for code of the release before: add another, and copy",
    r"\bALTER COLUMN \S+ (SET DATA )?TYPE\b": "rewrites the table, and code of the release before reads another type",
    r"\bSET NOT NULL\b": "code of the release before may leave it out",
    r"^TRUNCATE\b": "takes away rows",
}
_ADDED = re.compile(r"ADD COLUMN (?:IF NOT EXISTS )?(\S+) ((?:[^,()]|\([^()]*\))*)", re.IGNORECASE)
_CONSTRAINT = re.compile(r"ADD CONSTRAINT \S+ (CHECK|FOREIGN KEY|UNIQUE|EXCLUDE|PRIMARY KEY)", re.IGNORECASE)


def faults(statements):
    """What of a revision's statements does not only expand, or keeps others waiting, each with its statement."""
    words = [" ".join(one.split()) for one in statements]
    new = {made[1] for one in words if (made := re.match(rf"CREATE TABLE {_TABLE}", one, re.IGNORECASE))}
    found = []
    for one in words:
        if one in CONTRACTED:
            continue
        found += [f"{why}: {one}" for what, why in _FORBIDDEN.items() if re.search(what, one, re.IGNORECASE)]
        altered = re.match(rf"ALTER TABLE (?:ONLY )?{_TABLE}", one, re.IGNORECASE)
        if altered and altered[1] not in new:
            found += [
                f"code of the release before does not fill it, give it a default: {one}"
                for _, kind in _ADDED.findall(one)
                if "NOT NULL" in kind.upper() and not re.search(r"DEFAULT|GENERATED", kind, re.IGNORECASE)
            ]
            if _CONSTRAINT.search(one) and "NOT VALID" not in one.upper():
                found.append(f"is checked for all rows under a lock, say NOT VALID: {one}")
        index = re.match(rf"CREATE (UNIQUE )?INDEX (CONCURRENTLY )?.*? ON (?:ONLY )?{_TABLE}", one, re.IGNORECASE)
        if index and index[3] not in new and not index[2]:
            found.append(f"nobody writes meanwhile, name it in INDEXES: {one}")
    return found


@pytest.fixture
def ran(postgres):
    """`ran(service)`: the statements of each revision after the first, as they come to a database."""

    def run(service):
        name = new_database(postgres, service)
        url = postgres.url(name, f"{service}_owner")
        script = ScriptDirectory.from_config(migrations.config_of(service))
        revisions = [one.revision for one in reversed([*script.walk_revisions()])]
        migrations_in_thread(service, url, revisions[0])
        statements = {}
        for revision in revisions[1:]:
            with Statements() as sent:
                migrations_in_thread(service, url, revision)
            statements[revision] = sent
        return statements

    return run


class Statements(list):
    def __enter__(self):
        sa.event.listen(sa.Engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_):
        sa.event.remove(sa.Engine, "before_cursor_execute", self._note)

    def _note(self, _connection, _cursor, statement, *_):
        self.append(statement)


@pytest.mark.parametrize("service", SERVICES)
def test_every_revision_only_expands_and_keeps_nobody_waiting(ran, service):
    for revision, sent in ran(service).items():
        assert sent[0].startswith("SET LOCAL lock_timeout"), (service, revision)
        assert faults(sent) == [], (service, revision)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE risk",
        "ALTER TABLE risk DROP COLUMN title",
        "ALTER TABLE risk RENAME title TO name",
        "ALTER TABLE risk RENAME TO threat",
        "ALTER TABLE risk ALTER COLUMN title TYPE VARCHAR(10)",
        "ALTER TABLE risk ALTER COLUMN title SET NOT NULL",
        "ALTER TABLE risk ADD COLUMN owner TEXT NOT NULL",
        "ALTER TABLE risk ADD COLUMN share NUMERIC(10, 2) NOT NULL",
        "ALTER TABLE risk ADD CONSTRAINT ck_risk CHECK (title <> '')",
        "ALTER TABLE risk ADD CONSTRAINT fk_risk FOREIGN KEY (owner) REFERENCES person (id)",
        "CREATE INDEX ix_risk_owner ON risk (owner)",
        "CREATE UNIQUE INDEX uq_risk_owner ON risk (owner)",
        "truncate risk",
    ],
)
def test_what_does_not_only_expand_is_found(statement):
    assert len(faults([statement])) == 1


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE watch (id UUID NOT NULL)", "CREATE INDEX ix_watch ON watch (id)"],
        ["CREATE TABLE watch (id UUID)", "ALTER TABLE watch ADD COLUMN a TEXT NOT NULL"],
        ["ALTER TABLE risk ADD COLUMN owner TEXT", "ALTER TABLE risk ADD COLUMN a INTEGER DEFAULT 0 NOT NULL"],
        ["ALTER TABLE risk ADD CONSTRAINT ck_risk CHECK (title <> '') NOT VALID"],
        ["CREATE INDEX CONCURRENTLY ix_risk_owner ON risk (owner)", "DROP TABLE IF EXISTS alembic_version"],
        ["ALTER TABLE risk ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY", "UPDATE risk SET search = NULL"],
    ],
)
def test_what_expands_is_left_alone(statements):
    assert faults(statements) == []


@pytest.fixture
def revision(monkeypatch, postgres):
    """`revision(INDEXES)`: a database whose newest revision names these, and how to migrate it."""
    name = new_database(postgres, "insights")
    url = postgres.url(name, "insights_owner")
    migrations_in_thread("insights", url)

    def named(indexes):
        monkeypatch.setattr(migrations, "indexes_of", lambda _service, _at: indexes)
        return name, lambda: migrations_in_thread("insights", url)

    return named


VALID = "select indisvalid from pg_index where indexrelid = to_regclass('ix_later')"


async def test_an_index_is_made_while_others_write_and_made_anew_where_that_was_cut_off(postgres, revision):
    create = "CREATE INDEX CONCURRENTLY ix_later ON journey (opportunity_id)"
    name, migrate = revision({"ix_later": create})
    migrate()
    async with in_database(postgres, name) as connection:
        first = await connection.fetchval("select to_regclass('ix_later')::oid")
        migrate()
        same = await connection.fetchval("select to_regclass('ix_later')::oid")
        await connection.execute("update pg_index set indisvalid = false where indexrelid = to_regclass('ix_later')")

        migrate()

        assert await connection.fetchval(VALID) is True
        assert first == same != await connection.fetchval("select to_regclass('ix_later')::oid")


DRAFT = "from deploy.migration import text_of; import sys; print(text_of('insights', sys.argv[1], 'Why.', '0001'))"


async def test_a_draft_names_an_index_of_a_table_that_is_there_and_makes_none_under_a_lock(postgres):
    name = new_database(postgres, "insights")
    url = postgres.url(name, "insights_owner")
    migrations_in_thread("insights", url)
    async with in_database(postgres, name) as connection:
        await connection.execute("drop index ix_journey_status")

    drafted = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", DRAFT, url], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert drafted.returncode == 0, drafted.stderr
    assert "CREATE INDEX CONCURRENTLY ix_journey_status ON journey (" in drafted.stdout
    assert "op.create_index" not in drafted.stdout
