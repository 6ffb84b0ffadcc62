"""Rates, labour cost, and what is bought."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.estimation.domain import cost
from services.estimation.domain.cost_items import Wanted
from services.estimation.domain.estimate import estimate
from services.estimation.domain.exchange_rates import CurrencyRateMissing, ExchangeRate, ExchangeRates
from services.estimation.domain.labour_rate import LabourRate
from services.estimation.domain.rates import Rate, RateNotInForceOnDate, UnknownRoleRate, role_rates
from services.estimation.domain.wbs import break_down
from tests.support.estimation.samples import PARAMETERS, RATES, baseline, card, inputs, key, lending, need

ON = date(2027, 1, 4)


def rate(cards, role="developer", region="Shanghai", currency="CNY"):
    return rates(cards, [role], region=region, currency=currency)[role].daily_cost


def rates(cards, roles, *, region="Shanghai", currency="CNY", mixes=None, recorded=()):
    exchange = ExchangeRates(recorded, PARAMETERS.commerce.usual_rates)
    return role_rates(cards, roles, region=region, currency=currency, on=ON, mixes=mixes or {}, exchange=exchange)


def test_a_rate_in_another_currency_is_converted_at_the_exchange_rate_of_the_start():
    recorded = [
        ExchangeRate(key("rate", day), 1, "USD", "CNY", Decimal(rate), date.fromisoformat(day), "bank")
        for day, rate in (("2026-06-01", "7.00"), ("2027-01-01", "7.25"), ("2027-02-01", "7.50"))
    ]
    dollars = card("Shanghai", currency="USD", developer=400)

    found = rates([dollars], ["developer"], recorded=recorded)["developer"]

    assert found.daily_cost == Decimal(2900)
    [quote] = found.quotes
    assert (quote.rate, quote.as_of, quote.exchange_rate_ids) == (
        Decimal("7.25"),
        date(2027, 1, 1),
        (key("rate", "2027-01-01"),),
    )


def test_a_card_in_the_currency_of_the_price_goes_before_every_converted_one():
    assert rate([card(developer=1000), card("Shanghai", currency="USD", developer=400)]) == 1000


def test_rates_in_a_currency_without_exchange_rate_are_no_rates():
    with pytest.raises(UnknownRoleRate):
        rates([card(currency="THB", developer=400)], ["developer"])


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
        rates([card(developer=1750)], ["developer", "tester", "trainer"], region=None)

    assert "tester, trainer" in refused.value.detail("en")


def test_a_card_of_another_region_does_not_help():
    with pytest.raises(UnknownRoleRate):
        rate([card("Chengdu"), card("Chengdu", currency="USD")])


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
    yuan = estimate(lending(), PARAMETERS, inputs())
    dollars = estimate(
        baseline(*lending().requirements, industry="银行业", currency="USD"), PARAMETERS, inputs(card(currency="USD"))
    )

    amounts = {item.kind: item.amount for item in yuan.costing.items if item.kind != "financing"}
    assert amounts["subcontract"] == 40 * yuan.work.function_points
    assert amounts["hardware"] == 1500 * Decimal(str(sum(yuan.plan.team.values())))
    assert set(amounts) == {"hardware", "licence", "cloud", "subcontract", "travel"}
    in_dollars = {item.kind: item.amount for item in dollars.costing.items if item.kind != "financing"}
    assert all(abs(in_dollars[kind] * Decimal("7.12") - amount) < Decimal("0.05") for kind, amount in amounts.items())


def test_a_currency_without_exchange_rate_is_refused():
    with pytest.raises(CurrencyRateMissing) as refused:
        estimate(baseline(need(1), currency="BHD"), PARAMETERS, inputs(card(currency="BHD")))

    assert "BHD" in refused.value.detail("zh")


def graded(*grades, first=date(2026, 1, 1), region=None):
    rates = tuple(Rate("developer", name, Decimal(cost)) for name, cost in grades)
    return replace(card(region, first=first), rates=rates)


def test_a_role_costs_the_mean_of_the_seniorities_that_it_is_staffed_with():
    grades = graded(("junior", 1000), ("senior", 3000), (None, 1800))
    mixes = {"developer": {"junior": 0.75, "senior": 0.25}}

    assert rates([grades], ["developer"])["developer"].daily_cost == 1800
    assert rates([grades], ["developer"], mixes=mixes)["developer"].daily_cost == 1500
    assert rates([graded(("junior", 1000), ("senior", 3000))], ["developer"])["developer"].daily_cost == 2000


def test_a_seniority_without_a_rate_of_its_own_costs_the_one_for_all():
    mixes = {"developer": {"junior": 0.5, "principal": 0.5}}
    local = graded(("junior", 1000), region="Shanghai")

    mixed = rates([graded((None, 2000)), local], ["developer"], mixes=mixes)["developer"]

    assert mixed.daily_cost == 1500
    assert [grade.card.region for grade in mixed.grades] == ["Shanghai", None]
    with pytest.raises(UnknownRoleRate):
        rates([local], ["developer"], mixes=mixes)


def test_a_cost_is_classed_as_the_rates_are_built_up():
    """GB/T 36964-2018: of 1.25 x 1.6 of a salary, idle time and overhead are indirect."""
    built = LabourRate(Decimal(17400), Decimal("0.4"), Decimal("0.25"), Decimal(174), Decimal("0.8"), Decimal(8))
    rate = Rate("developer", None, built.daily_cost, built.direct_share, built.idle_share)
    [role] = rates([replace(card(), rates=(rate,))], ["developer"]).values()

    found = cost.categories({"developer": 100}, {"developer": role}, Decimal(1750), Decimal(300), Decimal(7), "CNY")

    assert built.daily_cost == 1750
    assert (found.direct_labour, found.indirect_labour) == (1120, 280)
    assert (found.direct_other, found.indirect_other) == (300, 357)


def test_wages_grow_until_the_middle_of_each_phase():
    commerce = replace(PARAMETERS.commerce, annual_wage_growth=Decimal("0.1"))
    grown = estimate(lending(), replace(PARAMETERS, commerce=commerce), inputs())
    flat = estimate(lending(), PARAMETERS, inputs())

    for window in flat.plan.windows:
        before, after = (made.costing.labour_by_phase[window.phase] for made in (flat, grown))
        days = (window.middle - flat.plan.start).days
        assert float(after / before) == pytest.approx(1.1 ** (days / 365), rel=1e-4)
    assert sum(line.cost for line in grown.costing.labour) == grown.costing.costs.labour


def wanted(**wish):
    defaults = {
        "id": key("item"), "kind": "hardware", "name": "Servers", "name_zh": "服务器", "phase": "build",
        "driver": "project", "quantity": Decimal(2), "unit_cost": Decimal(1000), "currency": "CNY",
    }  # fmt: skip
    return Wanted(**{**defaults, **wish})


def items_of(*own, baseline=None, commerce=None, recorded=()):
    parameters = replace(PARAMETERS, commerce=commerce or PARAMETERS.commerce)
    made = estimate(baseline or lending(), parameters, inputs(items=own, recorded_rates=recorded))
    return {item.id if item.origin == "person" else item.kind: item for item in made.costing.items}, made


def test_a_persons_item_takes_the_place_of_a_usual_one():
    usual, _ = items_of()
    found, made = items_of(
        wanted(replaces="security-test"), wanted(id=key("free"), replaces="travel", quantity=Decimal(0))
    )

    assert {"subcontract", "travel"} <= usual.keys()
    assert not {"subcontract", "travel", key("free")} & found.keys()
    assert (found[key("item")].amount, found[key("item")].origin) == (2000, "person")
    assert sum(item.amount for item in made.costing.items) == made.costing.costs.material + made.costing.costs.financial


def test_an_item_is_converted_at_the_recorded_rate_of_the_start_and_keeps_its_own_currency():
    recorded = [
        ExchangeRate(key("fx", day), 1, "USD", "CNY", Decimal(rate), date.fromisoformat(day), "PBC")
        for day, rate in (("2026-12-01", "7.00"), ("2027-01-04", "7.10"), ("2027-01-05", "9.99"))
    ]

    found, _ = items_of(wanted(currency="USD"), recorded=recorded)

    item = found[key("item")]
    assert (item.amount, item.original, item.quote.source) == (Decimal("14200.00"), 2000, "PBC")
    assert item.quote.exchange_rate_ids == (key("fx", "2027-01-04"),)


def test_an_item_grows_from_its_price_to_the_middle_of_its_phase_and_loses_recoverable_tax():
    base = date(2026, 1, 1)

    found, made = items_of(
        wanted(price_base_date=base, annual_growth=Decimal("0.05"), includes_tax_rate=Decimal("0.13"))
    )

    middle = next(window.middle for window in made.plan.windows if window.phase == "build")
    exact = 2000 / 1.13 * 1.05 ** ((middle - base).days / 365)
    assert float(found[key("item")].amount) == pytest.approx(exact, abs=0.005)


def test_something_monthly_runs_until_delivery_or_as_long_as_somebody_says():
    found, made = items_of(
        wanted(driver="month", kind="cloud"), wanted(id=key("long"), driver="month", kind="cloud", months=Decimal(36))
    )

    months = made.plan.delivery_days / PARAMETERS.planning.days_per_month
    assert float(found[key("item")].amount) == pytest.approx(2000 * months, abs=0.005)
    assert found[key("long")].amount == 72_000


def test_a_guarantee_costs_its_rate_for_its_time_and_is_financial():
    bond = {"kind": "guarantee", "annual_rate": Decimal("0.012"), "months": Decimal(18)}

    found, made = items_of(
        wanted(**bond, quantity=Decimal(1), unit_cost=Decimal(500_000)),
        wanted(**bond, id=key("performance"), guaranteed_share=Decimal("0.1"), unit_cost=Decimal(0)),
    )

    costs = made.costing.costs
    price = (costs.labour + costs.material) / (1 - PARAMETERS.commerce.margin_rate)
    assert found[key("item")].amount == 9000
    assert float(found[key("performance")].amount) == pytest.approx(float(price) * 0.1 * 0.012 * 1.5, abs=0.01)
    assert costs.financial == sum(i.amount for i in made.costing.items if i.kind in {"guarantee", "financing"})


def test_what_is_paid_in_another_currency_has_a_margin_for_the_exchange():
    commerce = replace(PARAMETERS.commerce, exchange_margin_rate=Decimal("0.02"))

    found, _ = items_of(wanted(currency="USD"), commerce=commerce)

    assert found["exchange"].amount == (found[key("item")].amount * Decimal("0.02")).quantize(Decimal("0.01"))
    assert found["exchange"].phase == "build"


def test_rates_that_cost_more_make_dearer_labour_and_nothing_else():
    usual = estimate(lending(), PARAMETERS, inputs())

    dearer = estimate(lending(), PARAMETERS, inputs(rate_factors={"*": Decimal("1.1"), "tester": Decimal(1)}))

    assert usual.costing.costs.labour < dearer.costing.costs.labour < usual.costing.costs.labour * Decimal("1.1")
    assert dearer.work == usual.work
