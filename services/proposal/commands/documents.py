"""Documents: rendered from a draft's content in both languages, once, and kept in the store."""

import asyncio
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.document.render import LANGUAGES, Pdf, engine, render
from services.proposal.document.store import Store
from services.proposal.models.proposals import Document, Proposal
from services.proposal.queries import proposals as queries
from services.proposal.settings import Settings
from shared.db import find, settings_of
from shared.events.proposal import DocumentRendered
from shared.messaging import publish

PDF = "application/pdf"


async def render_documents(session: AsyncSession, proposal_id: UUID) -> None:
    """Render a proposal's documents that are not there yet. Raises `RenderingFailed`, which is tried again later."""
    proposal = await find(session, Proposal, proposal_id)
    content = await queries.content_bytes(session, proposal_id)
    there = await queries.languages_of(session, proposal_id)
    missing = [language for language in LANGUAGES if language not in there]
    store = Store(settings_of(session, Settings).documents_folder)
    for language, pdf in zip(
        missing, await asyncio.gather(*(render(content, language) for language in missing)), strict=True
    ):
        await asyncio.to_thread(store.put, pdf.data)
        await _keep(session, proposal, language, pdf)


async def _keep(session: AsyncSession, proposal: Proposal, language: str, pdf: Pdf) -> None:
    document = Document(
        id=uuid5(proposal.id, f"{PDF}:{language}"),
        opportunity_id=proposal.opportunity_id,
        proposal_id=proposal.id,
        language=language,
        media_type=PDF,
        file_name=f"{proposal.code}-{proposal.version_label}-{language}.pdf",
        sha256=pdf.sha256,
        size_bytes=len(pdf.data),
        pages=pdf.pages,
        content_hash=proposal.content_hash,
        engine=engine(),
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
