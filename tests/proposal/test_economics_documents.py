"""The economic chapter in PDF, Word and workbook: every figure, in every language, and only where there is a case."""

from datetime import date, timedelta

import pytest
import pyxirr

from services.proposal.content.authored import SectionsPart, SectionText
from services.proposal.document.render import render
from services.proposal.document.word import word
from services.proposal.document.word_template import shipped_template
from services.proposal.document.workbook import workbook
from tests.support.proposal import office
from tests.support.proposal.document import CJK, TEXTS, bytes_of, squeezed, text_of
from tests.support.proposal.economics import case_of, content_with
from tests.support.proposal.samples import events


def offered(sample="permits", size=4, **given):
    found = events(sample, size)
    return content_with(found, case_of(found, **given))


def amount(value):
    return f"{value:,}".replace("-", "\u2212")


@pytest.mark.parametrize(("sample", "language"), [("lending", "zh"), ("permits", "en"), ("permits", "bilingual")])
async def test_every_figure_of_the_case_is_in_the_document(sample, language):
    content = offered(sample)
    case = content.economics

    text = squeezed(text_of(await render(bytes_of(content), language)))

    figures = [case.net_present_value, case.benefits_present_value, case.outlay_present_value, case.price]
    figures += [getattr(year, name) for year in case.years for name in ("benefits", "price", "net", "cumulative")]
    figures += [year.discounted for year in case.years] + [bar.value_low for bar in case.sensitivity]
    figures += [one.net_present_value for one in case.scenarios]
    said = [amount(figure) for figure in figures]
    said += [f"{round(one * 100, 1):g}%" for one in (case.irr, case.return_on_investment, case.discount_rate)]
    languages = ("zh", "en") if language == "bilingual" else (language,)
    said += [getattr(one, each) for one in case.assumptions for each in languages]
    said += [TEXTS[key][each] for key in ("economics.npv", "chart.break-even") for each in languages]
    assert [one for one in said if squeezed(one) not in text] == []


async def test_an_english_document_says_it_without_chinese():
    text = text_of(await render(bytes_of(offered("permits")), "en"))

    assert TEXTS["economics.title"]["en"] in text
    assert CJK.findall(text) == []


@pytest.mark.parametrize(
    ("given", "key"), [({}, "economics.price-net"), ({"price_includes_tax": True}, "economics.price-gross")]
)
async def test_the_price_is_named_with_or_without_tax(given, key):
    text = squeezed(text_of(await render(bytes_of(offered("lending", **given)), "zh")))

    assert squeezed(TEXTS[key]["zh"]) in text


async def test_what_never_pays_back_has_no_mark_and_says_so():
    content = offered(benefits=[], scenarios=[], uncertain=[], price_timing="start", amounts_basis="real")

    text = text_of(await render(bytes_of(content), "en"))

    assert TEXTS["economics.no-payback"]["en"] in text
    assert TEXTS["economics.irr-none"]["en"] in text
    assert TEXTS["chart.break-even"]["en"] not in text


async def test_a_case_of_a_century_can_be_set():
    assert (await render(bytes_of(offered(horizon_years=100)), "bilingual")).pages > 8


async def test_without_a_case_or_hidden_there_is_no_chapter():
    found = events("permits", 3)
    hidden = SectionsPart(items=(SectionText(code="cost"), SectionText(code="economics", is_shown=False)))
    bare = content_with(found, None)
    content = content_with(found, case_of(found)).model_copy(update={"sections": hidden})

    for one in (bare, content):
        assert TEXTS["economics.title"]["en"] not in text_of(await render(bytes_of(one), "en"))


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_word_says_it_too_and_nothing_where_there_is_none(language):
    content = offered("lending")
    case = content.economics

    text = office.text_of(await word(bytes_of(content), language, shipped_template()))
    bare = office.text_of(await word(bytes_of(content_with(events("lending", 4), None)), language, shipped_template()))

    said = [f"{figure:,}" for year in case.years for figure in (year.benefits, year.price, year.net, year.cumulative)]
    said += [f"{case.net_present_value:,}", f"{round(case.irr * 100, 1):g}%", getattr(case.assumptions[1], language)]
    assert [one for one in said if one not in text] == []
    assert "{" not in text
    assert TEXTS["economics.npv"][language] not in bare


@pytest.mark.parametrize("given", [{}, {"price_timing": "start"}, {"discount_rate": 0.0}])
def test_a_workbook_computes_the_present_value_and_the_rate_that_are_said(given):
    content = offered("lending", **given)
    case = content.economics

    data = workbook(bytes_of(content), "en")

    rows, found = office.sheets(data)["Economic case"], office.formulas(data)
    flows = [row for row in rows if isinstance(row[0], date)]
    days, net = [row[0] for row in flows], [row[4] for row in flows]
    kept = {formula.split("(")[0]: value for formula, value in found.values()}
    assert days[0] == case.start
    assert all(
        day - case.start == timedelta(days=round(one.time_years * 365))
        for day, one in zip(days, case.flows, strict=True)
    )
    said = {row[0]: row[1] for row in rows if row}
    assert said["Net present value (NPV)"] == float(case.net_present_value)
    assert round(pyxirr.xnpv(case.discount_rate, days, net), 2) == said["Net present value (NPV)"]
    begin = next(at for at, one in enumerate(net) if one)
    assert kept["XIRR"] == case.irr == pytest.approx(pyxirr.xirr(days[begin:], net[begin:]), abs=1e-9)
    totals = next(row for row in rows if row[0] == "Total")
    assert totals[2] == float(case.price)
    assert round(totals[6], 2) == float(case.net_present_value)


def test_a_workbook_without_a_case_has_no_such_sheet():
    assert "Economic case" not in office.sheets(workbook(bytes_of(content_with(events("permits", 3), None)), "en"))
