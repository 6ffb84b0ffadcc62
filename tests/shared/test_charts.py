"""Charts: as pictures, data and specifications, in the form that a caller accepts."""

import re
import statistics
import time
from itertools import pairwise
from zlib import crc32

import altair as alt
import pytest
from fastapi import FastAPI, Request
from httpx import ASGITransport, AsyncClient

from shared.charts import Label
from shared.charts.answer import MEDIA_TYPES, chart_answer
from shared.charts.picture import draw
from shared.charts.vega import specification
from shared.kernel.asked import NotAcceptable, preferred
from shared.kernel.web import answer_problems
from tests.support.shared.chart_samples import all_charts, cash_flow, heat_map, s_curve, tornado, waterfall

CHARTS = all_charts()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", CHARTS)
async def test_every_chart_is_drawn_without_a_complaint(name, language):
    chart = CHARTS[name]

    svg, png = await draw(chart, language, form="svg"), await draw(chart, language, form="png")

    assert svg.startswith(b"<svg ")
    assert f"<title>{chart.title.of(language)}</title>".encode() in svg
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(png[16:20]) == 1000


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", CHARTS)
def test_every_specification_is_valid_vega_lite(name, language):
    spec = specification(CHARTS[name], language)

    alt.Chart.from_dict(spec, validate=True)
    assert spec["$schema"].endswith("v6.json")
    assert spec["description"] == CHARTS[name].alt.of(language)
    assert len(spec["data"]["values"]) == len(CHARTS[name].rows(language)) > 0


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_as_data_speaks_one_language(name):
    data = CHARTS[name].tidy("zh")

    assert re.search("[\u4e00-\u9fff]", str(data))
    assert "Label(" not in str(data)
    assert (data["shape"], data["language"], data["alt"]) == (CHARTS[name].shape, "zh", CHARTS[name].alt.zh)


async def test_the_same_chart_gives_the_same_bytes():
    for form in ("svg", "png"):
        assert await draw(s_curve(), "zh", form=form) == await draw(s_curve(), "zh", form=form)


async def test_texts_are_texts_whatever_they_hold():
    hostile = Label('</title><script>alert(1)</script> #import "x" $a_b$ \\u{0} *b* @ref 😀', "<b>&amp;")
    chart = tornado(1)
    chart = type(chart)(
        **{name: getattr(chart, name) for name in ("bars", "baseline", "has_sides", "x_title", "x_unit")},
        title=hostile,
        alt=hostile,
    )

    svg = await draw(chart, "en", form="svg")

    assert b"<script" not in svg
    assert b"&lt;script&gt;alert(1)" in svg


async def test_a_png_holds_its_alternative_text():
    png = await draw(heat_map(), "zh", form="png")

    length = int.from_bytes(png[33:37])
    chunk = png[37 : 41 + length]
    assert chunk == b"iTXtDescription\0\0\0\0\0" + heat_map().alt.zh.encode()
    assert int.from_bytes(png[41 + length : 45 + length]) == crc32(chunk)


def test_a_waterfall_goes_on_where_the_step_before_ended():
    rows = waterfall().rows("en")

    assert all(now["start"] in {0.0, before["end"]} for before, now in pairwise(rows))
    assert [row["end"] for row in rows if row["is_total"]] == [268_861, 402_368, 426_510]


async def test_a_picture_takes_less_than_fifty_milliseconds():
    await draw(cash_flow(), "en", form="svg")
    taken = []
    for chart in CHARTS.values():
        started = time.process_time()
        await draw(chart, "en", form="svg")
        taken.append(time.process_time() - started)

    assert statistics.median(taken) < 0.05


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("image/*", "image/svg+xml"),
        ("image/png", "image/png"),
        ("image/png;q=0.5, image/svg+xml;q=0.9", "image/svg+xml"),
        ("text/html, image/png;q=0.8, */*;q=0.1", "image/png"),
        ("application/json;q=0, */*", "image/svg+xml"),
        ("application/vnd.vegalite.v6+json, application/json;q=0.9", "application/vnd.vegalite.v6+json"),
    ],
)
def test_the_form_is_the_one_that_is_accepted_most(accept, media):
    assert preferred(accept, MEDIA_TYPES) == media


@pytest.mark.parametrize("accept", ["text/html", "image/gif", "application/json;q=0", "", "image/png;q=x", ";;,,"])
def test_a_form_that_there_is_not_is_refused(accept):
    if accept == "":
        assert preferred(accept, MEDIA_TYPES) == "application/json"
    else:
        with pytest.raises(NotAcceptable):
            preferred(accept, MEDIA_TYPES)


@pytest.fixture
async def web():
    app = FastAPI()
    answer_problems(app, NotAcceptable)

    @app.get("/chart")
    async def chart(request: Request, language: str | None = None):
        return await chart_answer(request, s_curve(), language)

    async with AsyncClient(transport=ASGITransport(app), base_url="http://charts") as client:
        yield client


async def test_an_answer_can_be_kept_and_asked_for_again(web):
    first = await web.get("/chart", headers={"Accept": "image/svg+xml"})
    again = await web.get("/chart", headers={"Accept": "image/svg+xml", "If-None-Match": first.headers["etag"]})
    other = await web.get("/chart", headers={"Accept": "image/png", "If-None-Match": first.headers["etag"]})

    assert (first.status_code, first.headers["content-type"]) == (200, "image/svg+xml")
    assert (first.headers["cache-control"], "Accept" in first.headers["vary"]) == ("private, no-cache", True)
    assert (again.status_code, again.content) == (304, b"")
    assert (other.status_code, other.headers["content-type"]) == (200, "image/png")


async def test_the_language_is_the_one_asked_for_or_the_callers(web):
    asked = await web.get("/chart?language=zh", headers={"Accept-Language": "en"})
    usual = await web.get("/chart", headers={"Accept-Language": "zh-CN,en;q=0.3"})

    assert asked.json()["title"] == usual.json()["title"] == s_curve().title.zh
    assert asked.headers["content-language"] == "zh"


async def test_a_form_that_there_is_not_is_a_problem_that_names_those_there_are(web):
    refused = await web.get("/chart", headers={"Accept": "text/csv"})

    assert (refused.status_code, refused.json()["code"]) == (406, "not_acceptable")
    assert "image/svg+xml" in refused.json()["detail"]
