"""Whether a schema may follow another within one major version: everything old readers rely on must still be there."""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]


def breaches(old: Schema, new: Schema) -> list[str]:
    """What a reader of `old` would miss or misread in messages of `new`; empty when it may follow."""
    return list(_compare(old, new, old, new, "", frozenset()))


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        schema = root["$defs"][name]
    return schema


def _types(schema: Schema, root: Schema) -> frozenset[str]:
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return frozenset().union(*(_types(_resolved(option, root), root) for option in options))
    kinds = schema.get("type", "any")
    return frozenset([kinds] if isinstance(kinds, str) else kinds)


def _compare(
    old: Schema, new: Schema, old_root: Schema, new_root: Schema, path: str, seen: frozenset[str]
) -> Iterator[str]:
    if old.get("$ref", "") in seen:
        return
    seen |= {old["$ref"]} if "$ref" in old else set()
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    wider = _types(new, new_root) - _types(old, old_root)
    if wider and "any" not in _types(old, old_root):
        yield f"{path or '/'}: may now be {', '.join(sorted(wider))}"
    if "enum" in old and set(new.get("enum", [])) - set(old["enum"]):
        yield f"{path}: has new values"
    if "enum" in old and "enum" not in new:
        yield f"{path}: may now be anything"
    for name, field in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            yield f"{path}/{name}: is gone"
            continue
        if name in old.get("required", []) and name not in new.get("required", []):
            yield f"{path}/{name}: may now be left out"
        yield from _compare(field, new["properties"][name], old_root, new_root, f"{path}/{name}", seen)
    if "items" in old and "items" in new:
        yield from _compare(old["items"], new["items"], old_root, new_root, f"{path}/*", seen)
    for a, b in zip(old.get("anyOf", []), new.get("anyOf", []), strict=False):
        yield from _compare(a, b, old_root, new_root, path, seen)
    if isinstance(old.get("additionalProperties"), dict) and isinstance(new.get("additionalProperties"), dict):
        yield from _compare(
            old["additionalProperties"], new["additionalProperties"], old_root, new_root, f"{path}/*", seen
        )
