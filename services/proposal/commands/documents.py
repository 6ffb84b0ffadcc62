"""Documents: a draft has its PDFs by itself; any other format is made on request, once, and kept in the store."""

import asyncio
from uuid import UUID, uuid5

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands.templates import active_template, file_of
from services.proposal.document.formats import ENDINGS, MEDIA_TYPES, PDF, Made, engine_of, made
from services.proposal.document.limited import RenderingFailed
from services.proposal.document.own_template import reasons_of
from services.proposal.document.render import LANGUAGES
from services.proposal.document.store import Store
from services.proposal.models.documents import Document
from services.proposal.models.proposals import Proposal
from services.proposal.models.templates import DocumentFailed, Template
from services.proposal.queries import proposals as queries
from services.proposal.schemas.documents import DocumentIn, VerificationOut
from services.proposal.settings import Settings
from shared.db import find, settings_of
from shared.events.proposal import DocumentRendered
from shared.messaging import publish


async def render_documents(session: AsyncSession, proposal_id: UUID) -> None:
    """Render a proposal's PDFs that are not there yet, on the tenant's own template if one is active.

    Raises `RenderingFailed`, which is tried again later.
    """
    proposal = await find(session, Proposal, proposal_id)
    content = await queries.content_bytes(session, proposal_id)
    there = await queries.languages_of(session, proposal_id)
    missing = [language for language in LANGUAGES if language not in there]
    template, logo = await active_template(session, PDF), await _logo_of(session, content)
    own = await file_of(session, template)
    files = await asyncio.gather(*(made(content, language, PDF, template=own, logo=logo) for language in missing))
    for language, file in zip(missing, files, strict=True):
        await _keep(session, proposal, language, PDF, file, template)


async def make_document(session: AsyncSession, wish: DocumentIn) -> Document:
    """The document in the language and format wanted; the one that is there if the same would be made again.

    Raises `DocumentFailed` when the content does not go into the template.
    """
    proposal = await find(session, Proposal, wish.proposal_id)
    media_type = MEDIA_TYPES[wish.format]
    template = await active_template(session, media_type)
    own = await file_of(session, template)
    key = _key(proposal, wish.language, media_type, engine_of(media_type, own))
    there = await session.get(Document, key)
    if there:
        return there
    content = await queries.content_bytes(session, proposal.id)
    file = await _made_now(session, content, wish.language, media_type, own)
    return await _keep(session, proposal, wish.language, media_type, file, template)


async def verify_document(session: AsyncSession, document_id: UUID) -> VerificationOut:
    """Make a document again from the content that was kept, on the template of then, and compare every byte.

    Raises `DocumentUnavailable` when the store has it no more, or not as it was, and `DocumentFailed` when it can no
    longer be made: the shipped parts of its template are others now.
    """
    document = await find(session, Document, document_id)
    store = Store(settings_of(session, Settings).documents_folder)
    await asyncio.to_thread(store.get, document.sha256)
    content = await queries.content_bytes(session, document.proposal_id)
    template = await find(session, Template, document.template_id) if document.template_id else None
    own = await file_of(session, template)
    again = await _made_now(session, content, document.language, document.media_type, own)
    return VerificationOut(
        document_id=document.id,
        is_identical=again.sha256 == document.sha256,
        is_same_engine=again.engine == document.engine,
        sha256=document.sha256,
        sha256_again=again.sha256,
        engine=document.engine,
        engine_now=again.engine,
    )


async def _made_now(
    session: AsyncSession, content: bytes, language: str, media_type: str, template: bytes | None
) -> Made:
    """For one who waits for it."""
    logo = await _logo_of(session, content)
    try:
        return await made(content, language, media_type, template=template, logo=logo)
    except RenderingFailed as failed:
        raise DocumentFailed(**reasons_of(failed)) from None


async def _logo_of(session: AsyncSession, content: bytes) -> bytes | None:
    """The file of the logo that a content names. Raises `DocumentUnavailable`."""
    sha256 = (orjson.loads(content).get("branding") or {}).get("logo_sha256")
    if sha256 is None:
        return None
    return await asyncio.to_thread(Store(settings_of(session, Settings).documents_folder).get, sha256)


def _key(proposal: Proposal, language: str, media_type: str, engine: str) -> UUID:
    """The id of a document: the same whoever asks for it, another when something else would be made."""
    return uuid5(proposal.id, f"{media_type}:{language}:{engine}")


async def _keep(  # one document: of what, as what, and what it was made on
    session: AsyncSession, proposal: Proposal, language: str, media_type: str, file: Made, template: Template | None
) -> Document:
    store = Store(settings_of(session, Settings).documents_folder)
    await asyncio.to_thread(store.put, file.data)
    document = Document(
        id=_key(proposal, language, media_type, file.engine),
        opportunity_id=proposal.opportunity_id,
        proposal_id=proposal.id,
        language=language,
        media_type=media_type,
        file_name=f"{proposal.code}-{proposal.version_label}-{language}.{ENDINGS[media_type]}",
        sha256=file.sha256,
        size_bytes=len(file.data),
        pages=file.pages,
        content_hash=proposal.content_hash,
        engine=file.engine,
        template_id=template.id if template else None,
    )
    session.add(document)
    await session.flush()
    event = DocumentRendered(
        opportunity_id=document.opportunity_id,
        document_id=document.id,
        proposal_id=document.proposal_id,
        revision=proposal.revision,
        language=language,
        media_type=document.media_type,
        sha256=document.sha256,
        size_bytes=document.size_bytes,
        pages=document.pages,
    )
    await publish(session, event, about=document)
    return document
