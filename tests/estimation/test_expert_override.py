"""What persons judge in the place of what was computed: pure."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.estimation.domain.analogy import by_analogy
from services.estimation.domain.calibration import calibrated
from services.estimation.domain.expert_override import EXPERT, NONE, Overrides, TotalBelowLines
from services.estimation.domain.history import PastProject
from services.estimation.domain.history_methods import NO_HISTORY, History
from services.estimation.domain.methods import Work, compared
from services.estimation.domain.parameters import Cocomo
from services.estimation.domain.productivity import Prior
from shared.quant.three_point import ThreePoint
from tests.support.estimation.samples import PARAMETERS, key, lending


def work(overrides=NONE, count=20, history=NO_HISTORY, choice=None, parameters=PARAMETERS):
    return Work.of(lending(count), parameters, overrides, history, choice)


def some_line(number=0, count=20):
    return [line for line in work(count=count).computed.lines if line.requirement][number]


def test_without_a_judgement_the_work_is_what_was_computed():
    found = work()

    assert found.estimated is found.computed
    assert all(line.computed_days is None for line in found.estimated.lines)


def test_a_judged_line_has_the_judged_effort_and_standing_work_follows():
    line = some_line()
    size = ThreePoint(50, 60, 100)

    found = work(Overrides({line.id: size}))

    judged = next(one for one in found.estimated.lines if one.id == line.id)
    assert (judged.method, judged.effort_days, judged.computed_days) == (EXPERT, size, line.expected_days)
    assert judged.expected_days == pytest.approx(65)
    assert judged.phase_days.keys() == line.phase_days.keys()
    standing = {one.activity: one for one in found.computed.lines if one.requirement is None}
    for one in found.estimated.lines:
        if one.requirement is None:
            assert one.expected_days > standing[one.activity].expected_days
    others = [one for one in found.estimated.lines if one.requirement and one.id != line.id]
    assert others == [one for one in found.computed.lines if one.requirement and one.id != line.id]


@settings(max_examples=25, deadline=None)
@given(st.floats(30, 5000), st.integers(0, 19))
def test_a_judged_total_is_the_total_and_every_part_adds_up(days, number):
    line = some_line(number)
    overrides = Overrides({line.id: ThreePoint(5, 6, 7)}, ThreePoint(days * 0.8, days, days * 1.4))

    found = work(overrides).estimated

    mean = (days * 0.8 + 4 * days + days * 1.4) / 6
    assert found.units == round(mean * 100)
    assert sum(sum(roles.values()) for roles in found.phases.values()) == found.units
    assert next(one for one in found.lines if one.id == line.id).expected_days == 6
    assert min(one.units for one in found.lines) >= 1


def test_a_total_that_leaves_nothing_for_the_other_lines_is_refused():
    line = some_line()

    with pytest.raises(TotalBelowLines, match="raise the total"):
        work(Overrides({line.id: ThreePoint(40, 50, 60)}, ThreePoint(45, 50, 55)))


def test_the_judgement_stands_beside_what_was_computed():
    line, basis = some_line(), lending(20)
    judged = Work.of(basis, PARAMETERS, Overrides({line.id: ThreePoint(500, 600, 900)}))

    found = compared(basis, judged, PARAMETERS)

    plain = compared(basis, work(), PARAMETERS)
    assert [method.method for method in found.methods] == ["three_point", "function_points", "expert"]
    assert found.methods[:2] == plain.methods
    assert found.methods[2].effort_days > plain.methods[0].effort_days + 500
    assert found.p80_days > plain.p80_days


def projects(count, hours=8.0):
    return [
        PastProject(str(key("past", n)), 100.0 + 40 * n, (100.0 + 40 * n) * hours * (1.2 if n % 2 else 0.85))
        for n in range(count)
    ]


def history(count=12, hours=8.0):
    known = projects(count, hours)
    model = calibrated(known, Prior(6.72), None, size_unit="fp")
    return History(key("model"), model, known)


def test_the_active_model_analogy_and_cocomo_join_as_methods():
    basis, parameters = lending(20), replace(PARAMETERS, cocomo=Cocomo(sloc_per_fp=53, drivers={"PERS": "high"}))

    found = compared(basis, work(history=history()), parameters, history())

    names = ["three_point", "function_points", "productivity_model", "analogy", "cocomo_ii"]
    assert [method.method for method in found.methods] == names
    for method in found.methods:
        assert method.low_days < method.effort_days < method.high_days
    model, analogy = found.methods[2:4]
    assert model.source_ids == (key("model"),)
    size = work().computed.function_points * 1.21
    nearest = by_analogy(PastProject("", size, 1), history().projects).nearest
    assert [str(one) for one in analogy.source_ids] == [project.key for project in nearest]
    assert analogy.effort_days == pytest.approx(size, rel=0.3)  # at 8 hours per point and day
    assert compared(basis, work(history=history()), parameters, history()) == found


def test_few_projects_and_no_model_leave_the_two_methods():
    found = compared(lending(20), work(), PARAMETERS, History(projects=projects(4)))

    assert [method.method for method in found.methods] == ["three_point", "function_points"]
    assert found.warnings == ()


def test_methods_that_exclude_each_other_are_told_in_both_languages():
    past = history(30, hours=90.0)

    found = compared(lending(20), work(history=past), PARAMETERS, past)

    codes = {warning.code for warning in found.warnings}
    assert codes == {"methods_contradict"}
    assert found.is_divergent
    assert "three_point" in found.warnings[0].message
    assert "三点估算" in found.warnings[0].message_zh
    assert "80% 区间" in found.warnings[0].message_zh
    assert found.warnings[0].subjects == ("three_point", "productivity_model")
