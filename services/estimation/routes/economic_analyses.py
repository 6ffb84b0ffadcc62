"""Economic analyses: what an offer is worth to the client, or to us."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.estimation.commands import economic_analyses as commands
from services.estimation.models.economic_analyses import EconomicAnalysis
from services.estimation.schemas.economic_analyses import (
    EconomicAnalysisIn,
    EconomicAnalysisItem,
    EconomicAnalysisOut,
    EconomicAnalysisPatch,
    EconomicAnalysisQuery,
)
from services.estimation.schemas.economic_charts import chart_of_analysis
from shared.charts.answer import CHART_RESPONSES, ChartLanguage, chart_answer
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, page_of, paginate

router = APIRouter(prefix="/v1/economic-analyses", tags=["estimation"], route_class=Route)

Reader = Annotated[Principal, may("economic-analyses:read")]
Writer = Annotated[Principal, may("economic-analyses:write")]


@router.post("", status_code=201, operation_id="analyseEconomics")
async def analyse_economics(wish: EconomicAnalysisIn, session: Session, caller: Writer) -> EconomicAnalysisOut:
    """Analyse the newest price: the client's benefits against it, or our cost against it. It follows newer prices."""
    return EconomicAnalysisOut.of(await commands.analyse(session, wish, caller), caller)


@router.get("", operation_id="listEconomicAnalyses")
async def list_economic_analyses(
    query: Annotated[EconomicAnalysisQuery, Query()], session: Session, caller: Reader
) -> Page[EconomicAnalysisItem] | Page[EconomicAnalysisOut]:
    """Analyses, newest first; those of our side have no results without `cost:read`."""
    return page_of(
        query, await paginate(session, EconomicAnalysis, query), EconomicAnalysisItem, EconomicAnalysisOut, caller
    )


@router.get("/{analysis_id}", operation_id="getEconomicAnalysis")
async def get_economic_analysis(analysis_id: UUID, session: Session, caller: Reader) -> EconomicAnalysisOut:
    """One analysis: present value, rates of return, payback, ratios, tornado, scenarios, chance of a loss."""
    return EconomicAnalysisOut.of(await find(session, EconomicAnalysis, analysis_id), caller)


@router.get(
    "/{analysis_id}/charts/{name}",
    response_class=Response,
    responses=CHART_RESPONSES,
    operation_id="getEconomicAnalysisChart",
)
async def get_economic_analysis_chart(
    analysis_id: UUID,
    name: str,
    request: Request,
    session: Session,
    caller: Reader,
    language: ChartLanguage = None,
) -> Response:
    """A chart (cash-flow, npv-profile, tornado): data, picture or Vega-Lite by `Accept`."""
    row = await find(session, EconomicAnalysis, analysis_id)
    return await chart_answer(request, chart_of_analysis(row, name, caller), language)


@router.patch("/{analysis_id}", operation_id="changeEconomicAnalysis")
async def change_economic_analysis(
    analysis_id: UUID, patch: EconomicAnalysisPatch, session: Session, seen: SeenVersion, caller: Writer
) -> EconomicAnalysisOut:
    """Change name or assumptions; it is computed again at once. Of one that is offered, the proposal follows."""
    row = await commands.change_analysis(session, analysis_id, patch, caller, version=seen)
    return EconomicAnalysisOut.of(row, caller)


@router.post("/{analysis_id}/offer", operation_id="offerEconomicAnalysis")
async def offer_economic_analysis(
    analysis_id: UUID, session: Session, seen: SeenVersion, caller: Writer
) -> EconomicAnalysisOut:
    """Mean it for the client: the proposal's economic chapter says it, in place of another that did.

    It follows newer prices, and the chapter with it.
    """
    return EconomicAnalysisOut.of(await commands.offer_analysis(session, analysis_id, version=seen), caller)


@router.post("/{analysis_id}/withdraw", operation_id="withdrawEconomicAnalysis")
async def withdraw_economic_analysis(
    analysis_id: UUID, session: Session, seen: SeenVersion, caller: Writer
) -> EconomicAnalysisOut:
    """Take it back from the proposal."""
    return EconomicAnalysisOut.of(await commands.withdraw_analysis(session, analysis_id, version=seen), caller)


@router.delete("/{analysis_id}", status_code=204, operation_id="deleteEconomicAnalysis")
async def delete_economic_analysis(analysis_id: UUID, session: Session, seen: SeenVersion, caller: Writer) -> None:
    """Delete an analysis; one that is offered leaves the proposal."""
    await commands.delete_analysis(session, analysis_id, caller, version=seen)
