"""What is wrong on the wire itself: broken-off, endless, slow, doubled and contradictory requests, by plain sockets."""

import asyncio
import json
import time
from contextlib import asynccontextmanager

import pytest

from gateway.app import build
from shared.kernel.server import configured
from tests.conftest import Common, serving
from tests.support.gateway.pages import bearer

BODY = b'{"name": "half a bank"}'


class Wire:
    """One connection, spoken to in bytes."""

    @classmethod
    async def to(cls, url):
        self = cls()
        host, port = str(url).removeprefix("http://").rstrip("/").split(":")
        self.reader, self.writer = await asyncio.open_connection(host, int(port))
        return self

    async def say(self, *parts):
        self.writer.write(b"".join(parts))
        await self.writer.drain()

    async def hear(self, within=10):
        """The next answer: its status, headers and body; None when the connection is closed."""
        async with asyncio.timeout(within):
            try:
                head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            except (asyncio.IncompleteReadError, ConnectionResetError):
                return None
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
            return int(head[0].split()[1]), headers, json.loads(body) if "json" in headers["content-type"] else body

    async def is_closed(self, within=10):
        """Whether the other side ends the connection, with nothing more to say."""
        async with asyncio.timeout(within):
            try:
                return await self.reader.read() == b""
            except ConnectionResetError:
                return True

    def leave(self):
        self.writer.transport.abort()


@pytest.fixture
async def wires():
    """`await wires(url)`: a connection, closed after the test."""
    made = []

    async def connect(url):
        made.append(await Wire.to(url))
        return made[-1]

    yield connect
    for one in made:
        one.leave()
    await asyncio.sleep(0)


@pytest.fixture
def door(gateway_settings):
    """`async with door() as url`: the gateway with no service behind it."""

    @asynccontextmanager
    async def run(**knobs):
        settings = gateway_settings(**knobs)
        async with serving(build(settings), settings) as url:
            yield url

    return run


@pytest.fixture
def service(start):
    """`async with service() as (url, client)`: the requirements service on a port of its own."""

    @asynccontextmanager
    async def run(**knobs):
        async with start("requirements") as client:
            settings = Common(environment="development", **knobs)
            async with serving(client.app, settings, is_started=True) as url:
                yield url, client

    return run


def head(method="GET", path="/v1/nowhere", *lines):
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *lines, "", ""]).encode()


def authorized(token):
    return f"Authorization: Bearer {token}"


@pytest.mark.parametrize("framing", [f"Content-Length: {len(BODY) + 1}", "Transfer-Encoding: chunked"])
async def test_a_request_that_is_broken_off_is_not_executed(gateway, issuer, wires, framing):
    token = issuer.token("lin", "presales")
    sent = BODY if "Length" in framing else f"{len(BODY):x}\r\n".encode() + BODY + b"\r\n"
    async with gateway() as client:
        wire = await wires(client.base_url)
        await wire.say(head("POST", "/v1/clients", authorized(token), "Content-Type: application/json", framing), sent)
        await client.get("/livez")
        wire.leave()
        await asyncio.sleep(0.3)
        kept = (await client.get("/v1/clients", headers=bearer(token))).json()["items"]

    assert kept == []


async def test_a_service_does_not_execute_what_is_broken_off_either(service, wires):
    async with service() as (url, client):
        token = client.headers["Authorization"].removeprefix("Bearer ")
        wire = await wires(url)
        await wire.say(head("POST", "/v1/clients", authorized(token), "Content-Type: application/json", "Content-Length: 50"), BODY)  # fmt: skip
        await client.get("/clients")
        wire.leave()
        await asyncio.sleep(0.3)

        assert (await client.get("/clients")).json()["items"] == []


LONG = {
    "a header": [b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: "],
    "the name of a header": [b"GET /livez HTTP/1.1\r\nHost: x\r\n"],
    "many headers": [b"GET /livez HTTP/1.1\r\n", b"X-N: 1\r\n" * 1000],
    "an address": [b"GET /"],
    "empty lines before": [b"\r\n" * 500],
    "a trailer": [b"POST /v1/nowhere HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Long: "],
    "a chunk's extension": [b"POST /v1/nowhere HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;x="],
}


@pytest.mark.parametrize("what", LONG)
async def test_a_head_without_end_is_refused_at_its_limit_and_costs_little(door, wires, what):
    first, *repeated = LONG[what]
    more = repeated[0] * 8 if repeated else (first * 64 if what == "empty lines before" else b"x" * 65_536)
    async with door() as url:
        wire = await wires(url)
        before = time.thread_time()
        sent = 0
        try:
            await wire.say(first)
            while sent < 100 * 1024 * 1024 and not wire.reader.at_eof() and not wire.reader._buffer:
                await wire.say(more)
                sent += len(more)
                await asyncio.sleep(0)
            answer = await wire.hear()
        except ConnectionError:
            answer = None
        cost = time.thread_time() - before

    status = answer and answer[0]
    assert status in ({431, 401} if "chunk" in what or "trailer" in what else {431})
    assert sent < 1024 * 1024
    assert cost < 1


async def test_a_whole_head_over_the_limit_is_refused_in_the_callers_language(door, wires):
    async with door(header_limit_bytes=2000) as url:
        wire = await wires(url)
        await wire.say(head("GET", "/livez", "Accept-Language: zh", f"X-Long: {'x' * 3000}"))
        status, headers, problem = await wire.hear()
        other = await wires(url)
        await other.say(head("GET", "/livez", f"X-Long: {'x' * 1500}"))
        whole = await other.hear()

    assert (status, problem["code"], problem["status"]) == (431, "headers_too_large", 431)
    assert problem["detail"] == "网址与请求头合计最多 2000 字节。"
    assert headers["content-type"] == "application/problem+json"
    assert headers["connection"] == "close"
    assert whole[0] == 200


async def test_half_requests_do_not_stay_open(door, wires):
    halves = [b"G", b"GET /livez HTTP/1.1\r\nHost: x\r\n", head("POST", "/v1/nowhere", "Content-Length: 9") + b"half"]
    async with door(receive_seconds=3) as url:
        many = [await wires(url) for _ in range(60)]
        for place, one in enumerate(many):
            await one.say(halves[place % 3])
        silent = await wires(url)
        answers = [await one.hear() for one in many[:2]]

        assert [(status, problem["code"]) for status, _, problem in answers] == [(408, "request_too_slow")] * 2
        assert all([await one.hear() is None or await one.is_closed() for one in many])
        assert await silent.is_closed()


async def test_bytes_one_by_one_do_not_hold_a_connection(door, wires):
    async with door(receive_seconds=0.5) as url:
        wire = await wires(url)
        started = time.monotonic()
        await wire.say(b"GET /livez HTTP/1.1\r\nX-Slow: ")
        while not wire.reader._buffer and time.monotonic() - started < 30:
            await wire.say(b"x")
            await asyncio.sleep(0.05)
        status, *_ = await wire.hear()

    assert status == 408
    assert time.monotonic() - started < 20


async def test_a_body_may_take_long_while_it_goes_on_coming(gateway, issuer, wires):
    token = issuer.token("lin", "presales")
    large = json.dumps({"name": "x", "padding": "y" * 60_000}).encode()
    async with gateway(receive_seconds=1.5) as client:
        wire = await wires(client.base_url)
        await wire.say(head("POST", "/v1/clients", authorized(token), "Content-Type: application/json", f"Content-Length: {len(large)}"))  # fmt: skip
        for place in range(0, len(large), 6000):
            await wire.say(large[place : place + 6000])
            await asyncio.sleep(0.3)
        status, _, problem = await wire.hear()

    assert (status, problem["code"]) == (422, "invalid")


async def test_a_service_refuses_bodies_and_heads_without_end_itself(service, wires):
    async with service(body_limit_bytes=100_000, header_limit_bytes=10_000, receive_seconds=3) as (url, client):
        token = client.headers["Authorization"].removeprefix("Bearer ")
        post = head("POST", "/v1/clients", authorized(token), "Transfer-Encoding: chunked")
        large, long, half = [await wires(url) for _ in range(3)]
        await large.say(post, *[b"2710\r\n" + b"x" * 10_000 + b"\r\n"] * 11)
        await long.say(head("GET", "/v1/clients", f"X-Long: {'x' * 11_000}"))
        await half.say(post, b"5\r\nhal")
        answers = [await one.hear() for one in (large, long, half)]

    assert [(status, problem["code"]) for status, _, problem in answers] == [
        (413, "too_large"),
        (431, "headers_too_large"),
        (408, "request_too_slow"),
    ]


@pytest.mark.parametrize(
    "header", ["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "Last-Event-ID", "traceparent"]
)
async def test_a_header_that_may_come_once_is_refused_twice(gateway, issuer, wires, header):
    token = authorized(issuer.token("lin", "presales"))
    values = {"Authorization": ["Bearer x", token.removeprefix("Authorization: ")]}.get(header, ['"1"', '"2"'])
    twice = [*([] if header == "Authorization" else [token]), *(f"{header}: {value}" for value in values)]
    async with gateway() as client:
        answers = []
        for lines in (twice, [*twice[:-2], twice[-1], twice[-2]]):
            wire = await wires(client.base_url)
            await wire.say(head("POST", "/v1/clients", *lines, "Content-Length: 0"))
            status, _, problem = await wire.hear()
            answers.append((status, problem["code"]))

    assert answers == [(400, "header_repeated")] * 2


async def test_a_service_refuses_doubled_headers_itself(service, wires):
    async with service() as (url, client):
        token = f"Authorization: {client.headers['Authorization']}"
        wire = await wires(url)
        await wire.say(head("GET", "/v1/clients", token, token))
        status, _, problem = await wire.hear()

    assert (status, problem["code"]) == (400, "header_repeated")


CONTRADICTORY = {
    "two lengths": ["Content-Length: 5", "Content-Length: 6"],
    "a length and chunks": ["Content-Length: 5", "Transfer-Encoding: chunked"],
    "a length that is none": ["Content-Length: -1"],
    "a second host": ["Host: y"],
    "a header in two lines": ["X-A: 1", " 2"],
    "a blank before the colon": ["X-A : 1"],
}


@pytest.mark.parametrize("what", CONTRADICTORY)
async def test_a_request_that_contradicts_itself_is_a_problem(door, wires, what):
    async with door() as url:
        wire = await wires(url)
        await wire.say(head("POST", "/v1/nowhere", *CONTRADICTORY[what]))
        status, headers, problem = await wire.hear()

    assert status == 400
    assert problem["code"] in {"not_http", "header_repeated"}
    assert headers["content-type"] == "application/problem+json"


async def test_nothing_is_answered_by_a_redirect_to_where_nobody_can_go(gateway, issuer, wires):
    token = authorized(issuer.token("root", "admin"))
    async with gateway() as client:
        answers = []
        for path in ("/v1/clients/", "/v1/ops/requirements/parked-events/", "/v1/audit-entries/", "/docs/"):
            wire = await wires(client.base_url)
            await wire.say(head("GET", path, token))
            answers.append(await wire.hear())

    assert [status for status, *_ in answers] == [404] * 4
    assert not any("location" in headers for _, headers, _ in answers)


async def test_an_address_is_limited_before_it_is_known_who_asks(door, wires):
    async with door(rate_limit_per_address=3, rate_window_seconds=3600) as url:
        answers = []
        for number in range(5):
            wire = await wires(url)
            claimed = f"X-Forwarded-For: 10.0.0.{number}"  # believed from nobody unless told so
            await wire.say(head("GET", "/v1/nowhere", authorized("garbage"), claimed))
            answers.append(await wire.hear())

    assert [status for status, *_ in answers] == [401, 401, 401, 429, 429]
    _, headers, problem = answers[-1]
    assert (problem["code"], problem["policy"]) == ("too_many_requests", "address")
    assert headers["ratelimit"] == f'"address";r=0;t={headers["retry-after"]}'
    assert '"address";q=3;w=3600' in headers["ratelimit-policy"]


async def test_a_trusted_proxy_says_whose_address_it_is_and_a_client_before_it_does_not(door, wires):
    async with door(
        rate_limit_per_address=2, rate_window_seconds=3600, trusted_proxies="127.0.0.0/8, 10.1.0.0/16"
    ) as url:
        seen = []
        for path in ("9.9.9.9", "9.9.9.8", "9.9.9.8, 10.1.0.7", "1.1.1.1, 9.9.9.8", "9.9.9.9", "2001:db8::1", "2001:db8::2", "2001:db8::3"):  # fmt: skip
            wire = await wires(url)
            await wire.say(head("GET", "/v1/nowhere", f"X-Forwarded-For: {path}"))
            seen.append((await wire.hear())[0])

    assert seen == [401, 401, 401, 429, 401, 401, 401, 429]


async def test_callers_and_tenants_have_limits_of_their_own(door, issuer, wires):
    async with door(rate_limit=2, rate_limit_per_tenant=3, rate_window_seconds=3600) as url:
        answers = []
        people = [
            ("lin", "demo"),
            ("lin", "demo"),
            ("lin", "demo"),
            ("wang", "demo"),
            ("wang", "demo"),
            ("lin", "acme"),
        ]
        for name, tenant in people:
            wire = await wires(url)
            await wire.say(head("GET", "/v1/nowhere", authorized(issuer.token(name, "viewer", tenant=tenant))))
            answers.append(await wire.hear())

    assert [status for status, *_ in answers] == [404, 404, 429, 404, 429, 404]
    assert [answers[place][2]["policy"] for place in (2, 4)] == ["default", "tenant"]
    assert answers[0][1]["ratelimit"].startswith('"default";r=1;t=')
    assert '"tenant";r=2;t=' in answers[0][1]["ratelimit"]


async def test_a_pipelined_request_over_a_limit_does_not_spoil_the_answer_before(door, wires):
    async with door(header_limit_bytes=2000) as url:
        wire = await wires(url)
        await wire.say(head("GET", "/livez"))
        first = await wire.hear()
        await wire.say(head("GET", "/livez"), head("GET", "/livez", f"X-Long: {'x' * 3000}"))
        second = await wire.hear()

    assert first[0] == 200
    assert second is None or second[0] == 200


def test_every_process_is_served_within_limits():
    config = configured(lambda *_: None, Common())

    assert config.http.keywords["limits"].seconds == 20
    assert (config.ws, config.proxy_headers) == ("none", False)
