"""One OpenAPI 3.1 document and one catalogue of problems, merged from what the services say of themselves."""

import asyncio
import html
import json
from typing import Any

import httpx

from gateway.routes import OPERATED
from gateway.settings import SERVICES, Settings
from shared.problems import CATALOGUE

_PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details",
    "required": ["type", "title", "status", "detail", "instance", "code", "errors", "trace_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string", "description": "stable; the programme's key"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "trace_id": {"type": "string"},
    },
}
_METHODS = ("get", "post", "put", "patch", "delete")


async def _from_services(client: httpx.AsyncClient, settings: Settings, path: str) -> dict[str, Any]:
    """What each service answers at `path`; one that does not answer is left out."""

    async def ask(service: str) -> Any:
        try:
            answer = await client.get(settings.upstream(service) + path, timeout=5)
            return answer.raise_for_status().json()
        except httpx.HTTPError:
            return None

    answers = await asyncio.gather(*map(ask, SERVICES))
    return {service: answer for service, answer in zip(SERVICES, answers, strict=True) if answer is not None}


async def merged(client: httpx.AsyncClient, settings: Settings, own: dict[str, Any]) -> dict[str, Any]:
    """The whole API as one document. Schemas of one name that differ are told apart by their service's name."""
    documents = await _from_services(client, settings, "/openapi.json")
    result: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "Presales",
            "version": "1",
            "summary": "From a client's problem to a signed proposal: requirements, estimate, risk, proposal.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": {},
        "components": {
            "schemas": {"Problem": _PROBLEM},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }
    schemas = result["components"]["schemas"]
    for service, document in {**documents, "gateway": own}.items():
        renamed = _renamed(service, document, schemas)
        schemas.update(renamed.get("components", {}).get("schemas", {}))
        for path, item in renamed["paths"].items():
            result["paths"].update(_placed(service, path, item))
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    result["paths"] = dict(sorted(result["paths"].items()))
    if len(documents) < len(SERVICES):
        result["x-missing"] = [service for service in SERVICES if service not in documents]
    return result


def _renamed(service: str, document: dict[str, Any], taken: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(document)
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        if name in taken and taken[name] != schema:
            own = f"{service.capitalize()}{name}"
            text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{own}"')
            text = text.replace(f'"{name}": {json.dumps(schema)}', f'"{own}": {json.dumps(schema)}')
    renamed: dict[str, Any] = json.loads(text)
    return renamed


def _placed(service: str, path: str, item: dict[str, Any]) -> dict[str, Any]:
    """A path where the gateway serves it, with the problems that it may answer."""
    problem = {
        "description": "A problem, explained in English or Chinese",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    is_operated = service != "gateway" and path.startswith(tuple(f"/v1/{name}" for name in OPERATED))
    for method in _METHODS:
        if method in item:
            operation = item[method]
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = problem
            if is_operated:
                operation["operationId"] += f"Of{service.capitalize()}"
    return {path.replace("/v1/", f"/v1/ops/{service}/", 1) if is_operated else path: item}


async def problems_page(client: httpx.AsyncClient, settings: Settings) -> str:
    """Every problem code as a page with an anchor each: where the `type` of a problem points."""
    catalogues = await _from_services(client, settings, "/problems.json")
    entries: dict[str, Any] = {
        code: {"status": kind.status, "title": kind.title, "en": kind.en, "zh": kind.zh}
        for code, kind in CATALOGUE.items()
    }
    for catalogue in catalogues.values():
        entries.update(catalogue)
    rows = "".join(
        f'<tr id="{code}"><td><code>{code}</code></td><td>{entry["status"]}</td>'
        f"<td><b>{html.escape(entry['title'][0])}</b><br>{html.escape(entry['en'])}</td>"
        f"<td><b>{html.escape(entry['title'][1])}</b><br>{html.escape(entry['zh'])}</td></tr>"
        for code, entry in sorted(entries.items())
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Problems</title>'
        "<style>body{font:15px system-ui;margin:2rem auto;max-width:70rem;padding:0 1rem}"
        "table{border-collapse:collapse}"
        "td,th{border-bottom:1px solid #ddd;padding:.5rem;text-align:left;vertical-align:top}"
        "tr:target{background:#fff3c4}</style><h1>Problems</h1><p>What <code>type</code> and <code>code</code> of a "
        "problem+json answer mean. 错误代码说明。</p>"
        "<table><tr><th>code</th><th>status</th><th>English</th><th>中文</th></tr>"
        f"{rows}</table></html>"
    )
