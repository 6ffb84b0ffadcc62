"""The gateway: the one public door.

Checks who calls, routes `/v1/<collection>` to its service, composes the few reads that span services, and serves the
API reference. It has no data of its own.
"""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, cast

import httpx
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import Gauge, start_http_server
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from gateway import overview
from gateway.development import DevelopmentIssuer
from gateway.identity import AccessTokens, InternalTokens
from gateway.issuer import IssuerKeys, published_by
from gateway.links import LinkTokens
from gateway.pages import add_pages
from gateway.proxy import Proxy
from gateway.reference import add_reference
from gateway.settings import SERVICES, Settings
from shared.kernel.problems import Problem
from shared.kernel.server import serve
from shared.kernel.telemetry import set_up_logging
from shared.kernel.tracing import end_tracing, start_tracing
from shared.kernel.web import answer_problems

_EXPOSED = (
    "Content-Disposition",
    "Content-Language",
    "ETag",
    "Idempotency-Replayed",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Request-ID",
)
"""What a page of another origin may read of an answer's head."""
_CLOCK_SKEW = Gauge("presales_clock_skew_seconds", "how far a service's clock is ahead of the gateway's", ["upstream"])
for _service in SERVICES:
    _CLOCK_SKEW.labels(_service)
_SKEW_SECONDS = 5.0
"""A difference that is told: tokens bear six times as much."""

ROUTERS = (overview.router,)
"""What the gateway answers itself, beside the services."""


def build(settings: Settings) -> ASGIApp:
    """The gateway as an application."""
    fetch = published_by(settings.issuer, settings.jwks_url)
    development = DevelopmentIssuer(settings.development_key) if settings.development_key else None
    if development:
        fetch = development.jwks
    keys = IssuerKeys(fetch)
    earlier = settings.link_secret.get_secret_value() if settings.link_secret else None
    links = LinkTokens(settings.link_keys, earlier)
    access = AccessTokens(keys, links, settings.claim_paths, issuer=settings.issuer, audience=settings.audience)
    internal = InternalTokens(settings.internal_private_key.get_secret_value())

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        set_up_logging("gateway", log_format=settings.log_format, level=settings.log_level)
        start_tracing("gateway", settings)
        if settings.metrics_port:
            start_http_server(settings.metrics_port, settings.host)
        await proxy.open()
        async with httpx.AsyncClient() as client:
            app.state.client = client
            yield
        await proxy.close()
        await end_tracing()

    app = FastAPI(
        title="Presales",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.settings, app.state.internal, app.state.keys = settings, internal, keys
    for router in ROUTERS:
        app.include_router(router)
    add_reference(app)
    add_pages(app, development)
    _add_health(app, settings)
    answer_problems(app, Problem, RequestValidationError, HTTPException, Exception)
    proxy = Proxy(app, settings, access, internal)
    door: ASGIApp = proxy
    if settings.trusted_proxies:
        door = cast(ASGIApp, ProxyHeadersMiddleware(cast(Any, proxy), settings.trusted_proxies))
    origins = [origin.strip() for origin in settings.cors_origins.split(",") if origin.strip()]
    if not origins:
        return door
    return CORSMiddleware(
        door,
        allow_origins=origins,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=_EXPOSED,
    )


def _add_health(app: FastAPI, settings: Settings) -> None:
    @app.get("/livez", include_in_schema=False)
    async def livez() -> Response:
        return PlainTextResponse("ok")

    @app.get("/readyz", include_in_schema=False)
    async def readyz(request: Request) -> Response:
        """Ready when it can serve; names the services that are not, since the others still answer."""
        answers = await asyncio.gather(*(_asked(request.app.state.client, settings.upstream(one)) for one in SERVICES))
        states = dict(zip(SERVICES, (state for state, _ in answers), strict=True))
        skews = {service: skew for service, (_, skew) in zip(SERVICES, answers, strict=True) if skew is not None}
        for service, skew in skews.items():
            _CLOCK_SKEW.labels(service).set(skew)
        wrong = [service for service, skew in skews.items() if abs(skew) > _SKEW_SECONDS]
        keys: IssuerKeys = request.app.state.keys
        await keys.ask_first()
        checks = {
            "issuer": "does not answer" if keys.failure else "ok",
            "clocks": f"differ: {', '.join(wrong)}" if wrong else "ok",
        }
        is_whole = {*states.values(), *checks.values()} == {"ready", "ok"}
        status = "ready" if is_whole else "degraded"
        return JSONResponse({"status": status, "services": states, "checks": checks, "clock_skew_seconds": skews})


async def _asked(client: httpx.AsyncClient, url: str) -> tuple[str, float | None]:
    """The state of a service, and how far its clock is ahead of ours, in seconds: half of the way is not its fault."""
    asked = time.time()
    try:
        told = (await client.get(f"{url}/readyz", timeout=3)).json()
        middle = (asked + time.time()) / 2
        at = told.get("time")
        return str(told["status"]), round(datetime.fromisoformat(at).timestamp() - middle, 3) if at else None
    except (httpx.HTTPError, ValueError, LookupError):
        return "does not answer", None


if __name__ == "__main__":
    argparse.ArgumentParser(
        prog="python -m gateway.app", description=f"{__doc__} Its settings are in docs/settings.md."
    ).parse_args()
    configured = Settings.from_env(deployable="gateway")
    serve(build(configured), configured)
