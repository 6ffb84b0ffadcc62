"""Cadences: how often we talk with the client, and when the next talk is due."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.engagement.commands import cadences as commands
from services.engagement.commands.shipped import install_shipped
from services.engagement.models.cadences import Cadence, CadenceRule
from services.engagement.queries import cadences as queries
from services.engagement.schemas.cadences import (
    CadenceOut,
    CadencePatch,
    CadenceQuery,
    CadenceRuleOut,
    CadenceRulePatch,
    CadenceRuleQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/cadences", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("cadences:read")]
Writer = Annotated[Principal, may("cadences:write")]


@router.get("", operation_id="listCadences")
async def list_cadences(query: Annotated[CadenceQuery, Query()], session: Session, _caller: Reader) -> Page[CadenceOut]:
    """One for each opportunity; `sort=next_touch_at` puts the next talk first, `overdue=true` shows those missed."""
    return await queries.cadences(session, query)


@router.get("/rules", response_model=Page[CadenceRuleOut], operation_id="listCadenceRules")
async def list_cadence_rules(
    query: Annotated[CadenceRuleQuery, Query()], session: Session, _caller: Reader
) -> Slice[CadenceRule]:
    """How often and through which channel, by stage of the opportunity."""
    await install_shipped(session)
    return await paginate(session, CadenceRule, query)


@router.get("/rules/{rule_id}", response_model=CadenceRuleOut, operation_id="getCadenceRule")
async def get_cadence_rule(rule_id: UUID, session: Session, _caller: Reader) -> CadenceRule:
    """The rule of one stage."""
    return await find(session, CadenceRule, rule_id)


@router.patch("/rules/{rule_id}", response_model=CadenceRuleOut, operation_id="changeCadenceRule")
async def change_cadence_rule(
    rule_id: UUID, patch: CadenceRulePatch, session: Session, seen: SeenVersion, _caller: Writer
) -> CadenceRule:
    """Change the rhythm of a stage; opportunities that follow it are planned anew."""
    return await commands.change_rule(session, rule_id, patch, version=seen)


@router.get("/{cadence_id}", operation_id="getCadence")
async def get_cadence(cadence_id: UUID, session: Session, _caller: Reader) -> CadenceOut:
    """One cadence."""
    return await _shown(session, await find(session, Cadence, cadence_id))


@router.patch("/{cadence_id}", operation_id="changeCadence")
async def change_cadence(
    cadence_id: UUID, patch: CadencePatch, session: Session, seen: SeenVersion, _caller: Writer
) -> CadenceOut:
    """Set the rhythm of this opportunity; `is_own: false` has it follow the rule of its stage again."""
    return await _shown(session, await commands.change_cadence(session, cadence_id, patch, version=seen))


@router.post("/{cadence_id}/pause", operation_id="pauseCadence")
async def pause_cadence(cadence_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> CadenceOut:
    """Nobody expects a talk until it is resumed."""
    return await _shown(session, await commands.pause_cadence(session, cadence_id, version=seen))


@router.post("/{cadence_id}/resume", operation_id="resumeCadence")
async def resume_cadence(cadence_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> CadenceOut:
    """Talks are expected again, from the last one on."""
    return await _shown(session, await commands.resume_cadence(session, cadence_id, version=seen))


async def _shown(session: Session, cadence: Cadence) -> CadenceOut:
    [answer] = await queries.shown(session, [cadence])
    return answer
