"""The gateway: the one public door.

Checks who calls, routes `/v1/<collection>` to its service, composes the few reads that span services, and serves the
API reference. It has no data of its own.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import fastapi_offline
import httpx
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from prometheus_client import start_http_server
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from gateway import openapi, overview
from gateway.development import DevelopmentIssuer
from gateway.identity import AccessTokens, InternalTokens, jwks_from
from gateway.proxy import Proxy
from gateway.settings import SERVICES, Settings
from shared.problems import Problem
from shared.server import serve
from shared.telemetry import set_up_logging
from shared.web import answer_problems

_DOCS = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Presales API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/static/swagger-ui.css"><div id="ui"></div>
<script src="/docs/static/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></html>"""
_START = """SwaggerUIBundle({url: "/openapi.json", dom_id: "#ui", deepLinking: true, persistAuthorization: true,
docExpansion: "none", tagsSorter: "alpha", validatorUrl: null});"""
_POLICY_OF_CLIENT = "default-src 'self'; img-src 'self' data:"
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"


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
    app.include_router(overview.router)
    _add_pages(app, settings)
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


def _add_pages(app: FastAPI, settings: Settings) -> None:
    # Only for its copy of Swagger UI: the reference page asks nothing of the outside.
    static = Path(fastapi_offline.__file__).parent / "static"
    app.mount("/docs/static", StaticFiles(directory=static))

    # The page behind a link for clients: script and style are our own; the logo comes with the token, as data.
    pages = Path(__file__).parent / "client"
    app.mount("/client/", StaticFiles(directory=pages))

    @app.get("/client", include_in_schema=False)
    async def client() -> Response:
        return FileResponse(pages / "index.html", headers={"Content-Security-Policy": _POLICY_OF_CLIENT})

    @app.get("/", include_in_schema=False)
    async def index() -> Response:
        return RedirectResponse("/docs")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(_DOCS, headers={"Content-Security-Policy": _POLICY})

    @app.get("/docs/start.js", include_in_schema=False)
    async def start() -> Response:
        return PlainTextResponse(_START, media_type="text/javascript")

    @app.get("/openapi.json", include_in_schema=False)
    async def document(request: Request) -> Response:
        return JSONResponse(await openapi.merged(request.app.state.client, settings, app.openapi()))

    @app.get("/problems", include_in_schema=False)
    async def problems(request: Request) -> Response:
        page = await openapi.problems_page(request.app.state.client, settings)
        return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})


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
    configured = Settings.from_env()
    serve(build(configured), configured)
