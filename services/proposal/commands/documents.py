"""Documents: a draft wants its PDF by itself, once it stands; any other is made when it is asked for, once.

They are made by `typesetting`, outside of every transaction: what is wanted is a row with a timer.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import sqlalchemy as sa
from prometheus_client import Gauge
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands.retention import can_be_made_anew
from services.proposal.commands.templates import active_template, file_of
from services.proposal.document.formats import MEDIA_TYPES, PDF, engine_of, made
from services.proposal.document.own_template import reasons_of
from services.proposal.document.render import LANGUAGES
from services.proposal.document.store import DocumentUnavailable, logo_of, store_of
from services.proposal.models.documents import Document, DocumentFailed, WantedDocument
from services.proposal.models.proposals import Proposal
from services.proposal.models.templates import Template
from services.proposal.queries import proposals as queries
from services.proposal.schemas.documents import DocumentIn, VerificationOut
from services.proposal.settings import Settings
from shared.documents.limited import RenderingFailed
from shared.kernel.clock import now
from shared.kernel.db import find, settings_of
from shared.kernel.measuring import Measures
from shared.kernel.problems import NotFound, Problem
from shared.kernel.timers import Timer, set_timer
from shared.language.events.proposal import ProposalDrafted

WANTED = "document-wanted"
"""Kind of timer; its subject is a wanted document."""
DRAFTED = "documents-of-draft"
"""Kind that the release before sets, with the proposal as subject; goes with the next release."""
WAITING: Measures = {
    Gauge("presales_documents_waiting", "wishes for documents that wait or are worked at; a draft's are one"): (
        sa.select(sa.func.count()).select_from(Timer).where(Timer.kind.in_((WANTED, DRAFTED))).scalar_subquery()
    )
}
_PROBLEMS: Mapping[str, type[Problem]] = {one.code: one for one in (DocumentFailed, DocumentUnavailable)}


async def want_documents(session: AsyncSession, event: ProposalDrafted) -> None:
    """A proposal was drafted: it wants its PDF in the client's language, unless another draft comes in some seconds."""
    due = now() + timedelta(seconds=settings_of(session, Settings).documents_after_seconds)
    language = await session.scalar(sa.select(Proposal.language).where(Proposal.id == event.proposal_id))
    key = await _want(session, event.opportunity_id, event.proposal_id, language or LANGUAGES[0], PDF, due=due)
    await set_timer(session, WANTED, key, due)


async def ask_for_document(session: AsyncSession, wish: DocumentIn) -> Document | WantedDocument:
    """The document in the language and format wanted; else it is made at once, whatever became of it before."""
    proposal, media_type = await find(session, Proposal, wish.proposal_id), MEDIA_TYPES[wish.format]
    key = await _want(session, proposal.opportunity_id, proposal.id, wish.language, media_type, due=now())
    wanted = await session.get_one(WantedDocument, key, with_for_update=True)
    there = await session.get(Document, key)
    if there and wanted.document_id == key:
        return there
    if wanted.status in {"failed", "superseded", "rendered"}:
        wanted.status, wanted.attempts, wanted.failure, wanted.document_id = "waiting", 0, None, None
    await _hurry(session, wanted)
    return wanted


async def await_document(session: AsyncSession, document_id: UUID) -> Document | WantedDocument:
    """A document, or what is made of it now: whoever asks for it does not wait until its draft stands.

    Raises `NotFound`, and what kept it from being made, if anything did.
    """
    wanted = await session.get(WantedDocument, document_id, with_for_update=True)
    if wanted and wanted.document_id and wanted.document_id != document_id:
        return await await_document(session, wanted.document_id)
    found = await session.get(Document, document_id)
    if found and (wanted is None or wanted.document_id):
        return found
    if wanted is None:
        raise NotFound(kind=Document.__tablename__, id=document_id)
    if wanted.status == "failed" and wanted.failure:
        raise _PROBLEMS[wanted.failure["code"]](**wanted.failure["facts"])
    if wanted.status == "superseded":
        wanted.status = "waiting"
    await _hurry(session, wanted)
    return wanted


async def read_document(session: AsyncSession, document_id: UUID) -> tuple[Document, bytes] | WantedDocument:
    """A document with its bytes, or what is made of it now; a draft's that went nowhere is made anew if it is missing.

    Raises as `await_document`, `DocumentUnavailable` and `StorageAway`.
    """
    found = await await_document(session, document_id)
    if isinstance(found, WantedDocument):
        return found
    try:
        return found, await asyncio.to_thread(store_of(settings_of(session, Settings)).get, found.sha256)
    except DocumentUnavailable:
        wanted = await session.get(WantedDocument, found.id, with_for_update=True)
        if wanted is None or not await can_be_made_anew(session, found):
            raise
        wanted.status, wanted.attempts, wanted.failure, wanted.document_id = "waiting", 0, None, None
        await _hurry(session, wanted)
        return wanted


async def bring_forward(session: AsyncSession, proposal_id: UUID | None) -> None:
    """Somebody looks for the documents of a proposal: it gets a PDF in each language, at once."""
    if proposal_id is None:
        return
    of_draft = (WantedDocument.proposal_id == proposal_id, WantedDocument.media_type == PDF)
    known = (await session.scalars(sa.select(WantedDocument).where(*of_draft))).all()
    own = [wanted for wanted in known if not wanted.is_asked and wanted.status != "superseded"]
    if not own:
        return
    for language in set(LANGUAGES) - {wanted.language for wanted in known}:
        await ask_for_document(session, DocumentIn(proposal_id=proposal_id, language=language, format="pdf"))
    late = (WantedDocument.status == "waiting", WantedDocument.is_asked.is_(False), WantedDocument.due_at > now())
    waiting = sa.select(WantedDocument).where(*of_draft, *late).with_for_update(skip_locked=True)
    for wanted in (await session.scalars(waiting)).all():
        wanted.due_at = now()
        await set_timer(session, WANTED, wanted.id, now())


async def verify_document(session: AsyncSession, document_id: UUID) -> VerificationOut:
    """Make a document again from the content that was kept, on the template of then, and compare every byte.

    A file that was thrown away is compared by its SHA-256; one that is there is kept on for as long as a new one.

    Raises `DocumentUnavailable` when the store has it no more, or not as it was, and `DocumentFailed` when it can no
    longer be made: the shipped parts of its template are others now.
    """
    document = await find(session, Document, document_id)
    store = store_of(settings_of(session, Settings))
    try:
        await asyncio.to_thread(store.get, document.sha256)
    except DocumentUnavailable:
        if not await can_be_made_anew(session, document):
            raise
    await session.execute(sa.update(WantedDocument).where(WantedDocument.id == document.id).values(due_at=now()))
    content = await queries.content_bytes(session, document.proposal_id)
    template = await find(session, Template, document.template_id) if document.template_id else None
    own, logo = await file_of(session, template), await asyncio.to_thread(logo_of, store, content)
    try:
        again = await made(content, document.language, document.media_type, template=own, logo=logo)
    except RenderingFailed as failed:
        raise DocumentFailed(**reasons_of(failed)) from None
    return VerificationOut(
        document_id=document.id,
        is_identical=again.sha256 == document.sha256,
        is_same_engine=again.engine == document.engine,
        sha256=document.sha256,
        sha256_again=again.sha256,
        engine=document.engine,
        engine_now=again.engine,
    )


def key_of(proposal_id: UUID, language: str, media_type: str, engine: str) -> UUID:
    """The id of a document: the same whoever asks for it, another when something else would be made."""
    return uuid5(proposal_id, f"{media_type}:{language}:{engine}")


async def _want(  # a document: of what, as what, and from when on
    session: AsyncSession, opportunity_id: UUID, proposal_id: UUID, language: str, media_type: str, *, due: datetime
) -> UUID:
    """Note that it is wanted, on the template of now, unless that is noted already; returns its id."""
    template = await active_template(session, media_type)
    key = key_of(proposal_id, language, media_type, engine_of(media_type, await file_of(session, template)))
    row = {
        "id": key,
        "opportunity_id": opportunity_id,
        "proposal_id": proposal_id,
        "language": language,
        "media_type": media_type,
        "template_id": template.id if template else None,
        "due_at": due,
    }
    await session.execute(insert(WantedDocument).on_conflict_do_nothing(), [row])
    return key


async def _hurry(session: AsyncSession, wanted: WantedDocument) -> None:
    """Somebody waits for it: have it made at once, unless somebody is at it."""
    if wanted.status != "waiting" or (wanted.is_asked and wanted.due_at <= now()):
        return
    wanted.is_asked, wanted.due_at = True, now()
    await session.flush()
    await set_timer(session, WANTED, wanted.id, wanted.due_at)
