"""Cash flow and the interest on its gap."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.estimation.domain.cash_flow import cash_flow, milestones, months_of, received, spent
from services.estimation.domain.plan import Window
from tests.estimation.samples import PARAMETERS, published

COMMERCE = PARAMETERS.commerce
WINDOWS = (
    Window("design", date(2027, 1, 4), date(2027, 1, 29)),
    Window("build", date(2027, 2, 1), date(2027, 5, 14)),
    Window("warranty", date(2027, 5, 17), date(2028, 5, 12)),
)


def test_interest_on_the_opening_gap_is_the_worked_example():
    [case] = published("costing", "cashflow-financing")
    inputs, expected = case["inputs"], case["expected"]

    flow = cash_flow(
        [-Decimal(cost) for cost in inputs["costs"]],
        [Decimal(receipt) for receipt in inputs["receipts"]],
        Decimal(inputs["annual_rate"]),
        "CNY",
    )

    assert list(flow.balances) == [Decimal(balance) for balance in expected["balances"]]
    assert list(flow.interest) == [Decimal(interest) for interest in expected["interest"]]
    assert sum(flow.interest) == Decimal(expected["total_interest"])
    assert flow.peak_funding == Decimal(expected["peak_funding"])


def test_no_gap_needs_no_funding():
    flow = cash_flow([Decimal(1)], [Decimal(2)], Decimal("0.1"), "CNY")

    assert (flow.peak_funding, flow.interest) == (0, (0,))


def test_payments_are_due_some_days_after_the_phase_that_earns_them():
    due = {milestone.code: milestone.due for milestone in milestones(WINDOWS, date(2027, 1, 4), COMMERCE)}

    assert due == {
        "signing": date(2027, 2, 3),
        "design": date(2027, 2, 28),
        "acceptance-test": date(2027, 6, 13),
        "go-live": date(2027, 6, 13),
        "warranty-end": date(2028, 6, 11),
    }


@given(st.decimals(0, 10**9, places=2), st.decimals(0, 10**9, places=2))
def test_nothing_is_lost_between_phases_and_months(build, price):
    due = milestones(WINDOWS, date(2027, 1, 4), COMMERCE)
    calendar = months_of(WINDOWS, due)

    planned = spent({"build": build, "warranty": Decimal(100)}, WINDOWS, calendar, "CNY")
    parts, inflow = received(due, price, calendar, "CNY")

    assert sum(planned) == build + 100
    assert sum(parts) == sum(inflow) == price
    assert planned[0] == 0
    assert (calendar[0], calendar[-1]) == ("2027-01", "2028-06")
