"""Rate cards: what a person-day of a role costs us, by seniority, region and currency, while the card is valid."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.estimation.domain.exchange_rates import CurrencyRateMissing, ExchangeRates, Quote
from shared.kernel.problems import Problem

_PLACES = Decimal("0.0001")
Mixes = Mapping[str, Mapping[str, float]]
"""Shares of seniorities by role."""


class UnknownRoleRate(Problem):
    status = 422
    title = ("A role has no rate", "角色缺少费率")
    en = (
        "No rate card in {currency} for {region} has a daily cost of: {roles}. It is needed on {date}; add it to a rate"
        " card, then recompute the estimate."
    )
    zh = "{region} 的 {currency} 费率表中没有以下角色的日成本：{roles}（所需日期 {date}）。请补充费率后重新计算估算。"


class RateNotInForceOnDate(Problem):
    status = 422
    title = ("A rate is not in force on the date", "费率在该日期无效")
    en = (
        "There are daily costs in {currency} for {region}, but none in force on {date} for: {roles}. Add a rate card"
        " that is valid then, or extend one, and recompute the estimate."
    )
    zh = (
        "{region} 的 {currency} 费率表在 {date} 没有对以下角色有效的日成本：{roles}。请新增或延长费率表后重新计算估算。"
    )


@dataclass(frozen=True, slots=True)
class Rate:
    """The daily cost of a role, of one seniority or of all. Overhead is what the two shares leave of it."""

    role: str
    seniority: str | None
    daily_cost: Decimal
    direct_share: Decimal = Decimal(1)
    """Pay and social security of the days that are worked for projects."""
    idle_share: Decimal = Decimal(0)
    """The same of the days that are not."""


@dataclass(frozen=True, slots=True)
class RateCard:
    """Without a region it holds where no other card does; without an end, until further notice."""

    id: UUID
    version: int
    region: str | None
    currency: str
    valid_from: date
    valid_to: date | None
    rates: tuple[Rate, ...]
    quote: Quote | None = None
    """By which it was converted from the currency that it was made in; None where it was not."""

    def converted(self, quote: Quote) -> "RateCard":
        """The card in another currency, its daily costs to the hundredth of a cent."""
        rates = tuple(replace(rate, daily_cost=quote.convert(rate.daily_cost).quantize(_PLACES)) for rate in self.rates)
        return replace(self, currency=quote.to, rates=rates, quote=quote)

    def is_in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def rates_of(self, role: str) -> dict[str | None, Rate]:
        """The role's rates by seniority; None is the one for all."""
        return {rate.seniority: rate for rate in self.rates if rate.role == role}


@dataclass(frozen=True, slots=True)
class Grade:
    """A part of a role's days, and the rate of a card that it costs."""

    share: Decimal
    rate: Rate
    card: RateCard


@dataclass(frozen=True, slots=True)
class RoleRate:
    """What a day of a role costs: the mean over its grades."""

    role: str
    grades: tuple[Grade, ...]

    factor: Decimal = Decimal(1)
    """What if it cost so many times as much?"""

    def times(self, factor: Decimal) -> "RoleRate":
        return self if factor == 1 else replace(self, factor=factor)

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """The exchange rates that it was converted with."""
        return tuple(grade.card.quote for grade in self.grades if grade.card.quote)

    @property
    def daily_cost(self) -> Decimal:
        return self._mean(grade.rate.daily_cost for grade in self.grades)

    @property
    def direct_cost(self) -> Decimal:
        """Direct labour in the daily cost."""
        return self._mean(grade.rate.daily_cost * grade.rate.direct_share for grade in self.grades)

    @property
    def idle_cost(self) -> Decimal:
        """Labour in the daily cost that is not worked for projects."""
        return self._mean(grade.rate.daily_cost * grade.rate.idle_share for grade in self.grades)

    def _mean(self, costs: Iterable[Decimal]) -> Decimal:
        shares = [grade.share for grade in self.grades]
        parts = (share * cost for share, cost in zip(shares, costs, strict=True))
        mean = sum(parts, Decimal(0)) / sum(shares, Decimal(0))
        return mean * self.factor


def role_rates(
    cards: Sequence[RateCard],
    roles: Iterable[str],
    *,
    region: str | None,
    currency: str,
    on: date,
    mixes: Mixes,
    exchange: ExchangeRates,
) -> dict[str, RoleRate]:
    """The rate of each role on a date, from the region's card or else from one for all regions.

    What no card in the currency says, one in another does, at the exchange rate of the date.

    A role with a mix costs the mean over its seniorities; one of them without a rate of its own costs that for all.
    A role without a mix costs the rate for all, or the plain mean over the seniorities there are.
    Raises `RateNotInForceOnDate` or `UnknownRoleRate`, naming every role that misses one, and the date.
    """
    fitting = [
        card
        for one in cards
        if one.region is None or _same(one.region, region)
        if (card := _in_currency(one, currency, exchange, on))
    ]
    fitting.sort(key=lambda card: (card.quote is not None, card.region is None, card.valid_from))
    in_force = [card for card in fitting if card.is_in_force(on)]
    found: dict[str, RoleRate] = {}
    missing: list[str] = []
    for role in roles:
        grades = tuple(_grades(in_force, role, mixes.get(role)))
        found[role] = RoleRate(role, tuple(grade for grade in grades if isinstance(grade, Grade)))
        missing += [grade for grade in grades if isinstance(grade, str)]
    if missing:
        is_late = any(
            rate.role in missing or _name(rate.role, rate.seniority) in missing
            for card in fitting
            if card not in in_force
            for rate in card.rates
        )
        problem = RateNotInForceOnDate if is_late else UnknownRoleRate
        raise problem(roles=", ".join(missing), date=on.isoformat(), region=region or "*", currency=currency)
    return found


def _in_currency(card: RateCard, currency: str, exchange: ExchangeRates, on: date) -> RateCard | None:
    """The card in `currency`; None where there is no exchange rate for that."""
    if card.currency == currency:
        return card
    try:
        return card.converted(exchange.quote(card.currency, currency, on))
    except CurrencyRateMissing:
        return None


def _name(role: str, seniority: str | None) -> str:
    return f"{role} ({seniority})" if seniority else role


def _grades(cards: Sequence[RateCard], role: str, mix: Mapping[str, float] | None) -> Iterator[Grade | str]:
    """The grades of a role; the name of one without a rate."""
    having = [(card, card.rates_of(role)) for card in cards if card.rates_of(role)]
    if mix:
        for seniority, share in sorted(mix.items()):
            if share:
                yield _grade(having, seniority, Decimal(str(share))) or _name(role, seniority)
    elif not having or None in having[0][1]:
        yield _grade(having, None, Decimal(1)) or role
    else:
        card, rates = having[0]
        yield from (Grade(Decimal(1), rate, card) for rate in rates.values())


def _grade(
    having: Sequence[tuple[RateCard, Mapping[str | None, Rate]]], name: str | None, share: Decimal
) -> Grade | None:
    wanted = dict.fromkeys((name, None))
    rates = (Grade(share, rates[key], card) for card, rates in having for key in wanted if key in rates)
    return next(rates, None)


def _same(one: str, other: str | None) -> bool:
    return other is not None and one.casefold() == other.casefold()
