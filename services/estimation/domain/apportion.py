"""Sharing out whole units so that nothing is lost: effort is kept in hundredths of a person-day."""

from collections.abc import Mapping
from math import floor, fsum
from typing import TypeVar

K = TypeVar("K", bound=str)

HUNDREDTHS = 100
"""Units of effort in a person-day: every effort that is added up is a whole number of them."""


def apportioned(units: int, weights: Mapping[K, float]) -> dict[K, int]:
    """`units` ≥ 0 in proportion to `weights`, by largest remainder: the parts add up to `units` exactly.

    The order of `weights` decides nothing: it is lost where parameters are stored. Parts that get nothing are left
    out. Weights must not be negative, nor all zero.
    """
    whole = fsum(weights.values())
    exact = {key: units * weight / whole for key, weight in weights.items()}
    parts = {key: floor(share) for key, share in exact.items()}
    left = units - sum(parts.values())
    for key in sorted(parts, key=lambda key: (parts[key] - exact[key], key))[:left]:
        parts[key] += 1
    return {key: part for key, part in parts.items() if part}


def in_days(units: int) -> float:
    """Hundredths as person-days."""
    return units / HUNDREDTHS
