"""Rules and dashboards speak of what there is: each metric in them is told by a running system, and moves."""

import asyncio
import contextlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import asyncpg
import httpx
import nats
import pytest
import yaml

from deploy.embedded import SERVICES
from shared.kernel.context import new_id
from shared.kernel.messaging.stream import inbox_prefix
from tests.conftest import eventually
from tests.support.reliability.load import Load, throwaway_system

FOLDER = Path(__file__).parents[2] / "deploy" / "observability"
DASHBOARDS = sorted((FOLDER / "grafana" / "dashboards").glob("*.json"))
OURS = re.compile(r"\bpresales_\w+")
LIMIT = 150
PATIENCE = 60


def rules():
    return [rule for group in yaml.safe_load((FOLDER / "rules.yml").read_text())["groups"] for rule in group["rules"]]


def panels():
    return [panel for file in DASHBOARDS for panel in json.loads(file.read_text())["panels"]]


def expressions():
    told = [rule["expr"] for rule in rules()]
    return told + [target["expr"] for panel in panels() for target in panel["targets"]]


def named():
    return {name for expression in expressions() for name in OURS.findall(expression)}


def test_every_alert_says_what_to_do_at_a_place_that_there_is():
    headings = re.findall(r"^#+ (.+)$", (FOLDER.parents[1] / "docs" / "operations.md").read_text(), re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    alerts = [rule for rule in rules() if "alert" in rule]

    assert len({rule["alert"] for rule in alerts}) == len(alerts)
    for rule in alerts:
        page, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert (page, anchor in anchors) == ("docs/operations.md", True), rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}


def test_recorded_rules_that_are_named_are_recorded():
    recorded = {rule["record"] for rule in rules() if "record" in rule}

    assert {name for expression in expressions() for name in re.findall(r"\bpresales:[\w:]+", expression)} <= recorded


def test_every_alert_has_a_test():
    tested = yaml.safe_load((FOLDER / "rules.test.yml").read_text())["tests"]
    fires = {case["alertname"] for test in tested for case in test["alert_rule_test"] if case["exp_alerts"]}

    assert {rule["alert"] for rule in rules() if "alert" in rule} == fires


def test_the_rules_do_what_their_tests_say():
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not there: apt-get install prometheus brings it")
    for arguments in (["check", "rules", "rules.yml"], ["test", "rules", "rules.test.yml"]):
        ran = subprocess.run([promtool, *arguments], cwd=FOLDER, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr


class Metrics:
    """What all processes of a system told at each look, by name, labels and process."""

    def __init__(self, system):
        self._urls = system.metrics_urls
        self.looks = []

    async def look(self):
        """All samples of now: what does not answer is left out."""
        seen = {}
        async with httpx.AsyncClient(timeout=20) as client:
            for process, url in self._urls.items():
                try:
                    text = (await client.get(url)).text
                except httpx.TransportError:
                    continue
                for sample, value in re.findall(r"^(presales_\S+) (\S+)$", text, re.MULTILINE):
                    seen[process, sample] = float(value)
        self.looks.append(seen)
        return seen

    async def until(self, name, holds=lambda value: value > 0, **labels):
        """Look until a sample of this name, with these labels, is such."""

        async def told():
            seen = await self.look()
            return any(
                sample.partition("{")[0] == name
                and all(f'{label}="{value}"' in sample for label, value in labels.items())
                and holds(value_of)
                for (_, sample), value_of in seen.items()
            )

        told.__qualname__ = f"{name} {labels}"
        await eventually(told, within=PATIENCE)

    def moved(self):
        """The names of samples of which one changed from one look to another, or came."""
        changed = set()
        first = self.looks[0]
        for look in self.looks[1:]:
            changed |= {key for key, value in look.items() if first.get(key) != value}
        return {sample.partition("{")[0] for _, sample in changed}

    def told(self):
        return {sample.partition("{")[0] for _, sample in self.looks[0]}


@contextlib.asynccontextmanager
async def in_database(system, service):
    connection = await asyncpg.connect(system.postgres.url(service).replace("+asyncpg", ""))
    try:
        yield connection
    finally:
        await connection.close()


async def a_chain(load):
    opportunity, baseline = await load.prepare()
    await load.approve(opportunity, baseline)
    return opportunity


@contextlib.asynccontextmanager
async def lost_logo(system, load, opportunity):
    """A draft that names a logo of which the file is lost; somebody wants a document of it."""
    [proposal] = (await load.get("root", "/proposals", opportunity_id=opportunity))["items"]
    change = "update proposal_content set content = $2 where proposal_id = $1"
    async with in_database(system, "proposal") as connection:
        await connection.execute("set session_replication_role = replica")  # content is never changed
        kept = await connection.fetchval("select content from proposal_content where proposal_id = $1", proposal["id"])
        await connection.execute(
            change, proposal["id"], json.dumps({**json.loads(kept), "branding": {"logo_sha256": "0" * 64}}).encode()
        )
        wish = {"proposal_id": proposal["id"], "language": "en", "format": "docx"}
        answer = await load.clients["root"].post("/documents", json=wish)
        assert answer.status_code == 202, answer.text
        yield
        await connection.execute(change, proposal["id"], kept)


async def nobody_is_let_in_who_should_not(system, load):
    async with httpx.AsyncClient(base_url=f"{system.url}/v1") as client:
        forged = system.issuer.token("ann", "admin")[:-8] + "AAAAAAAA"
        assert (await client.get("/clients", headers={"Authorization": f"Bearer {forged}"})).status_code == 401
        noisy = {"Authorization": f"Bearer {system.issuer.token('noisy', 'admin')}"}
        answers = [await client.get("/nowhere", headers=noisy) for _ in range(LIMIT * 2)]
        assert {answer.status_code for answer in answers} == {404, 429}
    system.services["engagement"].stop()
    answer = await load.clients["root"].get("/trainings")
    assert answer.status_code == 503
    await asyncio.to_thread(system.services["engagement"].start)
    async with httpx.AsyncClient(timeout=20) as client:
        await client.get(f"{system.url}/readyz")


async def nobody_can_take_in(system):
    """Something that is no event, on a subject that services hear."""
    client = await nats.connect(
        system.nats.url,
        nkeys_seed_str=system.nats.seed("requirements"),
        inbox_prefix=inbox_prefix("requirements").encode(),
    )
    subject = f"presales.demo.requirements.baseline.approved.v1.{new_id()}"
    await client.jetstream().publish(subject, b"no event")
    await client.close()


@contextlib.asynccontextmanager
async def timer(system, service, kind, due_in="-1 hour"):
    """Work that has been due for an hour, or is due later."""
    async with in_database(system, service) as connection:
        await connection.execute(
            "insert into timer (tenant_id, kind, subject, due_at, next_at, actor, correlation_id, attempts) values ('demo',"
            f" $1, gen_random_uuid(), now() + interval '{due_in}', now() + interval '{due_in}', 'a', gen_random_uuid(), 0)",
            kind,
        )
        yield
        await connection.execute("delete from timer where kind = $1", kind)


@contextlib.asynccontextmanager
async def locked(system, service, *tables):
    """Somebody holds these tables."""
    async with in_database(system, service) as connection, connection.transaction():
        await connection.execute(f"lock table {', '.join(tables)} in access exclusive mode")
        yield


@contextlib.asynccontextmanager
async def refused(system, service, table, event):
    """The database of a service refuses this of a table, as it would where something is broken."""
    async with in_database(system, service) as connection:
        await connection.execute(
            "create function broken() returns trigger language plpgsql as $$ begin raise 'broken'; end $$;"
            f"create trigger broken before {event} on {table} for each row execute function broken()"
        )
        try:
            yield
        finally:
            await connection.execute(f"drop trigger broken on {table}; drop function broken()")


def test_each_metric_that_is_named_is_told_from_the_start_and_moves():
    with throwaway_system(rate_limit=str(LIMIT)) as system:
        metrics = asyncio.run(watched(system))

    histograms = {name for name in named() if name.endswith(("_bucket", "_count"))}
    assert named() - metrics.told() <= {name for name in histograms if name.startswith("presales_http_request_seconds")}
    assert named() - metrics.moved() == set()


async def watched(system):
    """What was told while everything moved that can."""
    metrics = Metrics(system)
    await metrics.look()
    load = Load(system.url, system.issuer, requirements=5)
    try:
        await provoked(system, load, metrics)
    finally:
        await load.close()
    return metrics


async def provoked(system, load, metrics):
    await load.rates()
    opportunity = await a_chain(load)
    await metrics.until("presales_approval_to_draft_seconds_count")
    await metrics.until("presales_document_seconds_count", format="pdf")
    await nobody_is_let_in_who_should_not(system, load)
    async with lost_logo(system, load, opportunity):
        await metrics.until("presales_document_failures_total", format="docx")
    await is_behind(system, metrics)
    await nobody_can_take_in(system)
    await metrics.until("presales_events_parked_total", consumer="estimation-estimates")
    await metrics.until("presales_parked_events")
    await metrics.until("presales_journeys_blocked_total")
    async with timer(system, "proposal", "document-wanted", due_in="1 hour"):
        await metrics.until("presales_documents_waiting")
    async with timer(system, "risk", "of-nobody"):
        await metrics.until("presales_timers_overdue")
    async with timer(system, "engagement", "colleague-untold"), refused(system, "engagement", "timer", "delete"):
        await metrics.until("presales_timer_failures_total", kind="colleague-untold")
    await consumers_cannot_work(system, load, metrics)
    await nats_loses_its_store(system, load, metrics)
    await asyncio.to_thread(system.postgres.stop)
    await metrics.until("presales_database_up", lambda value: value == 0)
    await asyncio.to_thread(system.postgres.start)
    await metrics.until("presales_database_up", lambda value: value == 1)
    for service in SERVICES:
        async with in_database(system, service) as connection:
            await connection.execute("update parked_event set status = 'discarded', reason = 'no event'")


async def is_behind(system, metrics):
    """A database does not know what its service said last, as one that was restored alone."""
    newest = "select id, event_id from outbox where stream_seq is not null order by stream_seq desc limit 1"
    async with in_database(system, "requirements") as connection:
        kept = await connection.fetchrow(newest)
        rename = "update outbox set event_id = $2 where id = $1"
        await connection.execute(rename, kept[0], new_id())
        await asyncio.to_thread(system.services["requirements"].stop)
        await asyncio.to_thread(system.services["requirements"].start)
        await metrics.until("presales_database_behind_total")
        await connection.execute(rename, *kept)


async def consumers_cannot_work(system, load, metrics):
    prepared = [await load.prepare() for _ in range(5)]
    async with locked(system, "estimation", "inbox", "rate_card"):
        asking = [asyncio.ensure_future(load.clients["root"].get("/rate-cards")) for _ in range(20)]
        await metrics.until("presales_pool_waiting")
        for opportunity, baseline in prepared:
            await load.approve(opportunity, baseline)
        await metrics.until(
            "presales_consumer_pending", durable="estimation-estimates-requirements-baseline-approved-v1"
        )
        await metrics.until("presales_consumer_ack_pending")
        await metrics.until("presales_event_failures_total", consumer="estimation-estimates")
        await metrics.until("presales_consumer_redelivered")
    await asyncio.gather(*asking)
    async with refused(system, "requirements", "outbox", "update"):
        await load.post("lin", "/opportunities", await an_opportunity(load))
        await metrics.until("presales_task_restarts_total", task="relay")


async def an_opportunity(load):
    client = await load.post("lin", "/clients", {"name": "Somebody"})
    return {"client_id": client["id"], "title": "Another", "type": "new", "currency": "CNY", "language": "en"}


async def nats_loses_its_store(system, load, metrics):
    await asyncio.to_thread(system.nats.stop)
    await load.post("lin", "/opportunities", await an_opportunity(load))
    await metrics.until("presales_nats_connected", lambda value: value == 0)
    await metrics.until("presales_outbox_waiting")
    shutil.rmtree(system.nats.store)
    await asyncio.to_thread(system.nats.start)
    await metrics.until("presales_events_republished_total")
    await metrics.until("presales_nats_connected", lambda value: value == 1)
