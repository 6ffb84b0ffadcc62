"""Client rooms: for us, who make them; and for the holder of the link, who reads, asks and answers."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.proposal.commands import rooms as commands
from services.proposal.content.room import RoomSection
from services.proposal.models.rooms import Room
from services.proposal.queries import rooms as queries
from services.proposal.routes.file_responses import LOGO, stored_file, stored_logo
from services.proposal.schemas.proposals import Note
from services.proposal.schemas.rooms import (
    AskedShown,
    RenewIn,
    RoomAcceptance,
    RoomAnswered,
    RoomIn,
    RoomMade,
    RoomOut,
    RoomQuery,
    RoomQuestionIn,
    RoomRefusal,
    RoomShown,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.links import own_link
from shared.kernel.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/rooms", tags=["proposal"], route_class=Route)

Reader = Annotated[Principal, may("rooms:read")]
Writer = Annotated[Principal, may("rooms:write")]
Client = Annotated[Principal, may("rooms:answer")]


@router.post("", status_code=201, response_model=RoomMade, operation_id="makeRoom")
async def make_room(wish: RoomIn, session: Session, _caller: Writer) -> dict[str, Any]:
    """Let a person at the client read a submitted proposal. The answer shows the signed link, once."""
    room, link = await commands.make_room(session, wish)
    return {**RoomOut.model_validate(room).model_dump(), "link": link}


@router.get("", response_model=Page[RoomOut], operation_id="listRooms")
async def list_rooms(query: Annotated[RoomQuery, Query()], session: Session, _caller: Reader) -> Slice[Room]:
    """Rooms, newest first, with what was opened and asked in each."""
    return await paginate(session, Room, query)


@router.get("/{room_id}", response_model=RoomOut, operation_id="getRoom")
async def get_room(room_id: UUID, session: Session, _caller: Reader) -> Room:
    """One room, with receipts and questions."""
    return await find(session, Room, room_id)


@router.post("/{room_id}/revoke", response_model=RoomOut, operation_id="revokeRoom")
async def revoke_room(room_id: UUID, note: Note, session: Session, seen: SeenVersion, _caller: Writer) -> Room:
    """Close the link for good, at once."""
    return await commands.revoke_room(session, room_id, note.reason, version=seen)


@router.post("/{room_id}/renew", response_model=RoomMade, operation_id="renewRoom")
async def renew_room(
    room_id: UUID, wish: RenewIn, session: Session, seen: SeenVersion, _caller: Writer
) -> dict[str, Any]:
    """A new link to the same room, until another moment; shown once."""
    room, link = await commands.renew_room(session, room_id, wish.expires_at, version=seen)
    return {**RoomOut.model_validate(room).model_dump(), "link": link}


@router.get("/{room_id}/view", operation_id="enterRoom")
async def enter_room(room_id: UUID, session: Session, caller: Client) -> RoomShown:
    """What the room holds: sections, documents, questions with answers. For the holder of the link only."""
    own_link(caller, room_id)
    return await queries.room_shown(session, await commands.enter(session, room_id))


@router.get("/{room_id}/sections/{code}", operation_id="readRoomSection")
async def read_section(room_id: UUID, code: str, session: Session, caller: Client) -> RoomSection:
    """One section; that it was opened is noted. For the holder of the link only."""
    own_link(caller, room_id)
    return await commands.open_section(session, room_id, code)


@router.get(
    "/{room_id}/documents/{document_id}/file",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
    operation_id="downloadRoomDocument",
)
async def download_document(
    room_id: UUID, document_id: UUID, request: Request, session: Session, caller: Client
) -> Response:
    """The bytes of a document of the proposal. For the holder of the link only."""
    own_link(caller, room_id)
    document = await commands.open_document(session, room_id, document_id)
    return await stored_file(request, document.sha256, name=document.file_name, media_type=document.media_type)


@router.get("/{room_id}/logo", response_class=Response, responses=LOGO, operation_id="downloadRoomLogo")
async def download_logo(room_id: UUID, request: Request, session: Session, caller: Client) -> Response:
    """The logo of who makes the offer. For the holder of the link only."""
    own_link(caller, room_id)
    return await stored_logo(request, *await commands.logo_of(session, room_id))


@router.post("/{room_id}/questions", status_code=201, operation_id="askInRoom")
async def ask(room_id: UUID, wish: RoomQuestionIn, session: Session, caller: Client) -> AskedShown:
    """Ask something; the answer appears in the room. For the holder of the link only."""
    own_link(caller, room_id)
    return queries.question_shown(await commands.ask(session, room_id, wish))


@router.post("/{room_id}/accept", response_model=RoomAnswered, operation_id="acceptInRoom")
async def accept(room_id: UUID, said: RoomAcceptance, session: Session, caller: Client) -> Room:
    """Accept the proposal, once, within its validity. For the holder of the link only."""
    own_link(caller, room_id)
    return await commands.accept(session, room_id, said.name)


@router.post("/{room_id}/decline", response_model=RoomAnswered, operation_id="declineInRoom")
async def decline(room_id: UUID, said: RoomRefusal, session: Session, caller: Client) -> Room:
    """Decline the proposal, once, and say why. For the holder of the link only."""
    own_link(caller, room_id)
    return await commands.decline(session, room_id, said.name, said.reason)
