"""A chart as an HTTP answer: picture, data or specification, as the caller accepts it."""

import hashlib
import json
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response

from shared.charts import picture
from shared.charts.shapes import Chart
from shared.charts.vega import specification
from shared.problems import Problem, language_of

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


class NotAcceptable(Problem):
    status = 406
    title = ("Not in this form", "不支持的格式")
    en = "A chart comes as one of {possible}; `Accept` names none of them."
    zh = "图表可提供的格式为：{possible}；`Accept` 未包含其中任何一种。"


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
    media = accepted(request.headers.get("accept"))
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


def accepted(accept: str | None) -> str:
    """The best of `MEDIA_TYPES` for an `Accept` header (RFC 9110, 12.5.1). Raises `NotAcceptable`."""
    ranges = [_range(item) for item in (accept or "*/*").split(",")]

    def weight(media: str) -> float:
        """The quality of the most specific range that covers it."""
        kind = media.split("/", maxsplit=1)[0]
        for wanted in (media, f"{kind}/*", "*/*"):
            qualities = [quality for name, quality in ranges if name == wanted]
            if qualities:
                return max(qualities)
        return 0.0

    best = max(MEDIA_TYPES, key=weight)
    if weight(best) <= 0:
        raise NotAcceptable(possible=", ".join(MEDIA_TYPES))
    return best


def _range(item: str) -> tuple[str, float]:
    name, *parameters = (part.strip().lower() for part in item.split(";"))
    quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
    try:
        return name, float(quality)
    except ValueError:
        return name, 0.0


def _tag(chart: Chart, media: str, language: str) -> str:
    said = [media, language, picture.engine(), chart.alt.of(language), chart.drawn(language)]
    return f'"{hashlib.sha256(_json(said)).hexdigest()[:32]}"'


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
