"""Calibrated productivity, analogy and accuracy, on past projects that others published."""

import csv
from math import exp, log

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.estimation.domain.accuracy import covered, measured
from services.estimation.domain.analogy import by_analogy
from services.estimation.domain.calibration import calibrated
from services.estimation.domain.history import CalibrationInsufficient, PastProject, median_productivity
from services.estimation.domain.productivity import Prior
from tests.support.estimation.samples import CASES

BENCHMARK = Prior(6.72)
SETS = {
    "desharnais": ("size_fp", "effort_hours", 1, "language", BENCHMARK),
    "china": ("size_fp", "effort_hours", 1, None, BENCHMARK),
    "kitchenham": ("size_fp", "effort_hours", 1, "client", BENCHMARK),
    "cocomo81": ("size_ksloc", "effort_months", 152, None, Prior(None)),
}
"""Size, effort, hours per unit of effort, group, prior."""


def projects(name):
    size, effort, hours, group, _ = SETS[name]
    with (CASES / "past_projects" / f"{name}.csv").open(encoding="utf-8") as file:
        return [
            PastProject(f"{n:04}", float(row[size]), float(row[effort]) * hours, row[group] if group else None)
            for n, row in enumerate(csv.DictReader(file))
        ]


def calibration(name):
    return calibrated(projects(name), SETS[name][4], "technology", size_unit="fp")


@pytest.mark.parametrize("name", SETS)
def test_an_80_percent_interval_covers_74_to_88_percent_of_projects_that_it_has_not_seen(name):
    found = calibration(name)

    assert 0.74 <= found.trial.coverage_80 <= 0.88
    assert 0.74 <= found.model_trial.coverage_80 <= 0.88
    assert 0.74 <= by_analogy(projects(name)[0], projects(name)).trial.coverage_80 <= 0.88


def usual(count, hours=20.0):
    """Projects whose productivity varies by a tenth."""
    return [PastProject(f"{n:03}", 100.0 + n, hours * (100 + n) * (1.1 if n % 2 else 0.9)) for n in range(count)]


def with_some_that_went_wrong(count, share=5):
    """Most projects are alike, one in `share` took twenty times as long: a mean is drawn away, a median is not."""
    return [PastProject(f"{n:03}", 100.0 + n, 6.72 * (100 + n) * (20 if n % share == 0 else 1)) for n in range(count)]


@pytest.mark.parametrize("name", SETS)
def test_a_model_that_is_better_by_less_than_a_standard_error_is_not_chosen(name):
    found = calibration(name)

    model, baseline = found.model_trial.accuracy, found.baseline_trial.accuracy
    assert (found.basis, found.group_by) == ("calibrated", "technology")
    assert model.mean_log_error < baseline.mean_log_error + 0.01
    assert found.trial is found.chosen_trial
    assert found.trial.accuracy.sa > 0.4


def test_the_median_productivity_counts_where_it_is_clearly_better_and_there_are_projects_enough_to_say_so():
    some, many = with_some_that_went_wrong(19), with_some_that_went_wrong(40)

    few, found = (calibrated(known, BENCHMARK, None, size_unit="fp") for known in (some, many))

    assert few.baseline_trial.accuracy.mean_log_error < few.model_trial.accuracy.mean_log_error
    assert (few.basis, found.basis) == ("calibrated", "median_productivity")
    assert found.predict(100).p50_hours == pytest.approx(672)


def test_groups_that_mislead_do_not_count():
    """Of two projects in a group one was quick and the other slow: each is predicted worse by the other of its group."""
    known = [
        PastProject(f"{n:03}", 100.0 + n, 6.72 * (100 + n) * (1.5 if n % 2 else 1 / 1.5), f"group {n // 2}")
        for n in range(60)
    ]

    found = calibrated(known, BENCHMARK, "technology", size_unit="fp")

    assert (found.group_by, found.regression.groups) == (None, ())
    assert found.predict(100, "group 1") == found.predict(100, "group 2")


@pytest.mark.parametrize("known", [projects("kitchenham")[:28], with_some_that_went_wrong(26)])
def test_each_project_is_tried_with_what_would_be_chosen_without_it(known):
    found = calibrated(known, BENCHMARK, "technology", size_unit="fp")

    predictions = [
        calibrated([other for other in known if other is not one], BENCHMARK, "technology", size_unit="fp").predict(
            one.size, one.technology
        )
        for one in known
    ]
    nested = measured([one.effort_hours for one in known], [one.p50_hours for one in predictions])
    assert found.trial.accuracy.mean_log_error == pytest.approx(nested.mean_log_error, rel=1e-9)
    assert found.trial.accuracy.sa == pytest.approx(nested.sa, rel=1e-9)


def test_one_large_project_does_not_decide_which_model_counts():
    known = projects("kitchenham")
    largest = max(known, key=lambda one: one.effort_hours)

    without = calibrated([one for one in known if one is not largest], BENCHMARK, "technology", size_unit="fp")

    assert without.basis == calibration("kitchenham").basis


def test_the_published_findings_on_desharnais_projects_come_out_again():
    """Median productivity of the same technology is among the best of ten methods: MMRE 0.33, PRED(25) 0.49, SA 0.62."""
    accuracy = calibration("desharnais").baseline_trial.accuracy

    assert accuracy.mmre == pytest.approx(0.33, abs=0.04)
    assert accuracy.pred_25 == pytest.approx(0.49, abs=0.05)
    assert accuracy.sa == pytest.approx(0.62, abs=0.03)


def test_an_interval_is_as_wide_as_what_is_known():
    """Measured half widths of 80 %: a benchmark x/÷ 3.3, one organisation x/÷ 2.2, with technology x/÷ 1.7 to 2.0."""

    def half_width(found):
        prediction = found.regression.predict(200, "1")
        return prediction.p90_hours / prediction.p50_hours

    assert half_width(calibrated([], BENCHMARK, None, size_unit="fp")) == pytest.approx(3.3, abs=0.2)
    assert half_width(calibration("kitchenham")) == pytest.approx(2.2, abs=0.25)
    assert 1.7 <= half_width(calibration("desharnais")) <= 2.0


def few(count, hours=20.0):
    return [PastProject(f"{n}", 100.0 * (n + 1), hours * 100 * (n + 1) * (1.1 if n % 2 else 0.9)) for n in range(count)]


def test_fewer_than_three_projects_leave_the_benchmark_alone():
    found = calibrated(few(2), BENCHMARK, None, size_unit="fp")

    assert (found.basis, found.projects, found.trial) == ("prior", 2, None)
    assert found.predict(200).p50_hours == pytest.approx(6.72 * 200)


def test_few_projects_stay_near_the_benchmark_and_many_outweigh_it():
    own = [PastProject(f"{n:02}", 200, 20 * 200) for n in range(60)]

    medians = [calibrated(own[:n], BENCHMARK, None, size_unit="fp").regression.predict(200, "") for n in (3, 9, 60)]

    rates = [prediction.p50_hours / 200 for prediction in medians]
    assert 10 < rates[0] < rates[1] < rates[2] < 20
    assert rates[2] == pytest.approx(20, rel=0.05)


def test_without_a_benchmark_too_few_projects_are_refused():
    with pytest.raises(CalibrationInsufficient):
        calibrated(few(2), Prior(None), None, size_unit="ksloc")

    assert calibrated(few(3), Prior(None), None, size_unit="ksloc").predict(200).p50_hours == pytest.approx(
        20 * 200, rel=0.15
    )


def test_the_order_of_projects_and_the_case_of_groups_do_not_matter():
    known = projects("desharnais")
    loud = [PastProject(p.key, p.size, p.effort_hours, f" {p.technology} ".upper()) for p in reversed(known)]

    assert calibrated(loud, BENCHMARK, "technology", size_unit="fp") == calibration("desharnais")
    assert by_analogy(known[3], known) == by_analogy(known[3], list(reversed(known)))


def test_a_group_that_nobody_knows_is_predicted_more_carefully():
    found = calibration("desharnais").regression

    known, strange = found.predict(300, "1"), found.predict(300, "cobol")
    assert strange.p10_hours < known.p50_hours < strange.p90_hours


def test_the_nearest_projects_are_those_of_like_size_and_kind():
    near = [PastProject(f"n{n}", 100 + n, 1000, "java") for n in range(3)]
    far = [PastProject(f"f{n}", 101, 9000, "cobol") for n in range(3)] + [PastProject("big", 9000, 9e6, "java")]

    found = by_analogy(PastProject("new", 200, 1, "Java"), near + far)

    assert {project.key for project in found.nearest} == {"n0", "n1", "n2"}
    assert found.prediction.p50_hours == pytest.approx(200 * 1000 / 101, rel=1e-9)


def test_adapting_by_size_is_what_makes_analogy_any_good():
    """On COCOMO 81 the effort of the nearest as it is has several times the mean relative error."""
    known = projects("cocomo81")
    plain = []
    for project in known:
        others = sorted((o for o in known if o is not project), key=lambda o: abs(log(o.size / project.size)))
        plain.append(float(np.median([o.effort_hours for o in others[:3]])))

    adapted = by_analogy(known[0], known).trial.accuracy
    assert measured([p.effort_hours for p in known], plain).sa < adapted.sa


def test_measures_of_a_small_example():
    found = measured([100, 200, 400], [110, 100, 400])

    assert found.mmre == pytest.approx((0.1 + 0.5 + 0) / 3)
    assert (found.mdmre, found.pred_25) == (pytest.approx(0.1), pytest.approx(2 / 3))
    assert found.bias == pytest.approx(700 / 610)
    assert found.mean_absolute_error == pytest.approx(110 / 3)
    assert found.sa == pytest.approx(1 - (110 / 3) / 200)
    assert covered([1, 5, 9], [(0, 2), (6, 8), (9, 9)]) == pytest.approx(2 / 3)


@example([174762.8970019513] * 5)
@given(st.lists(st.floats(1, 1e6), min_size=2, max_size=40))
def test_standardised_accuracy_is_one_minus_the_error_of_guessing_all_pairs(actuals):
    guesses = [abs(a - b) for i, a in enumerate(actuals) for j, b in enumerate(actuals) if i != j]
    estimates = [actual * 1.5 for actual in actuals]

    found = measured(actuals, estimates)

    average = sum(guesses) / len(guesses)
    if found.sa is None:
        assert average <= 1e-8 * max(actuals)
    else:
        assert found.sa == pytest.approx(1 - found.mean_absolute_error / average, rel=1e-6, abs=1e-6)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(1, 1e5), st.floats(1, 1e6)), min_size=3, max_size=15), st.floats(1, 1e5))
@example([(2.0, 1.0)] * 3, 1.0)
def test_a_prediction_is_in_order_and_in_no_unit(pairs, size):
    known = [PastProject(f"{n:02}", a, b) for n, (a, b) in enumerate(pairs)]
    scaled = [PastProject(p.key, p.size, p.effort_hours * 8) for p in known]

    for model, other in (
        (calibrated(known, Prior(None), None, size_unit="fp"), calibrated(scaled, Prior(None), None, size_unit="fp")),
        (by_analogy(known[0], known), by_analogy(known[0], scaled)),
    ):
        one = model.predict(size) if hasattr(model, "predict") else model.prediction
        two = other.predict(size) if hasattr(other, "predict") else other.prediction
        assert one.p10_hours <= one.p50_hours <= one.p80_hours <= one.p90_hours
        assert two.p50_hours == pytest.approx(one.p50_hours * 8, rel=1e-6)


def test_the_median_of_a_group_needs_three_of_it():
    rates = [log(10), log(12), log(14), log(100), log(90)]

    found = median_productivity(rates, ["java", "java", "java", "cobol", "cobol"])

    assert found.predict(1, "java").p50_hours == pytest.approx(12)
    assert found.predict(1, "cobol").p50_hours == pytest.approx(exp(log(14)))
