"""Migrations that put a rule into the database first mend the rows that break it."""

import json
from uuid import UUID

import asyncpg
import pytest

from tests.support.databases import put
from tests.support.shared.repairs import at

DEAL, OTHER = UUID(int=7), UUID(int=8)


async def standing(connection, table, column="status"):
    """The values of a column, in the order in which `broken` put the rows."""
    return [row[0] for row in await connection.fetch(f'select {column} from "{table}" order by id')]


async def refused(connection, rule, *statement):
    """Foreign keys and triggers ask again; `rule` must stand against the statement."""
    await connection.execute("set session_replication_role = origin")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match=rule):
        await connection.execute(*statement)


async def broken(connection, table, *rows, **common):
    for number, row in enumerate(rows, 1):
        await put(connection, table, **{"id": UUID(int=number), "opportunity_id": DEAL, **common, **row})


async def test_of_several_approved_baselines_the_newest_epoch_stays(postgres):
    async with at(postgres, "requirements", "0003") as (connection, upgrade):
        await broken(
            connection, "baseline",
            {"number": 1, "epoch": 1}, {"number": 3, "epoch": 3}, {"number": 2, "epoch": 4},
            {"number": 1, "epoch": 1, "opportunity_id": OTHER}, {"number": 4, "epoch": 9, "status": "withdrawn"},
            {"number": 3, "epoch": 3, "tenant_id": "other"},
            status="approved", version=3,
        )  # fmt: skip

        upgrade()

        wanted = ["superseded", "superseded", "approved", "approved", "withdrawn", "approved"]
        assert await standing(connection, "baseline") == wanted
        assert await standing(connection, "baseline", "version") == [4, 4, 3, 3, 3, 3]
        await refused(connection, "uq_baseline_approved", "update baseline set status = 'approved'")


async def test_of_several_policies_in_force_the_newest_revision_stays(postgres):
    async with at(postgres, "engagement", "0003") as (connection, upgrade):
        for key, (priority, revision) in enumerate([("high", 1), ("high", 2), ("low", 1)], 1):
            await put(
                connection, "response_policy", id=UUID(int=key), subject_kind="clarification", priority=priority,
                revision=revision, superseded_at=None,
            )  # fmt: skip

        upgrade()

        assert await standing(connection, "response_policy", "superseded_at is null") == [False, True, True]
        await refused(connection, "uq_response_policy_in_force", "update response_policy set superseded_at = null")


async def test_of_several_estimates_that_count_the_newest_basis_stays_and_the_rest_say_why(postgres):
    async with at(postgres, "estimation", "0009") as (connection, upgrade):
        await broken(
            connection, "estimate",
            {"position": 10001, "status": "priced"}, {"position": 20002, "status": "completed"},
            {"position": 20001, "status": "failed"}, {"position": 30001, "status": "superseded"},
            reason=None,
        )  # fmt: skip

        upgrade()

        assert await standing(connection, "estimate") == ["superseded", "completed", "superseded", "superseded"]
        assert await standing(connection, "estimate", "reason ->> 'code'") == [
            "estimate_newer", None, "estimate_newer", None,
        ]  # fmt: skip
        await refused(connection, "one_estimate_that_counts", "update estimate set status = 'priced'")


async def test_of_several_risk_budgets_that_count_the_newest_basis_stays(postgres):
    async with at(postgres, "risk", "0011") as (connection, upgrade):
        await broken(
            connection, "risk_budget", {"position": 2}, {"position": 3}, {"position": 1},
            status="calculated", freshness="fresh", reason=None,
        )  # fmt: skip

        upgrade()

        assert await standing(connection, "risk_budget") == ["superseded", "calculated", "superseded"]
        assert await standing(connection, "risk_budget", "freshness") == ["stale", "fresh", "stale"]
        await refused(connection, "one_risk_budget_that_counts", "update risk_budget set status = 'calculated'")


async def test_what_was_won_before_gets_its_register_and_its_newest_budget_back(postgres):
    async with at(postgres, "risk", "0014") as (connection, upgrade):
        for deal, outcome in ((DEAL, "won"), (OTHER, "lost")):
            await put(connection, "risk_head", opportunity_id=deal, is_closed=True)
            await put(connection, "pursuit", opportunity_id=deal, outcome=outcome)
        gone = {"status": "superseded", "freshness": "stale", "reason": '{"code": "baseline_void"}', "facts": "{}"}
        await broken(
            connection,
            "risk_budget",
            {"position": 1},
            {"position": 2},
            {"position": 3, "opportunity_id": OTHER},
            **gone,
        )

        upgrade()

        assert await standing(connection, "risk_budget") == ["superseded", "calculated", "superseded"]
        assert await standing(connection, "risk_budget", "reason ->> 'code'") == [
            "baseline_void",
            "won",
            "baseline_void",
        ]
        heads = await connection.fetch("select is_won, is_closed from risk_head order by opportunity_id")
        assert [tuple(head) for head in heads] == [(True, False), (False, True)]


async def test_of_several_proposals_in_work_with_the_client_or_accepted_the_newest_stays(postgres):
    async with at(postgres, "proposal", "0019") as (connection, upgrade):
        states = ["accepted", "accepted", "submitted", "submitted", "draft", "approved", "in_review", "declined"]
        rows = [{"revision": number, "status": status} for number, status in enumerate(states, 1)]
        await broken(connection, "proposal", *rows)

        upgrade()

        old = "superseded"
        assert await standing(connection, "proposal") == [
            old, "accepted", old, "submitted", old, old, "in_review", "declined",
        ]  # fmt: skip
        for status, rule in {"draft": "in_work", "submitted": "submitted", "accepted": "accepted"}.items():
            await refused(connection, f"one_proposal_{rule}", "update proposal set status = $1", status)


async def test_drafts_from_before_know_which_hard_limits_they_miss(postgres):
    async with at(postgres, "proposal", "0023") as (connection, upgrade):
        said = [
            {"kind": kind, "name": kind, "is_hard": is_hard, "is_met": is_met, "limit": "1", "offered": "2"}
            for kind, is_hard, is_met in [("date", True, True), ("budget", True, False), ("other", False, False)]
        ]
        told = [{"id": str(UUID(int=number)), "name": one["kind"]} for number, one in enumerate(said, 1)]
        await broken(
            connection, "proposal", {"status": "draft", "revision": 2}, {"status": "submitted", "revision": 1}, epoch=4
        )
        for proposal in (1, 2):
            content = json.dumps({"constraints": said}).encode()
            await put(connection, "proposal_content", proposal_id=UUID(int=proposal), content=content)
        await put(
            connection, "ingredient", opportunity_id=DEAL, kind="baseline", epoch=4, data=json.dumps({"constraints": told})
        )  # fmt: skip

        upgrade()

        [draft, sent] = [json.loads(row) for row in await standing(connection, "proposal", "limits_missed")]
        assert sent == []
        assert draft == [
            {"constraint_id": str(UUID(int=2)), "kind": "budget", "name": "budget", "limit": "1", "offered": "2"}
        ]


async def test_what_the_client_calls_a_requirement_is_taken_from_its_place(postgres):
    places = ["line 2 (FR1)", "Sheet (1)!B7 (3.2.1)", "line 4", "Sheet (1)!B7", f"line 5 ({'x' * 40})"]
    async with at(postgres, "requirements", "0012") as (connection, upgrade):
        await broken(
            connection, "requirement",
            *({"code": f"REQ-{n}", "sources": json.dumps([{"location": place}])} for n, place in enumerate(places)),
            {"code": "REQ-9", "sources": json.dumps([{"location": "page 2 (left)"}]), "origin": None},
            {"code": "REQ-10", "sources": "[]"},
            status="draft", statement="It shall run.", origin=json.dumps({"kind": "import"}),
        )  # fmt: skip

        upgrade()

        assert await standing(connection, "requirement", "client_code") == ["FR1", "3.2.1", *[None] * 5]
        found = await connection.fetchval("select count(*) from requirement where search @@ '''fr1'''")
        assert found == 1
