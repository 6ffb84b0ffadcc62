"""What is left of a contingency as it is used and given back (PMBOK Guide, 6th ed., 11.7.2.1: reserve analysis).

A share is where money was expected to go, not a limit: a risk may cost more than its share, and then takes from the
whole. What may not happen is that more is used than there is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Draw:
    """Money used, or given back because what it was kept for cannot happen any more."""

    amount: Decimal
    is_release: bool
    risk: str | None = None
    phase: str | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """`remaining` is negative where more was used than the share."""

    share: Decimal
    used: Decimal
    released: Decimal

    @property
    def remaining(self) -> Decimal:
        return self.share - self.used - self.released

    @property
    def overdrawn(self) -> Decimal:
        """What was used beyond the share: it is taken from what is left of the others."""
        return max(-self.remaining, Decimal(0))


def balance(share: Decimal, draws: Iterable[Draw]) -> Balance:
    """What these draws leave of a share."""
    used = released = Decimal(0)
    for draw in draws:
        if draw.is_release:
            released += draw.amount
        else:
            used += draw.amount
    return Balance(share, used, released)


def balances(shares: Mapping[str | None, Decimal], draws: Iterable[Draw], by: str) -> dict[str | None, Balance]:
    """A balance for each share and for whatever was drawn on beside them; `by` is `risk` or `phase`."""
    groups: dict[str | None, list[Draw]] = {name: [] for name in shares}
    for draw in draws:
        groups.setdefault(getattr(draw, by), []).append(draw)
    return {name: balance(shares.get(name, Decimal(0)), own) for name, own in groups.items()}
