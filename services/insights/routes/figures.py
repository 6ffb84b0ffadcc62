"""Figures: any number of the main job, and what it was computed from."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse

from services.insights.queries import lineage
from services.insights.routes.awaited import AWAITED, known_or_awaited
from services.insights.schemas.figures import FigureOut, FigurePage, FigureQuery, LineageOut, LineageQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route

router = APIRouter(prefix="/v1/figures", tags=["insights"], route_class=Route)

Reader = Annotated[Principal, may("figures:read")]
FigureId = Annotated[str, Path(max_length=300, examples=["estimate:01990a2e-0000-7000-8000-000000000001:base_cost"])]


@router.get("", operation_id="listFigures")
async def list_figures(query: Annotated[FigureQuery, Query()], session: Session, caller: Reader) -> FigurePage:
    """The figures of an opportunity's newest baseline, estimate, risk budget, price, economic analysis and proposal.

    Each with the id that its lineage is asked for by. Without `cost:read` the values of internal figures are hidden.
    """
    figures = await lineage.newest_figures(session, query.opportunity_id, query.artefact)
    return FigurePage.of(figures, query, shows_costs=caller.may("cost:read"))


@router.get("/{figure_id}", operation_id="getFigure", response_model=FigureOut, responses=AWAITED)
async def get_figure(
    figure_id: FigureId, request: Request, session: Session, caller: Reader
) -> FigureOut | JSONResponse:
    """One figure with its formula and the ids of its inputs.

    202 with `Retry-After` while it is not known and events wait to be read: it may be in one of them; also for a minute
    after what it belongs to was made.
    """

    async def read() -> FigureOut:
        figure = await lineage.figure_of(session, figure_id)
        return FigureOut.of(figure, shows_costs=caller.may("cost:read"))

    return await known_or_awaited(request, read, lineage.made_at(figure_id))


@router.get("/{figure_id}/lineage", operation_id="getFigureLineage", response_model=LineageOut, responses=AWAITED)
async def get_figure_lineage(
    figure_id: FigureId,
    query: Annotated[LineageQuery, Query()],
    request: Request,
    session: Session,
    caller: Reader,
) -> LineageOut | JSONResponse:
    """Where a figure comes from: every figure below it down to requirements, rates and parameters.

    Each with its formula, whether it is the result of its inputs when computed again, and the event that said it:
    which version, when and who. 202 with `Retry-After` while it is not known and events wait to be read, as of a
    proposal that was drafted just now.
    """

    async def read() -> LineageOut:
        found = await lineage.lineage_of(session, figure_id, query.depth)
        return LineageOut.of(figure_id, found, shows_costs=caller.may("cost:read"))

    return await known_or_awaited(request, read, lineage.made_at(figure_id))
