"""The review of a period: its figures are those of the metrics, it says what is not known, and its files are whole."""

import io
from datetime import date

import pypdfium2
import pytest
from pptx import Presentation
from pptx.oxml.ns import qn

from examples.portfolio import made, recorded
from services.insights.domain.review.showing import METRICS_SHOWN
from tests.support.insights.stories import hear, key, outcome, story

ENDS = date(2026, 10, 30)
PDF = "application/pdf"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


async def review(client, period, **query):
    answer = await client.get(f"/reviews/{period}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def text_of(pdf):
    """What can be read on each page."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]


def look_at_slides(deck, language, words):
    """16:9, within the slide, numbered, with charts of PowerPoint's own, faces for Chinese and what figures mean."""
    first, *slides = deck.slides
    said = [text.text for slide in deck.slides for text in slide._element.iter(qn("a:t"))]
    charts = [shape for slide in slides for shape in slide.shapes if shape.has_chart]
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9, abs=1e-3)
    assert "acme" in [text.text for text in first._element.iter(qn("a:t"))]
    assert [word for word in words if word not in said] == []
    for slide in slides:
        assert slide.shapes.title.text
        assert [field.get("type") for field in slide._element.iter(qn("a:fld"))] == ["slidenum"]
        for shape in slide.shapes:
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height
    for part in [deck.part, *(slide.part for slide in deck.slides)][1:] + [chart.chart.part for chart in charts]:
        for run in part._element.iter(qn("a:r")):
            properties = run.find(qn("a:rPr"))
            assert (properties.find(qn("a:ea")).get("typeface"), properties.get("lang")) == (
                "Microsoft YaHei", {"zh": "zh-CN", "en": "en-GB"}[language]
            )  # fmt: skip
    kinds = {type(chart.chart.plots[0]).__name__ for chart in charts}
    assert kinds == {"BarPlot"}
    assert len(charts) >= 4
    for chart in charts:
        assert chart.chart.part.chart_workbook.xlsx_part is not None
        assert any(value for plot in chart.chart.plots for series in plot.series for value in series.values)
        assert chart._element.nvGraphicFramePr.cNvPr.get("descr")
    assert ["÷" in slide.notes_slide.notes_text_frame.text for slide in slides if slide.has_notes_slide][:3] == [
        True
    ] * 3


@pytest.fixture
async def told(insights):
    await hear(insights, *story(), *story(key("second"), 12)[:12], outcome(key("third"), "lost", "2026-08-01"))
    return insights


async def test_every_figure_is_the_one_that_its_metric_answers(insights):
    """On two years of a portfolio; win and loss as `GET /v1/win-loss` answers it; and all of it on pages."""
    events = recorded(made(7, ENDS, opportunities=24))
    for place in range(0, len(events), 500):
        assert (await insights.post("/history", json={"events": events[place : place + 500]})).status_code == 200
    found = await review(insights, "2026")

    shown = [(one["metric"], one["figure"]) for part in found["sections"] for one in part["figures"]]
    assert found["compared_to"]["label"] == "2025"
    assert {metric for metric, _ in shown} == set(METRICS_SHOWN)
    for metric in METRICS_SHOWN:
        asked = {} if metric == "weighted_pipeline" else {"period": "2026", "compare_to": "2025"}
        answer = (await insights.get(f"/metrics/{metric}", params=asked)).json()
        own = {one["id"]: one for one in answer["figures"]}
        assert [figure for name, figure in shown if name == metric and figure != own[figure["id"]]] == []
    span = {"from": "2026-01-01", "to": "2026-12-31"}
    assert found["win_loss"] == (await insights.get("/win-loss", params=span)).json()
    [answered] = {
        one["value"] for name, one in shown if name == "win_rate" and one["part"] == "rate"
    }  # twice: at a glance, and among the offers
    for language, words in (("zh", ["概览", "改进事项", "指标口径"]), ("en", ["At a glance", "What to change"])):
        answer = await insights.get("/reviews/2026", params={"language": language}, headers={"Accept": PDF})
        pages = text_of(answer.content)
        deck = await insights.get("/reviews/2026", params={"language": language}, headers={"Accept": PPTX})
        look_at_slides(Presentation(io.BytesIO(deck.content)), language, [words[0], f"{float(answered) * 100:.1f}%"])
        assert [one for one in (*words, f"{float(answered) * 100:.1f}%", "acme") if one not in "".join(pages)] == []
        assert all(f"{number}" in page.splitlines()[-1] for number, page in enumerate(pages, 1))


async def test_a_period_is_compared_with_the_one_before_unless_another_is_asked_for(told):
    labels = {
        period: (await review(told, period))["compared_to"]["label"]
        for period in ("2026-Q3", "2026-Q1", "2026-01", "2026", "2026-07-01..2026-07-10")
    }
    other = await review(told, "2026-Q3", compare_to="2025-Q3")
    first = await review(told, "0001-Q1")

    assert labels == {
        "2026-Q3": "2026-Q2", "2026-Q1": "2025-Q4", "2026-01": "2025-12", "2026": "2025",
        "2026-07-01..2026-07-10": "2026-06-21..2026-06-30",
    }  # fmt: skip
    assert other["compared_to"]["label"] == "2025-Q3"
    assert first["compared_to"] is None


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_of_nothing_it_says_that_there_is_nothing(insights, language):
    found = await review(insights, "2019-Q1")
    answer = await insights.get("/reviews/2019-Q1", params={"language": language}, headers={"Accept": PDF})

    values = {one["figure"]["part"]: one["figure"] for part in found["sections"] for one in part["figures"]}
    assert values["rate"]["value"] is None
    assert values["rate"]["reason"]["text"]
    assert {one["verdict"] for one in found["rules"]} == {"nothing", "keep"}
    deck = await insights.get("/reviews/2019-Q1", params={"language": language}, headers={"Accept": PPTX})
    assert [
        shape for slide in Presentation(io.BytesIO(deck.content)).slides for shape in slide.shapes if shape.has_chart
    ] == []
    said = {"zh": "该时段内没有已决商机", "en": "nothing was decided in the period"}[language]
    assert said in "".join(text_of(answer.content))


async def test_where_cases_are_few_it_judges_nothing_and_says_how_few(told):
    found = await review(told, "2026-Q3")

    rules = {one["rule"]: one for one in found["rules"]}
    assert rules["reason_of_losses"]["verdict"] in {"too_few", "nothing"}
    assert rules["first_answers_late"]["verdict"] == "too_few"
    assert 0 < rules["first_answers_late"]["rests_on"][0]["cases"] < rules["first_answers_late"]["least"] == 10
    rate = next(one["figure"] for one in found["sections"][0]["figures"] if one["metric"] == "win_rate")
    assert (rate["is_enough"], len(rate["interval"])) == (False, 2)


async def test_what_is_not_shown_of_many_is_told_and_counted(insights):
    wish = {"period": "2026-Q3", "title": "Third quarter", "held_on": "2026-10-08", "findings": []}
    held = (await insights.post("/retrospectives", json=wish)).json()
    for number in range(201):
        action = {"retrospective_id": held["id"], "statement": f"Do {number}", "owner": "lin", "due_on": "2026-10-20"}
        assert (await insights.post("/retrospective-actions", json=action)).status_code == 201

    found = await review(insights, "2026-Q3")
    answer = await insights.get("/reviews/2026-Q3", params={"language": "en"}, headers={"Accept": PDF})

    [overdue] = next(one for one in found["rules"] if one["rule"] == "actions_overdue")["rests_on"]
    assert (overdue["value"], len(found["actions"])) == ("201", 200)
    assert "170 more in the answer in JSON" in "".join(text_of(answer.content))


async def test_findings_and_open_actions_are_in_it(insights):
    finding = {"kind": "went_badly", "statement": "Answers came late", "causes": ["two people were ill"]}
    wish = {"period": "2026-Q3", "title": "Third quarter", "held_on": "2026-10-08", "findings": [finding]}
    held = (await insights.post("/retrospectives", json=wish)).json()
    action = {"retrospective_id": held["id"], "statement": "Name deputies", "owner": "lin", "due_on": "2026-10-20"}
    assert (await insights.post("/retrospective-actions", json=action)).status_code == 201
    found = await review(insights, "2026-Q3")
    answer = await insights.get("/reviews/2026-Q3", params={"language": "en"}, headers={"Accept": PDF})

    assert [(one["statement"], one["causes"], one["status"]) for one in found["findings"]] == [
        ("Answers came late", ["two people were ill"], "draft")
    ]
    assert [one["statement"] for one in found["actions"]] == ["Name deputies"]
    rule = next(one for one in found["rules"] if one["rule"] == "actions_overdue")
    assert rule["rests_on"][0]["value"] == str(sum(one["is_overdue"] for one in found["actions"]))
    assert [
        word for word in ("Answers came late", "Name deputies") if word not in "".join(text_of(answer.content))
    ] == []


@pytest.mark.parametrize("period", ["2026-13", "next", "2026-07-10..2026-07-01", "9999"])
async def test_what_is_no_period_is_refused(insights, period):
    answer = await insights.get(f"/reviews/{period}")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"][0]["code"] in {"not_a_period", "end_before_start"}


async def test_who_may_not_read_metrics_and_what_it_does_not_come_as(told):
    stranger = await told.as_("guest", "nobody").get("/reviews/2026")
    reader = await told.as_("guest", "viewer").get("/reviews/2026")
    table = await told.get("/reviews/2026", headers={"Accept": "text/csv"})

    assert (stranger.status_code, reader.status_code, table.status_code) == (403, 200, 406)
    assert PDF in table.json()["detail"]
    shown = [one["figure"] for part in reader.json()["sections"] for one in part["figures"]]
    assert [one["group"] for one in shown if one["group"]] == []
    assert "pursuit_cost" not in {one["metric"] for part in reader.json()["sections"] for one in part["figures"]}
