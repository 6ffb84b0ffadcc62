"""Fixtures: real PostgreSQL and nats-server for the session, and services with their real transactions."""

import asyncio
import gc
import importlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
import httpx
import hypothesis
import nkeys
import pytest
import sqlalchemy as sa
import structlog
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.embedded import SERVICES, Nats, Postgres, free_port, throwaway_folder
from gateway.links import ISSUERS
from gateway.settings import Settings
from shared.kernel import migrations
from shared.kernel.auth import InternalSigner
from shared.kernel.clock import now
from shared.kernel.context import Context, new_id
from shared.kernel.db import Database
from shared.kernel.messaging.envelope import Envelope, decode, encode
from shared.kernel.messaging.tables import Outbox
from shared.kernel.server import configured
from shared.kernel.settings import Settings as Common

# How long an example takes says how busy this machine is, not whether the code is right.
hypothesis.settings.register_profile("busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("busy")

# The usual form draws every local variable of a traceback, for longer than a test lasts.
plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])


def pytest_collection_finish() -> None:
    """What was imported stays to the end: a tenth of the time went into looking through it for what does not."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


TENANT = "acme"
NOWHERE = "http://127.0.0.1:1"
DIGEST_SECRET = "a secret of this test session only, 32+"
SEED = nkeys.encode_seed(bytes(32), nkeys.PREFIX_BYTE_USER).decode()
"""Of a NATS user that no server knows."""


class KeyPair:
    """An Ed25519 key as PEM."""

    def __init__(self) -> None:
        key = Ed25519PrivateKey.generate()
        self.private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        self.public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


class Keys(KeyPair):
    """The key pair that the gateway of this test session signs internal tokens with, and those of services' links."""

    def __init__(self) -> None:
        super().__init__()
        self.signer = InternalSigner(self.private)
        self.links = {service: KeyPair() for service in ISSUERS}


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """PostgreSQL with the database of every service, migrated to head."""
    with throwaway_folder("presales-pg-") as folder:
        server = Postgres(folder, free_port(), is_durable=False)
        server.start()
        migrated: set[str] = set()

        def url(service: str) -> str:
            if service not in migrated:
                migrations_in_thread(service, server.url(service, f"{service}_owner"))
                migrated.add(service)
            return server.url(service, f"{service}_app")

        server.service_url = url  # type: ignore[attr-defined]
        yield server
        server.kill()  # its folder is thrown away: there is nothing to put in order


def migrations_in_thread(service: str, url: str, to: str = "head") -> None:
    """Migrations run their own event loop, which a test's loop does not allow beside it."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(migrations.upgrade, service, url, to).result()


@pytest.fixture(scope="session")
def broker() -> Iterator[Nats]:
    with throwaway_folder("presales-nats-") as folder:
        server = Nats(folder, free_port())
        server.start()
        yield server
        server.stop()


async def empty(postgres: Postgres, service: str) -> None:
    """Delete all rows of a service's database: cheaper than making it anew, and a failed test's rows can be read."""
    postgres.service_url(service)  # type: ignore[attr-defined]
    connection = await asyncpg.connect(postgres.url(service).replace("+asyncpg", ""))
    try:
        tables = await connection.fetch(
            "select tablename from pg_tables where schemaname = 'public' and tablename <> $1", migrations.VERSIONS
        )
        names = ", ".join(f'"{row[0]}"' for row in tables)
        await connection.execute("set session_replication_role = replica")  # the audit trail refuses deletion
        await connection.execute("".join(f'delete from "{row[0]}";' for row in tables) if names else "")
    finally:
        await connection.close()


class Caller(httpx.AsyncClient):
    """A client of one service that speaks as `subject` with `roles`, as the gateway would pass it on."""

    def as_(self, subject: str, *roles: str, tenant: str = TENANT) -> "Caller":
        """The same service, called by somebody else."""
        return self.other(subject, *roles, tenant=tenant)

    def as_link(self, collection: str, subject: Any, action: str = "answer") -> "Caller":
        """The same service, called by whoever holds the link of `subject`, as the gateway would pass it on."""
        return self.by_link(collection, subject, action)

    async def act(self, path: str, json: Any = None, **headers: str) -> httpx.Response:
        """Read a resource, then POST an action on it with the ETag just seen."""
        resource = path.rsplit("/", 1)[0]
        seen = await self.get(resource)
        return await self.post(path, json=json, headers={"If-Match": seen.headers["ETag"], **headers})


@pytest.fixture(scope="session")
def idle() -> dict[str, list[Any]]:
    """Applications that no test uses now: making the routes of one takes longer than most tests."""
    return defaultdict(list)


@pytest.fixture
def start(postgres: Postgres, keys: Keys, idle: dict[str, list[Any]]) -> Callable[..., Any]:
    """`async with start("risk") as client`: the service on an empty database, without NATS unless told where it is."""

    @asynccontextmanager
    async def run(service: str, *, broker: Nats | None = None, clean: bool = True, **knobs: Any):
        if clean:
            await empty(postgres, service)
        nats_url = broker.url if broker else "nats://127.0.0.1:1"
        knobs = {"nats_user_seed": broker.seed(service) if broker else SEED, **knobs}
        module = importlib.import_module(f"services.{service}.app")
        if service in ISSUERS:
            knobs = {"link_private_key": keys.links[service].private, "digest_secret": DIGEST_SECRET, **knobs}
        if "approval_completeness" in module.Settings.model_fields:
            knobs = {"approval_completeness": 0, **knobs}
        knobs = {"database_url": postgres.service_url(service), **knobs}  # type: ignore[attr-defined]
        settings = module.Settings(
            environment="development",
            nats_url=nats_url,
            internal_public_key=keys.public,
            log_level="error",
            **knobs,
        )
        same = idle[f"{service} {nats_url} {knobs}"]
        app = same.pop() if same else module.build(settings)
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)

            def calling(claims: dict[str, Any]) -> Caller:
                token = keys.signer.token(claims, service)
                caller = Caller(
                    transport=transport,
                    base_url="http://service/v1",
                    headers={"Authorization": f"Bearer {token}"},
                )
                caller.app, caller.other, caller.by_link = app, client, link  # type: ignore[attr-defined]
                caller.speaking = calling  # type: ignore[attr-defined]
                return caller

            def client(subject: str, *roles: str, tenant: str = TENANT) -> Caller:
                return calling({"sub": subject, "tenant": tenant, "roles": roles or ("admin",)})

            def link(collection: str, subject: Any, action: str) -> Caller:
                return calling({"sub": f"link:{subject}", "tenant": TENANT, "scopes": [f"{collection}:{action}"]})

            yield client("ann")
        same.append(app)

    return run


@pytest.fixture(scope="session")
def gateway_settings(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Settings]:
    """`gateway_settings(requirements_url=…)`: of a gateway with a development issuer; other services do not answer."""
    development_key = tmp_path_factory.mktemp("keys") / "development.pem"

    def make(**knobs: Any) -> Settings:
        standard = {f"{service}_url": NOWHERE for service in SERVICES}
        standard |= {f"{service}_link_key": pair.public for service, pair in keys.links.items()}
        standard |= {"environment": "development", "internal_private_key": keys.private, "log_level": "error"}
        return Settings(**(standard | {"development_key": development_key} | knobs))

    return make


@asynccontextmanager
async def serving(app: Any, settings: Common | None = None, *, is_started: bool = False) -> AsyncIterator[str]:
    """`app` on a real port, in this loop; yields its base URL. `is_started` when its lifespan runs already."""
    config = configured(app, settings or Common(), port=free_port(), lifespan="off" if is_started else "on")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    try:
        while not server.started:
            assert not task.done(), task
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{server.config.port}"
    finally:
        server.should_exit = True
        await task


@contextmanager
def statements(of: Database | AsyncEngine) -> Iterator[list[str]]:
    """What requests and events of a service send to the database meanwhile, or whoever uses that engine."""
    sent: list[str] = []
    engine = (of.engine if isinstance(of, Database) else of).sync_engine

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


async def said(database: Database, *types: str, tenant: str = TENANT) -> list[Envelope]:
    """The events in a service's outbox, in order, of these types or all."""
    async with database.transaction(Context(tenant=tenant, actor="test")) as session:
        rows = (await session.scalars(sa.select(Outbox.payload).order_by(Outbox.id))).all()
    events = [decode(row) for row in rows]
    return [event for event in events if not types or event.type in types]


def envelope(event: Any, *, tenant: str = TENANT, actor: str = "ann", sequence: int = 1) -> Envelope:
    """`event` as it would arrive, with an id of its own."""
    context = Context(tenant=tenant, actor=actor)
    return decode(encode(event, context, event_id=new_id(), aggregate_id=new_id(), sequence=sequence, time=now()))


async def eventually(check: Callable[[], Any], within: float = 10.0) -> Any:
    """The first true answer of `check` (a coroutine function). Fails after `within` seconds."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        answer = await check()
        if answer:
            return answer
        if asyncio.get_running_loop().time() > deadline:
            pytest.fail(f"{check} did not come true within {within} s; last answer: {answer!r}")
        await asyncio.sleep(0.02)
