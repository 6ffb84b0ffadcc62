"""What an estimate takes for granted is told in both languages, and judged by a person."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

from services.estimation.domain.baseline import Fit
from services.estimation.domain.cost_items import Wanted
from services.estimation.domain.estimate import estimate
from services.estimation.domain.function_points import Size
from services.estimation.domain.rates import Rate, RateCard
from services.estimation.handlers import on
from shared.language.events.requirements import SizeFacts
from tests.conftest import said
from tests.support.estimation.events import DEAL, approved, hear, requirement
from tests.support.estimation.samples import PARAMETERS, RATES, baseline, card, inputs, key, need

JUDGED, COMPLETED = "estimation.estimate.judged.v1", "estimation.estimate.completed.v1"


def wanted(name, kind, currency="CNY", **wish):
    return Wanted(key("item", name), kind, name, name, "build", "project", Decimal(1), Decimal(9000), currency, **wish)


def found(*needs, parameters=PARAMETERS, given=None, **wish):
    """Warnings by code."""
    made = estimate(baseline(*needs, **wish), parameters, given or inputs())
    codes = [warning.code for warning in made.warnings]
    assert len(codes) == len(set(codes))
    return {warning.code: warning for warning in made.warnings}


def test_requirements_without_a_size_are_told_with_their_codes_and_days():
    warning = found(need(1), need(2, size=Size(inputs=4)), need(3))["requirements_unsized"]

    assert warning.subjects == ("REQ-001", "REQ-003")
    assert warning.message.startswith("2 requirements have no size")
    assert "REQ-001" in warning.message_zh


def test_of_many_requirements_the_message_names_the_first_and_counts_the_rest():
    warning = found(*(need(number) for number in range(30)))["requirements_unsized"]

    assert len(warning.subjects) == 30
    assert "REQ-009 and 20 more" in warning.message
    assert "REQ-010" not in warning.message


def test_a_size_of_nothing_usual_days_and_gaps_that_nobody_judged_are_told():
    fit = Fit("partial", "No report", None)

    warnings = found(need(1, size=Size()), need(2, "security"), need(3, size=Size(inputs=3), fit=fit))

    assert warnings["requirements_of_no_size"].subjects == ("REQ-001",)
    assert warnings["requirements_with_usual_days"].subjects == ("REQ-002",)
    assert warnings["gaps_with_usual_days"].subjects == ("REQ-003",)
    assert "requirements_unsized" not in warnings


def test_a_start_before_today_and_one_that_nobody_said_are_told():
    late = inputs(today=date(2027, 2, 1))

    assert found(given=late)["start_in_the_past"].subjects == ("2027-01-04",)
    assert "start_in_the_past" not in found(given=inputs(today=date(2026, 12, 1)))
    assert "start_assumed" in found(planned_start=None)
    assert "start_assumed" not in found()


def test_default_costs_stand_back_for_entered_ones_of_their_kind_and_that_is_told():
    given = inputs(items=[wanted("Flights", "travel"), wanted("flights", "travel"), wanted("Scanner", "other")])

    made = estimate(baseline(), PARAMETERS, given)

    warnings = {warning.code: warning for warning in made.warnings}
    assert [item.origin for item in made.costing.items if item.kind == "travel"] == ["person", "person"]
    assert warnings["cost_items_stood_back"].subjects == ("Travel to the client",)
    assert "差旅" in warnings["cost_items_stood_back"].message_zh
    assert warnings["cost_items_entered_twice"].subjects == ("Flights",)
    assert "Travel to the client" not in warnings["cost_items_assumed"].subjects


def test_an_item_that_takes_a_named_ones_place_sends_no_other_of_its_kind_back():
    given = inputs(items=[wanted("Bus", "travel", replaces="tools")])

    made = estimate(baseline(), PARAMETERS, given)

    assert {item.name for item in made.costing.items if item.kind == "travel"} == {"Bus", "Travel to the client"}
    assert "cost_items_stood_back" not in {warning.code for warning in made.warnings}


def test_an_exchange_rate_of_the_parameter_set_is_told_with_its_figure_and_date():
    warning = found(given=inputs(items=[wanted("Servers", "software", "USD")]))["exchange_rates_assumed"]

    assert warning.subjects == ("USD/CNY",)
    assert "2025-10-15" in warning.message
    assert "7.12" in warning.internal
    assert "exchange_rates_assumed" not in found()


def test_a_rate_that_stands_for_another_seniority_is_told():
    both = (Rate("developer", "junior", Decimal(1200)), Rate("developer", "senior", Decimal(2400)))
    others = tuple(Rate(role, None, Decimal(cost)) for role, cost in RATES.items() if role != "developer")
    graded = RateCard(key("card"), 1, None, "CNY", date(2026, 1, 1), None, (*both, *others))
    mixed = replace(PARAMETERS, commerce=replace(PARAMETERS.commerce, grades={"tester": {"senior": 1.0}}))

    assert found(given=inputs(graded))["rates_assumed"].subjects == ("developer",)
    assert found(parameters=mixed)["rates_assumed"].subjects == ("tester",)
    assert "rates_assumed" not in found()


def test_rates_that_were_converted_are_told_with_their_currencies():
    warnings = found(given=inputs(card(currency="USD")))

    assert "developer" in warnings["rates_converted"].subjects
    assert "USD/CNY" in warnings["rates_converted"].message_zh
    assert "exchange_rates_assumed" in warnings
    assert "rates_converted" not in found()


def test_years_without_known_holidays_are_told():
    assert found()["calendar_years_without_data"].subjects == ("2028",)
    soon = found(planned_start=date(2026, 1, 5), given=inputs(card(), warranty_months=1))
    assert "calendar_years_without_data" not in soon
    assert (
        found(currency="EUR", given=inputs(card(currency="EUR")))["calendar_years_without_data"].subjects[0] == "2027"
    )


def test_an_industry_without_benchmark_and_a_currency_without_tax_are_told():
    assert "industry_without_benchmark" in found(industry="Beekeeping")
    assert "industry_without_benchmark" not in found(industry="银行业")
    dollars = inputs(card(currency="USD"))
    assert found(currency="USD", given=dollars)["tax_rate_missing"].subjects == ("USD",)
    assert "tax_rate_missing" not in found()


def test_every_warning_is_in_both_languages_and_says_no_placeholder():
    given = inputs(items=[wanted("Servers", "software", "USD")], today=date(2028, 1, 1))

    for warning in found(need(1), need(2, "security"), planned_start=None, given=given).values():
        assert "{" not in warning.message + warning.message_zh
        assert any("一" <= sign <= "鿿" for sign in warning.message_zh)
        assert not any("一" <= sign <= "鿿" for sign in warning.message)


async def newest(client):
    return (await client.get("/estimates?view=full")).json()["items"][0]


def by_code(estimate):
    return {warning["code"]: warning for warning in estimate["warnings"]}


async def judged(client, estimate, *codes, reason="The client confirmed it."):
    keys = [by_code(estimate)[code]["id"] for code in codes]
    answer = await client.act(f"/estimates/{estimate['id']}/judge-warnings", {"warnings": keys, "reason": reason})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_person_judges_warnings_with_a_reason_and_others_are_told(estimation):
    await hear(estimation, approved(requirements=[requirement(1), requirement(2, size=None)]), on=on)
    first = await newest(estimation)

    after = await judged(estimation, first, "requirements_unsized", "payment_terms_assumed")

    one = by_code(after)["requirements_unsized"]
    assert (one["judged_by"], one["judgement"], one["subjects"]) == ("ann", "The client confirmed it.", ["REQ-002"])
    assert by_code(after)["cost_items_assumed"]["judged_by"] is None
    [event] = await said(estimation.app.state.database, JUDGED)
    assert (event.data["estimate_id"], event.data["version"]) == (after["id"], after["version"])
    told = {warning["code"]: warning for warning in event.data["warnings"]}
    assert told["requirements_unsized"]["judged_by"] == "ann"
    assert told["cost_items_assumed"]["judged_by"] is None


async def test_a_judgement_holds_in_later_revisions_while_subject_and_figures_are_the_same(estimation):
    needs = [requirement(1), requirement(2, size=None)]
    await hear(estimation, approved(requirements=needs), on=on)
    first = await judged(estimation, await newest(estimation), "requirements_unsized", "payment_terms_assumed")

    again = (await estimation.act(f"/estimates/{first['id']}/recompute")).json()
    await hear(estimation, approved(2, requirements=[*needs, requirement(3, size=None)]), on=on)
    later = await newest(estimation)

    assert by_code(again)["requirements_unsized"]["judgement"] == "The client confirmed it."
    assert by_code(later)["payment_terms_assumed"]["judgement"] == "The client confirmed it."
    assert by_code(later)["requirements_unsized"]["judged_by"] is None
    event = (await said(estimation.app.state.database, COMPLETED))[-1].data
    told = {warning["code"]: warning["judged_by"] for warning in event["warnings"]}
    assert (told["payment_terms_assumed"], told["requirements_unsized"]) == ("ann", None)


async def test_what_is_no_warning_of_the_estimate_cannot_be_judged(estimation):
    await hear(estimation, approved(requirements=[requirement(1, size=SizeFacts(inputs=3))]), on=on)
    first = await newest(estimation)
    path = f"/estimates/{first['id']}/judge-warnings"

    unknown = await estimation.act(path, {"warnings": [str(uuid4())], "reason": "Looks right."})
    silent = await estimation.act(path, {"warnings": [first["warnings"][0]["id"]], "reason": " "})
    await hear(estimation, approved(2), on=on)
    old = await estimation.act(path, {"warnings": [first["warnings"][0]["id"]], "reason": "Looks right."})

    assert (unknown.status_code, unknown.json()["code"]) == (422, "no_such_warning")
    assert silent.status_code == 422
    assert (old.status_code, old.json()["code"]) == (409, "illegal_transition")
    actions = {action["action"]: action["is_allowed"] for action in first["allowed_actions"]}
    assert actions["judge_warnings"]
    assert str(DEAL) == first["opportunity_id"]


async def test_a_warning_is_internal_until_a_person_words_it_for_the_client(estimation):
    await hear(estimation, approved(requirements=[requirement(1), requirement(2, size=None)]), on=on)
    first = await newest(estimation)
    key = by_code(first)["requirements_unsized"]["id"]
    path = f"/estimates/{first['id']}/judge-warnings"
    wish = {"warnings": [key], "reason": "Chen guessed it.", "client_visibility": "client"}

    unworded = await estimation.act(path, wish)
    shown = await estimation.act(path, {**wish, "client_wording": WORDING, "client_wording_zh": WORDING_ZH})
    again = (await estimation.act(f"/estimates/{first['id']}/recompute")).json()

    names = ("client_visibility", "client_wording", "client_wording_zh")
    assert unworded.json()["errors"][0]["code"] == "not_worded_for_the_client"
    assert [by_code(first)["requirements_unsized"][name] for name in names] == ["internal", None, None]
    event = (await said(estimation.app.state.database, JUDGED))[-1].data
    kept = (await said(estimation.app.state.database, COMPLETED))[-1].data
    for told in (shown.json(), again, event, kept):
        assert [by_code(told)["requirements_unsized"][name] for name in names] == ["client", WORDING, WORDING_ZH]
        assert by_code(told)["payment_terms_assumed"]["client_visibility"] == "internal"


WORDING = "The size of the reports is agreed in the first month."
WORDING_ZH = "报表规模在首月内共同确认。"
