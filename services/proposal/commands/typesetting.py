"""Making the documents that are wanted: claimed in one short transaction, set outside of any, kept in another.

Those of one draft go together. However often one is tried, by whichever replica, there is one document with one event.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from uuid import UUID, uuid5

import sqlalchemy as sa
from prometheus_client import Counter, Histogram
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import lazyload

from services.proposal.commands.documents import key_of
from services.proposal.document.formats import ENDINGS, Made, made
from services.proposal.document.limited import RenderingFailed
from services.proposal.document.own_template import reasons_of
from services.proposal.document.store import DocumentUnavailable, StorageAway, Store, logo_of, store_of
from services.proposal.models.documents import Document, DocumentFailed, WantedDocument
from services.proposal.models.proposals import Proposal
from services.proposal.models.templates import Template
from services.proposal.queries import proposals as queries
from services.proposal.settings import Settings
from shared.kernel.db import settings_of
from shared.kernel.messaging import Passing, publish, publish_all
from shared.kernel.problems import Problem
from shared.kernel.timers import Due, Ending, Slow
from shared.language.events.proposal import documents as events
from shared.language.events.values import Reason

SECONDS = Histogram(
    "presales_document_seconds",
    "time that making a document took",
    ["format"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60),
)
FAILED = Counter("presales_document_failures_total", "times that a document could not be made", ["format"])
for _format in ENDINGS.values():
    SECONDS.labels(_format)
    FAILED.labels(_format)

MOST_ATTEMPTS = 5
"""The waits between them are those of timers: about a minute and a half in all."""
_PAST = {"superseded", "withdrawn"}


@dataclass(frozen=True, slots=True)
class _Job:
    """All that it takes to make documents of one proposal, read while they were claimed."""

    proposal: Proposal
    content: bytes
    wanted: Sequence[tuple[WantedDocument, Template | None]]
    store: Store


async def begin(session: AsyncSession, due: Due) -> Slow | None:
    """Claim a wanted document and read what it is made of; None when there is nothing to make."""
    return await _begin(session, due, WantedDocument.id == due.subject)


async def begin_draft(session: AsyncSession, due: Due) -> Slow | None:
    """The same for all that a draft wants by itself."""
    return await _begin(session, due, WantedDocument.proposal_id == due.subject, WantedDocument.is_asked.is_(False))


async def _begin(session: AsyncSession, due: Due, *which: sa.ColumnElement[bool]) -> Slow | None:
    found = await _locked(session, *which, WantedDocument.status.in_(("waiting", "rendering")))
    if not found:
        return None
    proposal, content = await queries.with_content_bytes(session, found[0].proposal_id)
    for wanted in found:
        if proposal.status in _PAST and not wanted.is_asked:
            wanted.status = "superseded"
        elif due.attempts >= MOST_ATTEMPTS:
            await _note_failure(session, wanted, due, _Interrupted)
        else:
            wanted.status, wanted.attempts = "rendering", due.attempts + 1
    found = [wanted for wanted in found if wanted.status == "rendering"]
    if not found:
        return None
    used = [(one, await session.get_one(Template, one.template_id) if one.template_id else None) for one in found]
    return partial(_make, due, _Job(proposal, content, used, store_of(settings_of(session, Settings))))


async def _locked(session: AsyncSession, *which: sa.ColumnElement[bool]) -> Sequence[WantedDocument]:
    """In one order, so that two who are at the same cannot wait for each other."""
    rows = await session.scalars(sa.select(WantedDocument).where(*which).order_by(WantedDocument.id).with_for_update())
    return rows.all()


_Interrupted = DocumentFailed(
    why="whoever made it was ended each time, most likely for want of memory",
    why_zh="生成进程每次均被终止，可能因内存不足",
    diagnostics=[],
)


async def _make(due: Due, job: _Job) -> Ending:
    async with asyncio.TaskGroup() as making:
        tasks = [making.create_task(_made(job, *one)) for one in job.wanted]
    made_of = {wanted.id: task.result() for (wanted, _), task in zip(job.wanted, tasks, strict=True)}
    return partial(_settle, due, job, made_of)


async def _made(job: _Job, wanted: WantedDocument, own: Template | None) -> Made | Problem:
    """The file, kept in the store, or the problem that kept it from being made."""
    store, ending = job.store, ENDINGS[wanted.media_type]
    began = monotonic()
    try:
        template = await asyncio.to_thread(store.get, own.sha256) if own else None
        logo = await asyncio.to_thread(logo_of, store, job.content)
        file = await made(job.content, wanted.language, wanted.media_type, template=template, logo=logo)
        await asyncio.to_thread(store.put, file.data)
    except RenderingFailed as failed:
        FAILED.labels(ending).inc()
        return DocumentFailed(**reasons_of(failed))
    except (DocumentUnavailable, StorageAway) as failed:
        FAILED.labels(ending).inc()
        return failed
    SECONDS.labels(ending).observe(monotonic() - began)
    return file


async def _settle(
    due: Due, job: _Job, made_of: Mapping[UUID, Made | Problem], session: AsyncSession
) -> Exception | None:
    """Note what was made and what was not; returns a problem for another try."""
    again: Problem | None = None
    files: list[tuple[WantedDocument, Made]] = []
    for wanted in await _locked(session, WantedDocument.id.in_(made_of)):
        found = made_of[wanted.id]
        if not isinstance(found, Problem):
            files.append((wanted, found))
        elif not await _note_failure(session, wanted, due, found):
            again = found
    if files:
        await _keep(session, job.proposal, files)
    return again


async def _keep(session: AsyncSession, proposal: Proposal, files: Sequence[tuple[WantedDocument, Made]]) -> None:
    """Note the documents, but those that another who was at them too has noted."""
    new: list[Document] = []
    for wanted, file in files:
        key = key_of(proposal.id, wanted.language, wanted.media_type, file.engine)
        wanted.status, wanted.failure, wanted.document_id = "rendered", None, key
        new.append(_document(key, proposal, wanted, file))
    kept = set(await session.scalars(sa.select(Document.id).where(Document.id.in_([one.id for one in new]))))
    new = [document for document in new if document.id not in kept]
    session.add_all(new)
    await session.flush()
    await publish_all(session, [(_rendered(document, proposal), document) for document in new])


def _document(key: UUID, proposal: Proposal, wanted: WantedDocument, file: Made) -> Document:
    language, media_type = wanted.language, wanted.media_type
    return Document(
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


def _rendered(document: Document, proposal: Proposal) -> events.DocumentRendered:
    return events.DocumentRendered.of(document, document_id=document.id, revision=proposal.revision)


async def _note_failure(session: AsyncSession, wanted: WantedDocument, due: Due, problem: Problem) -> bool:
    """Note what kept it from being made; True when it is not tried again: for good, or since somebody waits."""
    told = Reason(code=problem.code, message=problem.detail("en"), message_zh=problem.detail("zh"))
    wanted.failure = {**told.model_dump(), "facts": problem.facts}
    is_over = wanted.is_asked or due.attempts + 1 >= MOST_ATTEMPTS
    wanted.status = "failed" if is_over else "waiting"
    if is_over:
        await _publish_failed(session, wanted, told, due)
    return is_over


async def _publish_failed(session: AsyncSession, wanted: WantedDocument, reason: Reason, due: Due) -> None:
    proposal = await session.get_one(Proposal, wanted.proposal_id, options=[lazyload("*")])
    event = events.DocumentFailed.of(wanted, document_id=wanted.id, revision=proposal.revision, reason=reason)
    # Each failure for good is one of its own; those of another time have another moment.
    await publish(session, event, about=Passing(_failure_id(wanted.id, due), 1, WantedDocument.__tablename__))


def _failure_id(key: UUID, due: Due) -> UUID:
    return uuid5(key, f"failed:{due.at.isoformat()}")
