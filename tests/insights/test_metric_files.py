"""Metrics out of the system: tables, workbooks with charts of their own, pictures and specifications."""

import csv
import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from services.insights.domain.metrics.definitions import METRICS
from shared.charts.answer import PNG, SVG, VEGA
from shared.files.tables import MEDIA_TYPES
from tests.support.insights.stories import hear, key, outcome, story


async def asked(client, metric, form, **query):
    headers = {"Accept": form, "Accept-Language": query.pop("speaks", "en")}
    return await client.get(f"/metrics/{metric}", params=query, headers=headers)


@pytest.fixture
async def told(insights):
    await hear(insights, *story(), *story(key("second"), 12)[:12], outcome(key("third"), "lost", "2026-08-01"))
    return insights


@pytest.mark.parametrize("metric", METRICS)
async def test_a_table_has_every_number_of_the_answer(told, metric):
    figures = (await told.get(f"/metrics/{metric}", params={"compare_to": "2026-Q3"})).json()["figures"]

    rows = list(csv.DictReader(io.StringIO((await asked(told, metric, "text/csv", compare_to="2026-Q3")).text[1:])))

    assert len(rows) == len(figures)
    for row, figure in zip(rows, figures, strict=True):
        assert (row["Value"], row["Numerator"], row["Cases"], row["Unit"]) == (
            figure["value"] or "", figure["numerator"] or "", str(figure["cases"]), figure["unit"],
        )  # fmt: skip
        assert row["Value then"] == (figure["compared"]["value"] or "")


async def test_a_workbook_has_numbers_as_numbers_and_charts_that_follow_them(told):
    answer = await asked(told, "win_rate", MEDIA_TYPES["xlsx"], group_by="client", speaks="zh")

    [heading, *rows] = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert answer.headers["content-disposition"] == 'attachment; filename="win_rate.xlsx"'
    assert answer.headers["content-language"] == "zh"
    assert heading[4] == "值"
    assert [row[4] for row in rows] == [1, 0]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        [name] = [one for one in book.namelist() if one.startswith("xl/charts/chart")]
        chart = book.read(name).decode()
    assert "<c:f>Sheet1!$E$2:$E$3</c:f>" in chart
    assert "<c:f>Sheet1!$A$2:$A$3</c:f>" in chart


async def test_without_a_number_there_is_a_table_and_no_chart(insights):
    answer = await asked(insights, "win_rate", MEDIA_TYPES["xlsx"])
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    picture = await asked(insights, "win_rate", SVG)

    assert book.sheet_names == ["Sheet1"]
    assert book.get_sheet_by_index(0).to_python()[1][-1] == "nothing was decided in the period"
    assert (picture.status_code, picture.json()["code"]) == (409, "nothing_to_draw")


@pytest.mark.parametrize(("metric", "unit"), [("win_rate", "share"), ("cycle_time", "days"), ("pursuit_cost", "CNY")])
async def test_a_metric_is_drawn_in_both_languages(told, metric, unit):
    answers = {speaks: await asked(told, metric, SVG, period="2026", speaks=speaks) for speaks in ("en", "zh")}
    picture, described = await asked(told, metric, PNG), await asked(told, metric, VEGA)

    for place, speaks in enumerate(("en", "zh")):
        assert METRICS[metric].name[place] in answers[speaks].text.split("</desc>")[0]
        assert answers[speaks].headers["content-type"] == SVG
    assert picture.content.startswith(b"\x89PNG")
    assert "vega-lite" in described.json()["$schema"]
    again = await told.get(
        f"/metrics/{metric}", params={"period": "2026"},
        headers={"Accept": SVG, "Accept-Language": "en", "If-None-Match": answers["en"].headers["etag"]},
    )  # fmt: skip
    assert (again.status_code, unit in (await asked(told, metric, "text/csv")).text) == (304, True)


async def test_another_form_is_refused_with_those_that_there_are(told):
    answer = await asked(told, "win_rate", "application/pdf")

    assert answer.status_code == 406
    assert "text/csv" in answer.json()["detail"]


async def test_costs_are_in_no_file_for_who_may_not_see_them(told):
    answer = await asked(told.as_("guest", "viewer"), "pursuit_cost", "text/csv")

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
