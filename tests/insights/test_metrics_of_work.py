"""Response times, satisfaction, pursuits, accuracy, churn, support and material, computed by hand."""

from decimal import Decimal

from services.insights.domain.metrics import (
    accuracy,
    answering,
    changing,
    pursuing,
    satisfaction,
    showing,
    supporting,
)
from tests.support.estimation.events import requirement
from tests.support.insights.stories import (
    answered,
    asked,
    baseline,
    by_id,
    cases,
    clock,
    cny,
    delivered,
    drafted,
    estimated,
    key,
    outcome,
    priced,
    pursuit,
    shown,
    span,
    submitted,
    support,
    values,
)

DEAL, OTHER = key("deal"), key("other")
Q3 = span("2026-Q3")


def test_response_times_are_business_minutes_and_what_is_late_counts_before_it_is_answered():
    """Answers after 30, 90, 300 minutes; in time 2 of 4: one was late, one is late and owed; one is not due yet."""
    events = [
        clock(DEAL, "a", "met", 1, 30),
        clock(DEAL, "b", "met", 1, 90),
        clock(OTHER, "c", "missed", 1, 300),
        clock(OTHER, "d", "breached", 1, 240),
        clock(OTHER, "e", "neared", 1, 200),
        clock(DEAL, "f", "met", 1, 600, purpose="following"),
        clock(DEAL, "g", "met", 100, 5),
    ]

    found = by_id(answering.response_time(cases(*events), Q3))

    assert {part: found[f"{part};purpose=first"].value for part in ("p50", "p90", "in_time")} == {
        "p50": 90, "p90": 258, "in_time": Decimal("0.5"),
    }  # fmt: skip
    assert found["in_time;purpose=first"].excluded == {"not_due": (OTHER,)}
    assert found["p50;purpose=first"].excluded == {"not_answered": (OTHER, OTHER)}
    assert found["p50;purpose=following"].value == 600


def test_satisfaction_is_of_answers_and_the_response_rate_of_invitations():
    """CSAT 5, 4, 2: 2/3. NPS 10, 9, 7, 6: (2 − 1) / 4. Of 4 CSAT invitations 2 came back; one was recorded."""
    events = [
        *(asked(DEAL, name, "csat", 1) for name in ("a", "b", "c", "d")),
        answered(DEAL, "a", "csat", 2, 5, "Clear", "Quick"),
        answered(DEAL, "b", "csat", 100, 4),
        answered(DEAL, "c", "csat", 2, 4, origin="recorded"),
        answered(OTHER, "e", "csat", 2, 2, "Slow", origin="recorded"),
        *(answered(OTHER, f"n{score}", "nps", 3, score) for score in (10, 9, 7, 6)),
        answered(OTHER, "x", "nps", 3, None),
    ]

    found = by_id(satisfaction.satisfaction(cases(*events), Q3))

    assert (found["csat_top_2"].numerator, found["csat_top_2"].denominator) == (2, 3)
    assert (found["nps"].value, found["nps"].excluded) == (Decimal("0.25"), {"no_score": (OTHER,)})
    assert found["response_rate;kind=csat"].value == Decimal("0.5")
    assert found["response_rate;kind=csat"].excluded == {"not_asked_by_link": (OTHER,)}
    assert found["response_rate;kind=nps"].reason == "no_cases"
    assert sorted(text for _, text in found["verbatims"].texts) == ["Clear", "Quick", "Slow"]


def test_pursuits_that_ended_take_hours_and_cost():
    """10 + 30 hours for one won: 40; cost 1,000 + 3,000; margin of the won one 5,000: 0.2."""
    lone, uncosted = key("lone"), key("uncosted")
    events = [
        pursuit(DEAL, 10.0, 1000, 1),
        pursuit(OTHER, 30.0, 3000, 1),
        pursuit(uncosted, 5.0, 100, 1, uncosted=2.0),
        drafted(DEAL, 1, 2),
        priced(DEAL, 1, 2, price=25000, budget=20000),
        submitted(DEAL, 1, 3),
        outcome(DEAL, "won", "2026-08-01", offered_price=cny(1)),
        outcome(OTHER, "lost", "2026-08-01"),
        outcome(lone, "not_bid", "2026-08-01"),
        outcome(uncosted, "lost", "2026-08-02"),
    ]

    hours = by_id(pursuing.pursuit_hours(cases(*events), Q3))
    cost = by_id(pursuing.pursuit_cost(cases(*events), Q3))

    assert (hours["mean"].value, hours["p50"].value, hours["per_won"].value) == (15, 10, 45)
    assert hours["mean"].excluded == {"no_hours": (lone,)}
    assert {name: one.value for name, one in cost.items()} == {
        "mean;currency=CNY": 2000, "per_won;currency=CNY": 4000, "cost_to_margin;currency=CNY": Decimal("0.2"),
    }  # fmt: skip
    assert cost["mean;currency=CNY"].excluded == {"hours_without_cost": (uncosted,), "no_hours": (lone,)}
    assert cost["cost_to_margin;currency=CNY"].counted == {DEAL}


def test_without_a_won_pursuit_there_is_nothing_to_divide_by():
    events = [pursuit(OTHER, 30.0, 3000, 1), outcome(OTHER, "lost", "2026-08-01")]

    hours = by_id(pursuing.pursuit_hours(cases(*events), Q3))
    cost = by_id(pursuing.pursuit_cost(cases(*events), Q3))

    assert (hours["per_won"].value, hours["per_won"].reason) == (None, "none_won")
    assert (cost["cost_to_margin;currency=CNY"].value, cost["cost_to_margin;currency=CNY"].reason) == (
        None,
        "no_margin",
    )


def test_estimates_are_measured_against_what_projects_took():
    """MRE 20/120 = 1/6, 50/50 = 1, 0: PRED(25) 2/3, MMRE 7/18, median 1/6; within P80 (115): 2 of 3."""
    events = [
        estimated(DEAL, 1, 1, low_high=(80.0, 125.0)),
        delivered(DEAL, 1, 120.0, 100.0, 115.0, "2026-08-01"),
        delivered(DEAL, 2, 50.0, 100.0, 115.0, "2026-08-01"),
        delivered(OTHER, 3, 100.0, 100.0, 115.0, None),
        delivered(OTHER, 4, 100.0, 100.0, None, "2026-08-01", is_excluded=True),
        delivered(OTHER, 5, 100.0, None, None, "2026-08-01"),
        delivered(OTHER, 6, 10.0, 100.0, 115.0, "2026-12-01"),
    ]

    found = by_id(accuracy.effort_accuracy(cases(*events), span("2026-08-01..2027-01-31")))
    of_quarter = by_id(accuracy.effort_accuracy(cases(*events), Q3))

    # what says no day of its end is of the day on which it was recorded: in January
    assert (of_quarter["mmre"].cases, found["mmre"].cases) == (2, 4)
    assert of_quarter["pred_25"].value == Decimal("0.5")
    assert of_quarter["mmre"].value == Decimal("0.583333")
    assert of_quarter["median_mre"].value == Decimal("0.583333")
    assert of_quarter["p80_coverage"].hits == {DEAL}
    assert (of_quarter["interval_80_coverage"].numerator, of_quarter["interval_80_coverage"].denominator) == (1, 1)
    assert of_quarter["mmre"].excluded == {"excluded_from_calibration": (OTHER,), "no_estimate": (OTHER,)}
    assert of_quarter["interval_80_coverage"].excluded["no_interval"] == (DEAL,)


def test_churn_is_what_an_approved_baseline_changes_of_the_one_before():
    """4 requirements; one changed, one removed, two added: 4/4. Another source is no change."""
    needs = [requirement(n) for n in range(4)]
    after = [requirement(0, statement="Another."), *needs[1:3], requirement(8), requirement(9)]
    events = [baseline(DEAL, 1, 0, needs), baseline(DEAL, 2, 5, after), baseline(OTHER, 1, 0, needs)]
    events.append(baseline(OTHER, 2, 100, needs))

    found = values(changing.requirement_churn(cases(*events), Q3))

    assert found == {"churn": 1, "added": 0.5, "changed": 0.25, "removed": 0.25}
    third = by_id(changing.requirement_churn(cases(*events), span("2026-Q4")))
    assert (third["churn"].value, third["churn"].hits, third["churn"].counted) == (0, frozenset(), {OTHER})
    assert by_id(changing.requirement_churn(cases(*events), Q3))["churn"].excluded == {
        "first_baseline": tuple(sorted((DEAL, OTHER)))
    }


def test_rework_is_another_baseline_whenever_it_came():
    events = [baseline(DEAL, 1, 0), baseline(DEAL, 2, 5), baseline(DEAL, 3, 200), baseline(OTHER, 1, 0)]

    assert values(changing.rework(cases(*events), Q3)) == {"reworked": 0.5, "baselines_after_first": 1}


def test_support_load_is_by_domain_and_kind_of_the_day_of_the_request():
    events = [
        support(DEAL, "a", 1),
        support(DEAL, "a", 3, 2, "closed", rating=5, times_reopened=1),
        support(OTHER, "b", 2),
        support(OTHER, "c", 2, status="declined"),
        support(OTHER, "d", 2, domain="after_sales", kind="training"),
        support(OTHER, "late", 120, 2, "triaged"),
        support(OTHER, "late", 2, 1),
    ]

    found = by_id(supporting.support_load(cases(*events), Q3))

    technical = {
        part: found[f"{part};domain=technical;kind=consulting"] for part in ("requests", "delivered", "rating")
    }
    assert {part: one.value for part, one in technical.items()} == {
        "requests": 4, "delivered": Decimal("0.333333"), "rating": 5,
    }  # fmt: skip
    assert technical["delivered"].excluded == {"declined": (OTHER,)}
    assert found["reopened;domain=technical;kind=consulting"].numerator == 1
    assert found["requests;domain=after_sales;kind=training"].value == 1


def test_material_is_reused_and_some_of_what_saw_it_is_won():
    third = key("third")
    events = [
        shown(DEAL, "deck", "one", "2026-07-02"),
        shown(DEAL, "deck", "two", "2026-07-03"),
        shown(OTHER, "deck", "three", "2026-07-04"),
        shown(third, "deck", "four", "2026-07-04"),
        shown(third, "film", "five", "2026-10-01"),
        outcome(DEAL, "won", "2026-10-10"),
        outcome(OTHER, "lost", "2026-10-10"),
    ]

    found = by_id(showing.material_use(cases(*events), Q3))

    assert {name: one.value for name, one in found.items()} == {
        "uses;material=deck": 4, "reused;material=deck": Decimal("0.75"), "win_rate;material=deck": Decimal("0.5"),
    }  # fmt: skip
    assert found["win_rate;material=deck"].excluded == {"open": (third,)}
