"""Who has to review a proposal: by its amount, as the tenant's policy says."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Asked:
    """`count` different persons who hold `role`."""

    role: str
    count: int


@dataclass(frozen=True, slots=True)
class Tier:
    """From `from_amount` with tax in `currency` on, these reviews are needed."""

    currency: str
    from_amount: Decimal
    reviews: tuple[Asked, ...]


USUAL = (Asked("approver", 1),)
"""What is asked where nobody has said otherwise."""


def tier_of(tiers: Sequence[Tier], amount: Decimal, currency: str) -> Tier | None:
    """The highest tier of the currency that the amount reaches; None when it reaches none."""
    reached = [tier for tier in tiers if tier.currency == currency and tier.from_amount <= amount]
    return max(reached, key=lambda tier: tier.from_amount, default=None)


def still_asked(asked: Sequence[Asked], given: Sequence[str]) -> list[Asked]:
    """What is missing when approvals were given in the roles `given`, one for each person."""
    left = [Asked(one.role, one.count - given.count(one.role)) for one in asked]
    return [one for one in left if one.count > 0]


def role_to_give(asked: Sequence[Asked], given: Sequence[str], roles: Sequence[str]) -> str | None:
    """The first role that is still asked for and that the reviewer holds; None when his approval is not asked."""
    return next((one.role for one in still_asked(asked, given) if one.role in roles), None)
