"""The lists of the API: what one item of each weighs."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.contracts.record import openapi

MOST = 2_000
"""Bytes of an item, about: what a row of a table on a screen is made of."""
WHOLE = {
    "listAuditEntries": "before and after are what it is read for, and an entry has no address of its own",
    "listImportRows": "a row of a preview is the requirement that it would become",
}


def lists_of(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The path of every list in pages that asks for nothing, and its operation."""
    for path, operations in document["paths"].items():
        parameters = operations.get("get", {}).get("parameters", ())
        names = {one["name"] for one in parameters}
        if {"limit", "cursor"} <= names and not any(one.get("required") for one in parameters):
            yield path, operations["get"]


def weight_of(item: Any) -> int:
    """Bytes of an item as JSON."""
    return len(json.dumps(item, ensure_ascii=False).encode())


async def too_heavy(client: Any, service: str) -> dict[str, int]:
    """Lists of the service with an item of more than `MOST` bytes, by operation; of rows as they are there now."""
    found = {}
    for path, operation in lists_of(openapi(service)):
        if operation["operationId"] in WHOLE:
            continue
        answer = await client.get(path.removeprefix("/v1"), params={"limit": 200})
        assert answer.status_code == 200, (path, answer.text)
        sizes = [weight_of(one) for one in answer.json()["items"]]
        if max(sizes, default=0) > MOST:
            found[operation["operationId"]] = max(sizes)
    return found


def choices_of(parameter: Mapping[str, Any], document: Mapping[str, Any]) -> list[str] | None:
    """The values that a query parameter of a list takes; None where it takes any."""
    schema = parameter["schema"]
    options = schema.get("anyOf", [schema])
    for option in options:
        named = option["items"] if option.get("type") == "array" else option
        if "$ref" in named:
            named = document["components"]["schemas"][named["$ref"].rsplit("/", 1)[1]]
        if "enum" in named or "const" in named:
            return list(named.get("enum") or [named["const"]])
    return None


OF_THE_ANSWER = {"view", "format", "sort"}
"""Parameters that say what an answer looks like, of which there is one."""
