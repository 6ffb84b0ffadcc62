"""Hard limits of the client's that an offer misses, and how far a waiver of one goes."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Missed:
    """A limit that is missed, and what is offered instead.

    The largest amount (budget), the latest day (date, ISO 8601), or the least of a term (validity in days,
    warranty in months, retention as a share, retention_days in days).
    """

    constraint_id: UUID
    kind: str
    name: str
    limit: str
    offered: str

    def is_covered(self, waived: Iterable["Missed"]) -> bool:
        """Whether one of `waived` was given for this very limit, and for an offer that missed it by as much or more."""
        return any(
            (one.constraint_id, one.kind, one.limit) == (self.constraint_id, self.kind, self.limit)
            and self._is_no_worse_than(one)
            for one in waived
        )

    def _is_no_worse_than(self, other: "Missed") -> bool:
        if self.kind == "date":
            return self.offered <= other.offered
        now, then = Decimal(self.offered), Decimal(other.offered)
        return now <= then if self.kind == "budget" else now >= then
