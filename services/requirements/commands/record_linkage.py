"""Record linkage: which requirement of an opportunity a row of a client's file is about."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from services.requirements.models.requirements import Requirement
from services.requirements.schemas.requirements import RequirementWish

_KEPT = ("title", "statement", "kind", "priority", "group", "rationale", "acceptance_criteria", "metric", "size",
         "client_words", "client_code")  # fmt: skip
"""What a row that is about a requirement may change in it."""


class RecordLinkage:
    """Finds the requirement that a row is about: by our code, by the client's, or by its text where no code says it."""

    def __init__(self, requirements: Iterable[Requirement]) -> None:
        self.by_id = {row.id: row for row in requirements}
        self._by_code = {row.code: row for row in self.by_id.values()}
        self._by_client_code: dict[str, list[Requirement]] = defaultdict(list)
        self._by_text: dict[str, list[Requirement]] = defaultdict(list)
        self._taken: set[UUID] = set()
        live = [row for row in self.by_id.values() if row.status != "withdrawn"]
        for row in live:
            self._by_text[_plain(row.statement)].append(row)
            if row.client_code:
                self._by_client_code[row.client_code].append(row)
        for row in self.by_id.values():
            if row.client_code and row.client_code not in self._by_client_code:
                self._by_client_code[row.client_code] = [row]

    @property
    def names(self) -> set[str]:
        """The codes of the client's that one requirement has, and no other."""
        return {code for code, (row, *more) in self._by_client_code.items() if not more and row.status != "withdrawn"}

    def about(self, wish: RequirementWish, *, is_twice: bool = False) -> tuple[Requirement | None, bool]:
        """The requirement that a row is about, and whether only its text says so. Each is given once by its text."""
        if wish.code:
            return self._by_code.get(wish.code), False
        own = self._by_client_code.get(wish.client_code or "", [])
        if len(own) == 1 and not is_twice:
            return own[0], False
        alike = [row for row in self._by_text.get(_plain(wish.statement), []) if row.id not in self._taken]
        alike = [row for row in alike if row in own] if own else [row for row in alike if self._may_be(row, wish)]
        if not alike:
            return None, False
        self._taken.add(alike[0].id)
        return alike[0], not own

    def _may_be(self, row: Requirement, wish: RequirementWish) -> bool:
        """Another code of the client's means another requirement, whatever it says."""
        return not (row.client_code and wish.client_code)

    def changes(self, wish: RequirementWish, suggested: Sequence[str], existing: Requirement) -> dict[str, Any]:
        """What the row says otherwise than the requirement that it is about; what it does not say stays."""
        said = wish.model_dump(mode="json", exclude=set(suggested))
        changes = {
            name: said[name]
            for name in _KEPT
            if name in said and said[name] not in (None, []) and said[name] != getattr(existing, name)
        }
        if wish.depends_on and {self._named(name) for name in wish.depends_on} != set(existing.depends_on):
            changes["depends_on"] = wish.depends_on
        return changes

    def _named(self, name: str) -> UUID | None:
        own = self._by_client_code.get(name, [])
        found = self._by_code.get(name) or (own[0] if len(own) == 1 else None)
        return found.id if found else None


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).rstrip(".。")
