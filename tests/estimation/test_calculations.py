"""Economic and cost figures over HTTP: the published cases again, and what is refused."""

import pytest
import pyxirr

from tests.support.estimation.samples import published


@pytest.fixture
async def estimation(start):
    async with start("estimation") as client:
        yield client


async def calculated(client, what, **wish):
    answer = await client.post(f"/calculations/{what}", json=wish)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(client, what, **wish):
    answer = await client.post(f"/calculations/{what}", json=wish)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    return problem["errors"][0]["code"] if problem["errors"] else problem["code"]


NAMES_OF_RRI = {"nper": "periods", "pv": "present", "fv": "future"}
WANTED = {
    "irr": ("internal-rate-of-return", "nearest_to_zero", lambda one: {"cash_flows": one["cash_flows"]}),
    "mirr": ("modified-internal-rate-of-return", "modified_rate", lambda one: one),
    "npv_excel": ("net-present-value", "npv_excel", lambda one: {"rate": one["rate"], "cash_flows": one["values"]}),
    "npv_t0": ("net-present-value", "net_present_value", lambda one: one),
    "xnpv": ("dated-cash-flow", "net_present_value", lambda one: {"flows": dated(one), "rate": one["rate"]}),
    "xirr": ("dated-cash-flow", "rate_of_return", lambda one: {"flows": dated(one), "day_count": one["day_count"]}),
    "rri": ("growth-rate", "growth_rate", lambda one: {NAMES_OF_RRI[name]: value for name, value in one.items()}),
}
"""The endpoint, the field of its answer, and what to send, by function."""


def dated(inputs):
    return [{"date": day, "amount": amount} for day, amount in zip(inputs["dates"], inputs["amounts"], strict=True)]


async def test_every_published_case_is_answered_as_published(estimation):
    for case in published("finance"):
        if case["fn"] in {"payback", "bcr"}:
            continue
        what, field, wish = WANTED[case["fn"]]

        answer = await estimation.post(f"/calculations/{what}", json=wish(case["inputs"]))

        if str(case["expected"]).startswith("error"):
            assert answer.status_code == 422, case["id"]
            assert answer.json()["code"] == str(case["expected"]).removeprefix("error:").replace(
                "error", {"mirr": "no_sign_change", "rri": "no_growth_rate"}.get(case["fn"], "")
            ), case["id"]
            continue
        assert answer.status_code == 200, (case["id"], answer.text)
        found = answer.json()[field]
        if field == "rate_of_return":
            found = found["nearest_to_zero"]
        assert found == pytest.approx(case["expected"], rel=0, abs=case["tol"]), case["id"]


async def test_several_rates_are_all_told_and_none_of_them_is_the_value(estimation):
    [case] = published("finance", "better-irr-1")

    found = await calculated(
        estimation, "internal-rate-of-return", cash_flows=case["inputs"]["cash_flows"], finance_rate=0.05,
        reinvest_rate=0.03,
    )  # fmt: skip

    assert (found["status"], found["value"]) == ("multiple", None)
    assert found["roots"] == pytest.approx(case["all_roots"], abs=1e-9)
    assert found["modified_rate"] == pytest.approx(pyxirr.mirr(case["inputs"]["cash_flows"], 0.05, 0.03))
    at_roots = [p["net_present_value"] for p in found["profile"] if p["rate"] in found["roots"]]
    assert at_roots == pytest.approx([0, 0], abs=1e-3)


async def test_payback_and_ratios_are_the_published_ones(estimation):
    for case in published("finance"):
        inputs, expected = case["inputs"], case["expected"]
        if case["fn"] == "payback":
            flows = [-inputs["initial"], *inputs["inflows"]]
            found = await calculated(estimation, "payback", cash_flows=flows, rate=inputs["rate"])
            for name in expected.keys() & {"payback", "discounted_payback"}:
                tolerance = case["tol"].get(name, 0)
                figure = expected[name]
                assert found[f"{name}_periods"] == (figure and pytest.approx(figure, abs=tolerance)), case["id"]
        if case["fn"] == "bcr":
            found = await calculated(estimation, "benefit-cost", **inputs)
            assert found["benefit_cost_ratio"] == pytest.approx(expected["bcr"], abs=1e-9)
            assert found["profitability_index"] == pytest.approx(expected["pi"], abs=1e-9)
            assert found["net_present_value"] == pytest.approx(expected["npv"], abs=1e-6)


async def test_costing_cases_are_answered_as_published(estimation):
    cases = {case["id"]: case for case in published("costing")}
    vat, thirds, flow = cases["vat-exclusive"], cases["alloc-thirds"], cases["cashflow-financing"]

    line = {"amount": vat["inputs"]["net"], "rate": vat["inputs"]["vat"]}
    taxed = await calculated(estimation, "value-added-tax", currency="CNY", lines=[line])
    total = {"amount": thirds["inputs"]["total"], "currency": "CNY"}
    shared = await calculated(estimation, "allocation", amount=total, weights=thirds["inputs"]["weights"])
    cash = await calculated(
        estimation, "cash-flow", currency="CNY", annual_rate=flow["inputs"]["annual_rate"],
        outflows=[-cost for cost in flow["inputs"]["costs"]], inflows=flow["inputs"]["receipts"],
    )  # fmt: skip

    assert (taxed["tax"], taxed["gross"]) == (vat["expected"]["vat_amount"], vat["expected"]["gross"])
    assert shared["parts"] == thirds["expected"]
    assert [float(one) for one in cash["balances"]] == [float(one) for one in flow["expected"]["balances"]]
    assert [float(one) for one in cash["interest"]] == [float(one) for one in flow["expected"]["interest"]]
    assert float(cash["peak_funding"]) == float(flow["expected"]["peak_funding"])
    assert (cash["total_interest"], cash["first_negative_month"], cash["months_negative"]) == ("704.01", 3, 3)
    for currency, expected in cases["minor-units"]["expected"].items():
        amount = {"amount": cases["minor-units"]["inputs"]["amount"], "currency": currency}
        rounded = await calculated(estimation, "allocation", amount=amount, weights=[1])
        assert (rounded["amount"], rounded["parts"]) == (expected, [expected])


async def test_tax_is_rounded_on_each_line_or_once(estimation):
    lines = [{"amount": "10.10", "rate": "0.06"}] * 3

    by_line = await calculated(estimation, "value-added-tax", currency="CNY", lines=lines, rounding="line")
    once = await calculated(estimation, "value-added-tax", currency="CNY", lines=lines, rounding="total")
    gross = await calculated(
        estimation, "value-added-tax", currency="CNY", includes_tax=True,
        lines=[{"amount": "113.00", "rate": "0.13"}, {"amount": "106.00", "rate": "0.06"}],
    )  # fmt: skip

    assert (by_line["tax"], once["tax"]) == ("1.83", "1.82")
    assert sum(float(line["tax"]) for line in once["lines"]) == pytest.approx(1.82)
    assert [(one["rate"], one["net"], one["tax"]) for one in gross["rates"]] == [
        ("0.13", "100.00", "13.00"), ("0.06", "100.00", "6.00"),
    ]  # fmt: skip


async def test_a_persons_cost_and_a_price_are_built_up(estimation):
    rate = await calculated(
        estimation, "labour-rate", monthly_salary={"amount": "20000", "currency": "CNY"}, social_rate="0.35",
        overhead_rate="0.25", hours_per_month="174", utilisation="0.8",
    )  # fmt: skip
    price = await calculated(
        estimation, "cost-build-up", direct_cost={"amount": "100000", "currency": "CNY"}, overhead_rate="0.1",
        general_rate="0.05", contingency_rate="0.1", financing_rate="0.01", margin_rate="0.2", tax_rate="0.06",
    )  # fmt: skip
    later = await calculated(
        estimation, "escalation", amount={"amount": "1000", "currency": "CNY"}, annual_rate="0.05",
        price_base_date="2026-01-01", spent_from="2026-07-01", spent_to="2027-07-03",
    )  # fmt: skip

    assert rate["monthly_cost"]["amount"] == "33750.00"
    assert rate["hourly_cost"]["amount"] == "242.46"
    assert rate["daily_cost"]["amount"] == "1939.66"
    assert [(step["code"], step["amount"]) for step in price["steps"]] == [
        ("direct", "100000.00"), ("overhead", "10000.00"), ("general", "5500.00"), ("contingency", "11550.00"),
        ("financing", "1270.50"), ("margin", "32080.13"), ("tax", "9624.04"),
    ]  # fmt: skip
    assert price["price_incl_tax"]["amount"] == "170024.67"
    assert (later["spent_on"], later["amount"]["amount"]) == ("2026-12-31", "1049.86")


WRONG = [
    ("net-present-value", {"rate": -1, "cash_flows": [1, 2]}, "rate_le_minus_one"),
    ("net-present-value", {"rate": 0.1, "cash_flows": [1]}, "too_few"),
    ("net-present-value", {"rate": 0.1, "cash_flows": [1, 1e16]}, "too_large"),
    ("net-present-value", {"rate": 0.1, "cash_flows": [1, None]}, "wrong_type"),
    ("net-present-value", {"rate": -0.999999, "cash_flows": [1, *[0] * 1000, 1e15]}, "figure_out_of_range"),
    ("internal-rate-of-return", {"cash_flows": [0, 0]}, "no_sign_change"),
    ("internal-rate-of-return", {"cash_flows": [-1, 2], "finance_rate": 0.1}, "both_rates"),
    ("dated-cash-flow", {"flows": [{"date": "2027-01-01", "amount": -1}, {"amount": 2}]}, "missing"),
    ("dated-cash-flow", {"flows": [{"date": "2027-01-01", "amount": a} for a in (-1, 2)]}, "all_same_date"),
    ("dated-cash-flow", {"flows": [{"date": d, "amount": 1} for d in ("1900-01-01", "2027-01-01")]},
     "horizon_too_long"),
    ("benefit-cost", {"rate": 0.1, "benefits": [1, 2], "costs": [0, 0, 1]}, "different_lengths"),
    ("benefit-cost", {"rate": 0.1, "benefits": [1, 2], "costs": [0, 0]}, "nothing_to_divide_by"),
    ("cost-build-up", {"direct_cost": {"amount": "1", "currency": "CNY"}, "margin_rate": "1"}, "margin_ge_1"),
    ("cost-build-up", {"direct_cost": {"amount": "1", "currency": "CNY"}}, "one_of_two"),
    ("allocation", {"amount": {"amount": "1", "currency": "CNY"}, "weights": [0, 0]}, "no_weight"),
    ("value-added-tax", {"currency": "XXX", "lines": [{"amount": "1", "rate": "0"}]}, "unknown_currency"),
    ("labour-rate", {"monthly_salary": {"amount": "-1", "currency": "CNY"}}, "negative_amount"),
    ("labour-rate", {"monthly_salary": {"amount": "1", "currency": "CNY"}, "utilisation": 0}, "too_small"),
    ("cash-flow", {"currency": "CNY", "annual_rate": 0, "outflows": [1], "inflows": [1, 2]},
     "different_lengths_of_flows"),
    ("growth-rate", {"periods": 0, "present": 1, "future": 2}, "no_growth_rate"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "wish", "code"), WRONG)
async def test_what_cannot_be_computed_is_refused_by_name(estimation, what, wish, code):
    assert await refused(estimation, what, **wish) == code


async def test_without_a_rate_of_return_the_present_value_is_told_all_the_same(estimation):
    flows = [{"date": "2027-01-01", "amount": 100}, {"date": "2028-01-01", "amount": 110}]

    found = await calculated(estimation, "dated-cash-flow", flows=flows, rate=0.1)

    assert found["net_present_value"] == pytest.approx(200)
    assert (found["rate_of_return"], found["reason"]["code"]) == (None, "no_sign_change")
    assert "不变号" in found["reason"]["message_zh"] or "同号" in found["reason"]["message_zh"]


async def test_real_rates_and_break_even(estimation):
    real = await calculated(estimation, "real-rate", nominal_rate=0.08, inflation=0.03)
    nominal = await calculated(estimation, "real-rate", real_rate=real["real_rate"], inflation=0.03)
    even = await calculated(estimation, "break-even", fixed_costs=1000, unit_price=30, unit_cost=10)
    never = await calculated(estimation, "break-even", fixed_costs=1000, unit_price=10, unit_cost=10)

    assert real["real_rate"] == pytest.approx(0.048543689)
    assert nominal["nominal_rate"] == pytest.approx(0.08)
    assert (even, never) == ({"units": 50, "revenue": 1500}, {"units": None, "revenue": None})
