"""Triggers that tenants write: conditions over what a project is made of."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.risk.domain.rule import Words
from services.risk.domain.trigger import SOURCES, Condition, Trigger
from shared.language.events.requirements import FitFacts
from tests.support.risk.example import (
    baseline,
    budget_limit,
    concern,
    cost_item,
    date_limit,
    estimate,
    key,
    project,
    requirement,
    requirements,
)

OF = baseline(
    needs=[
        *requirements(3),
        requirement("REQ-010", kind="interface", statement="对接征信中心", priority="should"),
        requirement("REQ-011", kind="interface", acceptance_criteria=()),
    ],
    concerns=[concern(severity="high")],
    constraints=[budget_limit(300_000), date_limit(date(2027, 3, 1), is_hard=False)],
    fits=[FitFacts(requirement_id=key("REQ-010"), requirement_code="REQ-010", verdict="none", product="CoreLend 5")],
    assumptions=("a", "b"),
)
PROJECT = project(OF, estimate(OF, items=[cost_item(60_000)]))


def trigger(over="requirements", *where, measure="count", start=1.0, worst=4.0, **facts):
    conditions = tuple(Condition(*condition) for condition in where)
    return Trigger(over=over, where=conditions, measure=measure, start=start, worst=worst, **facts)


def found(*args, **facts):
    return list(trigger(*args, **facts).find(PROJECT))


def test_a_trigger_counts_what_meets_all_its_conditions():
    [finding] = found("requirements", ("kind", "=", "INTERFACE"), ("has_acceptance", "=", True))

    assert finding.codes == ("REQ-010",)
    assert finding.facts["conditions"] == "kind = INTERFACE; has_acceptance = True"
    assert (finding.facts["count"], finding.facts["total"], finding.intensity) == ("1", "5", 0.0)


def test_a_share_is_of_all_rows_of_the_source():
    [finding] = found("requirements", ("kind", "=", "interface"), measure="share", start=0.2, worst=0.6)

    assert (finding.facts["value"], finding.intensity) == ("40%", pytest.approx(0.5))


def test_below_its_start_it_does_not_fire():
    assert found("requirements", ("kind", "=", "interface"), start=3.0) == []
    assert found("requirements", ("kind", "=", "performance")) == []


def test_a_figure_may_be_bad_because_it_is_small():
    assert found("requirements", measure="value", of="dependencies", start=0.0, worst=-1.0)
    assert found("estimate", measure="value", of="planned_days", start=10.0, worst=0.0) == []


def test_one_proposal_for_each_row_is_as_strong_as_its_own_figure():
    small, large = sorted(
        found("lines", ("activity", "in", ["functional", "management"]), each=True, measure="value", of="effort_days",
              start=10.0, worst=30.0),
        key=lambda one: one.intensity,
    )[::3]  # fmt: skip

    assert small.intensity == pytest.approx(0.0)
    assert large.intensity == pytest.approx(0.5)
    assert small.label != large.label


@pytest.mark.parametrize(
    ("over", "where", "codes"),
    [
        ("requirements", ("text", "contains", "征信"), ("REQ-010",)),
        ("requirements", ("priority", "!=", "must"), ("REQ-010",)),
        ("fits", ("verdict", "in", ["none", "roadmap"]), ("REQ-010",)),
        ("fits", ("product", "contains", "corelend"), ("REQ-010",)),
        ("concerns", ("severity", "=", "high"), ()),
        ("constraints", ("is_hard", "=", False), ()),
        ("constraints", ("load", ">", 1.0), ()),
        ("cost_items", ("kind", "=", "licence"), ()),
        ("estimate", ("assumptions", ">=", 2), ()),
    ],
)
def test_every_source_can_be_looked_at(over, where, codes):
    [finding] = found(over, where)

    assert finding.codes == codes


def test_a_figure_that_tells_internal_cost_is_not_in_the_sentence():
    [finding] = found("constraints", ("kind", "=", "budget"), measure="value", of="budget_share", start=0.5, worst=1.0)

    assert finding.intensity == pytest.approx((280 / 300 - 0.5) / 0.5)
    assert finding.facts["value"] == "0.5"


def test_a_sentence_of_a_tenant_is_filled_and_never_interpreted():
    words = Words("{count} of {total:>1000000} {count.__class__} {unknown}", "{count} 项")

    assert words.filled({"count": "2", "total": "5"}) == Words(
        "2 of {total:>1000000} {count.__class__} {unknown}", "2 项"
    )


@given(
    st.sampled_from(sorted(SOURCES)),
    st.sampled_from(["count", "share"]),
    st.floats(0, 10),
    st.floats(0, 10),
    st.booleans(),
)
def test_what_a_trigger_finds_is_told_apart(over, measure, start, worst, each):
    findings = found(over, measure=measure, start=start, worst=worst, each=each)

    assert len({one.subject for one in findings}) == len({one.label for one in findings}) == len(findings)
