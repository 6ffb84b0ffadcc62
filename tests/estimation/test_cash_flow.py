"""Cash flow and the interest on its gap."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.estimation.domain.cash_flow import cash_flow, milestones, months_of, paid_out, received, spent
from services.estimation.domain.plan import Window
from tests.support.estimation.samples import PARAMETERS, published

TERMS = PARAMETERS.commerce.terms
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
    due = {milestone.code: milestone.due for milestone in milestones(WINDOWS, date(2027, 1, 4), TERMS)}

    assert due == {
        "signing": date(2027, 2, 3),
        "design": date(2027, 2, 28),
        "acceptance-test": date(2027, 6, 13),
        "go-live": date(2027, 6, 13),
        "warranty-end": date(2028, 6, 11),
    }


def test_the_advance_is_taken_off_every_payment_and_the_retention_comes_last():
    terms = replace(
        TERMS, invoice_days=5, payment_days=25, advance_rate=Decimal("0.2"), retention_rate=Decimal("0.1"),
        retention_days=365,
    )  # fmt: skip

    due = {milestone.code: milestone for milestone in milestones(WINDOWS, date(2027, 1, 4), terms)}

    assert (due["advance"].due, due["advance"].share) == (date(2027, 2, 3), Decimal("0.2"))
    assert (due["design"].due, due["design"].share) == (date(2027, 2, 28), Decimal("0.2") * Decimal("0.7"))
    assert (due["retention"].due, due["retention"].share) == (date(2029, 6, 11), Decimal("0.1"))
    assert sum(milestone.share for milestone in due.values()) == 1


def test_suppliers_and_staff_are_paid_as_late_as_agreed():
    terms = replace(TERMS, supplier_days=60, staff_days=10)
    calendar = months_of(WINDOWS, (), terms)
    labour, bought = {"design": Decimal(200)}, {"design": Decimal(400)}

    at_once = paid_out(labour, bought, WINDOWS, calendar, TERMS, "CNY")
    later = paid_out(labour, bought, WINDOWS, calendar, terms, "CNY")

    assert at_once[0] == 600
    assert sum(later) == 600
    assert (later[0], later[2]) == (Decimal("133.33"), 400)


@given(st.integers(0, 1000))
def test_whatever_the_lag_something_is_paid_on_a_working_day(days):
    windows = (Window("design", date(2027, 1, 8), date(2027, 1, 8)),)
    terms = replace(TERMS, supplier_days=days)
    calendar = months_of(windows, (), terms)

    assert sum(paid_out({}, {"design": Decimal(7)}, windows, calendar, terms, "CNY")) == 7


@pytest.mark.parametrize(
    "wrong",
    [
        {"advance_rate": Decimal("0.6"), "retention_rate": Decimal("0.5")},
        {"payments": TERMS.payments[:-1]},
        {"payments": (replace(TERMS.payments[0], share=Decimal(1), code="advance"),)},
    ],
)
def test_terms_that_do_not_add_up_are_refused(wrong):
    with pytest.raises(ValueError, match=r"advance_and_retention|shares_do_not_sum|duplicate_code"):
        replace(TERMS, **wrong)


@given(st.decimals(0, 10**9, places=2), st.decimals(0, 10**9, places=2))
def test_nothing_is_lost_between_phases_and_months(build, price):
    due = milestones(WINDOWS, date(2027, 1, 4), TERMS)
    calendar = months_of(WINDOWS, due, TERMS)

    planned = spent({"build": build, "warranty": Decimal(100)}, WINDOWS, calendar, "CNY")
    parts, inflow = received(due, price, calendar, "CNY")

    assert sum(planned) == build + 100
    assert sum(parts) == sum(inflow) == price
    assert planned[0] == 0
    assert (calendar[0], calendar[-1]) == ("2027-01", "2028-06")
