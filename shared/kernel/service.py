"""One service as a process: API, relay, reconciler and consumers in one event loop.

`python -m shared.kernel.service risk`
"""

import argparse
import asyncio
import importlib.util
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from types import MappingProxyType

import sqlalchemy as sa
import structlog
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.routing import APIRoute
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.kernel import audit_api, migrations
from shared.kernel.auth import SCOPES, InternalVerifier, door, required_scope
from shared.kernel.db import Database
from shared.kernel.http import answer_once, answer_service_problems
from shared.kernel.measuring import OF_TIMERS, Measurements, Measures
from shared.kernel.messaging import Handlers, parking
from shared.kernel.messaging.consumer import Consumer
from shared.kernel.messaging.pruning import Pruner, Prunes
from shared.kernel.messaging.reconcile import Reconciler
from shared.kernel.messaging.relay import Relay
from shared.kernel.messaging.second_look import SecondLook
from shared.kernel.messaging.stream import Stream
from shared.kernel.outages import is_refusal, reason_of
from shared.kernel.seals import Sealer
from shared.kernel.server import serve
from shared.kernel.settings import ServiceSettings
from shared.kernel.tasks import Tasks, regularly
from shared.kernel.telemetry import set_up_logging
from shared.kernel.timers import Timers
from shared.kernel.tracing import end_tracing, start_tracing
from shared.kernel.web import RequestScope, count_from_zero

log = structlog.get_logger()

STOP_SECONDS = 20.0
"""How long a stopping service waits for the events that it is handling."""


def create_app(
    name: str,
    *,
    routers: Sequence[APIRouter],
    settings: ServiceSettings,
    handlers: Sequence[Handlers] = (),
    timers: Timers | None = None,
    measures: Measures = MappingProxyType({}),
    prunes: Mapping[str, Prunes] = MappingProxyType({}),
    summary: str | None = None,
) -> FastAPI:
    """A service: its routes, consumers and timers, and what every service has (health, metrics, parking, audit)."""
    url = settings.database_url.get_secret_value()
    database = Database(url, name=name, pool_size=settings.pool_size, settings=settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        set_up_logging(name, log_format=settings.log_format, level=settings.log_level)
        start_tracing(name, settings)
        stream = Stream(
            settings.nats_url, user=name, seed=settings.nats_user_seed.get_secret_value(), ca=settings.nats_ca
        )
        relay = Relay(database.machinery, stream)
        database.on_commit = relay.wake
        app.state.database, app.state.stream, app.state.tasks = database, stream, Tasks()
        app.state.verifier = InternalVerifier(settings.internal_public_key, name)
        app.state.handlers = {one.durable: one for one in handlers}
        app.state.settings, app.state.timers = settings, timers
        durables = [durable for one in handlers for durable in one.durables]
        of_timers = OF_TIMERS if timers else {}
        app.state.measurements = Measurements(database, stream, durables, {**of_timers, **measures})
        tasks: Tasks = app.state.tasks
        consumers = [Consumer(stream, one, database) for one in handlers]
        reconciler = Reconciler(
            database.machinery,
            stream,
            wake=relay.wake,
            every=settings.reconcile_seconds,
            consumers=consumers,
            keep=settings.keep_events,
        )
        tasks.start("nats", stream.run)
        tasks.start("reconcile", reconciler.run)
        tasks.start("relay", relay.run)
        looking = SecondLook(database, app.state.handlers, stream).look
        tasks.start("second look", partial(regularly, looking, settings.reconcile_seconds))
        tasks.start("pruning", Pruner(database.machinery, settings.keep_events, prunes).run)
        for one, consumer in zip(handlers, consumers, strict=True):
            tasks.start(one.durable, consumer.run)
        key = settings.audit_key
        tasks.start("seals", Sealer(database.machinery, key.get_secret_value() if key else None).run)
        if timers:
            tasks.start("timers", timers.running_on(database))
        log.info("service.started", port=settings.port)
        yield
        for consumer in consumers:
            consumer.stop()
        await tasks.finish([one.durable for one in handlers], STOP_SECONDS)
        await tasks.stop()
        await stream.close()
        await database.close()
        await end_tracing()
        log.info("service.stopped")

    app = FastAPI(
        title=f"Presales: {name}",
        summary=summary,
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,  # to an address that only the gateway can reach
    )
    for router in (*routers, parking.router, audit_api.router):
        note_permissions(router)
        count_from_zero(router)
        app.include_router(router, dependencies=[Depends(answer_once)])
    app.include_router(_health(name))
    answer_service_problems(app)
    app.add_middleware(RequestScope)
    return app


def note_permissions(router: APIRouter) -> None:
    """Note what each route asks for. One without a permission does not start: it would be open to everybody."""

    def asked(dependant: Dependant) -> list[str]:
        own = required_scope(dependant.call)
        return [*([own] if own else []), *chain.from_iterable(map(asked, dependant.dependencies))]

    for route in router.routes:
        if isinstance(route, APIRoute):
            scopes = tuple(asked(route.dependant))
            if not scopes:
                raise RuntimeError(f"{route.path} ({route.name}) has no policy; give it a caller: may(…)")
            SCOPES.update({door(method, route.path): scopes for method in route.methods or ()})


def _health(name: str) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> PlainTextResponse:
        return PlainTextResponse("ok")

    @router.get("/readyz")
    async def readyz(request: Request) -> JSONResponse:
        """200 while the API can serve; `degraded` when only NATS is away, since writes then wait in the outbox."""
        state = request.app.state
        checks = {
            "database": await _database_answer(name, state.database),
            "nats": state.stream.state if not state.stream.is_connected else "; ".join(state.tasks.troubles()) or "ok",
            "tasks": "; ".join(state.tasks.dead()) or "ok",
        }
        is_serving = checks["database"] == "ok" and checks["tasks"] == "ok"
        status = "ready" if is_serving and checks["nats"] == "ok" else "degraded" if is_serving else "down"
        # by the clock of this machine, which tokens are judged by here
        told = {"status": status, "checks": checks, "time": datetime.now(UTC).isoformat()}
        return JSONResponse(told, 200 if is_serving else 503)

    @router.get("/metrics")
    async def metrics(request: Request) -> PlainTextResponse:
        await request.app.state.measurements.take()
        # In a thread: a thousand lines take some milliseconds, in which requests are answered.
        told = await asyncio.to_thread(generate_latest)
        return PlainTextResponse(told.decode(), media_type=CONTENT_TYPE_LATEST)

    return router


async def _database_answer(service: str, database: Database) -> str:
    """`ok` or what is wrong; asked where no request waits: connections that are all taken are not a database away."""
    try:
        async with asyncio.timeout(2), database.anew.connect() as connection:
            if await connection.scalar(sa.text("SHOW transaction_read_only")) == "on":
                return "only reads"  # a standby, a disk that is full, an operator's switch
            schema = await migrations.schema_of(connection)
    except (OSError, TimeoutError, sa.exc.SQLAlchemyError) as error:
        return reason_of(error) if is_refusal(error) else f"does not answer: {reason_of(error)}"
    head = migrations.head_of(service)
    return "ok" if schema.serves(head) else f"at revision {schema}, this code wants {head}"


def main() -> None:
    """Run the service that the command line names until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m shared.kernel.service", description=__doc__)
    parser.add_argument("service", help="which one to run; its settings are in docs/settings.md")
    name = parser.parse_args().service
    if importlib.util.find_spec(f"services.{name}") is None:
        parser.error(f"there is no service {name!r}")
    module = importlib.import_module(f"services.{name}.app")
    settings = module.Settings.from_env(deployable=name)
    app: FastAPI = module.build(settings)
    serve(app, settings)


if __name__ == "__main__":
    main()
