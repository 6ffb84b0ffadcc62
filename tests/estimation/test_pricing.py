"""From cost to price."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.estimation.domain.pricing import Costs, Discount, DiscountTooLarge, Profit, Reserve, Taxation, price_of
from services.estimation.domain.value_added_tax import Rounding
from shared.quant.affordability import affordable_cost
from tests.support.estimation.samples import published

money = st.decimals(0, 10**9, places=2)


def price(labour=Decimal(800), reserve=(100, 20, 80), margin="0.2", tax="0.06", **discount):
    costs = Costs(labour, Decimal(0), Decimal(0))
    taxation = Taxation({("build", "services"): Decimal(1)}, {"services": Decimal(tax)})
    profit = Profit(margin_rate=Decimal(margin))
    return price_of(costs, Reserve(*map(Decimal, reserve)), profit, Discount(**discount), taxation, "CNY")


def test_the_margin_is_a_share_of_the_net_price():
    result = price()

    steps = {step.code: step.amount for step in result.steps}
    assert (result.total_budget, result.net, result.tax, result.gross) == (1000, 1250, 75, 1325)
    assert steps["margin"] / result.net == Decimal("0.2")
    assert list(steps) == [
        "labour", "material", "financial", "contingency", "risk_responses", "management_reserve", "margin", "tax",
    ]  # fmt: skip


def test_tax_is_the_worked_example():
    [case] = published("costing", "vat-exclusive")

    result = price(Decimal(case["inputs"]["net"]), (0, 0, 0), "0", case["inputs"]["vat"])

    assert result.tax == Decimal(case["expected"]["vat_amount"])
    assert result.gross == Decimal(case["expected"]["gross"])


@given(money, money, money, money, st.decimals(0, Decimal("0.95"), places=4), st.decimals(0, Decimal("0.3"), places=4))
def test_the_steps_add_up_to_the_price_exactly(labour, contingency, responses, management, margin, tax):
    result = price(labour, (contingency, responses, management), margin, tax)

    assert sum(step.amount for step in result.steps) == result.gross
    assert result.net >= result.total_budget


def test_a_markup_is_a_share_of_the_cost():
    assert Profit(markup_rate=Decimal("0.25")).net_price(Decimal(1000), "CNY") == 1250
    assert Profit(margin_rate=Decimal("0.25")).net_price(Decimal(1000), "CNY") == Decimal("1333.33")


def test_a_discount_is_a_line_of_its_own_and_takes_from_the_margin():
    by_rate, by_amount = price(rate=Decimal("0.1")), price(amount=Decimal(125))

    for result in (by_rate, by_amount):
        steps = {step.code: step.amount for step in result.steps}
        assert (result.list_price, result.discount, result.net) == (1250, 125, 1125)
        assert (steps["margin"], steps["discount"], steps["tax"]) == (250, -125, Decimal("67.50"))
        assert result.margin_rate == Decimal(125) / Decimal(1125)
        assert sum(steps.values()) == result.gross
    with pytest.raises(DiscountTooLarge):
        price(amount=Decimal(1250))


def test_what_is_sold_as_goods_is_taxed_as_goods():
    costs, reserve = Costs(Decimal(600), Decimal(400), Decimal(0)), Reserve(*[Decimal(0)] * 3)
    weights = {("design", "services"): Decimal(600), ("build", "goods"): Decimal(400)}
    rates = {"services": Decimal("0.06"), "goods": Decimal("0.13")}

    result = price_of(costs, reserve, Profit(Decimal("0.2")), Discount(), Taxation(weights, rates), "CNY")

    assert [(line.category, line.net, line.tax) for line in result.tax_lines] == [
        ("services", 750, 45), ("goods", 500, 65),
    ]  # fmt: skip
    assert (result.tax, result.gross) == (110, 1360)
    assert result.tax_rate * result.net == result.tax


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["services", "goods"])),
        st.decimals(1, 10**6, places=2), min_size=1,
    ),
    st.decimals(0, Decimal("0.5"), places=4), st.sampled_from(list(Rounding)), st.decimals(0, 10**6, places=2),
)  # fmt: skip
def test_tax_lines_add_up_to_the_price_however_it_is_rounded(weights, off, rounding, labour):
    rates = {"services": Decimal("0.06"), "goods": Decimal("0.13")}
    costs, reserve = Costs(labour + 1, Decimal(0), Decimal(0)), Reserve(*[Decimal(0)] * 3)

    result = price_of(
        costs, reserve, Profit(Decimal("0.2")), Discount(rate=off), Taxation(weights, rates, rounding), "CNY"
    )

    assert sum(line.net for line in result.tax_lines) == result.net
    assert sum(line.tax for line in result.tax_lines) == result.tax
    assert sum(step.amount for step in result.steps) == result.gross
    for line in result.tax_lines:
        parts = sum(category == line.category for _, category in weights)
        assert abs(line.tax - line.net * line.rate) <= Decimal("0.005") * (parts if rounding is Rounding.LINE else 1)


def test_a_budget_leaves_what_tax_and_margin_do_not_take():
    assert affordable_cost(Decimal(1325), Decimal("0.2"), Decimal("0.06")) == 1000
