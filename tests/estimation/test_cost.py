"""Rates, labour cost, and what is bought."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.estimation.domain import cost
from services.estimation.domain.cost import CurrencyRateMissing
from services.estimation.domain.estimate import estimate
from services.estimation.domain.rates import RateNotInForceOnDate, UnknownRoleRate, daily_costs
from services.estimation.domain.wbs import break_down
from tests.estimation.samples import PARAMETERS, RATES, baseline, card, lending, need

ON = date(2027, 1, 4)


def rate(cards, role="developer", region="Shanghai", currency="CNY"):
    return daily_costs(cards, [role], region=region, currency=currency, on=ON)[role]


def test_the_regions_card_goes_before_the_general_one():
    general, local = card(developer=1000), card("Shanghai", developer=1750)

    assert rate([general, local]) == 1750
    assert rate([general, local], region="shanghai") == 1750
    assert rate([general, local], region="Chengdu") == 1000
    assert rate([general, card("Shanghai", tester=1300)]) == 1000


def test_a_card_holds_from_its_first_to_its_last_day():
    assert rate([card(first=ON, last=ON, developer=1)]) == 1


@pytest.mark.parametrize("period", [{"first": date(2027, 1, 5)}, {"last": date(2027, 1, 3)}])
def test_a_rate_that_is_not_in_force_is_named_with_role_and_date(period):
    with pytest.raises(RateNotInForceOnDate) as refused:
        rate([card(**period)])

    assert "developer" in refused.value.detail("en")
    assert "2027-01-04" in refused.value.detail("zh")


def test_every_role_without_a_rate_is_named():
    with pytest.raises(UnknownRoleRate) as refused:
        daily_costs([card(developer=1750)], ["developer", "tester", "trainer"], region=None, currency="CNY", on=ON)

    assert "tester, trainer" in refused.value.detail("en")


def test_a_card_in_another_currency_or_region_does_not_help():
    with pytest.raises(UnknownRoleRate):
        rate([card(currency="USD"), card("Chengdu")])


@given(st.lists(st.decimals(1, 5000, places=2), min_size=len(RATES), max_size=len(RATES)), st.integers(1, 12))
def test_lines_and_phases_add_up_to_the_labour_cost_to_the_cent(rates, count):
    costs = dict(zip(RATES, rates, strict=True))
    work = break_down(lending(count), PARAMETERS)

    labour = cost.labour(work.lines, costs, "CNY")

    phases = cost.by_phase(labour, list(work.phases))
    assert sum(phases.values()) == sum(line.cost for line in labour)
    for line, priced in zip(work.lines, labour, strict=True):
        assert sum(priced.phases.values()) == priced.cost
        assert min(costs.values()) - 1 <= priced.daily_cost <= max(costs.values()) + 1
        exact = sum(costs[role] * Decimal(str(days)) for role, days in line.role_days.items())
        assert abs(priced.cost - exact) <= Decimal("0.005")


def test_items_follow_size_team_and_duration_in_the_currency_of_the_estimate():
    yuan = estimate(lending(), PARAMETERS, [card()])
    dollars = estimate(
        baseline(*lending().requirements, industry="银行业", currency="USD"), PARAMETERS, [card(currency="USD")]
    )

    amounts = {item.kind: item.amount for item in yuan.items if item.kind != "financing"}
    assert amounts["subcontract"] == 40 * yuan.work.function_points
    assert amounts["hardware"] == 1500 * Decimal(str(sum(yuan.plan.team.values())))
    assert set(amounts) == {"hardware", "licence", "cloud", "subcontract", "travel"}
    in_dollars = {item.kind: item.amount for item in dollars.items if item.kind != "financing"}
    assert all(abs(in_dollars[kind] * Decimal("7.12") - amount) < Decimal("0.05") for kind, amount in amounts.items())


def test_a_currency_without_exchange_rate_is_refused():
    with pytest.raises(CurrencyRateMissing) as refused:
        estimate(baseline(need(1), currency="BHD"), PARAMETERS, [card(currency="BHD")])

    assert "BHD" in refused.value.detail("zh")
