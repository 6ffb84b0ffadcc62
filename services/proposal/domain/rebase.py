"""A three-way merge: what persons changed in a draft is kept when what it was drafted from moves on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

Fields = Mapping[str, Any]
"""One thing with an `id`, as JSON."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a rebase did with one thing.

    `added` and `removed` follow the new draft, `taken` is a field that nobody had changed, `kept` one whose change by a
    person stands although the draft says something else now, `left_out` what a person had deleted and the draft still
    has, `bridged` the links of a task that waited for a removed one.
    """

    kind: str
    id: str
    field: str | None = None
    old: Any = None
    new: Any = None
    part: str = "tasks"
    """The list that it is in."""


def rebased(
    base: Sequence[Fields], mine: Sequence[Fields], theirs: Sequence[Fields]
) -> tuple[list[dict[str, Any]], list[Change]]:
    """`mine`, made from `base`, brought to `theirs`: in the order of `theirs`, then what is only in `mine`."""
    before, own = _by_id(base), _by_id(mine)
    merged: list[dict[str, Any]] = []
    changes: list[Change] = []
    for new in theirs:
        key = new["id"]
        if key not in own:
            if key in before:
                changes.append(Change("left_out", key))
            else:
                changes.append(Change("added", key))
                merged.append(dict(new))
            continue
        one, told = _merged(before.get(key, {}), own[key], new)
        merged.append(one)
        changes += told
    still = _by_id(theirs)
    for extra in mine:
        if extra["id"] in still:
            continue
        if extra["id"] in before:
            changes.append(Change("removed", extra["id"]))
        else:
            merged.append(dict(extra))
    return merged, changes


def _merged(base: Fields, mine: Fields, theirs: Fields) -> tuple[dict[str, Any], list[Change]]:
    one, changes = dict(theirs), []
    for name, value in mine.items():
        new = theirs.get(name)
        if value == new:
            continue
        if name in base and value == base[name]:
            changes.append(Change("taken", theirs["id"], name, value, new))
        else:
            one[name] = value
            # What the draft says is no news where it says what it said before.
            if name not in base or base[name] != new:
                changes.append(Change("kept", theirs["id"], name, value, new))
    return one, changes


def _by_id(things: Sequence[Fields]) -> dict[str, Fields]:
    return {one["id"]: one for one in things}


def bridged(tasks: Sequence[Fields], gone: Mapping[str, Fields]) -> tuple[list[dict[str, Any]], list[Change]]:
    """Tasks whose links to a `gone` one lead to what that one waited for, so that the order of the rest stays."""
    waits = {
        key: [link["predecessor"] for link in one["links"] if link["predecessor"] in gone] for key, one in gone.items()
    }
    standing: dict[str, list[Fields]] = {}

    def through(links: Sequence[Fields]) -> list[Fields]:
        found = [one for link in links for one in standing.get(link["predecessor"], [link])]
        return list({(link["predecessor"], link["kind"]): link for link in reversed(found)}.values())[::-1]

    for key in TopologicalSorter(waits).static_order():
        standing[key] = through(gone[key]["links"])
    kept, changes = [], []
    for one in tasks:
        links = through(one["links"])
        if links != one["links"]:
            changes.append(Change("bridged", one["id"], "links", one["links"], links))
        kept.append({**one, "links": links})
    return kept, changes
