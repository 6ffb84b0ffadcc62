"""The checker of all databases: quiet over what the system itself made, and each kind of breakage is named."""

import asyncio
import hashlib
import json
import subprocess
import sys
from contextlib import AsyncExitStack
from uuid import UUID

import pytest

from deploy import invariants
from deploy.embedded import SERVICES
from shared.kernel.migrations import VERSIONS
from tests.conftest import TENANT, migrations_in_thread
from tests.support.databases import in_database, new_database, put

DEAL, BASELINE, ESTIMATE, BUDGET, PROPOSAL = (UUID(int=number) for number in range(1, 6))


@pytest.fixture(scope="module")
def databases(postgres):
    """One of each service, without the rules that the database itself holds: so that there is something to find."""
    names = {}
    for service in SERVICES:
        names[service] = new_database(postgres, service)
        migrations_in_thread(service, postgres.url(names[service], f"{service}_owner"))
    return names


def money(amount):
    return {"amount": amount, "currency": "CNY"}


@pytest.fixture
async def world(postgres, databases):
    """The databases as they are after a baseline was approved and became an offer; a connection to each."""
    async with AsyncExitStack() as stack:
        to = {name: await stack.enter_async_context(in_database(postgres, databases[name])) for name in SERVICES}
        for connection in to.values():
            for (table,) in await connection.fetch(
                "select tablename from pg_tables where schemaname = 'public' and tablename <> $1", VERSIONS
            ):
                await connection.execute(f'delete from "{table}"')
            for (name,) in await connection.fetch(
                "select indexname from pg_indexes where indexname like 'uq_%' and indexdef like '%WHERE%'"
            ):
                await connection.execute(f'drop index "{name}"')
        await _story(to)
        yield to


async def _story(to):
    same = {"opportunity_id": DEAL, "tenant_id": TENANT}
    facts = json.dumps({"content_hash": "b1", "baseline_id": str(BASELINE)})
    for service in ("estimation", "risk", "proposal"):
        await put(to[service], f"{service}_head", **same, epoch=1)
    await put(to["requirements"], "opportunity", id=DEAL, stage="active", epoch=1)
    await put(
        to["requirements"],
        "baseline",
        **same,
        id=BASELINE,
        status="approved",
        epoch=1,
        number=1,
        content_hash="b1",
        requirement_count=1,
        snapshot='{"requirements": [{}]}',
    )
    await put(to["requirements"], "requirement", **same, id=UUID(int=9), code="REQ-001")
    await put(to["engagement"], "known_requirement", **same, id=UUID(int=9), code="REQ-001")
    await put(to["engagement"], "clarification", **same, id=UUID(int=8), status="asked")
    await put(to["requirements"], "known_clarification", **same, id=UUID(int=8), status="asked")
    await put(to["estimation"], "heard_baseline", baseline_id=BASELINE, facts=facts, tenant_id=TENANT)
    await put(to["risk"], "risk_heard_baseline", **same, baseline_id=BASELINE, facts=facts)
    await put(to["proposal"], "ingredient", **same, kind="baseline", data=facts)
    made_from = {**same, "baseline_id": BASELINE, "epoch": 1}
    costs = {name: money("5.00") for name in ("labour_cost", "material_cost", "financial_cost")}
    reserves = {"contingency": money("2.00"), "management_reserve": money("1.00")}
    price = {
        **reserves, "risk_response_cost": money("0.00"), "base_cost": money("15.00"), "total_budget": money("18.00"),
        "price_excl_tax": money("20.00"), "tax": money("1.20"), "price_incl_tax": money("21.20"),
        "risk_budget_id": str(BUDGET),
    }  # fmt: skip
    await put(
        to["estimation"],
        "estimate",
        **made_from,
        id=ESTIMATE,
        status="priced",
        content_hash="b1",
        position=1,
        risk_revision=1,
        figures=json.dumps({**costs, "base_cost": money("15.00")}),
        price=json.dumps(price),
    )
    await put(
        to["risk"],
        "risk_budget",
        **made_from,
        id=BUDGET,
        status="calculated",
        content_hash="b1",
        position=1,
        estimate_id=ESTIMATE,
        facts=json.dumps({**reserves, "response_cost": money("0.00"), "total_reserve": money("3.00")}),
    )
    content = b"the offer"
    await put(
        to["proposal"], "proposal", **made_from, id=PROPOSAL, status="submitted", baseline_hash="b1", revision=1,
        estimate_id=ESTIMATE, risk_revision=1, price_incl_tax=21, content_hash=hashlib.sha256(content).hexdigest(),
        approved_hash=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    await to["proposal"].execute("update proposal set price_incl_tax = 21.2")
    await put(to["proposal"], "proposal_content", proposal_id=PROPOSAL, tenant_id=TENANT, content=content)


@pytest.fixture
def look(postgres, databases):
    urls = {service: postgres.url(name, f"{service}_owner") for service, name in databases.items()}

    async def look(within=0.0):
        return [str(one) for one in await invariants.broken(urls, within)]

    return look


@pytest.mark.usefixtures("world")
async def test_a_whole_chain_breaks_nothing(look):
    assert await look() == []


TWICE = {
    # service, table: what puts a second row beside the one that counts
    ("requirements", "baseline"): {"status": "approved", "epoch": 1},
    ("engagement", "response_policy"): {"subject_kind": "clarification", "priority": "high", "superseded_at": None},
    ("engagement", "after_sales_plan"): {"status": "agreed"},
    ("engagement", "article"): {"status": "published", "key": "faq"},
    ("estimation", "estimate"): {"status": "completed"},
    ("estimation", "productivity_model"): {"status": "active", "size_unit": "function_points"},
    ("estimation", "pricing_policy"): {"superseded_at": None},
    ("estimation", "discount"): {"status": "approved"},
    ("estimation", "economic_analysis"): {"status": "offered"},
    ("estimation", "effort_override"): {"status": "standing", "target": "REQ-001"},
    ("risk", "risk_budget"): {"status": "calculated"},
    ("risk", "risk_matrix"): {"status": "active", "opportunity_id": None},
    ("risk", "risk_policy"): {"status": "active"},
    ("risk", "catalogue_rule"): {"status": "enabled", "key": "scope"},
    ("proposal", "schedule"): {"status": "agreed"},
    ("proposal", "resource_plan"): {"status": "agreed"},
    ("proposal", "template"): {"status": "active", "kind": "word"},
    ("proposal", "material"): {"status": "published", "key": "case"},
    ("proposal", "review_policy"): {"superseded_at": None},
}
NUMBERED = {"number", "revision", "position"}


@pytest.mark.parametrize(("service", "table"), TWICE)
async def test_two_that_count_are_named(world, look, service, table):
    connection = world[service]
    columns = {
        row[0]
        for row in await connection.fetch(
            "select column_name from information_schema.columns where table_name = $1", table
        )
    }
    for constraint in await connection.fetch(
        "select conname from pg_constraint where conrelid = $1::regclass and contype = 'x'", table
    ):
        await connection.execute(f'alter table {table} drop constraint "{constraint[0]}"')
    given = {"opportunity_id": DEAL} if "opportunity_id" in columns else {}
    for number in (1000, 1001):
        counted = dict.fromkeys(NUMBERED & columns, number)
        await put(connection, table, **{**given, **TWICE[service, table], **counted})

    found = await look()

    assert [one for one in found if one.startswith(f"one {table} where") and "×" in one], found


async def test_two_accepted_estimates_are_named(world, look):
    for number in (2, 3):
        await put(world["estimation"], "estimate", opportunity_id=DEAL, status="accepted", position=number)

    assert [one for one in await look() if one.startswith("one estimate where status = 'accepted'")]


async def test_an_accepted_estimate_stands_beside_the_one_that_counts(world, look):
    copied = dict((await world["estimation"].fetch("select * from estimate"))[0])
    await put(world["estimation"], "estimate", **{**copied, "id": UUID(int=77), "status": "accepted", "position": 0})

    assert await look() == []


@pytest.mark.parametrize("status", ["draft", "submitted", "accepted"])
async def test_two_proposals_in_one_place_are_named(world, look, status):
    for number in (2, 3):
        await put(world["proposal"], "proposal", opportunity_id=DEAL, status=status, revision=number)

    assert [one for one in await look() if one.startswith("one proposal where")]


BREAKS = [
    ("requirements", "update opportunity set epoch = 0", "no epoch is ahead"),
    ("requirements", "update baseline set requirement_count = 2", "a baseline holds as many"),
    ("requirements", "update baseline set content_hash = 'b2'", "estimation heard each approved baseline as it is"),
    ("requirements", "update baseline set content_hash = 'b2'", "no risk_budget is without its baseline"),
    ("requirements", "delete from baseline", "no proposal is without its baseline"),
    ("requirements", "delete from known_clarification", "requirements knows each clarification"),
    ("requirements", "update known_clarification set status = 'settled'", "requirements knows each clarification"),
    ("engagement", "delete from known_requirement", "engagement knows each requirement"),
    ("engagement", "update known_requirement set code = 'REQ-002'", "engagement knows each requirement"),
    *(
        (service, f"update {service}_head set epoch = 2", f"{service} counts on no epoch that was not given")
        for service in ("estimation", "risk", "proposal")
    ),
    ("estimation", "delete from heard_baseline", "estimation heard each approved baseline"),
    ("risk", "delete from risk_heard_baseline", "risk heard each approved baseline"),
    ("proposal", "delete from ingredient", "proposal heard each approved baseline"),
    ("estimation", "delete from estimate", "each approved baseline has one estimate"),
    ("estimation", "update estimate set status = 'superseded'", "each approved baseline has one estimate"),
    (
        "estimation",
        "update estimate set figures = jsonb_set(figures, '{base_cost,amount}', '\"16\"')",
        "a base cost is",
    ),
    ("estimation", "update estimate set price = jsonb_set(price, '{contingency,amount}', '\"3\"')", "a budget is"),
    (
        "estimation",
        "update estimate set price = jsonb_set(price, '{contingency,amount}', '\"3\"')",
        "a reserve in a price",
    ),
    ("estimation", "update estimate set price = jsonb_set(price, '{tax,amount}', '\"2\"')", "a price with tax"),
    (
        "risk",
        "update risk_budget set facts = jsonb_set(facts, '{contingency,amount}', '\"9\"')",
        "a reserve is the sum",
    ),
    ("risk", "delete from risk_budget", "each estimate that counts has one newest risk budget"),
    ("estimation", "update estimate set price = null, status = 'completed'", "each estimate with a risk budget has a"),
    ("proposal", "delete from proposal", "each priced estimate has one newest proposal"),
    ("proposal", "update proposal set price_incl_tax = 22", "a proposal offers the price"),
    ("proposal", "update proposal_content set content = 'another offer'", "a proposal says what its hash is of"),
    ("proposal", "update proposal set approved_hash = null", "what went to the client is what was approved"),
]


@pytest.mark.parametrize(("service", "change", "rule"), BREAKS)
async def test_what_does_not_agree_is_named(world, look, service, change, rule):
    await world[service].execute(change)

    found = await look()

    assert [one for one in found if one.startswith(rule)], found


async def test_a_chain_that_stops_before_its_risk_budget_is_named(world, look):
    await world["estimation"].execute("update estimate set price = null, status = 'completed'")
    for service, table in (("risk", "risk_budget"), ("proposal", "proposal_content"), ("proposal", "proposal")):
        await world[service].execute(f"delete from {table}")

    assert await look() == [f"each estimate that counts has one newest risk budget: estimate {ESTIMATE} is missing"]


async def test_rows_that_stand_against_a_rule_are_named(world, look):
    await put(world["requirements"], "baseline", opportunity_id=DEAL, status="superseded", epoch=2, number=2)
    await put(world["proposal"], "outcome", opportunity_id=DEAL, status="recorded", result="won")
    await put(world["insights"], "parked_event", consumer="insights", status="parked", code="late", detail="too late")
    for _ in range(2):
        await put(world["estimation"], "rate_card", currency="CNY", region=None, valid_to=None)

    rules = {one.split(":")[0] for one in await look()}

    assert {
        "the approved baseline is the newest that was approved", "a recorded outcome closes its opportunity",
        "no event waits parked", "no two rate cards hold on the same day",
    } <= rules  # fmt: skip


async def test_every_rule_has_a_test_that_breaks_it():
    names = {rule.name for rule in invariants.RULES}
    broken = {rule for _, _, rule in BREAKS} | {
        "the approved baseline is the newest", "a recorded outcome closes", "no event waits parked", "no two rate cards",
        *(f"one {table} where" for _, table in TWICE), "one proposal where", "no estimate is without its baseline",
    }  # fmt: skip

    assert [name for name in names if not any(name.startswith(one) for one in broken)] == []


async def test_what_is_on_its_way_is_not_told_as_broken(world, look):
    [estimate] = await world["estimation"].fetch("delete from heard_baseline returning *")

    looking = asyncio.create_task(look(within=30))
    await put(world["estimation"], "heard_baseline", **dict(estimate))

    assert await looking == []


async def test_the_operators_command_names_what_is_broken_and_fails(world, postgres, databases):
    await world["requirements"].execute("update baseline set requirement_count = 2")
    urls = {
        f"PRESALES_MIGRATION_URL_{service.upper()}": postgres.url(name, f"{service}_owner")
        for service, name in databases.items()
    }

    ran = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "presales", "verify"], env={"PYTHONPATH": ".", **urls}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip

    assert ran.stdout.splitlines() == [
        f"a baseline holds as many requirements as it says: baseline {BASELINE}",
        f"{len(invariants.RULES)} rules, 1 broken",
    ], ran.stderr
    assert ran.returncode == 1
