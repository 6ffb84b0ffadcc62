"""Where costs come from, as the events say it: rates, exchange rates, terms, items."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from services.estimation.domain.cost_items import CostItem
from services.estimation.domain.exchange_rates import SAME, Quote
from services.estimation.domain.rates import RoleRate
from services.estimation.domain.terms import Payment, Terms
from shared.language.events import estimation as events
from shared.language.events.estimation import sources as facts
from shared.language.money import Money

_CENTS_OF_CENTS = Decimal("0.0001")
_RATE_PLACES = Decimal("1e-10")


def rates(by_role: Mapping[str, RoleRate]) -> tuple[facts.RateFacts, ...]:
    """What each role costs, in alphabetical order, and which cards say so."""
    return tuple(_rate(by_role[role]) for role in sorted(by_role))


def _rate(rate: RoleRate) -> facts.RateFacts:
    grades = tuple(
        facts.GradeFacts(
            seniority=grade.rate.seniority,
            share=float(grade.share),
            daily_cost=grade.rate.daily_cost,
            rate_card_id=grade.card.id,
            rate_card_version=grade.card.version,
            region=grade.card.region,
        )
        for grade in rate.grades
    )
    return facts.RateFacts(
        role=rate.role,
        daily_cost=rate.daily_cost.quantize(_CENTS_OF_CENTS),
        rate_card_id=grades[0].rate_card_id,
        rate_card_version=grades[0].rate_card_version,
        region=grades[0].region,
        seniority=grades[0].seniority if len(grades) == 1 else None,
        grades=grades,
    )


def exchange_rates(quotes: Iterable[Quote | None]) -> tuple[facts.ExchangeRateFacts, ...]:
    """The rates that were used, each once."""
    used = {(quote.currency, quote.to): quote for quote in quotes if quote and quote.source != SAME}
    return tuple(
        facts.ExchangeRateFacts.of(quote, quote_currency=quote.to, rate=quote.rate.quantize(_RATE_PLACES))
        for _, quote in sorted(used.items())
    )


def item(made: CostItem) -> events.CostItem:
    """A cost item with what it was computed from."""
    quote, original = made.quote, made.original
    return events.CostItem.of(
        made,
        original=None if quote is None or original is None else Money(amount=original, currency=quote.currency),
        exchange_rate=quote and quote.rate.quantize(_RATE_PLACES),
        escalation=None if made.escalation == 1 else made.escalation.quantize(_RATE_PLACES),
    )


def terms(agreed: Terms) -> facts.TermsFacts:
    return facts.TermsFacts.of(agreed)


def terms_of(told: facts.TermsFacts) -> Terms:
    """The other way round."""
    payments = tuple(Payment(**payment.model_dump()) for payment in told.payments)
    return Terms(**{**told.model_dump(exclude={"payments"}), "payments": payments})
