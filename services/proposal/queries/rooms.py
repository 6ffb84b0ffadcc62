"""Client rooms, read: by us, and by whoever holds the link."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.content.client import ClientContent
from services.proposal.content.room import PRICED, shown_sections, title_of
from services.proposal.models.documents import Document
from services.proposal.models.rooms import Room, RoomQuestion, RoomReceipt
from services.proposal.queries.brandings import contact_of
from services.proposal.queries.proposals import client_content
from services.proposal.schemas.fields import WordsOut
from services.proposal.schemas.rooms import AskedShown, FileShown, RequirementShown, RoomShown, SectionShown
from shared.kernel.problems import NotFound
from shared.language.business_day import day_of
from shared.language.money import Money


async def room_shown(session: AsyncSession, room: Room) -> RoomShown:
    """What the holder of the link sees first: sections and documents, and what was asked."""
    proposal = room.proposal
    content = await client_content(session, proposal.id)
    opened = await _opened(session, room.id)
    titles = {code: title_of(content, code) for code in room.sections}
    named = content.requirements if "requirements" in room.sections else ()
    if proposal.submitted_at is None or proposal.valid_until is None:
        raise TypeError("a room shows what was submitted")
    return RoomShown(
        id=room.id,
        title=proposal.title,
        client_name=proposal.client_name,
        company=WordsOut.of(content.branding.company.model_dump() if content.branding else {}),
        ask=await contact_of(session, room.opportunity_id, room.created_by),
        has_logo=content.branding is not None and content.branding.logo_sha256 is not None,
        recipient_name=room.recipient_name,
        code=proposal.code,
        version_label=proposal.version_label,
        language=room.language,
        price_incl_tax=Money.of(proposal.price_incl_tax, proposal.currency) if _tells_price(room) else None,
        submitted_on=day_of(session, proposal.submitted_at),
        valid_until=proposal.valid_until,
        proposal_status=proposal.status,
        expires_at=room.expires_at,
        sections=[
            SectionShown(code=code, title=title.name, title_zh=title.name_zh, opened_at=opened.get(code))
            for code, title in titles.items()
        ],
        files=[_file(document) for document in await files_of(session, room, content)],
        requirements=[RequirementShown.model_validate(one) for one in named],
        questions=[question_shown(question) for question in room.questions],
        may_answer=room.takes_answer,
        answered_at=proposal.answered_at if proposal.status in {"accepted", "declined"} else None,
        answered_by=proposal.answered_by,
    )


def question_shown(question: RoomQuestion) -> AskedShown:
    """A question with its answer, as the client sees both."""
    return AskedShown(
        id=question.id,
        section=question.section,
        requirement_code=question.requirement_code,
        question=question.question,
        asked_at=question.created_at,
        answer=question.answer,
        answered_at=question.answered_at,
    )


async def files_of(session: AsyncSession, room: Room, content: ClientContent) -> Sequence[Document]:
    """The documents of the room's proposal; none where only some of its sections are to be read, for they have all."""
    if not set(shown_sections(content)) <= set(room.sections):
        return []
    own = sa.select(Document).where(Document.proposal_id == room.proposal_id).order_by(Document.language, Document.id)
    return (await session.scalars(own)).all()


async def file_of(session: AsyncSession, room: Room, document_id: UUID) -> Document:
    """A document that the room shows. Raises `NotFound`."""
    content = await client_content(session, room.proposal_id)
    for document in await files_of(session, room, content):
        if document.id == document_id:
            return document
    raise NotFound(kind="document", id=document_id)


def _tells_price(room: Room) -> bool:
    """Whoever accepts here sees what he accepts; else the price is where a chosen section says it."""
    return room.may_answer or not PRICED.isdisjoint(room.sections)


async def _opened(session: AsyncSession, room_id: UUID) -> dict[str, datetime]:
    rows = await session.execute(
        sa.select(RoomReceipt.what, RoomReceipt.first_at).where(RoomReceipt.room_id == room_id)
    )
    return {row.what: row.first_at for row in rows}


def _file(document: Document) -> FileShown:
    return FileShown(**{name: getattr(document, name) for name in FileShown.model_fields})
