"""Counting, complexity and benchmarks."""

import pytest

from services.estimation.domain.benchmark import Benchmark, benchmark_of
from services.estimation.domain.cosmic import Process, size
from services.estimation.domain.function_points import WEIGHTS, FunctionType, complexity, weight
from tests.support.estimation.samples import PARAMETERS

PLACES = {
    "ilf": ((1, 2, 5, 6), (1, 19, 20, 50, 51)),
    "eif": ((1, 2, 5, 6), (1, 19, 20, 50, 51)),
    "ei": ((0, 1, 2, 3), (1, 4, 5, 15, 16)),
    "eo": ((1, 2, 3, 4), (1, 5, 6, 19, 20)),
    "eq": ((1, 2, 3, 4), (1, 5, 6, 19, 20)),
}
ROWS = {"ei": (0, 0, 1, 2), "ilf": (0, 1, 1, 2), "eif": (0, 1, 1, 2), "eo": (0, 1, 1, 2), "eq": (0, 1, 1, 2)}
COLUMNS = (0, 0, 1, 1, 2)
LEVELS = (("low", "low", "average"), ("low", "average", "high"), ("average", "high", "high"))


@pytest.mark.parametrize("kind", PLACES)
def test_every_cell_of_a_matrix_is_ifpugs_up_to_its_edges(kind):
    records, elements = PLACES[kind]

    for place, count in enumerate(records):
        for column, fields in enumerate(elements):
            found = complexity(FunctionType(kind), data_elements=fields, records_or_files=count)
            assert found == LEVELS[ROWS[kind][place]][COLUMNS[column]], (count, fields)


def test_the_highest_inquiry_is_six_and_not_five_as_many_slides_print():
    assert weight(FunctionType.EQ, "high") == 6
    assert [weight(kind, "average") for kind in FunctionType] == list(WEIGHTS["ifpug_average"])


def test_each_movement_of_data_is_a_cosmic_point():
    assert size([Process(entries=1, exits=1), Process(entries=2, exits=3, reads=4, writes=1)]) == 12


@pytest.mark.parametrize(
    ("movements", "code"),
    [({"entries": 0, "exits": 2}, "process_without_entry"), ({"entries": 3, "reads": 2}, "process_without_outcome")],
)
def test_what_is_no_process_is_refused(movements, code):
    with pytest.raises(ValueError, match=f"^{code}$"):
        Process(**movements)


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
