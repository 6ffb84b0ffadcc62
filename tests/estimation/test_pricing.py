"""From cost to price."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.estimation.domain.pricing import Costs, Reserve, price_of
from shared.affordability import affordable_cost, probability_within
from tests.estimation.samples import published

money = st.decimals(0, 10**9, places=2)
CURVE = [(0.1, Decimal(100)), (0.5, Decimal(200)), (0.9, Decimal(400))]


def price(labour=Decimal(800), reserve=(100, 20, 80), margin="0.2", tax="0.06"):
    costs = Costs(labour, Decimal(0), Decimal(0))
    return price_of(costs, Reserve(*map(Decimal, reserve)), Decimal(margin), Decimal(tax), "CNY")


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


def test_a_budget_leaves_what_tax_and_margin_do_not_take():
    assert affordable_cost(Decimal(1325), Decimal("0.2"), Decimal("0.06")) == 1000


@pytest.mark.parametrize(
    ("cost", "probability"), [(99, 0.0), (100, 0.1), (150, 0.3), (200, 0.5), (300, 0.7), (400, 0.9), (401, 1.0)]
)
def test_a_probability_is_read_off_the_curve(cost, probability):
    assert probability_within(Decimal(cost), CURVE) == pytest.approx(probability)
