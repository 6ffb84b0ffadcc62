"""A metric in the form that a caller accepts: data, a table, a picture, or a specification of one."""

from typing import Any

from fastapi import Request, Response

from services.insights.queries.metric_files import metric_file
from services.insights.schemas.metric_charts import chart_of
from services.insights.schemas.metrics import MetricOut
from shared.charts.answer import JSON, PNG, SVG, VEGA, chart_answer
from shared.files.tables import MEDIA_TYPES
from shared.kernel.asked import preferred
from shared.kernel.problems import language_of

_FILES = {kind.partition(";")[0]: form for form, kind in MEDIA_TYPES.items()}
FORMS = (JSON, *_FILES, SVG, PNG, VEGA)
"""In the order that is preferred when a caller does not mind."""

METRIC_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The numbers; as a table, a picture with its alternative text inside, or a Vega-Lite 6"
        " specification where `Accept` asks for that. Texts of these are in the language of `Accept-Language`.",
        "content": {
            **{kind: {"schema": {"type": "string", "format": "binary"}} for kind in _FILES},
            SVG: {"schema": {"type": "string"}},
            PNG: {"schema": {"type": "string", "format": "binary"}},
            VEGA: {"schema": {"type": "object"}},
        },
    }
}
"""What the description of the operation says of its answer."""


async def metric_answer(request: Request, metric: MetricOut) -> MetricOut | Response:
    """`metric` in the form that `Accept` prefers. Raises `NotAcceptable`, `NothingToDraw`."""
    form = preferred(request.headers.get("accept"), FORMS)
    if form == JSON:
        return metric
    language = language_of(request.headers.get("accept-language"))
    if form in _FILES:
        body = metric_file(metric, form=_FILES[form], language=language)
        headers = {
            "Content-Disposition": f'attachment; filename="{metric.key}.{_FILES[form]}"', "Content-Language": language,
            "Vary": "Accept, Accept-Language, Authorization",
        }  # fmt: skip
        return Response(body, media_type=MEDIA_TYPES[_FILES[form]], headers=headers)
    return await chart_answer(request, chart_of(metric), language)
