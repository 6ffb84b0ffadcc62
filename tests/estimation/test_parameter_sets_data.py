"""The shipped parameter set, and what a set must satisfy."""

import copy
import json

import pytest
from pydantic import ValidationError

from services.estimation.domain.parameters import parameters_of
from services.estimation.shipped import shipped_set
from shared.quant.three_point import Shape
from tests.support.estimation.samples import CASES, PARAMETERS


def changed(*path, value):
    """The shipped parameters with one value replaced."""
    content = copy.deepcopy(shipped_set()["parameters"])
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return content


def test_the_shipped_set_says_where_each_part_comes_from():
    assert shipped_set()["name"] == "csbmk-202510-2"
    assert {entry["part"].split(":")[0] for entry in shipped_set()["provenance"]} == {
        "effort", "benchmarking", "planning", "commerce", "editions", "calibrating",
    }  # fmt: skip
    assert all(entry["source"] and entry["standing"] for entry in shipped_set()["provenance"])


def test_the_bottom_up_hours_are_calibrated_to_the_benchmark():
    """Direct work, management, quality assurance and deployment come to PDR x CF when a sixth has no function points."""
    effort, benchmarking = PARAMETERS.effort, PARAMETERS.benchmarking
    direct = Shape.BETA_PERT.mean(effort.bounded(effort.kinds["functional"].hours_per_fp)) * 6 / 5
    beside = sum(
        Shape.BETA_PERT.mean(effort.bounded(activity.share))
        for activity in effort.activities
        if activity.is_benchmarked
    )

    assert direct * (1 + beside) == pytest.approx(6.72 * benchmarking.scale_change_factor, rel=0.03)


@pytest.mark.parametrize(
    ("path", "value", "place", "kind"),
    [
        (("effort", "kinds", "functional", "hours_per_fp", "optimistic"), 99.0, "hours_per_fp", "range_order"),
        (("effort", "kinds", "functional", "days"), {"optimistic": 1, "most_likely": 2, "pessimistic": 3}, "functional",
         "days_or_default_size"),
        (("effort", "kinds", "functional", "default_size"), {}, "effort", "default_size_without_points"),
        (("effort", "phases", "build", "share"), 0.5, "effort", "shares_do_not_sum"),
        (("effort", "phases", "warranty"), {"share": 0.0, "roles": {"developer": 1.0}}, "[key]", "literal_error"),
        (("effort", "correlation"), 1.5, "correlation", "less_than_equal"),
        (("effort", "correlation"), float("nan"), "correlation", "finite_number"),
        (("effort", "hours_a_day"), 8, "hours_a_day", "unexpected_keyword_argument"),
        (("benchmarking", "benchmarks"), [], "benchmarks", "too_short"),
        (("commerce", "payments", 0, "share"), "0.31", "commerce", "shares_do_not_sum"),
        (("commerce", "margin_rate"), "1", "margin_rate", "less_than_equal"),
        (("commerce", "exchange_rates", "CNY"), "7", "commerce", "own_exchange_rate"),
        (("commerce", "currency"), "XXX", "currency", "unknown_currency"),
        (("commerce", "items", 0, "amount"), "-1", "amount", "greater_than_equal"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_found_and_named(path, value, place, kind):
    with pytest.raises(ValidationError) as refused:
        parameters_of(changed(*path, value=value))

    findings = [
        (error["loc"][-1], str(error.get("ctx", {}).get("error", "")) or error["type"])
        for error in refused.value.errors()
    ]
    assert (place, kind) in findings


def test_the_shipped_edition_is_the_second_hand_benchmark_as_it_was_typed():
    benchmark = json.loads((CASES / "csbmk_202510.json").read_text(encoding="utf-8"))
    edition = PARAMETERS.editions["csbmk-202510"]
    codes = ("all", "e_government", "finance", "telecommunications", "manufacturing", "energy", "transport")

    assert [edition.productivity[code] for code in codes] == list(benchmark["productivity_dev"].values())
    assert list(edition.scale_change.values()) == list(benchmark["scale_change_factor"].values())
    assert list(edition.application_types.values()) == list(benchmark["factors_dev"]["application_type"].values())
    assert edition.operations_share == benchmark["ops_cost_ratio_of_dev_per_year"]
    rates = {city: [int(rate.development), int(rate.operations)] for city, rate in edition.rates_per_month.items()}
    assert rates == benchmark["city_rate_yuan_per_pm"]
    for industry in PARAMETERS.benchmarking.benchmarks:
        table = edition.productivity[industry.code]
        assert (industry.p10_hours_per_fp, industry.p50_hours_per_fp, industry.p90_hours_per_fp) == (
            table["P10"], table["P50"], table["P90"],
        )  # fmt: skip
