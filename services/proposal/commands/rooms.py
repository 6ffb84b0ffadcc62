"""Client rooms: made for one recipient, read, asked in and answered by the holder of the link."""

from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands import offering
from services.proposal.commands.documents import bring_forward
from services.proposal.content.room import RoomSection, room_section, shown_sections
from services.proposal.models.documents import Document
from services.proposal.models.proposals import Proposal
from services.proposal.models.rooms import (
    READABLE,
    NoSuchRequirement,
    NoSuchSection,
    NotWithTheClient,
    Room,
    RoomQuestion,
    RoomReceipt,
    TooManyQuestions,
)
from services.proposal.queries.opportunities import open_opportunity
from services.proposal.queries.proposals import client_content, head_of
from services.proposal.queries.rooms import file_of
from services.proposal.schemas.rooms import IN_PAST, RoomIn, RoomQuestionIn
from shared.kernel.clock import now
from shared.kernel.db import find, load
from shared.kernel.links import make_link
from shared.kernel.messaging import Passing, publish
from shared.kernel.problems import FieldError, Invalid, NotFound
from shared.language.business_day import end_of_day
from shared.language.do_not_contact import refuse_to_reach
from shared.language.events.engagement import ClarificationRecorded
from shared.language.events.proposal import RoomOpened, RoomQuestionAsked

MOST_QUESTIONS = 200
"""In one room."""
COVER = "cover"


async def make_room(session: AsyncSession, wish: RoomIn) -> tuple[Room, str]:
    """Let a person at the client read a submitted proposal; returns the link, once.

    Raises `NotWithTheClient`, `OpportunityIsClosed`, `OutcomeIsRecorded`, `MustNotBeContacted`, or `Invalid` for a
    section that the proposal does not show.
    """
    proposal = await find(session, Proposal, wish.proposal_id)
    await open_opportunity(session, proposal.opportunity_id)
    if proposal.ending:
        raise proposal.ending
    if proposal.status not in READABLE or proposal.valid_until is None:
        raise NotWithTheClient(code=proposal.code, label=proposal.version_label, status=proposal.status)
    expires_at = wish.expires_at or end_of_day(session, proposal.valid_until)
    _refuse_past(expires_at)
    await refuse_to_reach(session, proposal.opportunity_id, wish.recipient_name, wish.recipient_mail)
    await bring_forward(session, proposal.id)
    content = await client_content(session, proposal.id)
    shown = shown_sections(content)
    room = Room(
        opportunity_id=proposal.opportunity_id,
        proposal_id=proposal.id,
        recipient_name=wish.recipient_name,
        recipient_mail=wish.recipient_mail,
        language=wish.language or proposal.language,
        sections=_chosen(shown, wish.sections),
        may_answer=wish.may_answer,
        expires_at=expires_at,
    )
    session.add(room)
    await session.flush()
    await session.refresh(room, ["proposal", "receipts", "questions"])
    return room, make_link(session, "rooms", room.id, expires_at, room.language)


async def revoke_room(session: AsyncSession, room_id: UUID, reason: str, *, version: int) -> Room:
    """Close the link for good."""
    room = await load(session, Room, room_id, version=version)
    room.machine.next(room.status, "revoke")
    room.revoked_at, room.revoked_because = now(), reason
    await session.flush()
    return room


async def renew_room(session: AsyncSession, room_id: UUID, expires_at: datetime, *, version: int) -> tuple[Room, str]:
    """A new link to the same room, until another moment; returns the link, once. Raises `MustNotBeContacted`."""
    room = await load(session, Room, room_id, version=version)
    await open_opportunity(session, room.opportunity_id)
    room.machine.next(room.status, "renew")
    if room.proposal.ending:
        raise room.proposal.ending
    await refuse_to_reach(session, room.opportunity_id, room.recipient_name, room.recipient_mail)
    _refuse_past(expires_at)
    room.expires_at = expires_at
    await session.flush()
    return room, make_link(session, "rooms", room.id, expires_at, room.language)


async def enter(session: AsyncSession, room_id: UUID) -> Room:
    """The client opens the room. Raises `LinkNotOpen`."""
    room = await _open(session, room_id)
    await _note(session, room, COVER)
    return room


async def open_section(session: AsyncSession, room_id: UUID, code: str) -> RoomSection:
    """The client opens a section. Raises `LinkNotOpen`, `NoSuchSection`."""
    room = await _open(session, room_id)
    if code not in room.sections:
        raise NoSuchSection(code=code[:40])
    content = await client_content(session, room.proposal_id)
    await _note(session, room, code)
    return room_section(content, code)


async def open_document(session: AsyncSession, room_id: UUID, document_id: UUID) -> Document:
    """The client opens a document of the proposal. Raises `LinkNotOpen`, `NotFound`."""
    room = await _open(session, room_id)
    document = await file_of(session, room, document_id)
    await _note(session, room, f"document:{document.language}")
    return document


async def logo_of(session: AsyncSession, room_id: UUID) -> tuple[str, str]:
    """SHA-256 and media type of the logo of who makes the offer. Raises `LinkNotOpen`, `NotFound`."""
    room = await _open(session, room_id)
    branding = (await client_content(session, room.proposal_id)).branding
    if branding is None or branding.logo_sha256 is None or branding.logo_media_type is None:
        raise NotFound(kind="logo of room", id=room_id)
    return branding.logo_sha256, branding.logo_media_type


async def ask(session: AsyncSession, room_id: UUID, wish: RoomQuestionIn) -> RoomQuestion:
    """The client asks; the engagement service makes a clarification of it.

    Raises as `Room.refuse_question`, and `NoSuchSection`, `NoSuchRequirement`, `TooManyQuestions`.
    """
    room = await load(session, Room, room_id)
    room.refuse_question()
    if wish.section is not None and wish.section not in room.sections:
        raise NoSuchSection(code=wish.section)
    if len(room.questions) >= MOST_QUESTIONS:
        raise TooManyQuestions(limit=MOST_QUESTIONS)
    requirement_id = await _requirement(session, room, wish.requirement_code) if wish.requirement_code else None
    question = RoomQuestion(opportunity_id=room.opportunity_id, room_id=room.id, **wish.model_dump())
    session.add(question)
    await session.flush()
    event = RoomQuestionAsked(
        opportunity_id=room.opportunity_id,
        question_id=question.id,
        room_id=room.id,
        proposal_id=room.proposal_id,
        proposal_code=room.proposal.code,
        version_label=room.proposal.version_label,
        section=wish.section,
        question=wish.question,
        asked_at=question.created_at,
        asked_by=room.recipient_name,
        requirement_id=requirement_id,
        requirement_code=wish.requirement_code,
    )
    await publish(session, event, about=question)
    return question


async def _requirement(session: AsyncSession, room: Room, code: str) -> UUID:
    for one in (await client_content(session, room.proposal_id)).requirements:
        if one.code == code:
            return one.id
    raise NoSuchRequirement(code=code)


async def accept(session: AsyncSession, room_id: UUID, name: str) -> Room:
    """The client accepts the proposal. Raises as `Room.refuse_answer`, and `OfferHasLapsed`."""
    room = await _answerable(session, room_id)
    await offering.accept_proposal(session, room.proposal_id, version=None, by=name)
    return await _answered(session, room, name)


async def decline(session: AsyncSession, room_id: UUID, name: str, reason: str) -> Room:
    """The client declines the proposal. Raises as `Room.refuse_answer`."""
    room = await _answerable(session, room_id)
    await offering.decline_proposal(session, room.proposal_id, reason, version=None, by=name)
    return await _answered(session, room, name)


async def note_answer(session: AsyncSession, event: ClarificationRecorded) -> None:
    """What became of a question that was asked in a room: the client reads the answer there."""
    if event.room_question_id is None:
        return
    question = await session.get(RoomQuestion, event.room_question_id, with_for_update=True)
    if question is None or event.version <= question.clarification_version:
        return
    question.clarification_id, question.clarification_version = event.clarification_id, event.version
    stands = event.status in {"answered", "accepted"}
    question.answer, question.answered_at = (event.answer, event.answered_at) if stands else (None, None)


async def _open(session: AsyncSession, room_id: UUID) -> Room:
    room = await find(session, Room, room_id)
    room.refuse_unless_open()
    return room


async def _answerable(session: AsyncSession, room_id: UUID) -> Room:
    """The room, locked behind its opportunity's head and its proposal, as `offering` locks them."""
    await head_of(session, (await find(session, Room, room_id)).opportunity_id)
    room = await load(session, Room, room_id)
    room.refuse_answer()
    return room


async def _answered(session: AsyncSession, room: Room, name: str) -> Room:
    room.answer, room.answered_at, room.answered_by = room.proposal.status, room.proposal.answered_at, name
    await session.flush()
    return room


async def _note(session: AsyncSession, room: Room, what: str) -> None:
    """Keep that the client opened it, and tell it the first time."""
    at = now()
    receipt = insert(RoomReceipt).values(room_id=room.id, what=what, first_at=at, last_at=at, times=1)
    times = await session.scalar(
        receipt.on_conflict_do_update(
            index_elements=["tenant_id", "room_id", "what"],
            set_={"last_at": at, "times": RoomReceipt.times + 1},
        ).returning(RoomReceipt.times)
    )
    if times == 1:
        event = RoomOpened(
            opportunity_id=room.opportunity_id,
            room_id=room.id,
            proposal_id=room.proposal_id,
            what=what,
            opened_at=at,
        )
        # Each is a thing of its own: a room that is only read has no new version to tell.
        await publish(session, event, about=Passing(uuid5(room.id, what), 1, RoomReceipt.__tablename__))


def _chosen(shown: list[str], wanted: list[str] | None) -> list[str]:
    if wanted is None:
        return shown
    strange = [index for index, code in enumerate(wanted) if code not in shown]
    if strange:
        raise Invalid(
            [
                FieldError(
                    f"/sections/{index}",
                    "not_shown",
                    "is not a section that the proposal shows",
                    "不是方案中展示的章节",
                )
                for index in strange
            ]
        )
    return [code for code in shown if code in wanted]


def _refuse_past(expires_at: datetime) -> None:
    if expires_at <= now():
        raise Invalid([FieldError("/expires_at", IN_PAST, "must lie in the future", "须晚于当前时间")])
