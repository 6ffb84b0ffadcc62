"""A chart as an HTTP answer: picture, data or specification, as the caller accepts it."""

import hashlib
import json
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response

from shared.charts import picture
from shared.charts.shapes import Chart
from shared.charts.vega import specification
from shared.kernel.asked import preferred
from shared.kernel.problems import Problem, language_of

JSON, SVG, PNG = "application/json", "image/svg+xml", "image/png"
VEGA = "application/vnd.vegalite.v6+json"
MEDIA_TYPES = (JSON, SVG, PNG, VEGA)
"""In the order that is preferred when a caller does not mind."""

CHART_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The chart: data, a picture with its alternative text inside, or a Vega-Lite 6 specification.",
        "content": {
            JSON: {"schema": {"type": "object"}},
            SVG: {"schema": {"type": "string"}},
            PNG: {"schema": {"type": "string", "format": "binary"}},
            VEGA: {"schema": {"type": "object"}},
        },
    }
}
"""What the description of a chart's operation says of its answer."""

ChartLanguage = Annotated[
    Literal["zh", "en"] | None, Query(description="language of the texts; by `Accept-Language` when left out")
]


class NoSuchChart(Problem):
    status = 404
    title = ("There is no such chart", "没有该图表")
    en = "There is no chart {name}; there are: {possible}."
    zh = "没有名为 {name} 的图表；可用图表：{possible}。"

    @classmethod
    def among(cls, name: str, possible: Iterable[str]) -> "NoSuchChart":
        return cls(name=name[:80], possible=", ".join(sorted(possible)))


async def chart_answer(request: Request, chart: Chart, language: str | None) -> Response:
    """`chart` in the form that `Accept` prefers; 304 when the caller has it. Raises `NotAcceptable`."""
    media = preferred(request.headers.get("accept"), MEDIA_TYPES)
    language = language or language_of(request.headers.get("accept-language"))
    tag = _tag(chart, media, language)
    headers = {
        "ETag": tag,
        "Cache-Control": "private, no-cache",
        "Vary": "Accept, Accept-Language, Authorization",
        "Content-Language": language,
        "X-Content-Type-Options": "nosniff",
    }
    if tag in (request.headers.get("if-none-match") or ""):
        return Response(status_code=304, headers=headers)
    match media:
        case "image/svg+xml" | "image/png":
            body = await picture.draw(chart, language, form="svg" if media == SVG else "png")
        case "application/json":
            body = _json(chart.tidy(language))
        case _:
            body = _json(specification(chart, language))
    return Response(body, media_type=media, headers=headers)


def _tag(chart: Chart, media: str, language: str) -> str:
    said = [media, language, picture.engine(), chart.alt.of(language), chart.drawn(language)]
    return f'"{hashlib.sha256(_json(said)).hexdigest()[:32]}"'


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
