"""What moves the value of a case: one driver at a time, two at once, or a whole scenario."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from services.estimation.domain.economics.business_case import BENEFITS, COSTS, DELAY, RATE, Case
from services.estimation.domain.economics.measures import break_even
from services.estimation.domain.economics.present_value import FigureOutOfRange

_SPAN = 0.2
_POINTS = 0.02
_DELAY = 0.5
_MOST_FACTOR = 100.0
_MOST_DELAY = 100.0


@dataclass(frozen=True, slots=True)
class Span:
    """From where to where a driver is moved."""

    driver: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A driver's bar in the tornado: the net present values at both ends."""

    span: Span
    at_low: float
    at_high: float

    @property
    def swing(self) -> float:
        return abs(self.at_high - self.at_low)


def usual_spans(case: Case) -> tuple[Span, ...]:
    """When nobody asks: each stream a fifth less and more, two points of the rate, half a year of delay."""
    streams = (Span(stream.code, 1 - _SPAN, 1 + _SPAN) for stream in case.streams)
    return (
        *streams,
        Span(RATE, max(case.rate - _POINTS, -0.99), case.rate + _POINTS),
        Span(DELAY, 0.0, _DELAY),
    )


def tornado(case: Case, spans: Sequence[Span]) -> tuple[Bar, ...]:
    """One at a time, the largest swing first; all others as stated."""
    present = case.present(case.rate)
    bars = [
        Bar(span, *(case.value({span.driver: value}, present) for value in (span.low, span.high))) for span in spans
    ]
    return tuple(sorted(bars, key=lambda bar: (-bar.swing, bar.span.driver)))


def two_way(
    case: Case, driver: str, values: Sequence[float], other: str, other_values: Sequence[float]
) -> tuple[tuple[float, ...], ...]:
    """Net present values: a row for each of `values`, in it a column for each of `other_values`."""
    present = case.present(case.rate)
    return tuple(
        tuple(case.value({driver: value, other: second}, present) for second in other_values) for value in values
    )


@dataclass(frozen=True, slots=True)
class Scenario:
    """Several drivers at once, with a probability."""

    name: str
    probability: float
    drivers: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Outlook:
    """The value of each scenario, and what to expect of all of them."""

    values: tuple[float, ...]
    expected: float
    standard_deviation: float
    probability_negative: float


def outlook(case: Case, scenarios: Sequence[Scenario]) -> Outlook:
    """Scenarios whose probabilities add up to 1."""
    values = tuple(case.value(scenario.drivers) for scenario in scenarios)
    weighted = list(zip((scenario.probability for scenario in scenarios), values, strict=True))
    expected = fsum(share * value for share, value in weighted)
    variance = fsum(share * (value - expected) ** 2 for share, value in weighted)
    return Outlook(values, expected, sqrt(variance), fsum(share for share, value in weighted if value < 0))


def break_evens(case: Case) -> dict[str, float | None]:
    """Where the value becomes zero: for each driver, all others as stated; None when it does not within reach.

    Factors from 0 to 100, delay up to 100 years; the rates are the internal rates of return.
    """
    present = case.present(case.rate)
    found = {
        name: _crossing(case.value({name: 0.0}, present), case.value({name: 1.0}, present))
        for name in (*(stream.code for stream in case.streams), BENEFITS, COSTS)
    }
    try:
        found[DELAY] = break_even(lambda years: case.value({DELAY: years}, present), 0.0, _MOST_DELAY)
    except FigureOutOfRange:
        found[DELAY] = None  # a century at a rate near -100 %
    return found


def _crossing(without: float, as_stated: float) -> float | None:
    """The factor at which a value that is `without` at 0 and `as_stated` at 1 is zero: it is linear in a factor."""
    if without == as_stated:
        return None
    factor = without / (without - as_stated)
    return factor if 0 <= factor <= _MOST_FACTOR else None
