"""Technical solutions 技术方案."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.proposal.commands import solutions as commands
from services.proposal.models.solutions import Solution
from services.proposal.queries import solutions as queries
from services.proposal.schemas.charts import chart_of_diagram
from services.proposal.schemas.solutions import (
    CompletenessOut,
    ScoresOut,
    SolutionIn,
    SolutionItem,
    SolutionOut,
    SolutionPatch,
    SolutionQuery,
    TraceOut,
)
from shared.charts.answer import CHART_RESPONSES, ChartLanguage, chart_answer
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, page_of, paginate

router = APIRouter(prefix="/v1/solutions", tags=["proposal"], route_class=Route)

Reader = Annotated[Principal, may("solutions:read")]
Writer = Annotated[Principal, may("solutions:write")]


@router.post("", status_code=201, response_model=SolutionOut, operation_id="draftSolution")
async def draft_solution(wish: SolutionIn, session: Session, _caller: Writer) -> Solution:
    """Draft the solution of an opportunity; without components it begins with one for each group of requirements."""
    return await commands.draft_solution(session, wish)


@router.get("", operation_id="listSolutions")
async def list_solutions(
    query: Annotated[SolutionQuery, Query()], session: Session, _caller: Reader
) -> Page[SolutionItem] | Page[SolutionOut]:
    """Solutions, newest first."""
    return page_of(query, await paginate(session, Solution, query), SolutionItem, SolutionOut)


@router.get("/{solution_id}", response_model=SolutionOut, operation_id="getSolution")
async def get_solution(solution_id: UUID, session: Session, _caller: Reader) -> Solution:
    """One solution, chapter by chapter."""
    return await find(session, Solution, solution_id)


@router.patch("/{solution_id}", response_model=SolutionOut, operation_id="changeSolution")
async def change_solution(
    solution_id: UUID, patch: SolutionPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Solution:
    """Change chapters of a draft (JSON merge patch; a list is replaced as a whole)."""
    return await commands.change_solution(session, solution_id, patch, version=seen)


@router.get("/{solution_id}/scores", operation_id="getSolutionScores")
async def get_solution_scores(solution_id: UUID, session: Session, _caller: Reader) -> list[ScoresOut]:
    """The options of each decision by weighted score, and whether the best is so whatever one criterion weighs."""
    return queries.scores_of(await find(session, Solution, solution_id))


@router.get("/{solution_id}/trace", operation_id="getSolutionTrace")
async def get_solution_trace(solution_id: UUID, session: Session, _caller: Reader) -> TraceOut:
    """Requirement → component, with the orphans of both sides."""
    return await queries.trace_of(session, await find(session, Solution, solution_id))


@router.get("/{solution_id}/completeness", operation_id="getSolutionCompleteness")
async def get_solution_completeness(solution_id: UUID, session: Session, _caller: Reader) -> CompletenessOut:
    """What each chapter lacks."""
    return await queries.completeness_of(session, await find(session, Solution, solution_id))


@router.get(
    "/{solution_id}/diagrams/{code}",
    response_class=Response,
    responses=CHART_RESPONSES,
    operation_id="getSolutionDiagram",
)
async def get_solution_diagram(
    solution_id: UUID,
    code: str,
    request: Request,
    session: Session,
    _caller: Reader,
    language: ChartLanguage = None,
) -> Response:
    """A diagram drawn from components and connections: data, SVG, PNG or a Vega-Lite specification, by `Accept`.

    `all` draws every component.
    """
    solution = await find(session, Solution, solution_id)
    return await chart_answer(request, chart_of_diagram(solution.design, code), language)


@router.post("/{solution_id}/decide", response_model=SolutionOut, operation_id="decideSolution")
async def decide_solution(solution_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Solution:
    """It counts: the newest proposal draft says it."""
    return await commands.decide_solution(session, solution_id, version=seen)


@router.post("/{solution_id}/reopen", response_model=SolutionOut, operation_id="reopenSolution")
async def reopen_solution(solution_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Solution:
    """Change it again; proposals keep what was decided until then."""
    return await commands.reopen_solution(session, solution_id, version=seen)
