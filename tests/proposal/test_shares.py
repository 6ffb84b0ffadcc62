"""Splitting the price and rounding figures so that they still add up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposal.domain.shares import PhaseCost, PriceWithoutBasis, phase_prices, rounded_parts, split

amounts = st.decimals(0, 10**9, places=2)


def test_thirds_add_up_again():
    """../shared/cases/costing.json alloc-thirds: largest remainder, the sum is exact."""
    assert split(Decimal(100), [Decimal(1)] * 3, "CNY") == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]


@given(
    st.decimals("0.01", 10**9, places=2),
    st.lists(st.tuples(amounts, amounts, amounts, amounts), min_size=1, max_size=6).filter(
        lambda rows: any(any(row) for row in rows)
    ),
)
def test_rows_and_columns_add_up_to_the_net_price(net, rows):
    prices = phase_prices(net, [PhaseCost(str(n), costs) for n, costs in enumerate(rows)], "CNY")

    assert sum(price.total for price in prices) == net
    assert all(part >= 0 for price in prices for part in price.parts)


def test_a_component_without_cost_has_no_price():
    phases = [PhaseCost("build", (Decimal(3), Decimal(0), Decimal(0), Decimal(1)))]

    [price] = phase_prices(Decimal(8), phases, "CNY")

    assert price.parts == (Decimal(6), Decimal(0), Decimal(0), Decimal(2))


@pytest.mark.parametrize(("amount", "weights"), [("10", ["0", "0"]), ("10", []), ("-1", ["1"]), ("10", ["1", "-1"])])
def test_what_cannot_be_split_is_refused(amount, weights):
    with pytest.raises(PriceWithoutBasis) as refused:
        split(Decimal(amount), [Decimal(weight) for weight in weights], "CNY")

    assert amount in refused.value.detail("zh")


@given(st.lists(st.floats(0, 10**5, allow_nan=False), max_size=40))
def test_rounded_parts_add_up_to_the_rounded_sum(parts):
    rounded = rounded_parts(parts)

    assert sum(rounded) == pytest.approx(sum(parts), abs=0.05 + 1e-6)
    assert sum(rounded) * 10 == pytest.approx(round(sum(rounded) * 10))
    assert all(abs(one - part) <= 0.1 + 1e-9 for one, part in zip(rounded, parts, strict=True))
