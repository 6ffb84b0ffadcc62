"""An item of work, as an event says it.

An item is a *slot* of what it is about: a proposal has one for its way to the client, whatever the next step is. Each
event says all of a slot, and the greatest `place` counts: any order and any repetition end in the same items.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.insights.domain.work import KINDS

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """An event, as work is folded from it."""

    type: str
    opportunity_id: UUID
    time: datetime
    sequence: int
    """Version of what it is about: orders what is told of one thing."""
    data: Data


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done."""

    kind: str
    code: str | None = None
    title: str | None = None
    title_zh: str | None = None
    why: str | None = None
    """In place of the sentence of its kind."""
    why_zh: str | None = None
    owner: str | None = None
    """Whose it is; None for whoever does this kind."""
    roles: list[str] | None = None
    """One of which is needed besides the permission."""
    besides: list[str] | None = None
    """Who may not, since it is their own."""
    blocks: bool | None = None
    """In place of what its kind says."""
    since: str | None = None
    """In place of the moment of the event."""
    due_at: str | None = None
    due_on: str | None = None
    """Its last day, where the tenant works."""
    path: str | None = None
    """In place of that of its kind."""
    path_id: str | None = None
    """In place of the id of what it is about, in the path of its kind."""
    part_of: str | None = None
    """`slot:id` of another item: closed with that one."""


@dataclass(frozen=True, slots=True)
class Note:
    """What an event says of one slot: it is `wanted`, or nothing is to be done."""

    slot: str
    subject_id: str
    opportunity_id: UUID
    place: int
    time: datetime
    wanted: Wanted | None
    code: str | None = None
    """Of what it is about, as another event has told it."""

    def as_row(self) -> dict[str, Any]:
        """The item as its row keeps it, in JSON."""
        row: dict[str, Any] = {
            "slot": self.slot,
            "subject_id": self.subject_id,
            "opportunity_id": str(self.opportunity_id),
            "place": self.place,
            "is_open": self.wanted is not None,
            "code": self.named,
        }
        if self.wanted is None:
            return row
        told = asdict(self.wanted)
        path, path_id = told.pop("path"), told.pop("path_id")
        kind = KINDS[self.wanted.kind]
        told["path"] = path or kind.path.format(path_id or self.subject_id)
        told["blocks"] = kind.blocks if self.wanted.blocks is None else self.wanted.blocks
        told["since"] = self.wanted.since or self.time.isoformat()
        return row | told | {"code": self.named}

    @property
    def named(self) -> str | None:
        return (self.wanted and self.wanted.code) or self.code


def newest(notes: Iterable[Note]) -> list[Note]:
    """One note of each slot: that of the greatest place, with a code that any of them tells."""
    kept: dict[tuple[str, str], Note] = {}
    for note in notes:
        key = note.slot, note.subject_id
        known = kept.get(key, note)
        later = known if known.place >= note.place else note
        kept[key] = replace(later, code=later.named or known.named or note.named)
    return list(kept.values())
