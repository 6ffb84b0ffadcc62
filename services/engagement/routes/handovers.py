"""Hand-overs 交接: what delivery must know of an opportunity that was won."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.engagement.commands import handovers as commands
from services.engagement.models.handovers import Handover
from services.engagement.queries import handovers as queries
from services.engagement.schemas.commitments import ReasonIn
from services.engagement.schemas.handovers import HandoverOut, HandoverQuery, HandoverWhole, OfferIn
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page

router = APIRouter(prefix="/v1/handovers", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("handovers:read")]
Writer = Annotated[Principal, may("handovers:write")]
Owner = Annotated[Principal, may("handovers:own")]


@router.get("", operation_id="listHandovers")
async def list_handovers(
    query: Annotated[HandoverQuery, Query()], session: Session, _caller: Reader
) -> Page[HandoverOut]:
    """Hand-overs, newest first; one is offered by itself when an opportunity is won."""
    return await queries.handovers(session, query)


@router.get("/{handover_id}", operation_id="getHandover")
async def get_handover(handover_id: UUID, session: Session, _caller: Reader) -> HandoverWhole:
    """One hand-over with its package: requirements, assumptions, exclusions, open risks, commitments, basis."""
    return await queries.shown(session, await find(session, Handover, handover_id))


@router.post("/{handover_id}/accept", operation_id="acceptHandover")
async def accept(handover_id: UUID, session: Session, seen: SeenVersion, _caller: Owner) -> HandoverWhole:
    """Take it over; for whom it is offered to, alone."""
    return await queries.shown(session, await commands.accept(session, handover_id, version=seen))


@router.post("/{handover_id}/return", operation_id="returnHandover")
async def send_back(
    handover_id: UUID, why: ReasonIn, session: Session, seen: SeenVersion, _caller: Owner
) -> HandoverWhole:
    """Send it back and say what is missing; for whom it is offered to, alone."""
    return await queries.shown(session, await commands.send_back(session, handover_id, why.reason, version=seen))


@router.post("/{handover_id}/offer", operation_id="offerHandover")
async def offer_again(
    handover_id: UUID, wish: OfferIn, session: Session, seen: SeenVersion, _caller: Writer
) -> HandoverWhole:
    """Offer it to somebody (`to`), assembled anew from what is known now; also one that was returned."""
    return await queries.shown(session, await commands.offer_again(session, handover_id, wish, version=seen))
