"""Counting, and the costing chain, against published answers."""

from decimal import Decimal

import pytest

from services.estimation.domain.function_points import (
    WEIGHTS,
    Benchmark,
    Factors,
    Size,
    benchmark_of,
    chain,
    cost,
    unadjusted,
    value_adjustment_factor,
)
from tests.estimation.samples import PARAMETERS, published

TYPES = {
    "ILF": "internal_files", "EIF": "external_files", "EI": "inputs", "EO": "outputs", "EQ": "queries",
}  # fmt: skip


def case(key):
    [found] = published("function_points", key)
    return found


def counts(inputs):
    return Size(**{TYPES[name]: count for name, count in inputs.items()})


def test_the_weights_are_ifpugs():
    expected = case("fp-weights")["expected"]

    columns = {
        name: tuple(expected[kind][level] for kind in TYPES) for level, name in enumerate(("low", "average", "high"))
    }

    assert columns == {name: WEIGHTS[f"ifpug_{name}"] for name in columns}


@pytest.mark.parametrize(
    ("key", "variant"),
    [
        ("nesma-indicative", "nesma_indicative"),
        ("nesma-estimated-dutch", "nesma_estimated"),
        ("cn-estimated", "cn_estimated"),
    ],
)
def test_each_counting_variant_gives_its_published_size(key, variant):
    published_case = case(key)

    assert unadjusted(counts(published_case["inputs"]), variant) == published_case["expected"]["ufp"]


def test_adjusted_function_points_are_the_published_ones():
    published_case = case("fp-620")
    size = unadjusted(counts(published_case["inputs"]["counts"]), "ifpug_average")
    factor = value_adjustment_factor(published_case["inputs"]["gsc"])

    result = chain(size, Factors(factor, 1, 1), pdr_hours_per_fp=1, hours_per_month=1)

    assert size == published_case["expected"]["ufp"]
    assert factor == pytest.approx(published_case["expected"]["vaf"])
    assert result.size_fp == pytest.approx(published_case["expected"]["afp"])


@pytest.mark.parametrize("key", ["cn-changsha-B1", "cn-changsha-B2"])
def test_the_chain_reproduces_the_changsha_cases_to_the_fen(key):
    inputs = case(key)["inputs"]
    scale_change, software, *rest = inputs["factors"]
    factors = Factors(scale_change, software, *(rest or [1.0]))

    result = chain(
        inputs["ufp"], factors, pdr_hours_per_fp=inputs["pdr_hours_per_fp"], hours_per_month=inputs["hours_per_pm"]
    )

    price = cost(result.person_months, Decimal(inputs["rate_per_pm"]), Decimal(0), "CNY")
    assert price == Decimal(str(case(key)["expected"]["cost"]))


@pytest.mark.parametrize("share", ["P25", "P50", "P75"])
def test_the_chain_reproduces_the_chengdu_sample(share):
    sample = case("cn-chengdu-sample")
    inputs, expected = sample["inputs"], sample["expected"]
    size = sum(
        reuse
        * unadjusted(Size(internal_files=inputs["ilf"][level], external_files=inputs["eif"][level]), "nesma_indicative")
        for level, reuse in {"low_reuse": 1, "mid": 2 / 3, "high": 1 / 3}.items()
    )
    grown = size * inputs["cf"]
    integrity = (269.6446 + 0.7094 * grown) / grown

    result = chain(
        size,
        Factors(inputs["cf"], inputs["at"] * integrity * inputs["sl"], inputs["dt"]),
        pdr_hours_per_fp=inputs["pdr"][share],
        hours_per_month=inputs["hours_per_pm"],
    )

    assert size == pytest.approx(expected["us"])
    assert result.size_fp == pytest.approx(expected["s"])
    assert result.effort_hours == pytest.approx(expected["ae"][share], abs=0.01)
    price = cost(result.person_months, Decimal(inputs["rate"]), Decimal(inputs["dnc"]), "CNY")
    assert float(price) == pytest.approx(expected["cost"][share], abs=0.01)


def test_the_benchmark_of_all_industries_has_the_published_spread():
    benchmark = PARAMETERS.benchmarking.general

    assert benchmark.sigma == pytest.approx(0.806, abs=5e-4)
    assert benchmark.hours_per_fp(0.5) == pytest.approx(6.72)
    assert benchmark.hours_per_fp(0.9) / benchmark.hours_per_fp(0.1) == pytest.approx(17.35 / 2.20)


@pytest.mark.parametrize(
    ("industry", "code"),
    [
        ("银行业（GB/T 4754 J6621）", "finance"),
        ("Banking", "finance"),
        ("Public administration of forestry", "e_government"),
        ("Bakery", "all"),
        (None, "all"),
    ],
)
def test_an_industry_is_known_by_the_words_in_its_name(industry, code):
    assert benchmark_of(industry, PARAMETERS.benchmarking.benchmarks).code == code


def test_a_benchmark_out_of_order_is_refused():
    with pytest.raises(ValueError, match=r"^range_order$"):
        Benchmark("x", "x", "x", (), 5.0, 4.0, 6.0)
