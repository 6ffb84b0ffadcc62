"""What makes a baseline, and what changed from one to the next."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_COMPARED = (
    "title", "statement", "kind", "priority", "group", "acceptance_criteria", "metric", "size", "depends_on",
)  # fmt: skip


def content_hash(snapshot: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a snapshot: equal content gives an equal hash, whatever the order of keys."""
    canonical = json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of a requirement before and after."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class RequirementChange:
    """A requirement that is in both baselines and differs."""

    code: str
    title: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class BaselineDiff:
    """Codes added and removed, and requirements changed; `unchanged` counts the rest."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[RequirementChange, ...]
    unchanged: int


def diff(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> BaselineDiff:
    """Compare the requirements of two snapshots by id."""
    old = {requirement["id"]: requirement for requirement in before}
    new = {requirement["id"]: requirement for requirement in after}
    changed = [
        RequirementChange(new[key]["code"], new[key]["title"], fields)
        for key in new
        if key in old and (fields := _changes(old[key], new[key]))
    ]
    return BaselineDiff(
        added=tuple(sorted(new[key]["code"] for key in new.keys() - old.keys())),
        removed=tuple(sorted(old[key]["code"] for key in old.keys() - new.keys())),
        changed=tuple(sorted(changed, key=lambda change: change.code)),
        unchanged=len(new.keys() & old.keys()) - len(changed),
    )


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(name, before.get(name), after.get(name))
        for name in _COMPARED
        if before.get(name) != after.get(name)
    )
