"""Interactions: what was said, and which requirements it created or changed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query

from services.engagement.commands import interactions as commands
from services.engagement.models.interactions import Interaction
from services.engagement.queries import interactions as queries
from services.engagement.schemas.interactions import (
    ChangeOut,
    InteractionIn,
    InteractionOut,
    InteractionPatch,
    InteractionQuery,
    NeedIn,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page

router = APIRouter(prefix="/v1/interactions", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("interactions:read")]
Writer = Annotated[Principal, may("interactions:write")]


@router.post("", status_code=201, operation_id="recordInteraction")
async def record_interaction(wish: InteractionIn, session: Session, _caller: Writer) -> InteractionOut:
    """Record a talk. Contacts and requirements must be of the same opportunity.

    Each need heard is told to the requirements service and linked here to what it becomes. `next_step_by` makes a
    commitment of the next step. `needs_answer` starts a response clock, an outbound talk `in_reply_to` stops it.

    This service hears of opportunities and requirements by events: one made a moment ago may need a second try.
    """
    interaction = await commands.record_interaction(session, wish)
    [answer] = await queries.shown(session, [interaction])
    return answer


@router.get("", operation_id="listInteractions")
async def list_interactions(
    query: Annotated[InteractionQuery, Query()], session: Session, _caller: Reader
) -> Page[InteractionOut]:
    """Interactions, newest first; `q` looks for words in subject, agenda, notes and next step."""
    return await queries.interactions(session, query)


@router.get("/{interaction_id}", operation_id="getInteraction")
async def get_interaction(interaction_id: UUID, session: Session, _caller: Reader) -> InteractionOut:
    """One interaction."""
    [answer] = await queries.shown(session, [await find(session, Interaction, interaction_id)])
    return answer


@router.patch("/{interaction_id}", operation_id="changeInteraction")
async def change_interaction(
    interaction_id: UUID, patch: InteractionPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> InteractionOut:
    """Correct or complete the record (JSON merge patch); it is told again as a whole."""
    interaction = await commands.change_interaction(session, interaction_id, patch, version=seen)
    [answer] = await queries.shown(session, [interaction])
    return answer


@router.post("/{interaction_id}/needs", operation_id="hearNeeds")
async def hear_needs(
    interaction_id: UUID,
    wishes: Annotated[list[NeedIn], Body(min_length=1, max_length=50)],
    session: Session,
    seen: SeenVersion,
    _caller: Writer,
) -> InteractionOut:
    """Add needs that were heard in this talk; each is told to the requirements service."""
    interaction = await commands.hear_needs(session, interaction_id, wishes, version=seen)
    [answer] = await queries.shown(session, [interaction])
    return answer


@router.get("/{interaction_id}/history", operation_id="getInteractionHistory")
async def get_interaction_history(interaction_id: UUID, session: Session, _caller: Reader) -> list[ChangeOut]:
    """Every change of this talk and of the needs heard in it, the oldest first."""
    await find(session, Interaction, interaction_id)
    return await queries.history(session, interaction_id)
