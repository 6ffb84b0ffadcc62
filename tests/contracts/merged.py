"""The one OpenAPI 3.1 document of the gateway, merged from what the services say of themselves.

Services do not know each other, so they give different things one name, and FastAPI gives long names to what two
modules of one service call alike. Here each shape gets one short name, and every reference follows it.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gateway.routes import OPERATED

Document = dict[str, Any]
Key = tuple[str, str]
"""A service and the name that it gives one of its schemas."""

_REFERENCE = re.compile(r"#/components/schemas/([\w.-]+)")
_TEXT = {"type": "string"}
_PROBLEM = {
    "title": "Problem",
    "type": "object",
    "description": "RFC 9457 problem details",
    "required": ["type", "title", "status", "detail", "instance", "code", "errors", "trace_id"],
    "properties": {
        "type": _TEXT | {"description": "the page that explains the code"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "instance": _TEXT,
        "code": _TEXT | {"description": "stable; the programme's key"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
        "trace_id": _TEXT,
    },
}
_FIELD_ERROR = {
    "title": "FieldError",
    "type": "object",
    "description": "what is wrong with one field",
    "required": ["pointer", "code", "message"],
    "properties": {
        "pointer": _TEXT | {"description": "JSON pointer to the field"},
        "code": _TEXT,
        "message": _TEXT,
    },
}
_ANSWER = {
    "description": "A problem, explained in English or Chinese",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_OF_FRAMEWORK = ("HTTPValidationError", "ValidationError")
"""What FastAPI says a refused request gets; it gets a `Problem`."""


def merged(documents: Mapping[str, Document]) -> Document:
    """The whole API as one document, from that of each service and of the gateway, by name.

    Raises `ValueError` when two of them serve one path or give one operation id.
    """
    documents = {service: _without_validation_errors(document) for service, document in documents.items()}
    schemas = {
        (service, name): schema
        for service, document in documents.items()
        for name, schema in document["components"]["schemas"].items()
    }
    names = names_of(schemas)
    paths: Document = {}
    for service, document in documents.items():
        for path, item in document["paths"].items():
            place, operations = _placed(service, path, walked(item, lambda name, of=service: names[of, name]))
            if place in paths:
                raise ValueError(f"{place} is served twice")
            paths[place] = operations
    shown = {"Problem": _PROBLEM, "FieldError": _FIELD_ERROR}
    for (service, name), schema in schemas.items():
        shown[names[service, name]] = walked(schema, lambda name, of=service: names[of, name]) | {
            "title": names[service, name]
        }
    ids = [operation["operationId"] for item in paths.values() for operation in item.values()]
    if twice := {name for name in ids if ids.count(name) > 1}:
        raise ValueError(f"operations of one id: {sorted(twice)}")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Presales",
            "version": "1",
            "summary": "From a client's problem to a signed proposal: requirements, estimate, risk, proposal.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(shown.items())),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def walked(node: Any, named: Callable[[str], str]) -> Any:
    """A copy of part of a document in which each schema that is referred to is called what `named` says."""
    match node:
        case dict():
            return {key: walked(value, named) for key, value in node.items()}
        case list():
            return [walked(value, named) for value in node]
        case str() if found := _REFERENCE.fullmatch(node):
            return f"#/components/schemas/{named(found[1])}"
        case _:
            return node


def names_of(schemas: Mapping[Key, Document]) -> dict[Key, str]:
    """A short name for each schema: one for all of one name and shape, and no two shapes have the same.

    A plain name is for whoever alone wants it, or alone shares it between services. The others give way together, to
    the name of their module or service: no name depends on which service comes first.
    """
    members: dict[str, list[Key]] = defaultdict(list)
    for key, shape in _shapes(schemas).items():
        members[shape].append(key)
    wishes = {shape: _wishes(*min(keys, key=_plainness)) for shape, keys in members.items()}
    shared = {shape for shape, keys in members.items() if len({service for service, _ in keys}) > 1}
    names: dict[str, str] = {}
    taken = {"problem", "fielderror"}
    while len(names) < len(members):
        # Generators name files after schemas, on disks that do not tell A from a.
        wanted: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for shape in members.keys() - names.keys():
            wish = next(wishes[shape])
            wanted[wish.lower()].append((shape, wish))
        for lower, wishing in wanted.items():
            rightful = [one for one in wishing if one[0] in shared] or wishing
            if len(rightful) == 1 and lower not in taken:
                names |= rightful
        taken |= {name.lower() for name in names.values()}
    return {key: names[shape] for shape, keys in members.items() for key in keys}


def _parts(name: str) -> tuple[str, str, str]:
    """The module, the name and the variant in what FastAPI calls a schema."""
    found = re.fullmatch(r"(?:(?:[a-z_]+__)?([a-z_]+)__)?(\w+?)(?:-(Input|Output))?", name)
    if found is None:
        raise ValueError(f"not the name of a schema: {name}")
    module, bare, variant = found.groups(default="")
    return _camel(module), _camel(bare), variant


def _camel(text: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in text.split("_"))


def _plainness(key: Key) -> tuple[bool, str]:
    return key[1].endswith(("-Input", "-Output")), key[1]


def _wishes(service: str, name: str) -> Iterator[str]:
    """What a schema would be called, the shortest first."""
    module, bare, variant = _parts(name)
    for prefix in ("", module, service.capitalize(), service.capitalize() + module):
        yield from (prefix + bare, prefix + bare + variant)
    yield f"{module}{bare}{variant}Of{service.capitalize()}"


def _shapes(schemas: Mapping[Key, Document]) -> dict[Key, str]:
    """A digest of each schema, equal for those of one name that describe the same, however deep.

    What is referred to is compared by its digest of the round before, until no more of them can be told apart: so a
    schema may refer to itself.
    """
    shapes = {key: _parts(key[1])[1] for key in schemas}
    while True:
        finer = _told_apart(schemas, shapes)
        if len(set(finer.values())) == len(set(shapes.values())):
            return finer
        shapes = finer


def _told_apart(schemas: Mapping[Key, Document], shapes: Mapping[Key, str]) -> dict[Key, str]:
    return {
        (service, name): _digest(
            shapes[service, name], walked({**schema, "title": ""}, lambda name, of=service: shapes[of, name])
        )
        for (service, name), schema in schemas.items()
    }


def _digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _without_validation_errors(document: Document) -> Document:
    schemas = document.get("components", {}).get("schemas", {})
    kept = {name: schema for name, schema in schemas.items() if name not in _OF_FRAMEWORK}
    paths = {
        path: {
            method: operation
            | {"responses": {code: said for code, said in operation["responses"].items() if code != "422"}}
            for method, operation in item.items()
        }
        for path, item in document["paths"].items()
    }
    return {"paths": paths, "components": {"schemas": kept}}


def _placed(service: str, path: str, item: Document) -> tuple[str, Document]:
    """A path where the gateway serves it, with the problems that it may answer."""
    is_operated = service != "gateway" and path.startswith(tuple(f"/v1/{name}" for name in OPERATED))
    suffix = f"Of{service.capitalize()}" if is_operated else ""
    operations = {
        method: operation
        | {
            "operationId": operation["operationId"] + suffix,
            "responses": operation["responses"] | {"default": _ANSWER},
        }
        for method, operation in item.items()
    }
    return path.replace("/v1/", f"/v1/ops/{service}/", 1) if is_operated else path, operations
