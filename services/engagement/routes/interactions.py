"""Interactions: what was said, and which requirements it created or changed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.engagement.commands import interactions as commands
from services.engagement.models.interactions import Interaction
from services.engagement.queries import interactions as queries
from services.engagement.schemas.interactions import InteractionIn, InteractionOut, InteractionPatch, InteractionQuery
from shared.auth import Principal, may
from shared.db import Session, find
from shared.http import Route, SeenVersion, located
from shared.pages import Page

router = APIRouter(prefix="/v1/interactions", tags=["engagement"], route_class=Route)


@router.post("", status_code=201, operation_id="recordInteraction")
async def record_interaction(
    wish: InteractionIn, response: Response, session: Session, _caller: Annotated[Principal, may("interactions:write")]
) -> InteractionOut:
    """Record a talk. Contacts and requirements must be of the same opportunity.

    This service hears of opportunities and requirements by events: one made a moment ago may need a second try.
    """
    interaction = await commands.record_interaction(session, wish)
    located(response, "interactions", interaction.id)
    [answer] = await queries.shown(session, [interaction])
    return answer


@router.get("", operation_id="listInteractions")
async def list_interactions(
    query: Annotated[InteractionQuery, Query()],
    session: Session,
    _caller: Annotated[Principal, may("interactions:read")],
) -> Page[InteractionOut]:
    """Interactions, newest first; `q` looks for words in subject and notes."""
    return await queries.interactions(session, query)


@router.get("/{interaction_id}", operation_id="getInteraction")
async def get_interaction(
    interaction_id: UUID, session: Session, _caller: Annotated[Principal, may("interactions:read")]
) -> InteractionOut:
    """One interaction."""
    [answer] = await queries.shown(session, [await find(session, Interaction, interaction_id)])
    return answer


@router.patch("/{interaction_id}", operation_id="changeInteraction")
async def change_interaction(
    interaction_id: UUID,
    patch: InteractionPatch,
    session: Session,
    seen: SeenVersion,
    _caller: Annotated[Principal, may("interactions:write")],
) -> InteractionOut:
    """Correct or complete the record (JSON merge patch); it is told again as a whole."""
    interaction = await commands.change_interaction(session, interaction_id, patch, version=seen)
    [answer] = await queries.shown(session, [interaction])
    return answer
