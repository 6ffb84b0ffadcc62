"""What the mathematics of plans cannot do, in the words of this service."""

import pytest

from services.proposal.domain.duration_range import RangeOrder, duration_range
from services.proposal.domain.impossible_plans import NetworkHasCycle, worded
from shared.kernel.problems import CATALOGUE
from shared.quant import crashing, dated_network, levelling, network_simulation
from shared.quant.crashing import Crash, crashed
from shared.quant.critical_path import critical_path
from shared.quant.impossible import Impossible
from shared.quant.network import Activity, Link, network_of
from tests.support.quant.networks import CASES, activities

PARTS = (crashing, dated_network, levelling, network_simulation)


def test_everything_that_planning_cannot_do_has_words_here():
    assert PARTS
    for fact in Impossible.__subclasses__():
        assert CATALOGUE[fact.code].__module__ == "services.proposal.domain.impossible_plans", fact


@pytest.mark.parametrize(("case", "code"), [("err-dup", "duplicate_id"), ("err-negative", "negative_duration")])
def test_impossible_activities_are_refused_in_both_languages(case, code):
    with pytest.raises(CATALOGUE[code]) as refused, worded():
        critical_path(activities(case))

    assert "A" in refused.value.detail("zh")
    assert "A" in refused.value.detail("en")


def test_a_crash_of_more_than_everything_is_refused():
    with pytest.raises(CATALOGUE["crash_below_zero"], match="A takes 2"), worded():
        crashed(network_of([Activity("A", 2)]), {"A": Crash(3, 1)}, [1])


def test_a_cycle_of_thousands_is_named_shortly_in_the_sentence_and_wholly_for_programs():
    circle = [Activity(str(n), 1, (Link(str((n - 1) % 3000)),)) for n in range(3000)]

    with pytest.raises(NetworkHasCycle) as refused, worded():
        critical_path(circle)

    assert len(refused.value.detail("zh")) < 1000
    assert len(refused.value.members()["activity_ids"]) == 3000


@pytest.mark.parametrize("case", ["err-3pt-2", "err-3pt-6"])
def test_points_out_of_order_or_below_zero_are_refused(case):
    inputs = CASES[case]["inputs"]

    with pytest.raises(RangeOrder, match="is not optimistic"):
        duration_range("A", inputs["a"], inputs["m"], inputs["b"])
