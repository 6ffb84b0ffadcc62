"""The reference of the API: recorded when the code is, shipped with the gateway, the same whichever services answer."""

import gzip
import hashlib
import re
from pathlib import Path

import fastapi_offline
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.routing import Route

from gateway.proxy import CLOSED

POLICY = f"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; {CLOSED}"

_DOCS = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Presales API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/static/swagger-ui.css"><div id="ui"></div>
<script src="/docs/static/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></html>"""
_START = """SwaggerUIBundle({url: "/openapi.json", dom_id: "#ui", deepLinking: true, persistAuthorization: true,
docExpansion: "none", tagsSorter: "alpha", validatorUrl: null});"""
_TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")


class Recorded:
    """A recorded file as an answer: plain or packed, each with an `ETag` of its own, or 304 for who has it."""

    def __init__(self, name: str, media_type: str) -> None:
        self._plain = Path(__file__).with_name(name).read_bytes()
        self._packed = gzip.compress(self._plain, mtime=0)
        self._media_type = media_type
        self._digest = hashlib.sha256(self._plain).hexdigest()[:32]

    async def answer(self, request: Request) -> Response:
        is_packed = bool(_TAKES_GZIP.search(request.headers.get("accept-encoding", "")))
        headers = {
            "ETag": f'"{self._digest}{"-gzip" if is_packed else ""}"',
            "Cache-Control": "public, no-cache",
            "Vary": "Accept-Encoding",
            "Content-Security-Policy": POLICY,
        }
        if self._digest in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if is_packed:
            return Response(self._packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=self._media_type)
        return Response(self._plain, headers=headers, media_type=self._media_type)


def add_reference(app: FastAPI) -> None:
    """`/openapi.json`, the page that shows it and the page that explains each problem."""
    document, problems = Recorded("openapi.json", "application/json"), Recorded("problems.html", "text/html")
    app.router.routes += [Route("/openapi.json", document.answer), Route("/problems", problems.answer)]
    # Only for its copy of Swagger UI: the reference page asks nothing of the outside.
    static = Path(fastapi_offline.__file__).parent / "static"
    app.mount("/docs/static", StaticFiles(directory=static))

    @app.get("/", include_in_schema=False)
    async def index() -> Response:
        return RedirectResponse("/docs")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(_DOCS, headers={"Content-Security-Policy": POLICY})

    @app.get("/docs/start.js", include_in_schema=False)
    async def start() -> Response:
        return PlainTextResponse(_START, media_type="text/javascript")
