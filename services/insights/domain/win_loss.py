"""What came of opportunities: win rate by number and by amount, reasons, competitors met, final against offered price.

Win rate = won ÷ (won + lost + no decision). What was never decided between sellers (not bid, qualified out,
invalidated, cancelled by the client) is in no rate. Every figure keeps the outcomes that it is made from.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from shared.language.money import Money
from shared.quant.brier_score import Forecast
from shared.quant.share import Share

RESULTS = ("won", "lost", "no_decision", "qualified_out", "not_bid", "invalidated", "cancelled_by_client")
"""In the order in which they are shown."""

DECIDED = ("won", "lost", "no_decision")
"""Results that count in a rate."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one opportunity ended, as far as figures are made of it."""

    opportunity_id: UUID
    result: str
    decided_on: date
    reasons: tuple[str, ...] = ()
    competitor_id: UUID | None = None
    competitor_name: str | None = None
    win_probability: float | None = None
    offered: Money | None = None
    """Price of the last proposal that was submitted, with tax."""
    final: Money | None = None
    """What was agreed with us, with tax."""


Outcomes = tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class AmountRate:
    """Win rate by offered prices of one currency."""

    currency: str
    won: Outcomes
    decided: Outcomes

    @property
    def numerator(self) -> Decimal:
        return amounts(one.offered for one in self.won).get(self.currency, Decimal(0))

    @property
    def denominator(self) -> Decimal:
        return amounts(one.offered for one in self.decided)[self.currency]

    @property
    def value(self) -> Decimal | None:
        """None when all that was offered is nothing."""
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class Rival:
    """Outcomes where one competitor was named: who won, or whom we won against."""

    competitor_id: UUID
    name: str | None
    met: Outcomes

    def count(self, result: str) -> int:
        """So often with this result."""
        return len(of_result(self.met, result))


def of_result(outcomes: Iterable[Outcome], *results: str) -> Outcomes:
    """Those that ended so."""
    return tuple(one for one in outcomes if one.result in results)


def by_result(outcomes: Sequence[Outcome]) -> Mapping[str, Outcomes]:
    """Outcomes by result, as far as there are any."""
    others = sorted({one.result for one in outcomes} - set(RESULTS))
    found = {name: of_result(outcomes, name) for name in (*RESULTS, *others)}
    return {name: own for name, own in found.items() if own}


def win_rate(outcomes: Iterable[Outcome]) -> Share:
    """Won ÷ (won + lost + no decision), by number."""
    decided = of_result(outcomes, *DECIDED)
    return Share(len(of_result(decided, "won")), len(decided))


def amount_rates(outcomes: Iterable[Outcome]) -> tuple[AmountRate, ...]:
    """The win rate by what was offered, for each currency by itself.

    Won ones count with the offered price too, not the final one: so numerator and denominator measure the same.
    """
    found: dict[str, list[Outcome]] = defaultdict(list)
    for one in of_result(outcomes, *DECIDED):
        if one.offered:
            found[one.offered.currency].append(one)
    return tuple(AmountRate(name, of_result(found[name], "won"), tuple(found[name])) for name in sorted(found))


def amounts(prices: Iterable[Money | None]) -> Mapping[str, Decimal]:
    """The sum of prices by currency. It may be more than a single price can be, so that it is no `Money`."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for price in prices:
        if price:
            found[price.currency] += price.amount
    return {currency: found[currency] for currency in sorted(found)}


def reasons(outcomes: Iterable[Outcome]) -> Sequence[tuple[str, int]]:
    """How many outcomes name a reason, the most frequent first. An outcome may name several."""
    counted = Counter(reason for one in outcomes for reason in set(one.reasons))
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def rivals(outcomes: Iterable[Outcome]) -> tuple[Rival, ...]:
    """Competitors that were named, the most often met first, each by its name of the latest outcome."""
    met: dict[UUID, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        if one.competitor_id:
            met[one.competitor_id].append(one)
    found = (Rival(key, _latest(own).competitor_name, tuple(own)) for key, own in met.items())
    return tuple(sorted(found, key=lambda one: (-len(one.met), one.name or "", one.competitor_id)))


def repriced(outcomes: Iterable[Outcome]) -> Outcomes:
    """Won ones whose final price can be set against the offered one."""
    return tuple(one for one in of_result(outcomes, "won") if _ratio(one) is not None)


def mean_price_ratio(outcomes: Iterable[Outcome]) -> Decimal | None:
    """Mean of final ÷ offered price over won outcomes, each of equal weight; 1 where nothing was given away."""
    ratios = [ratio for one in of_result(outcomes, "won") if (ratio := _ratio(one)) is not None]
    return sum(ratios, Decimal(0)) / len(ratios) if ratios else None


def forecasts(outcomes: Iterable[Outcome]) -> tuple[Forecast, ...]:
    """Win probabilities with what came: won, or not (lost, no decision). Without a probability there is no forecast."""
    return tuple(
        Forecast(one.win_probability, one.result == "won", one.opportunity_id)
        for one in of_result(outcomes, *DECIDED)
        if one.win_probability is not None
    )


def _latest(outcomes: Iterable[Outcome]) -> Outcome:
    return max(outcomes, key=lambda one: (one.decided_on, one.opportunity_id))


def _ratio(outcome: Outcome) -> Decimal | None:
    offered, final = outcome.offered, outcome.final
    if not (offered and final and offered.amount and offered.currency == final.currency):
        return None
    return final.amount / offered.amount
