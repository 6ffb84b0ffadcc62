"""Reviews of periods: what a head of presales takes into a quarterly review."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from services.insights.document.pages import pdf
from services.insights.document.slides import slides
from services.insights.document.view import view_of
from services.insights.queries.reviews import review_of
from services.insights.schemas.metrics import PeriodLabel
from services.insights.schemas.reviews import PeriodReviewOut, PeriodReviewQuery
from shared.charts.answer import JSON
from shared.kernel.asked import preferred
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route
from shared.kernel.problems import language_of

router = APIRouter(prefix="/v1/reviews", tags=["insights"], route_class=Route)

PDF = "application/pdf"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_FILES = {PDF: "pdf", PPTX: "pptx"}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The review: its content, or pages (PDF) or slides (PowerPoint) where `Accept` asks for those."
        " The texts of a file are in `language`, else in that of `Accept-Language`.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _FILES},
    }
}


@router.get("/{period}", operation_id="getPeriodReview", response_model=PeriodReviewOut, responses=_RESPONSES)
async def get_period_review(
    period: Annotated[PeriodLabel, Path()],
    query: Annotated[PeriodReviewQuery, Query()],
    request: Request,
    session: Session,
    caller: Annotated[Principal, may("metrics:read")],
) -> PeriodReviewOut | Response:
    """What happened in a period, against the one before: figures, outcomes, quotes, findings, forecast, what to change.

    Every figure is the one that its metric answers, as of now. What to change follows from them by rules, each with its
    bound and the figures that it rests on; where there are too few cases a rule judges nothing. No figure tells persons
    apart, and none costs.
    """
    for collection in ("win-loss", "retrospectives", "retrospective-actions"):
        caller.require(f"{collection}:read")
    form = preferred(request.headers.get("accept"), (JSON, *_FILES))
    review = await review_of(session, period, query)
    if form == JSON:
        return review
    language = query.language or language_of(request.headers.get("accept-language"))
    view = view_of(review, language)
    body = await (pdf(view) if form == PDF else asyncio.to_thread(slides, view, review.made_on))
    headers = {
        "Content-Disposition": f'attachment; filename="review-{period}.{_FILES[form]}"', "Content-Language": language,
        "Vary": "Accept, Accept-Language, Authorization", "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    return Response(body, media_type=form, headers=headers)
