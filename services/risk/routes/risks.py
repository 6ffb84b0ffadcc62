"""Risks: the register of an opportunity."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.risk.commands import register
from services.risk.models.risks import RegisteredRisk
from services.risk.queries.exports import history_of, register_file
from services.risk.queries.heat_maps import heat_maps
from services.risk.queries.register import risks_page, shown
from services.risk.schemas.budgets import HeatMapsOut
from services.risk.schemas.risks import (
    AcceptIn,
    CloseIn,
    EscalateIn,
    ExportQuery,
    HistoryEntryOut,
    Note,
    RiskIn,
    RiskItem,
    RiskOut,
    RiskPatch,
    RiskQuery,
)
from shared.files.tables import MEDIA_TYPES
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page

router = APIRouter(prefix="/v1/risks", tags=["risk"], route_class=Route)

Reader = Annotated[Principal, may("risks:read")]
Writer = Annotated[Principal, may("risks:write")]


@router.post("", status_code=201, operation_id="recordRisk")
async def record_risk(wish: RiskIn, session: Session, caller: Writer) -> RiskOut:
    """Record a risk: cause, uncertain event, effect. It counts in the next risk budget."""
    return await _shown(session, await register.record_risk(session, wish), caller)


@router.get("", operation_id="listRisks")
async def list_risks(
    query: Annotated[RiskQuery, Query()], session: Session, caller: Reader
) -> Page[RiskItem] | Page[RiskOut]:
    """Risks as they stand today, newest first: those that rules and concerns propose, and those of persons."""
    return await risks_page(session, query, caller)


@router.get("/heat-maps", operation_id="getRiskHeatMaps")
async def get_risk_heat_maps(opportunity_id: UUID, session: Session, caller: Reader) -> HeatMapsOut:
    """The probability-impact matrix of an opportunity before responses, as it stands, and with all that are planned."""
    return await heat_maps(session, opportunity_id, caller)


@router.get(
    "/export",
    response_class=Response,
    operation_id="exportRisks",
    responses={200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}}},
)
async def export_risks(query: Annotated[ExportQuery, Query()], session: Session, caller: Reader) -> Response:
    """The register of an opportunity as XLSX or CSV, in Chinese or English; money for callers with `cost:read`."""
    body = await register_file(session, query.opportunity_id, caller, form=query.format, language=query.language)
    headers = {"Content-Disposition": f'attachment; filename="risk-register.{query.format}"'}
    return Response(body, media_type=MEDIA_TYPES[query.format], headers=headers)


@router.get("/{risk_id}/history", operation_id="getRiskHistory")
async def get_risk_history(risk_id: UUID, session: Session, caller: Reader) -> list[HistoryEntryOut]:
    """Every change of a risk and of its measures, oldest first."""
    return await history_of(session, risk_id, caller)


@router.get("/{risk_id}", operation_id="getRisk")
async def get_risk(risk_id: UUID, session: Session, caller: Reader) -> RiskOut:
    """One risk with its assessment and response."""
    return await _shown(session, await find(session, RegisteredRisk, risk_id), caller)


@router.patch("/{risk_id}", operation_id="changeRisk")
async def change_risk(risk_id: UUID, patch: RiskPatch, session: Session, seen: SeenVersion, caller: Writer) -> RiskOut:
    """Change what is sent, keep the rest (JSON merge patch). What a person decides, no newer baseline overwrites."""
    return await _shown(session, await register.change_risk(session, risk_id, patch, version=seen), caller)


@router.post("/{risk_id}/identify", operation_id="identifyRisk")
async def identify_risk(risk_id: UUID, session: Session, seen: SeenVersion, caller: Writer) -> RiskOut:
    """Take a candidate over: it is a risk of this opportunity."""
    return await _moved(session, risk_id, "identify", seen, caller)


@router.post("/{risk_id}/analyse", operation_id="analyseRisk")
async def analyse_risk(risk_id: UUID, session: Session, seen: SeenVersion, caller: Writer) -> RiskOut:
    """Probability and impact are judged."""
    return await _moved(session, risk_id, "analyse", seen, caller)


@router.post("/{risk_id}/treat", operation_id="treatRisk")
async def treat_risk(risk_id: UUID, session: Session, seen: SeenVersion, caller: Writer) -> RiskOut:
    """Its response is decided. Needs a response."""
    return await _moved(session, risk_id, "treat", seen, caller)


@router.post("/{risk_id}/monitor", operation_id="monitorRisk")
async def monitor_risk(risk_id: UUID, session: Session, seen: SeenVersion, caller: Writer) -> RiskOut:
    """Its response is carried out; watch it."""
    return await _moved(session, risk_id, "monitor", seen, caller)


@router.post("/{risk_id}/accept", operation_id="acceptRisk")
async def accept_risk(
    risk_id: UUID,
    wish: AcceptIn,
    session: Session,
    seen: SeenVersion,
    caller: Annotated[Principal, may("risks:accept")],
) -> RiskOut:
    """Live with it until a day. The policy in force says for how long at most, and whether its owner may do so."""
    return await _shown(session, await register.accept_risk(session, risk_id, wish, version=seen), caller)


@router.post("/{risk_id}/reconsider", operation_id="reconsiderRisk")
async def reconsider_risk(risk_id: UUID, session: Session, seen: SeenVersion, caller: Writer) -> RiskOut:
    """Its treatment or acceptance is open again."""
    return await _moved(session, risk_id, "reconsider", seen, caller)


@router.post("/{risk_id}/escalate", operation_id="escalateRisk")
async def escalate_risk(
    risk_id: UUID, wish: EscalateIn, session: Session, seen: SeenVersion, caller: Writer
) -> RiskOut:
    """Hand it to somebody above the project; it counts on until it is closed."""
    return await _shown(session, await register.escalate_risk(session, risk_id, wish, version=seen), caller)


@router.post("/{risk_id}/take-back", operation_id="takeBackRisk")
async def take_back_risk(risk_id: UUID, session: Session, seen: SeenVersion, caller: Writer) -> RiskOut:
    """It is the project's again."""
    return await _moved(session, risk_id, "take_back", seen, caller)


@router.post("/{risk_id}/materialise", operation_id="materialiseRisk")
async def materialise_risk(risk_id: UUID, note: Note, session: Session, seen: SeenVersion, caller: Writer) -> RiskOut:
    """It happened: from now on it counts as certain."""
    return await _moved(session, risk_id, "materialise", seen, caller, note.reason)


@router.post("/{risk_id}/close", operation_id="closeRisk")
async def close_risk(risk_id: UUID, wish: CloseIn, session: Session, seen: SeenVersion, caller: Writer) -> RiskOut:
    """It cannot happen any more, or was none: it counts no longer, whatever newer baselines propose."""
    risk = await register.move_risk(session, risk_id, "close", version=seen, reason=wish.reason, outcome=wish.outcome)
    return await _shown(session, risk, caller)


@router.post("/{risk_id}/reopen", operation_id="reopenRisk")
async def reopen_risk(risk_id: UUID, session: Session, seen: SeenVersion, caller: Writer) -> RiskOut:
    """It is a risk after all."""
    return await _moved(session, risk_id, "reopen", seen, caller)


async def _moved(
    session: Session, risk_id: UUID, action: str, seen: int, caller: Principal, reason: str | None = None
) -> RiskOut:
    risk = await register.move_risk(session, risk_id, action, version=seen, reason=reason)
    return await _shown(session, risk, caller)


async def _shown(session: Session, risk: RegisteredRisk, caller: Principal) -> RiskOut:
    [answer] = await shown(session, [risk], caller)
    return answer
