"""The economic chapter: an analysis that is offered to the client becomes a part of the proposal of its price."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from services.proposal.content.client import for_client
from services.proposal.content.completeness import gaps
from services.proposal.content.figures import known, said_figures
from services.proposal.content.room import shown_sections
from services.proposal.domain.loose_figures import loose_figures
from services.proposal.handlers import on, on_opportunities
from shared.language.events.estimation.economics import EconomicAnalysisWithdrawn
from shared.language.events.requirements import OpportunityClosed
from tests.conftest import envelope, said
from tests.support.proposal.economics import case_of, content_with, draft_with
from tests.support.proposal.json_values import leaves
from tests.support.proposal.makers import approved, change, content, hear, newest, proposals, section
from tests.support.proposal.samples import events

LATER = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def lending():
    return events("lending", 12)


@pytest.fixture(scope="module")
def offered(lending):
    return content_with(lending, case_of(lending))


async def tell(client, *told):
    for event in told:
        await on.handle(client.app.state.database, [envelope(event)])


def withdrawn(found, event, version):
    return EconomicAnalysisWithdrawn(
        opportunity_id=found.baseline.opportunity_id, economic_analysis_id=event.economic_analysis_id, version=version
    )


async def value(client, found):
    case = (await content(client, await newest(client, found)))["economics"]
    return case and case["net_present_value"]


# -- what it says


def test_years_add_up_to_the_price_the_totals_and_the_present_value(lending, offered):
    case = offered.economics

    assert sum(year.price for year in case.years) == lending.price.price_excl_tax.amount
    assert sum(year.discounted for year in case.years) == case.net_present_value
    assert case.benefits_present_value - case.outlay_present_value == case.net_present_value
    assert case.years[-1].cumulative == case.benefits_total - case.outlay_total
    assert [year.year for year in case.years] == list(range(6))
    assert sum(stream.total for stream in case.streams if stream.is_benefit) == case.benefits_total
    roi = (case.benefits_total - case.outlay_total) / case.outlay_total
    assert case.return_on_investment == pytest.approx(float(roi))


def test_break_even_is_the_first_year_that_ends_with_the_outlay_earned_back(offered):
    case = offered.economics

    ends = [year.cumulative >= 0 for year in case.years]
    assert ends == [year >= case.break_even_year for year in range(6)]
    assert case.break_even_year - 1 < case.payback_years <= case.break_even_year


def test_what_falls_due_within_a_year_is_of_that_year_and_the_start_is_year_nil(lending):
    at_once = content_with(lending, case_of(lending, price_timing="start", horizon_years=8)).economics

    assert at_once.years[0].price == lending.price.price_excl_tax.amount
    assert {year.price for year in at_once.years[1:]} == {Decimal(0)}
    assert len(at_once.years) == 9


def test_no_field_and_no_value_is_of_our_side(lending, offered):
    told = offered.economics.model_dump(mode="json")

    words = {"cost", "costs", "margin", "burn", "rate", "rates", "budget", "profit", "contingency", "internal", "daily"}
    paths = {path for path, _ in leaves(told)}
    assert {path for path in paths if words & set(path.lower().replace(".", "_").split("_"))} == {".discount_rate"}
    price, estimate = lending.price, lending.estimate
    ours = {
        *(money.amount for money in (price.base_cost, price.contingency, price.risk_response_cost)),
        *(money.amount for money in (price.management_reserve, price.total_budget, price.peak_funding)),
        *(money.amount for money in (estimate.labour_cost, estimate.material_cost, estimate.financial_cost)),
        *(line.amount for line in price.price_lines if line.code != "tax"), *(line.cost for line in estimate.lines),
        price.price_excl_tax.amount - price.total_budget.amount, Decimal(str(price.margin_rate)),
    }  # fmt: skip
    numbers = {Decimal(str(value)) for _, value in leaves(told) if str(value).lstrip("-").replace(".", "").isdigit()}
    assert len(numbers) > 60
    assert numbers & ours == set()


def test_its_figures_can_be_named_in_texts_and_what_is_typed_is_confirmed(offered):
    case = offered.economics

    english = {name: en for name, en, _ in said_figures(offered)}
    assert english["net_present_value"] == f"CNY {case.net_present_value:,}"
    assert english["irr"] == f"{round(case.irr * 100, 1):g}%"
    assert english["payback_years"] == f"{round(case.payback_years, 1)}"
    assert loose_figures(f"Benefits of {case.years[3].benefits:,} in the third year.", known(offered)) == []
    assert loose_figures("Benefits of 123,456.78.", known(offered)) == ["123,456.78"]


def test_without_a_case_there_is_no_figure_no_section_for_the_client_and_the_advice_to_offer_one(lending):
    bare = content_with(lending, None)

    assert "irr" not in {name for name, _, _ in said_figures(bare)}
    assert "economics" not in shown_sections(bare)
    assert [(gap.code, gap.is_blocking) for gap in gaps(bare) if gap.section == "economics"] == [
        ("no_economic_case", False)
    ]
    assert [gap.is_blocking for gap in gaps(bare, frozenset({"economics"})) if gap.section == "economics"] == [True]


def test_a_case_of_another_price_is_left_out_and_the_reason_names_both_amounts(lending):
    dearer = draft_with(events("lending", 12, scale=1.4), case_of(lending))

    assert dearer.economics is None
    assert "economics" not in shown_sections(for_client(dearer))
    [gap] = [gap for gap in gaps(dearer) if gap.section == "economics"]
    assert (gap.code, gap.is_blocking) == ("case_of_other_price", True)
    for amount in (lending.price.price_excl_tax.amount, dearer.key_figures.price_excl_tax):
        assert f"CNY {amount:,}" in gap.message
        assert f"{amount:,}" in gap.message_zh


def test_a_case_may_count_on_the_price_with_tax(lending):
    case = content_with(lending, case_of(lending, price_includes_tax=True)).economics

    assert (case.price, case.price_includes_tax) == (lending.price.price_incl_tax.amount, True)


def test_a_loss_and_what_never_pays_back_are_told(lending):
    loss = content_with(lending, case_of(lending, benefits=[], scenarios=[], uncertain=[]))

    assert (loss.economics.irr, loss.economics.payback_years, loss.economics.break_even_year) == (None, None, None)
    assert "case_is_a_loss" in {gap.code for gap in gaps(loss)}
    assert "irr" not in {name for name, _, _ in said_figures(loss)}


# -- how it comes into a draft


async def test_what_is_offered_is_in_a_new_draft_with_the_difference_and_told(service):
    found = events("permits", 3)
    await hear(service, found)
    event = case_of(found)

    await tell(service, event)

    first, second = await proposals(service, found)
    assert (first["status"], second["version_label"]) == ("superseded", "1.1.1.1")
    assert await value(service, found) == str(event.net_present_value)
    diff = (await service.get(f"/proposals/{second['id']}/diff?against={first['id']}")).json()
    assert "economics" in {one["path"].split("/")[0] for one in diff["data"]}
    drafted = (await said(service.app.state.database, "proposal.proposal.drafted.v1"))[-1].data
    assert drafted["economics"]["net_present_value"] == str(event.net_present_value)
    assert (await section(service, found, "economics"))["gaps"] == []


async def test_the_last_that_is_offered_counts_whatever_comes_first(service):
    found = events("permits", 3)
    await hear(service, found)
    first, second = case_of(found), case_of(found, analysis="second", offered_at=LATER, discount_rate=0.2)
    seen = []

    for event in (
        second, first, withdrawn(found, second, 3), second.model_copy(update={"version": 4}),
        second.model_copy(update={"version": 1, "net_present_value": Decimal(1)}), withdrawn(found, second, 5),
        withdrawn(found, first, 3),
    ):  # fmt: skip
        await tell(service, event)
        seen.append(await value(service, found))

    one, two = str(first.net_present_value), str(second.net_present_value)
    assert seen == [two, two, one, two, two, one, None]


async def test_who_approved_the_baseline_that_the_case_follows_can_approve_the_proposal(service):
    found = events("permits", 3)
    await hear(service, found)
    told = envelope(case_of(found), actor="bob")

    await on.handle(service.app.state.database, [told])

    draft = await newest(service, found)
    assert (await approved(service, draft))["status"] == "approved"


async def test_taken_back_before_it_was_heard_of_it_never_counts(service):
    found = events("permits", 3)
    await hear(service, found)
    event = case_of(found)

    await tell(service, withdrawn(found, event, 3), event)

    assert len(await proposals(service, found)) == 1


async def test_with_the_case_of_a_new_price_before_the_price_there_is_one_draft_of_both(service):
    found, later = events("permits", 3), events("permits", 4, epoch=2)
    await tell(service, case_of(found))
    await hear(service, found)

    await hear(service, later, ["baseline", "estimate", "risk"])
    await tell(service, case_of(later, version=3))
    await hear(service, later, ["price"])

    first, second = await proposals(service, found)
    assert (first["status"], second["version_label"], second["freshness"]) == ("superseded", "2.1.1.2", "fresh")
    assert [gap for gap in second["gaps"] if gap["section"] == "economics"] == []
    assert Decimal((await content(service, second))["economics"]["price"]) == later.price.price_excl_tax.amount


async def test_with_the_case_of_an_old_price_the_proposal_cannot_go_to_review(service):
    found, later = events("permits", 3), events("permits", 4, epoch=2)
    await hear(service, found)
    await tell(service, case_of(found))

    await hear(service, later)
    answer = await service.act(f"/proposals/{(await newest(service, found))['id']}/submit-for-review")

    assert (answer.status_code, answer.json()["code"]) == (409, "proposal_is_incomplete")
    assert f"{found.price.price_excl_tax.amount:,}" in answer.json()["detail"]


async def test_people_can_hide_the_chapter_and_what_stands_against_it_with_it(service):
    found, later = events("permits", 3), events("permits", 4, epoch=2)
    await hear(service, found)
    await tell(service, case_of(found))
    shown = await section(service, found, "economics")
    hidden = (await change(service, shown, "/proposal-sections", is_shown=False)).json()
    await service.act(f"/proposal-sections/{hidden['id']}/finish")

    await hear(service, later)

    assert shown["is_shown"] is True
    assert [gap for gap in (await newest(service, found))["gaps"] if gap["section"] == "economics"] == []


async def test_a_case_of_a_closed_opportunity_is_no_failure(service):
    found = events("permits", 3)
    await hear(service, found)
    closed = OpportunityClosed(opportunity_id=found.baseline.opportunity_id, outcome="won", reason=None, epoch=2)
    await on_opportunities.handle(service.app.state.database, [envelope(closed)])

    await tell(service, case_of(found))

    assert len(await proposals(service, found)) == 1
