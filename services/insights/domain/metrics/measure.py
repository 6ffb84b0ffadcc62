"""One number of a metric, with everything that it is made from, and how shares, means and percentiles are made."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import fsum
from uuid import UUID

from shared.quant.share import Share

SHARE, COUNT, DAYS, HOURS, MINUTES, SCORE = "share", "count", "days", "hours", "minutes", "score"
"""Units; amounts have their currency as unit. A share is 0 … 1."""
PLACES = 6
"""Decimals that figures are rounded to, half to even; amounts stay as exact as they were told."""

Observation = tuple[UUID, float]
"""What was seen once, and in which opportunity."""


class Left:
    """What is left out of a measure, by the reason."""

    def __init__(self) -> None:
        self.by_reason: dict[str, list[UUID]] = defaultdict(list)

    def out(self, reason: str, opportunity_id: UUID) -> None:
        """One more is left out."""
        self.by_reason[reason].append(opportunity_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One number; `value` is None where there is nothing to make it from, and `reason` says why."""

    part: str
    unit: str
    value: Decimal | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    cases: int = 0
    """How many observations it is made from: opportunities, answers, clocks …"""
    interval: tuple[Decimal, Decimal] | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    """What tells it from others of its part: stage, cohort, currency …"""
    hits: frozenset[UUID] = frozenset()
    """Opportunities in the numerator."""
    counted: frozenset[UUID] = frozenset()
    """Opportunities in the denominator, or that it is the mean, percentile or sum of."""
    excluded: Mapping[str, Sequence[UUID]] = field(default_factory=dict)
    """By reason: the opportunity of each case that was left out."""
    reason: str | None = None
    texts: tuple[tuple[UUID, str], ...] = ()
    """What clients said, with the opportunity."""


def rounded(number: float | Decimal) -> Decimal:
    """A figure as it is shown; the same on every machine."""
    return round(Decimal(repr(number) if isinstance(number, float) else number), PLACES)


def share(
    part: str, hits: Sequence[UUID], counted: Sequence[UUID], left: Left | None = None,
    about: Mapping[str, str] | None = None, *, reason: str = "no_cases",
) -> Measure:  # fmt: skip
    """A share of cases, with Wilson's 95 % interval; each case is named by its opportunity."""
    found = Share(len(hits), len(counted))
    low_high = found.interval
    return Measure(
        part=part,
        unit=SHARE,
        value=None if found.value is None else rounded(found.value),
        numerator=Decimal(found.numerator),
        denominator=Decimal(found.denominator),
        cases=found.denominator,
        interval=low_high and (rounded(low_high[0]), rounded(low_high[1])),
        about=about or {},
        hits=frozenset(hits),
        counted=frozenset(counted),
        excluded=_left(left),
        reason=reason if found.value is None else None,
    )


def ratio(
    part: str, unit: str, numerator: Decimal, denominator: Decimal, *, hits: Iterable[UUID], counted: Iterable[UUID],
    left: Left | None = None, about: Mapping[str, str] | None = None, reason: str = "no_cases",
) -> Measure:  # fmt: skip
    """A sum ÷ a sum."""
    counted = list(counted)
    return Measure(
        part=part,
        unit=unit,
        value=rounded(numerator / denominator) if denominator else None,
        numerator=numerator,
        denominator=denominator,
        cases=len(counted),
        about=about or {},
        hits=frozenset(hits),
        counted=frozenset(counted),
        excluded=_left(left),
        reason=None if denominator else reason,
    )


def total(
    part: str, unit: str, amounts: Iterable[tuple[UUID, Decimal]], left: Left | None = None,
    about: Mapping[str, str] | None = None,
) -> Measure:  # fmt: skip
    """A sum; nothing adds up to nothing."""
    amounts = list(amounts)
    return Measure(
        part=part,
        unit=unit,
        value=sum((amount for _, amount in amounts), Decimal(0)),
        cases=len(amounts),
        about=about or {},
        counted=frozenset(key for key, _ in amounts),
        excluded=_left(left),
    )


def mean(
    part: str, unit: str, seen: Sequence[Observation], left: Left | None = None,
    about: Mapping[str, str] | None = None,
) -> Measure:  # fmt: skip
    """The mean of observations, each of equal weight; summed exactly, so that their order changes nothing."""
    added = fsum(value for _, value in seen)
    return Measure(
        part=part,
        unit=unit,
        value=rounded(added / len(seen)) if seen else None,
        numerator=rounded(added),
        denominator=Decimal(len(seen)),
        cases=len(seen),
        about=about or {},
        counted=frozenset(key for key, _ in seen),
        excluded=_left(left),
        reason=None if seen else "no_cases",
    )


def spread(
    unit: str, seen: Sequence[Observation], left: Left | None = None, about: Mapping[str, str] | None = None
) -> list[Measure]:
    """Median and ninetieth percentile of observations."""
    return percentiles({"p50": 0.5, "p90": 0.9}, unit, seen, left, about)


def percentiles(
    parts: Mapping[str, float], unit: str, seen: Sequence[Observation], left: Left | None = None,
    about: Mapping[str, str] | None = None,
) -> list[Measure]:  # fmt: skip
    """By its part, the value below which such a share of the observations lies.

    PERCENTILE.INC; R. Hyndman and Y. Fan 1996, "Sample Quantiles in Statistical Packages", type 7.
    """
    values, counted, excluded = sorted(value for _, value in seen), frozenset(key for key, _ in seen), _left(left)
    return [
        Measure(
            part=part,
            unit=unit,
            value=_percentile(values, at) if values else None,
            denominator=Decimal(len(values)),
            cases=len(values),
            about=about or {},
            counted=counted,
            excluded=excluded,
            reason=None if values else "no_cases",
        )
        for part, at in parts.items()
    ]


def _percentile(values: Sequence[float], at: float) -> Decimal:
    place = (len(values) - 1) * at
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return rounded(values[below] + (place - below) * (values[above] - values[below]))


def _left(left: Left | None) -> Mapping[str, Sequence[UUID]]:
    return {reason: tuple(keys) for reason, keys in sorted(left.by_reason.items())} if left else {}
