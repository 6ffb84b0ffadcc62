"""A metric and its definition."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from services.insights.domain.metrics.case import Case
from services.insights.domain.metrics.measure import Measure
from services.insights.domain.period import Span

Text = tuple[str, str]
"""English and Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric and its definition."""

    key: str
    name: Text
    parts: Mapping[str, Text]
    """What each number is, by its code."""
    formula: Text
    dated_by: Text
    """What puts a case into a period."""
    exclusions: tuple[str, ...]
    """Codes of `reasons.REASONS`."""
    sections: tuple[str, ...]
    """Of the dossier, that it is made from, and `outcome` where it looks at those: who has none is in no number."""
    events: tuple[str, ...]
    measure: Callable[[Sequence[Case], Span], list[Measure]]
    is_of_decided: bool = False
    """It looks at nothing but opportunities that were decided in the period."""
    tells_costs: bool = False
    """Only for callers with `cost:read`."""
