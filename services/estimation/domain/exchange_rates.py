"""Exchange rates of a date: the newest that somebody recorded until then, else those of the parameter set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from shared.kernel.problems import Problem


class CurrencyRateMissing(Problem):
    status = 422
    title = ("No exchange rate", "缺少汇率")
    en = (
        "There is no exchange rate of {currency} to {to} on {date}: record one, or add it in a new version of the"
        " parameter set, then recompute."
    )
    zh = "{date} 没有 {currency} 兑 {to} 的汇率。请登记汇率，或在参数集新版本中补充后重新计算。"


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """What one unit of `currency` costs in `quote_currency` from a day on, and who says so."""

    id: UUID
    version: int
    currency: str
    quote_currency: str
    rate: Decimal
    as_of: date
    source: str


@dataclass(frozen=True, slots=True)
class Usual:
    """The rates of a parameter set: what one unit of a currency costs in its own."""

    currency: str
    rates: Mapping[str, Decimal]
    as_of: date


@dataclass(frozen=True, slots=True)
class Quote:
    """An amount of `currency` times `numerator` / `denominator` is one of `to`; kept apart, so that nothing is lost."""

    currency: str
    to: str
    numerator: Decimal
    denominator: Decimal
    as_of: date
    source: str
    exchange_rate_ids: tuple[UUID, ...] = ()
    """The recorded rates that it follows from; none when it is the parameter set's."""

    @property
    def rate(self) -> Decimal:
        return self.numerator / self.denominator

    def convert(self, amount: Decimal) -> Decimal:
        """The amount in `to`, exact."""
        return amount * self.numerator / self.denominator


PARAMETER_SET = "parameter set"
SAME = "same currency"


@dataclass(frozen=True, slots=True)
class ExchangeRates:
    """All that is known of exchange rates."""

    recorded: Sequence[ExchangeRate]
    usual: Usual

    def quote(self, currency: str, to: str, on: date) -> Quote:
        """How to get from one currency to another on a day: directly, or over the parameter set's currency.

        Raises `CurrencyRateMissing`.
        """
        if currency == to:
            return Quote(currency, to, Decimal(1), Decimal(1), on, SAME)
        direct = self._recorded(currency, to, on)
        if direct:
            return direct
        first, second = self._leg(currency, on), self._leg(to, on)
        if first is None or second is None:
            raise CurrencyRateMissing(currency=currency, to=to, date=on.isoformat())
        return Quote(
            currency,
            to,
            first.numerator * second.denominator,
            second.numerator * first.denominator,
            min(first.as_of, second.as_of),
            " / ".join(dict.fromkeys(leg.source for leg in (first, second) if leg.source != SAME)),
            (*first.exchange_rate_ids, *second.exchange_rate_ids),
        )

    def _leg(self, currency: str, on: date) -> Quote | None:
        """One unit of `currency` in the parameter set's."""
        base = self.usual.currency
        if currency == base:
            return Quote(currency, base, Decimal(1), Decimal(1), on, SAME)
        usual = self.usual.rates.get(currency)
        return self._recorded(currency, base, on) or (
            Quote(currency, base, usual, Decimal(1), self.usual.as_of, PARAMETER_SET) if usual else None
        )

    def _recorded(self, currency: str, to: str, on: date) -> Quote | None:
        """The newest recorded rate of a pair, in whichever direction; the same day's own direction counts first."""
        fitting = [
            (one.as_of, one.currency == currency, one.id, one)
            for one in self.recorded
            if one.as_of <= on and {one.currency, one.quote_currency} == {currency, to}
        ]
        if not fitting:
            return None
        *_, is_direct, _, newest = max(fitting)
        sides = (newest.rate, Decimal(1)) if is_direct else (Decimal(1), newest.rate)
        return Quote(currency, to, *sides, newest.as_of, newest.source, (newest.id,))
