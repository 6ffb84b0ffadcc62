"""Exchange rates of a date."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.estimation.domain.exchange_rates import CurrencyRateMissing, ExchangeRate, ExchangeRates, Usual
from tests.support.estimation.samples import key

USUAL = Usual("CNY", {"CNY": Decimal(1), "USD": Decimal("7.12"), "EUR": Decimal("8.30")}, date(2025, 10, 15))
DAY = date(2027, 1, 4)


def recorded(currency, quote, rate, as_of=date(2027, 1, 1)):
    return ExchangeRate(key(currency, quote, as_of), 1, currency, quote, Decimal(rate), as_of, "bank")


def rate(*rows, currency="USD", to="CNY", on=DAY):
    return ExchangeRates(rows, USUAL).quote(currency, to, on)


def test_without_a_recorded_rate_the_parameter_sets_counts():
    quote = rate()

    assert (quote.rate, quote.as_of, quote.source) == (Decimal("7.12"), date(2025, 10, 15), "parameter set")
    assert rate(currency="EUR", to="USD").rate == Decimal("8.30") / Decimal("7.12")
    assert rate(to="USD").rate == 1


def test_the_newest_recorded_rate_until_the_day_counts():
    rows = [
        recorded("USD", "CNY", "7.0"),
        recorded("USD", "CNY", "7.3", DAY),
        recorded("USD", "CNY", "9", date(2028, 1, 1)),
    ]

    assert rate(*rows).rate == Decimal("7.3")
    assert rate(*rows, on=date(2027, 1, 3)).rate == Decimal("7.0")
    assert rate(*rows, on=date(2026, 1, 1)).rate == Decimal("7.12")


def test_a_rate_counts_in_both_directions_and_over_the_sets_currency():
    yen = recorded("CNY", "JPY", "20")

    assert rate(yen, currency="JPY").rate == Decimal("0.05")
    assert rate(yen, currency="USD", to="JPY").rate == Decimal("7.12") * 20
    assert rate(yen, currency="USD", to="JPY").exchange_rate_ids == (yen.id,)


@pytest.mark.parametrize("pair", [("BHD", "CNY"), ("CNY", "BHD"), ("BHD", "KWD")])
def test_a_currency_that_nobody_knows_is_refused_by_name_and_date(pair):
    with pytest.raises(CurrencyRateMissing) as refused:
        rate(currency=pair[0], to=pair[1])

    assert {"currency": pair[0], "to": pair[1], "date": "2027-01-04"} == refused.value.facts


@given(st.decimals(Decimal("0.0001"), 10_000, places=4), st.decimals(0, 10**9, places=2))
def test_there_and_back_is_where_one_was(exchange, amount):
    rows = [recorded("USD", "CNY", exchange)]

    there = rate(*rows).convert(amount)
    back = rate(*rows, currency="CNY", to="USD").convert(there)

    assert abs(back - amount) <= Decimal("1e-9") * max(amount, 1)
