"""Of several rows the one that counts: the database keeps a second one out, whoever writes it (decision 0028)."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from tests.conftest import empty
from tests.support.databases import in_database, put

DEAL, OTHER = UUID(int=7), UUID(int=8)
RULES = [
    ("requirements", "baseline", "number", "approved", "uq_baseline_approved"),
    ("estimation", "estimate", "position", "completed", "one_estimate_that_counts"),
    ("estimation", "estimate", "position", "priced", "one_estimate_that_counts"),
    ("risk", "risk_budget", "position", "calculated", "one_risk_budget_that_counts"),
    ("proposal", "proposal", "revision", "draft", "one_proposal_in_work"),
    ("proposal", "proposal", "revision", "in_review", "one_proposal_in_work"),
    ("proposal", "proposal", "revision", "approved", "one_proposal_in_work"),
    ("proposal", "proposal", "revision", "submitted", "one_proposal_submitted"),
    ("proposal", "proposal", "revision", "accepted", "one_proposal_accepted"),
]
"""Service, table, what numbers its rows, the status of the one that counts, and the name of the rule."""


async def refused(connection, rule, statement):
    """Foreign keys and triggers ask again; `rule` must stand against the statement."""
    await connection.execute("set session_replication_role = origin")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match=rule):
        await connection.execute(statement)


@pytest.mark.parametrize(("service", "table", "number", "status", "rule"), RULES)
async def test_a_second_one_of_an_opportunity_is_kept_out(postgres, service, table, number, status, rule):
    await empty(postgres, service)
    rows = [(DEAL, "acme", status), (DEAL, "acme", "superseded"), (OTHER, "acme", status), (DEAL, "other", status)]
    async with in_database(postgres, service) as connection:
        for at, (deal, tenant, standing) in enumerate(rows, 1):
            await put(connection, table, opportunity_id=deal, tenant_id=tenant, status=standing, **{number: at})

        await refused(connection, rule, f"update {table} set status = '{status}'")


async def test_a_second_response_policy_in_force_is_kept_out(postgres):
    await empty(postgres, "engagement")
    async with in_database(postgres, "engagement") as connection:
        for revision, superseded_at in [(1, datetime(2026, 1, 1, tzinfo=UTC)), (2, None)]:
            await put(
                connection, "response_policy", subject_kind="clarification", priority="high", revision=revision,
                superseded_at=superseded_at,
            )  # fmt: skip

        await refused(connection, "uq_response_policy_in_force", "update response_policy set superseded_at = null")
