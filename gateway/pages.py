"""Pages that the gateway serves: the one behind links for clients, and the console. Both use the public API alone.

Scripts and styles are our own files, and nothing else may run; pictures come with a token, as data.
"""

import json
from ipaddress import ip_address
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles

from gateway.development import PEOPLE, PERSONS, DevelopmentIssuer
from gateway.proxy import CLOSED
from shared.language import labels

POLICY = f"default-src 'self'; img-src 'self' data:; {CLOSED}"
_FOLDER = Path(__file__).parent
_WORDS = {
    "kind": labels.KINDS,
    "state": labels.STATES,
    "action": labels.ACTIONS,
    "role": labels.ROLES,
    "other": labels.OTHERS,
}


def add_pages(app: FastAPI, issuer: DevelopmentIssuer | None) -> None:
    """`/client` and `/console`; with an `issuer` of development, whom somebody at this machine may be."""
    _add_page(app, "client")
    _add_page(app, "console")
    words = f"// What the API's codes are called in Chinese.\nexport const LABELS = {json.dumps(_WORDS)};\n"

    @app.get("/console/labels.js", include_in_schema=False)
    async def console_labels() -> Response:
        return PlainTextResponse(words, media_type="text/javascript", headers={"Cache-Control": "no-cache"})

    @app.get("/console/people", include_in_schema=False)
    async def people(request: Request) -> Response:
        """Persons of the development issuer with a token each; nobody in production, nor for another machine."""
        found = []
        if issuer and _is_here(request):
            found = [
                {**PERSONS[name], "roles": roles, "token": issuer.token(name, *roles)} for name, roles in PEOPLE.items()
            ]
        return JSONResponse({"people": found}, headers={"Cache-Control": "no-store"})

    app.mount("/client/", StaticFiles(directory=_FOLDER / "client"))
    app.mount("/console/", StaticFiles(directory=_FOLDER / "console"))


def _add_page(app: FastAPI, name: str) -> None:
    @app.get(f"/{name}", include_in_schema=False)
    @app.get(f"/{name}/", include_in_schema=False)
    async def page() -> Response:
        return FileResponse(_FOLDER / name / "index.html", headers={"Content-Security-Policy": POLICY})


def _is_here(request: Request) -> bool:
    """Whether somebody at this machine asks, by a name of this machine: one of the outside may be led here."""
    asked, host = request.url.hostname or "", request.client.host if request.client else ""
    return asked in {"localhost", "127.0.0.1", "::1"} and _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
