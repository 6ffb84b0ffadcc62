"""The gateway: the one public door.

Checks who calls, routes `/v1/<collection>` to its service, composes the few reads that span services, and serves the
API reference. It has no data of its own.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from prometheus_client import start_http_server
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from gateway import overview
from gateway.development import DevelopmentIssuer
from gateway.identity import AccessTokens, InternalTokens, jwks_from
from gateway.proxy import Proxy
from gateway.reference import add_reference
from gateway.settings import SERVICES, Settings
from shared.problems import Problem
from shared.server import serve
from shared.telemetry import set_up_logging
from shared.web import answer_problems

_POLICY_OF_CLIENT = "default-src 'self'; img-src 'self' data:"

ROUTERS = (overview.router,)
"""What the gateway answers itself, beside the services."""


def build(settings: Settings) -> ASGIApp:
    """The gateway as an application."""
    keys = DevelopmentIssuer(settings.development_key).jwks if settings.development_key else None
    access = AccessTokens(
        keys or jwks_from(settings.jwks_url or ""),
        issuer=settings.issuer,
        audience=settings.audience,
        link_secret=settings.link_secret.get_secret_value(),
    )
    internal = InternalTokens(settings.internal_private_key.get_secret_value())

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        set_up_logging("gateway", log_format=settings.log_format, level=settings.log_level)
        if settings.metrics_port:
            start_http_server(settings.metrics_port, settings.host)
        await proxy.open()
        async with httpx.AsyncClient() as client:
            app.state.client = client
            yield
        await proxy.close()

    app = FastAPI(title="Presales", version="1", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.settings, app.state.internal = settings, internal
    for router in ROUTERS:
        app.include_router(router)
    add_reference(app)
    _add_client_page(app)
    _add_health(app, settings)
    answer_problems(app, Problem, RequestValidationError, HTTPException)
    proxy = Proxy(app, settings, access, internal)
    origins = [origin.strip() for origin in settings.cors_origins.split(",") if origin.strip()]
    if not origins:
        return proxy
    return CORSMiddleware(
        proxy,
        allow_origins=origins,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["ETag", "Location", "X-Request-ID", "RateLimit", "Retry-After"],
    )


def _add_client_page(app: FastAPI) -> None:
    # The page behind a link for clients: script and style are our own; the logo comes with the token, as data.
    pages = Path(__file__).parent / "client"
    app.mount("/client/", StaticFiles(directory=pages))

    @app.get("/client", include_in_schema=False)
    async def client() -> Response:
        return FileResponse(pages / "index.html", headers={"Content-Security-Policy": _POLICY_OF_CLIENT})


def _add_health(app: FastAPI, settings: Settings) -> None:
    @app.get("/livez", include_in_schema=False)
    async def livez() -> Response:
        return PlainTextResponse("ok")

    @app.get("/readyz", include_in_schema=False)
    async def readyz(request: Request) -> Response:
        """Ready when it can serve; names the services that are not, since the others still answer."""

        async def ask(service: str) -> str:
            try:
                answer = await request.app.state.client.get(settings.upstream(service) + "/readyz", timeout=3)
                status: str = answer.json()["status"]
            except (httpx.HTTPError, ValueError, KeyError):
                return "does not answer"
            return status

        states = dict(zip(SERVICES, await asyncio.gather(*map(ask, SERVICES)), strict=True))
        is_whole = all(state == "ready" for state in states.values())
        return JSONResponse({"status": "ready" if is_whole else "degraded", "services": states})


if __name__ == "__main__":
    argparse.ArgumentParser(
        prog="python -m gateway.app", description=f"{__doc__} Its settings are in docs/settings.md."
    ).parse_args()
    configured = Settings.from_env()
    serve(build(configured), configured)
