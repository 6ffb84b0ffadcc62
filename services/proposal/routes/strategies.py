"""Selling strategies 销售策略."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.proposal.commands import strategies as commands
from services.proposal.models.strategies import Strategy
from services.proposal.schemas.strategies import StrategyIn, StrategyOut, StrategyPatch, StrategyQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/strategies", tags=["proposal"], route_class=Route)

Reader = Annotated[Principal, may("strategies:read")]
Writer = Annotated[Principal, may("strategies:write")]


@router.post("", status_code=201, response_model=StrategyOut, operation_id="draftStrategy")
async def draft_strategy(wish: StrategyIn, session: Session, _caller: Writer) -> Strategy:
    """Draft the strategy of an opportunity: win themes, objections, value story."""
    return await commands.draft_strategy(session, wish)


@router.get("", response_model=Page[StrategyOut], operation_id="listStrategies")
async def list_strategies(
    query: Annotated[StrategyQuery, Query()], session: Session, _caller: Reader
) -> Slice[Strategy]:
    """Strategies, newest first."""
    return await paginate(session, Strategy, query)


@router.get("/{strategy_id}", response_model=StrategyOut, operation_id="getStrategy")
async def get_strategy(strategy_id: UUID, session: Session, _caller: Reader) -> Strategy:
    """One strategy, with what it still needs."""
    return await find(session, Strategy, strategy_id)


@router.patch("/{strategy_id}", response_model=StrategyOut, operation_id="changeStrategy")
async def change_strategy(
    strategy_id: UUID, patch: StrategyPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Strategy:
    """Change a draft (JSON merge patch)."""
    return await commands.change_strategy(session, strategy_id, patch, version=seen)


@router.post("/{strategy_id}/agree", response_model=StrategyOut, operation_id="agreeStrategy")
async def agree_strategy(strategy_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Strategy:
    """It counts: the newest proposal draft says its themes and value story, never competitors or objections."""
    return await commands.agree_strategy(session, strategy_id, version=seen)


@router.post("/{strategy_id}/reopen", response_model=StrategyOut, operation_id="reopenStrategy")
async def reopen_strategy(strategy_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Strategy:
    """Change it again; proposals keep what was agreed until then."""
    return await commands.reopen_strategy(session, strategy_id, version=seen)
