"""Retrospectives: what a team makes of an opportunity or a period, and what is to be done."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.insights.commands import retrospectives as commands
from services.insights.models import Retrospective, RetrospectiveAction
from services.insights.queries import retrospectives as queries
from services.insights.queries.retrospectives import action_out
from services.insights.schemas.retrospectives import (
    ReasonIn,
    ResultIn,
    RetrospectiveActionIn,
    RetrospectiveActionOut,
    RetrospectiveActionPatch,
    RetrospectiveActionQuery,
    RetrospectiveIn,
    RetrospectiveItem,
    RetrospectiveOut,
    RetrospectivePatch,
    RetrospectiveQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice

router = APIRouter(prefix="/v1/retrospectives", tags=["insights"], route_class=Route)
actions = APIRouter(prefix="/v1/retrospective-actions", tags=["insights"], route_class=Route)

Reader = Annotated[Principal, may("retrospectives:read")]
Writer = Annotated[Principal, may("retrospectives:write")]
Looker = Annotated[Principal, may("retrospective-actions:read")]
Doer = Annotated[Principal, may("retrospective-actions:write")]


@router.post("", status_code=201, operation_id="holdRetrospective")
async def hold_retrospective(wish: RetrospectiveIn, session: Session, _caller: Writer) -> RetrospectiveOut:
    """Look back at an opportunity or a period: findings and their causes. The actions of the one before are beside."""
    return await queries.whole(session, await commands.hold(session, wish))


@router.get("", response_model=Page[RetrospectiveItem], operation_id="listRetrospectives")
async def list_retrospectives(
    query: Annotated[RetrospectiveQuery, Query()], session: Session, _caller: Reader
) -> Slice[Retrospective]:
    """Retrospectives, the newest first."""
    return await queries.retrospectives(session, query)


@router.get("/{retrospective_id}", operation_id="getRetrospective")
async def get_retrospective(retrospective_id: UUID, session: Session, _caller: Reader) -> RetrospectiveOut:
    """One retrospective with its actions, and what came of those before about the same."""
    return await queries.whole(session, await find(session, Retrospective, retrospective_id))


@router.patch("/{retrospective_id}", operation_id="changeRetrospective")
async def change_retrospective(
    retrospective_id: UUID, patch: RetrospectivePatch, session: Session, seen: SeenVersion, _caller: Writer
) -> RetrospectiveOut:
    """Change what is sent of a draft, keep the rest (JSON merge patch)."""
    return await queries.whole(session, await commands.change(session, retrospective_id, patch, version=seen))


@router.post("/{retrospective_id}/conclude", operation_id="concludeRetrospective")
async def conclude_retrospective(
    retrospective_id: UUID, session: Session, seen: SeenVersion, _caller: Writer
) -> RetrospectiveOut:
    """Its findings stand from now on; its actions go on."""
    return await queries.whole(session, await commands.conclude(session, retrospective_id, version=seen))


@actions.post("", status_code=201, operation_id="addRetrospectiveAction")
async def add_retrospective_action(
    wish: RetrospectiveActionIn, session: Session, _caller: Doer
) -> RetrospectiveActionOut:
    """Something is to be done after a retrospective, by whom and until when."""
    return action_out(session, await commands.add_action(session, wish))


@actions.get("", operation_id="listRetrospectiveActions")
async def list_retrospective_actions(
    query: Annotated[RetrospectiveActionQuery, Query()], session: Session, _caller: Looker
) -> Page[RetrospectiveActionOut]:
    """What is to be done, of all retrospectives; `status=open&owner=…` is what somebody still owes."""
    return await queries.actions(session, query)


@actions.get("/{action_id}", operation_id="getRetrospectiveAction")
async def get_retrospective_action(action_id: UUID, session: Session, _caller: Looker) -> RetrospectiveActionOut:
    """One action."""
    return action_out(session, await find(session, RetrospectiveAction, action_id))


@actions.patch("/{action_id}", operation_id="changeRetrospectiveAction")
async def change_retrospective_action(
    action_id: UUID, patch: RetrospectiveActionPatch, session: Session, seen: SeenVersion, _caller: Doer
) -> RetrospectiveActionOut:
    """Change what is sent of an open action, keep the rest (JSON merge patch)."""
    return action_out(session, await commands.change_action(session, action_id, patch, version=seen))


@actions.post("/{action_id}/complete", operation_id="completeRetrospectiveAction")
async def complete_retrospective_action(
    action_id: UUID, told: ResultIn, session: Session, seen: SeenVersion, _caller: Doer
) -> RetrospectiveActionOut:
    """It was done; say what came of it."""
    return action_out(session, await commands.end_action(session, action_id, "complete", told.result, version=seen))


@actions.post("/{action_id}/cancel", operation_id="cancelRetrospectiveAction")
async def cancel_retrospective_action(
    action_id: UUID, told: ReasonIn, session: Session, seen: SeenVersion, _caller: Doer
) -> RetrospectiveActionOut:
    """It will not be done; say why."""
    return action_out(session, await commands.end_action(session, action_id, "cancel", told.reason, version=seen))
