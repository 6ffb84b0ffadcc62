"""What makes a baseline, and what changed from one to the next."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_IDENTITY = ("id", "code")
_PARTS = {"constraints": ("id", "name"), "concerns": ("id", "code"), "fits": ("requirement_id", "requirement_code")}
"""The other lists of a snapshot: what identifies an entry, and what people call it."""


def content_hash(snapshot: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a snapshot: equal content gives an equal hash, whatever the order of keys."""
    canonical = json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field before and after."""

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
class PartChange:
    """A constraint, concern or fit verdict that differs: `change` is added, removed or changed."""

    part: str
    label: str
    change: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class BaselineDiff:
    """Codes added and removed, and requirements changed; `unchanged` counts the rest. Then all else that differs."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[RequirementChange, ...]
    unchanged: int
    others: tuple[PartChange, ...]
    opportunity: tuple[FieldChange, ...]


def diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> BaselineDiff:
    """Compare two snapshots, entry by entry by id."""
    old = {requirement["id"]: requirement for requirement in before["requirements"]}
    new = {requirement["id"]: requirement for requirement in after["requirements"]}
    changed = [
        RequirementChange(new[key]["code"], new[key]["title"], fields)
        for key in new
        if key in old and (fields := _changes(old[key], new[key], [one for one in new[key] if one not in _IDENTITY]))
    ]
    about = (before["opportunity"], after["opportunity"])
    return BaselineDiff(
        added=tuple(sorted(new[key]["code"] for key in new.keys() - old.keys())),
        removed=tuple(sorted(old[key]["code"] for key in old.keys() - new.keys())),
        changed=tuple(sorted(changed, key=lambda change: change.code)),
        unchanged=len(new.keys() & old.keys()) - len(changed),
        others=tuple(one for part in _PARTS for one in _part(part, before.get(part, ()), after.get(part, ()))),
        # the stage is moved by the approval itself
        opportunity=_changes(*about, sorted((about[0].keys() | about[1].keys()) - {"stage"})),
    )


def _part(part: str, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[PartChange]:
    key, label = _PARTS[part]
    old, new = {entry[key]: entry for entry in before}, {entry[key]: entry for entry in after}
    found = [PartChange(part, new[one][label], "added", ()) for one in new.keys() - old.keys()]
    found += [PartChange(part, old[one][label], "removed", ()) for one in old.keys() - new.keys()]
    for one in new.keys() & old.keys():
        fields = _changes(old[one], new[one], sorted(old[one].keys() | new[one].keys()))
        if fields:
            found.append(PartChange(part, new[one][label], "changed", fields))
    return sorted(found, key=lambda change: (change.label, change.change))


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], names: Sequence[str]) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    )
