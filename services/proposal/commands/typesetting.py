"""Making the documents that are wanted: claimed in one short transaction, set outside of any, kept in another.

However often one is tried, by whichever replica, there is one document with one event.
"""

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import lazyload

from services.proposal.commands.documents import key_of
from services.proposal.document.formats import ENDINGS, Made, made
from services.proposal.document.limited import RenderingFailed
from services.proposal.document.own_template import reasons_of
from services.proposal.document.store import DocumentUnavailable, Store, logo_of
from services.proposal.models.documents import Document, DocumentFailed, WantedDocument
from services.proposal.models.proposals import Proposal
from services.proposal.models.templates import Template
from services.proposal.queries import proposals as queries
from services.proposal.settings import Settings
from shared.kernel.context import Context
from shared.kernel.db import context_of, settings_of
from shared.kernel.messaging import Passing, publish
from shared.kernel.problems import Problem
from shared.kernel.timers import Due, Slow
from shared.language.events.proposal import documents as events
from shared.language.events.values import Reason

MOST_ATTEMPTS = 5
"""The waits between them are those of timers: about a minute and a half in all."""
_PAST = {"superseded", "withdrawn"}


@dataclass(frozen=True, slots=True)
class _Job:
    """All that it takes to make a document, read while it was claimed."""

    wanted: WantedDocument
    proposal: Proposal
    content: bytes
    template: Template | None
    folder: Path


async def begin(session: AsyncSession, due: Due) -> Slow | None:
    """Claim a wanted document and read what it is made of; None when there is nothing to make."""
    wanted = await session.get(WantedDocument, due.subject, with_for_update=True)
    if wanted is None or wanted.status not in {"waiting", "rendering"}:
        return None
    proposal = await session.get_one(Proposal, wanted.proposal_id, options=[lazyload("*")])
    if proposal.status in _PAST and not wanted.is_asked:
        wanted.status = "superseded"
        return None
    if due.attempts >= MOST_ATTEMPTS:
        await _note_failure(session, due, _Interrupted)
        return None
    wanted.status, wanted.attempts = "rendering", due.attempts + 1
    template = await session.get_one(Template, wanted.template_id) if wanted.template_id else None
    content = await queries.content_bytes(session, proposal.id)
    folder = settings_of(session, Settings).documents_folder
    return partial(_make, due, context_of(session), _Job(wanted, proposal, content, template, folder))


_Interrupted = DocumentFailed(
    why="whoever made it was ended each time, most likely for want of memory",
    why_zh="生成进程每次均被终止，可能因内存不足",
    diagnostics=[],
)


async def _make(due: Due, context: Context, job: _Job) -> None:
    """Raises the problem that kept it from being made, for another try."""
    try:
        file = await _made(job)
    except RenderingFailed as failed:
        problem: Problem = DocumentFailed(**reasons_of(failed))
    except DocumentUnavailable as failed:
        problem = failed
    else:
        async with due.database.transaction(context) as session:
            await _keep(session, job, file)
        return
    async with due.database.transaction(context) as session:
        is_over = await _note_failure(session, due, problem)
    if not is_over:
        raise problem


async def _made(job: _Job) -> Made:
    store = Store(job.folder)
    template = await asyncio.to_thread(store.get, job.template.sha256) if job.template else None
    logo = await asyncio.to_thread(logo_of, store, job.content)
    file = await made(job.content, job.wanted.language, job.wanted.media_type, template=template, logo=logo)
    await asyncio.to_thread(store.put, file.data)
    return file


async def _keep(session: AsyncSession, job: _Job, file: Made) -> None:
    """Note the document, unless another who was at it too was first."""
    wanted = await session.get_one(WantedDocument, job.wanted.id, with_for_update=True)
    proposal, language, media_type = job.proposal, wanted.language, wanted.media_type
    key = key_of(proposal.id, language, media_type, file.engine)
    wanted.status, wanted.failure, wanted.document_id = "rendered", None, key
    if await session.get(Document, key):
        return
    document = Document(
        id=key,
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
        template_id=wanted.template_id,
    )
    session.add(document)
    await session.flush()
    event = events.DocumentRendered(
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


async def _note_failure(session: AsyncSession, due: Due, problem: Problem) -> bool:
    """Note what kept it from being made; True when it is not tried again: for good, or since somebody waits."""
    wanted = await session.get_one(WantedDocument, due.subject, with_for_update=True)
    told = Reason(code=problem.code, message=problem.detail("en"), message_zh=problem.detail("zh"))
    wanted.failure = {**told.model_dump(), "facts": problem.facts}
    is_over = wanted.is_asked or due.attempts + 1 >= MOST_ATTEMPTS
    wanted.status = "failed" if is_over else "waiting"
    if is_over:
        await _tell_failed(session, wanted, told, due)
    return is_over


async def _tell_failed(session: AsyncSession, wanted: WantedDocument, reason: Reason, due: Due) -> None:
    proposal = await session.get_one(Proposal, wanted.proposal_id, options=[lazyload("*")])
    event = events.DocumentFailed(
        opportunity_id=wanted.opportunity_id,
        document_id=wanted.id,
        proposal_id=wanted.proposal_id,
        revision=proposal.revision,
        language=wanted.language,
        media_type=wanted.media_type,
        reason=reason,
    )
    # Each failure for good is one of its own; those of another time have another moment.
    await publish(session, event, about=Passing(_failure_id(wanted.id, due), 1, WantedDocument.__tablename__))


def _failure_id(key: UUID, due: Due) -> UUID:
    return uuid5(key, f"failed:{due.at.isoformat()}")
