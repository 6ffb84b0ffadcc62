"""The work breakdown of a baseline."""

from dataclasses import replace
from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.estimation.domain.baseline import Fit
from services.estimation.domain.function_points import Size
from services.estimation.domain.parameters import USUAL_REUSE
from services.estimation.domain.wbs import KindWithoutParameters, NothingToEstimate, break_down
from shared.quant.three_point import ThreePoint
from tests.support.estimation.samples import PARAMETERS, baseline, key, lending, need

KINDS = tuple(PARAMETERS.effort.kinds)
counts = st.integers(0, 30)
sizes = st.none() | st.builds(Size, counts, counts, counts, counts, counts)
needs = st.lists(
    st.tuples(
        st.sampled_from(KINDS), sizes, st.sampled_from([None, "A", "B"]), st.sampled_from(["must", "could", "wont"])
    ),
    min_size=1,
    max_size=12,
).filter(lambda wishes: any(wish[3] != "wont" for wish in wishes))


def lines_by_code(work):
    return {line.code: line for line in work.lines}


def test_requirements_are_numbered_within_their_group_and_standing_activities_come_last():
    needs = [need(1, group="B"), need(2), need(3, group="A"), need(4, group="B")]

    work = break_down(baseline(*needs), PARAMETERS)

    codes = [(line.code, line.requirement.code if line.requirement else line.activity) for line in work.lines]
    assert codes == [
        ("1.1", "REQ-001"), ("1.2", "REQ-004"), ("2.1", "REQ-003"), ("3.1", "REQ-002"), ("4.1", "management"),
        ("4.2", "quality_assurance"), ("4.3", "deployment"), ("4.4", "training"), ("4.5", "warranty"),
    ]  # fmt: skip


def test_what_is_agreed_not_to_be_delivered_has_no_line_and_nothing_depends_on_it():
    dropped = need(1, priority="wont")
    kept = need(2, depends_on=(dropped.id, key("need", 3)))

    work = break_down(baseline(dropped, kept, need(3)), PARAMETERS)

    assert [line.requirement.code for line in work.lines if line.requirement] == ["REQ-002", "REQ-003"]
    assert lines_by_code(work)["1.1"].depends_on == (key("need", 3),)


def test_a_sized_requirement_takes_hours_per_function_point():
    work = break_down(baseline(need(1, size=Size(inputs=10))), PARAMETERS)

    [line] = [line for line in work.lines if line.requirement]
    hours = PARAMETERS.effort.bounded(PARAMETERS.effort.kinds["functional"].hours_per_fp)
    assert (line.method, line.function_points) == ("sized", 40)
    assert line.effort_days.most_likely == pytest.approx(40 * hours.most_likely / 8, abs=0.005)
    assert line.expected_days == pytest.approx(40 * PARAMETERS.effort.distribution.mean(hours) / 8, abs=0.005)


def test_an_unsized_functional_requirement_counts_as_a_usual_one_and_a_size_of_nothing_as_nothing():
    work = break_down(
        baseline(need(1), need(2, size=Size(inputs=4)), need(3, size=Size()), need(4, "security")), PARAMETERS
    )

    methods = {line.requirement.code: (line.method, line.function_points) for line in work.lines if line.requirement}
    assert methods == {
        "REQ-001": ("default_size", 27), "REQ-002": ("sized", 16), "REQ-003": ("sized", 0), "REQ-004": ("days", 0),
    }  # fmt: skip
    assert work.unsized_codes == ("REQ-001",)
    [nothing] = [line for line in work.lines if line.requirement and line.requirement.code == "REQ-003"]
    assert nothing.expected_days == 0.01


def test_the_clients_industry_scales_work_by_its_benchmark():
    plain = break_down(baseline(need(1)), PARAMETERS)
    bank = break_down(baseline(need(1), industry="Commercial bank"), PARAMETERS)

    assert bank.units / plain.units == pytest.approx(10.46 / 6.72, abs=0.01)


def test_a_standing_activity_is_a_share_of_the_requirements_effort():
    work = break_down(lending(), PARAMETERS)

    own = sum(line.units for line in work.lines if line.requirement)
    [management] = [line for line in work.lines if line.activity == "management"]
    share = PARAMETERS.effort.bounded(PARAMETERS.effort.activities[0].share)
    assert management.units / own == pytest.approx(PARAMETERS.effort.distribution.mean(share), abs=1e-5)
    assert set(management.role_days) == {"project_manager"}


def test_equal_baselines_give_equal_lines_and_ids():
    assert break_down(lending(), PARAMETERS) == break_down(lending(), PARAMETERS)


def test_what_stays_keeps_its_line_id_from_baseline_to_baseline_of_its_opportunity_only():
    first, second, other = (
        {line.id for line in break_down(one, PARAMETERS).lines}
        for one in (baseline(need(1)), baseline(need(1), need(2)), baseline(need(1), opportunity_id=key("other")))
    )

    assert first < second
    assert not first & other


def test_the_order_in_which_parameters_are_stored_changes_nothing():
    effort = PARAMETERS.effort
    turned = replace(
        effort,
        phases=dict(reversed(effort.phases.items())),
        activities=tuple(
            replace(
                activity, phases=dict(reversed(activity.phases.items())), roles=dict(reversed(activity.roles.items()))
            )
            for activity in effort.activities
        ),
    )

    work = break_down(lending(), replace(PARAMETERS, effort=turned))

    assert [list(line.table) for line in work.lines] == [
        list(line.table) for line in break_down(lending(), PARAMETERS).lines
    ]
    assert work == break_down(lending(), PARAMETERS)


def test_a_baseline_with_nothing_to_deliver_cannot_be_estimated():
    with pytest.raises(NothingToEstimate):
        break_down(baseline(need(1, priority="wont")), PARAMETERS)


def test_a_kind_without_parameters_is_named():
    with pytest.raises(KindWithoutParameters) as refused:
        break_down(baseline(need(1), need(2, "sorcery")), PARAMETERS)

    assert "sorcery" in refused.value.detail("zh")


@given(needs)
def test_the_parts_add_up_to_the_totals_exactly(wishes):
    requirements = [
        need(n, kind, size=size, group=group, priority=p) for n, (kind, size, group, p) in enumerate(wishes)
    ]

    work = break_down(baseline(*requirements), PARAMETERS)

    assert sum(line.units for line in work.lines) == work.units
    assert sum(sum(roles.values()) for roles in work.phases.values()) == work.units
    for line in work.lines:
        assert round(fsum(line.role_days.values()), 2) == line.expected_days
        assert round(fsum(line.phase_days.values()), 2) == line.expected_days
        assert line.units > 0
        assert line.effort_days.optimistic <= line.expected_days + 0.01


def of_requirements(work):
    return [line for line in work.lines if line.requirement]


def test_a_gap_has_a_line_below_that_of_its_requirement():
    work = break_down(baseline(need(1, fit=Fit("partial", "No batch import", None)), need(2)), PARAMETERS)

    own, gap, other = of_requirements(work)
    whole = break_down(baseline(need(1)), PARAMETERS).lines[0]
    assert [(line.code, line.kind) for line in (own, gap, other)] == [
        ("1.1", "requirement"), ("1.1.1", "gap"), ("1.2", "requirement"),
    ]  # fmt: skip
    assert (gap.name, gap.name_zh) == ("Gap: No batch import", "差距：No batch import")
    assert own.expected_days == gap.expected_days == pytest.approx(whole.expected_days / 3, abs=0.01)
    assert work.unsized_codes == ("REQ-001", "REQ-002")


def test_what_a_product_meets_needs_no_gap_and_less_work():
    full, configured = (
        break_down(baseline(need(1, fit=Fit(v, None, None))), PARAMETERS) for v in ("full", "configuration")
    )

    whole = break_down(baseline(need(1)), PARAMETERS)
    assert [len(of_requirements(work)) for work in (full, configured)] == [1, 1]
    assert full.units < configured.units < whole.units
    assert full.function_points < configured.function_points < whole.function_points


def test_judged_days_are_the_gaps_effort():
    fit = Fit("customisation", "Own scoring model", ThreePoint(8, 10, 15))

    [_, gap] = of_requirements(break_down(baseline(need(1, fit=fit)), PARAMETERS))

    assert gap.method == "judged"
    assert gap.effort_days == PARAMETERS.effort.bounded(ThreePoint(8, 10, 15)).rounded(2)


@given(needs, st.sampled_from(["roadmap", "none", "customisation", "unheard-of verdict"]))
def test_where_nothing_is_saved_effort_and_points_stay_as_they_were(wishes, verdict):
    fit = Fit(verdict, None, None)
    plain = [need(n, kind, size=size, group=group, priority=p) for n, (kind, size, group, p) in enumerate(wishes)]
    fitted = [replace(one, fit=fit) for one in plain]

    before, after = (break_down(baseline(*wish), PARAMETERS) for wish in (plain, fitted))

    lines = len(of_requirements(before))
    assert len(of_requirements(after)) == (lines * 2 if verdict in USUAL_REUSE else lines)
    own = [sum(line.units for line in of_requirements(work)) for work in (before, after)]
    assert abs(own[0] - own[1]) <= 2 * lines
    assert abs(before.function_points - after.function_points) <= lines


@given(needs, st.sampled_from([*USUAL_REUSE]))
def test_the_parts_add_up_with_gaps_too(wishes, verdict):
    fit = Fit(verdict, "gap", ThreePoint(1, 2, 4))
    requirements = [
        need(n, kind, size=size, group=group, priority=p, fit=fit) for n, (kind, size, group, p) in enumerate(wishes)
    ]

    work = break_down(baseline(*requirements), PARAMETERS)

    assert len({line.id for line in work.lines}) == len({line.code for line in work.lines}) == len(work.lines)
    assert sum(sum(roles.values()) for roles in work.phases.values()) == work.units
