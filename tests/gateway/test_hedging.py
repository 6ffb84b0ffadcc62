"""A read that nobody answers is asked again, of another replica, and a slow service is not asked twice by everybody."""

import asyncio
import re
import signal
import time
from contextlib import asynccontextmanager

import httpx
import pytest
from prometheus_client import REGISTRY

from deploy.embedded import free_port
from deploy.system import Python
from gateway.app import build
from gateway.hedging import Budget, first_answer
from gateway.measuring import templates
from tests.conftest import SEED, serving
from tests.support.gateway.pages import bearer
from tests.support.reliability.replicas import ROOT, Door, Replica

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Service:
    """Connections of a service, spoken to in bytes: what the n-th request is answered after, None for never."""

    def __init__(self, *delays):
        self.delays, self.asked, self.connections, self.cut_off = list(delays), [], 0, 0

    async def __call__(self, reader, writer):
        self.connections += 1
        while head := await self._head(reader):
            self.asked.append(head)
            delay = self.delays.pop(0) if self.delays else 0
            try:
                left = await asyncio.wait_for(reader.read(1), delay)
            except TimeoutError:
                writer.write(ANSWER)
            else:
                self.cut_off += left == b""
                break
        writer.close()

    async def _head(self, reader):
        try:
            return (await reader.readuntil(b"\r\n\r\n")).decode()
        except asyncio.IncompleteReadError:
            return ""


@pytest.fixture
def before(gateway_settings, issuer):
    """`async with before(service) as client`: a gateway before a risk service."""

    @asynccontextmanager
    async def run(service, **knobs):
        server = await asyncio.start_server(service, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        settings = gateway_settings(risk_url=url, **{"ask_again_seconds": 0.2, **knobs})
        headers = bearer(issuer.token("lin", "presales"))
        async with (
            serving(build(settings), settings) as gateway,
            httpx.AsyncClient(base_url=gateway, timeout=20, headers=headers) as client,
        ):
            yield client
        server.close()

    return run


def counted(outcome):
    return REGISTRY.get_sample_value("presales_asked_again_total", {"upstream": "risk", "outcome": outcome})


async def test_a_read_that_nobody_answers_is_answered_by_the_next_connection(before):
    service, helped = Service(0, None), counted("helped")
    async with before(service) as client:
        await client.get("/v1/risks")
        started = time.monotonic()
        answer = await client.get("/v1/risks", headers={"X-Request-ID": "one"})
        took = time.monotonic() - started
        await asyncio.sleep(0.05)

    assert (answer.status_code, answer.json()) == (200, {})
    assert 0.2 <= took < 5
    assert service.connections == 2
    assert service.cut_off == 1  # the silent one is not kept
    assert [head for head in service.asked[1:] if "X-Request-ID: one" not in head] == []
    assert counted("helped") - helped == 1


async def test_it_is_asked_a_few_times_where_the_next_connection_is_silent_too(before):
    service = Service(None, None, None, 0)
    async with before(service) as client:
        answer = await client.get("/v1/risks")

    assert answer.status_code == 200
    assert (len(service.asked), service.connections) == (4, 4)


async def test_who_answered_just_now_is_asked_first_when_others_stand_still(before):
    service = Service(None, None, 0, None, 0)
    async with before(service) as client:
        await client.get("/v1/risks")
        answer = await client.get("/v1/risks")

    assert answer.status_code == 200
    assert (len(service.asked), service.connections) == (5, 4)


async def test_where_nobody_answers_it_is_told_after_the_usual_time_and_no_more_is_asked(before):
    service, in_vain = Service(*[None] * 9), counted("in_vain")
    async with before(service, answer_seconds=1) as client:
        answer = await client.get("/v1/risks")
        await asyncio.sleep(0.05)

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert len(service.asked) == service.cut_off == 6
    assert counted("in_vain") - in_vain == 1


async def test_the_first_answer_counts_also_where_it_is_that_of_the_first_question(before):
    service = Service(0.28, *[None] * 9)
    async with before(service) as client:
        answer = await client.get("/v1/risks")
        await asyncio.sleep(0.05)

    assert answer.status_code == 200
    assert 2 <= len(service.asked) == service.cut_off + 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/risks"),
        ("PATCH", "/v1/risks/1"),
        ("DELETE", "/v1/risks/1"),
        ("GET", "/v1/risks/export"),
        ("GET", "/v1/risk-analyses/1/charts/s-curve"),
    ],
)
async def test_what_changes_something_or_is_long_work_is_asked_once(before, method, path):
    service = Service(0.7)
    async with before(service) as client:
        answer = await client.request(method, path)

    assert answer.status_code == 200
    assert len(service.asked) == 1


async def test_nothing_is_asked_again_where_that_is_switched_off(before):
    service = Service(0.5)
    async with before(service, ask_again_seconds=0) as client:
        await client.get("/v1/risks")

    assert len(service.asked) == 1


def test_files_pictures_and_the_feed_are_long_work_and_what_is_read_is_not():
    files = templates().files

    assert {"/v1/events", "/v1/documents/{document_id}/file", "/v1/requirements/export"} <= files
    assert not {"/v1/risks", "/v1/journeys/{opportunity_id}", "/v1/opportunities"} & files
    named = re.compile(r"(export|file|\.ics|charts|diagrams|logo|/events$|templates:|metrics/{key}$|reviews/{period}$)")
    assert [path for path in files if not named.search(path)] == []


async def test_a_slow_service_is_asked_again_within_a_budget(before, monkeypatch):
    monkeypatch.setattr(Budget, "MOST", 6.0)
    service, spared = Service(*[0.5] * 200), counted("spared")
    async with before(service) as client:
        answers = await asyncio.gather(*(client.get("/v1/risks") for _ in range(30)))

    assert {answer.status_code for answer in answers} == {200}
    assert len(service.asked) <= 36
    assert counted("spared") - spared >= 24


def test_a_budget_is_what_is_left_of_it():
    budget = Budget("risk")
    taken = sum(budget.take() for _ in range(200))
    budget.give(3 * Budget.SHARE)
    is_early = budget.take()
    budget.give(7 * Budget.SHARE)

    assert (taken, is_early, budget.take(), budget.take()) == (Budget.MOST, False, True, False)


async def test_who_stops_waiting_leaves_nobody_asking():
    under_way = 0

    async def silent():
        nonlocal under_way
        under_way += 1
        try:
            await asyncio.Event().wait()
        finally:
            under_way -= 1

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(first_answer(silent, silent, Budget("risk"), after=0.02), 0.2)
    await asyncio.sleep(0.01)

    assert under_way == 0


@pytest.fixture
async def replicas(postgres, keys, tmp_path):
    """Two processes of the requirements service behind a door."""
    port = free_port()
    settings = {
        "environment": "development",
        "port": "",
        "database_url": postgres.service_url("requirements"),
        "nats_url": "nats://127.0.0.1:1",
        "nats_user_seed": SEED,
        "internal_public_key": keys.public,
        "link_private_key": keys.links["requirements"].private,
        "digest_secret": "a secret of this test alone, of 32+",
        "log_level": "error",
    }
    like = Python("requirements", port, tmp_path / "log", module=["shared.kernel.service", "requirements"], settings=settings)  # fmt: skip
    door = Door(port)
    door.behind += [Replica(like, ROOT), Replica(like, ROOT)]
    await asyncio.gather(*(asyncio.to_thread(one.start) for one in door.behind))
    await door.open()
    yield door
    door.close()
    await asyncio.gather(*(asyncio.to_thread(one.kill) for one in door.behind))


async def test_a_replica_that_stands_still_costs_those_who_read_five_seconds_at_the_most(
    replicas, gateway_settings, issuer
):
    waits = []
    settings = gateway_settings(requirements_url=f"http://127.0.0.1:{replicas.port}")
    headers = bearer(issuer.token("lin", "presales"))
    async with (
        serving(build(settings), settings) as url,
        httpx.AsyncClient(base_url=url, timeout=30, headers=headers) as client,
    ):

        async def read():
            started = time.monotonic()
            answer = await client.get("/v1/clients")
            waits.append((answer.status_code, time.monotonic() - started))

        await asyncio.gather(*(read() for _ in range(10)))  # connections to both are kept
        replicas.behind[0].process.send_signal(signal.SIGSTOP)
        try:
            reading = []
            for _ in range(60):
                reading.append(asyncio.create_task(read()))
                await asyncio.sleep(0.1)
            await asyncio.gather(*reading)
        finally:
            replicas.behind[0].process.send_signal(signal.SIGCONT)

    slow = [wait for _, wait in waits if wait > 1]
    assert {status for status, _ in waits} == {200}
    assert slow, "nobody was handed to the replica that stands still"
    assert max(slow) <= 5
