"""Reserves against published figures, and parts that add up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.risk.domain.reserve import expected_monetary_value, needs, reserves, shared_out
from tests.support.quant import published as mathematics
from tests.support.risk.published import case


def test_reserves_follow_the_structure_of_the_guide():
    figures = case("risk", "reserve-structure")
    given_, expected = figures["inputs"], figures["expected"]

    kept = reserves(
        Decimal(given_["base_estimate"]),
        at_confidence=Decimal(given_["p80"]),
        response_cost=Decimal(0),
        management_reserve_rate=Decimal(given_["management_reserve_rate"]),
        currency="CNY",
    )

    assert str(kept.contingency.quantize(Decimal("0.01"))) == expected["contingency"]
    assert kept.cost_baseline == Decimal(expected["cost_baseline"])
    assert kept.management_reserve == Decimal(expected["management_reserve"])
    assert kept.total_budget == Decimal(expected["total_budget"])


def test_responses_are_part_of_the_baseline():
    kept = reserves(
        Decimal(1000),
        at_confidence=Decimal(1100),
        response_cost=Decimal(100),
        management_reserve_rate=Decimal("0.1"),
        currency="CNY",
    )

    assert kept.cost_baseline == Decimal(1200)
    assert kept.management_reserve == Decimal(120)
    assert kept.total == Decimal(320)


def test_contingency_is_never_negative_and_says_so():
    kept = reserves(
        Decimal(1000),
        at_confidence=Decimal(990),
        response_cost=Decimal(0),
        management_reserve_rate=Decimal("0.1"),
        currency="CNY",
    )

    assert (kept.contingency, kept.is_floored) == (Decimal(0), True)
    assert kept.management_reserve == Decimal(100)


@pytest.mark.parametrize("name", ["emv-tenstep", "emv-mixed"])
def test_expected_values_are_the_published_ones(name):
    figures = mathematics.case("montecarlo", name)

    total = sum(expected_monetary_value(risk["probability"], risk["impact"]) for risk in figures["inputs"]["risks"])

    assert total == pytest.approx(figures["expected"]["emv"], abs=1e-9)


def test_delay_is_worth_its_daily_burn():
    assert expected_monetary_value(0.5, 1000, days=4, daily_burn=250) == pytest.approx(1000)


@given(
    st.decimals(0, 10**12, places=2),
    st.dictionaries(st.integers(), st.floats(-1, 1), min_size=1, max_size=40),
)
def test_shares_add_up_to_the_cent(amount, shares):
    parts = shared_out(amount, shares, "CNY")

    assert sum(parts.values()) == amount
    assert min(parts.values()) >= 0
    assert all(part == part.quantize(Decimal("0.01")) for part in parts.values())


EXPECTED = st.dictionaries(st.integers(), st.floats(0, 10**6), min_size=1, max_size=12)


@given(st.decimals(0, 10**9, places=2), EXPECTED, st.floats(0, 10**6))
def test_the_shares_of_risks_and_work_add_up_to_the_contingency(contingency, expected, alone):
    shares = shared_out(contingency, needs(expected, {"line": 0.7, "other": -0.1}, alone), "CNY")

    assert sum(shares.values()) == contingency
    assert min(shares.values()) >= 0


@given(st.integers(0, 10**8), EXPECTED, st.floats(1, 10**6), st.floats(0, 10**6))
def test_the_share_of_a_risk_does_not_fall_as_its_expected_value_grows(contingency, expected, alone, more):
    name = next(iter(expected))

    def share(value):
        weights = needs({**expected, name: value}, {"line": 1.0}, alone)
        return shared_out(Decimal(contingency), weights, "CNY")[name]

    assert share(expected[name] + more) >= share(expected[name]) - Decimal(
        "0.01"
    )  # the last cent goes to whoever's remainder is largest


def test_what_lowers_the_variance_gets_nothing():
    assert shared_out(Decimal(9), {"a": 1.0, "b": -0.2, "c": 0.2}, "CNY") == {
        "a": Decimal("7.50"),
        "b": Decimal(0),
        "c": Decimal("1.50"),
    }
