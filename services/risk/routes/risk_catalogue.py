"""The risk catalogue: what in a baseline, its fits, its constraints and its estimate gives cause for a risk."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.risk.commands import catalogue
from services.risk.models.catalogue import CatalogueRule
from services.risk.schemas.catalogue import ProposalsOut, RuleIn, RuleOut, RuleQuery, TryIn
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, page_as, paginate

router = APIRouter(prefix="/v1/risk-catalogue", tags=["risk"], route_class=Route)

Reader = Annotated[Principal, may("risk-catalogue:read")]
Writer = Annotated[Principal, may("risk-catalogue:write")]


@router.post("", status_code=201, operation_id="reviseRiskRule")
async def revise_risk_rule(wish: RuleIn, session: Session, _caller: Writer) -> RuleOut:
    """The next version of a rule, enabled at once: your own with its trigger, or a shipped one with other figures."""
    return RuleOut.of(await catalogue.revise_rule(session, wish))


@router.get("", operation_id="listRiskRules")
async def list_risk_rules(query: Annotated[RuleQuery, Query()], session: Session, _caller: Reader) -> Page[RuleOut]:
    """All versions of all rules, those of the product and your own; `status=enabled` shows what counts."""
    await catalogue.install_rules(session)
    return page_as(RuleOut, await paginate(session, CatalogueRule, query))


@router.get("/{rule_id}", operation_id="getRiskRule")
async def get_risk_rule(rule_id: UUID, session: Session, _caller: Reader) -> RuleOut:
    """One version of a rule."""
    return RuleOut.of(await find(session, CatalogueRule, rule_id))


@router.post("/{rule_id}/enable", operation_id="enableRiskRule")
async def enable_risk_rule(rule_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> RuleOut:
    """Have this version count, in place of another of its key."""
    return RuleOut.of(await catalogue.enable_rule(session, rule_id, version=seen))


@router.post("/{rule_id}/disable", operation_id="disableRiskRule")
async def disable_risk_rule(rule_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> RuleOut:
    """Have it propose nothing any more; risks that persons took over stay."""
    return RuleOut.of(await catalogue.disable_rule(session, rule_id, version=seen))


@router.post("/{rule_id}/try", operation_id="tryRiskRule")
async def try_risk_rule(rule_id: UUID, wish: TryIn, session: Session, caller: Writer) -> ProposalsOut:
    """What this version would propose for the newest baseline and estimate of an opportunity; nothing is stored."""
    risks, currency = await catalogue.try_rule(session, rule_id, wish.opportunity_id)
    return ProposalsOut.of(risks, currency, caller)
