"""Which method an estimate is made of: bottom-up, or the calibrated model where its record is better. Pure."""

from dataclasses import replace
from decimal import Decimal
from math import log

import pytest

from services.estimation.domain.calibration import calibrated
from services.estimation.domain.estimate import estimate
from services.estimation.domain.expert_override import NONE, Overrides
from services.estimation.domain.history import PastProject
from services.estimation.domain.history_methods import NO_HISTORY, History
from services.estimation.domain.leading import Choice
from services.estimation.domain.methods import Work
from services.estimation.domain.productivity import Prior
from shared.quant.three_point import ThreePoint
from tests.support.estimation.samples import PARAMETERS, baseline, inputs, key, lending, need

BENCHMARK = Prior(6.72)


def slow(count=9, hours=30.0, estimated=None):
    """Past projects that took some thirty hours per function point; `estimated` is what had been said per point."""
    return [
        PastProject(
            f"{n:02}", size, size * hours * (1.15 if n % 2 else 0.87), estimated_hours=estimated and size * estimated
        )
        for n, size in enumerate(100.0 + 40 * n for n in range(count))
    ]


def history(projects, prior=BENCHMARK):
    return History(key("model"), calibrated(projects, prior, None, size_unit="fp"))


def work(past=NO_HISTORY, overrides=NONE, choice=None, leads="by_record", basis=None):
    parameters = replace(PARAMETERS, calibrating=replace(PARAMETERS.calibrating, leads=leads))
    return Work.of(basis or lending(20), parameters, overrides, past, choice)


def test_without_a_model_bottom_up_leads_and_nothing_is_scaled():
    found = work()

    assert (found.lead.method, found.lead.code) == ("three_point", "no_calibration")
    assert found.estimated is found.computed


def test_nine_slow_projects_lead_and_the_price_follows_from_their_effort():
    plain, made = (estimate(lending(20), PARAMETERS, inputs(history=past)) for past in (NO_HISTORY, history(slow())))

    model = next(one for one in made.comparison.methods if one.method == "productivity_model")
    assert (made.lead.method, made.lead.code) == ("productivity_model", "better_record")
    assert made.work.units == round(model.effort_days * 100) > 2 * plain.work.units
    assert (made.comparison.p50_days, made.comparison.p80_days) == (model.effort_days, model.p80_days)
    assert made.comparison.methods[0] == plain.comparison.methods[0]
    assert made.costing.costs.labour == pytest.approx(
        plain.costing.costs.labour * made.work.units / plain.work.units, rel=Decimal("0.01")
    )
    assert "benchmark" in made.lead.message
    assert "9 个历史项目" in made.lead.message_zh


def test_lines_keep_their_proportions_and_what_was_computed_and_add_up():
    found = work(history(slow()))

    factor = found.estimated.units / found.computed.units
    for line, before in zip(found.estimated.lines, found.computed.lines, strict=True):
        assert (line.id, line.requirement, line.method) == (before.id, before.requirement, before.method)
        assert line.computed_days == before.expected_days
        assert line.units == pytest.approx(before.units * factor, abs=2)
        assert line.effort_days.pessimistic == pytest.approx(
            before.effort_days.pessimistic * factor, rel=0.01, abs=0.02
        )
    assert sum(sum(roles.values()) for roles in found.estimated.phases.values()) == found.estimated.units


def test_a_record_of_estimates_counts_before_the_benchmark_and_a_worse_model_does_not_lead():
    """The estimates of these projects were right: bottom-up knows what the model does not."""
    right, wrong = history(slow(estimated=30.0)), history(slow(estimated=10.0))

    kept, led = work(right), work(wrong)

    assert right.model.record.rival_is == wrong.model.record.rival_is == "estimates"
    assert right.model.record.rival == pytest.approx(log(1.15) / 2 - log(0.87) / 2, abs=0.01)
    assert (kept.lead.method, kept.lead.code) == ("three_point", "no_better_record")
    assert (led.lead.method, led.lead.code) == ("productivity_model", "better_record")
    assert "had been estimated" in led.lead.message
    assert "原估算" in kept.lead.message_zh


def test_two_estimates_are_no_record():
    some = [replace(one, estimated_hours=one.size * 30) if n < 2 else one for n, one in enumerate(slow())]

    assert history(some).model.record.rival_is == "benchmark"


def test_projects_as_quick_as_the_benchmark_do_not_take_the_lead():
    found = work(history(slow(hours=6.72)))

    assert (found.lead.method, found.lead.code) == ("three_point", "no_better_record")


@pytest.mark.parametrize("count", [0, 2])
def test_too_few_projects_have_no_record(count):
    found = work(history(slow(count)))

    assert (found.lead.method, found.lead.code) == ("three_point", "no_record")


def test_a_model_from_before_there_were_records_does_not_lead():
    past = history(slow())

    found = work(replace(past, model=replace(past.model, record=None, chosen_trial=None)))

    assert found.lead.code == "no_record"


def test_the_record_that_leads_is_nested_and_by_left_out_projects():
    known = slow(24)
    found = calibrated(known, BENCHMARK, None, size_unit="fp")

    assert found.record.calibrated == found.chosen_trial.accuracy.mean_log_error
    assert found.record.projects == 24


def test_a_policy_keeps_bottom_up_in_the_lead_whatever_the_record():
    found = work(history(slow()), leads="three_point")

    assert (found.lead.method, found.lead.code) == ("three_point", "policy")
    assert found.estimated is found.computed


def test_a_person_chooses_either_way_and_back():
    better, worse = history(slow()), history(slow(hours=6.72))

    down = work(better, choice=Choice("three_point", "Those were other clients."))
    up = work(worse, choice=Choice("productivity_model", "Like the last one."), leads="three_point")
    back = work(better, choice=Choice("by_record", "No reason any more."))

    assert (down.lead.method, down.lead.code) == ("three_point", "chosen")
    assert "Those were other clients." in down.lead.message
    assert (up.lead.method, up.estimated.units) == ("productivity_model", round(up.model.effort_days * 100))
    assert back.lead.code == "better_record"


def test_a_judged_total_leads_before_everything_and_a_judged_line_keeps_its_days():
    line = next(one for one in work().computed.lines if one.requirement)
    size = ThreePoint(20, 25, 40)

    whole = work(history(slow()), Overrides({}, ThreePoint(90, 100, 130)))
    one = work(history(slow()), Overrides({line.id: size}))

    assert (whole.lead.method, whole.lead.code) == ("expert", "expert_judged")
    assert whole.estimated.units == pytest.approx(10_333, abs=1)
    assert one.lead.code == "better_record"
    assert next(own for own in one.estimated.lines if own.id == line.id).effort_days == size
    assert one.estimated.units == round(one.model.effort_days * 100)


def test_judged_lines_that_leave_nothing_of_the_calibrated_effort_keep_bottom_up_in_the_lead():
    line = next(one for one in work().computed.lines if one.requirement)

    found = work(history(slow()), Overrides({line.id: ThreePoint(5000, 6000, 7000)}))

    assert found.lead.code == "judged_lines_exceed"
    assert found.estimated.units > 600_000


def test_work_that_has_hardly_any_function_points_is_not_led_by_what_knows_nothing_else():
    counted = [need(n) for n in range(2)]
    uncounted = [need(10 + n, "operational") for n in range(12)]

    found = work(history(slow()), basis=baseline(*counted, *uncounted))

    assert (found.lead.method, found.lead.code) == ("three_point", "little_is_counted")
