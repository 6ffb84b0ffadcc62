"""Quantitative analyses: simulations of cost and schedule that can be repeated to the byte."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.risk.commands import analyses
from services.risk.models.analyses import RiskAnalysis
from services.risk.queries.analyses import without_figures
from services.risk.schemas.analyses import AnalysisDetailOut, AnalysisIn, AnalysisOut, AnalysisQuery, RepeatOut
from services.risk.schemas.analysis_charts import chart_of_analysis
from shared.charts.answer import CHART_RESPONSES, ChartLanguage, chart_answer
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route
from shared.kernel.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/risk-analyses", tags=["risk"], route_class=Route)

Reader = Annotated[Principal, may("cost:read")]
Writer = Annotated[Principal, may("risk-analyses:write")]


@router.post(
    "",
    status_code=201,
    operation_id="createRiskAnalysis",
    responses={202: {"model": AnalysisDetailOut, "description": "It runs; its `progress` is at `Location`."}},
)
async def create_risk_analysis(
    wish: AnalysisIn, response: Response, session: Session, _caller: Writer, _reader: Reader
) -> AnalysisDetailOut:
    """Simulate a model of one's own, or the project of a risk budget.

    Up to 20,000 samples are answered at once; more run on (202), and the analysis shows `status` and `progress`.
    """
    row = await analyses.analyse_risks(session, wish)
    response.status_code = row.answer_status
    return AnalysisDetailOut.of(row)


@router.get("", response_model=Page[AnalysisOut], operation_id="listRiskAnalyses")
async def list_risk_analyses(
    query: Annotated[AnalysisQuery, Query()], session: Session, _caller: Reader
) -> Slice[RiskAnalysis]:
    """Analyses, newest first, without their figures."""
    return await paginate(session, RiskAnalysis, query, without_figures())


@router.get("/{analysis_id}", operation_id="getRiskAnalysis")
async def get_risk_analysis(analysis_id: UUID, session: Session, _caller: Reader) -> AnalysisDetailOut:
    """One analysis: what went in, and the figures once it is done."""
    return AnalysisDetailOut.of(await find(session, RiskAnalysis, analysis_id))


@router.get(
    "/{analysis_id}/charts/{name}",
    response_class=Response,
    responses=CHART_RESPONSES,
    operation_id="getRiskAnalysisChart",
)
async def get_risk_analysis_chart(
    analysis_id: UUID,
    name: str,
    request: Request,
    session: Session,
    _caller: Reader,
    language: ChartLanguage = None,
) -> Response:
    """A chart (s-curve, tornado, histogram, joint-confidence, duration): data, picture or Vega-Lite by `Accept`."""
    return await chart_answer(
        request, chart_of_analysis(await find(session, RiskAnalysis, analysis_id), name), language
    )


@router.post("/{analysis_id}/repeat", operation_id="repeatRiskAnalysis")
async def repeat_risk_analysis(analysis_id: UUID, session: Session, _caller: Reader) -> RepeatOut:
    """Run it again with the same input: every byte is the same, or `run_not_reproducible` says why not."""
    return RepeatOut.of(await analyses.repeat_analysis(session, analysis_id))
