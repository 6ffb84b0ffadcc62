"""Making the documents that are wanted: claimed in one short transaction, set outside of any, kept in another.

However often one is tried, by whichever replica, there is one document with one event.
"""

import asyncio
from dataclasses import dataclass
from functools import partial
from time import monotonic
from uuid import UUID, uuid5

import sqlalchemy as sa
from prometheus_client import Counter, Histogram
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import lazyload

from services.proposal.commands.documents import WANTED, key_of
from services.proposal.commands.retention import hold_file
from services.proposal.document.formats import ENDINGS, Made, made
from services.proposal.document.own_template import reasons_of
from services.proposal.document.store import DocumentUnavailable, StorageAway, Store, logo_of, store_of
from services.proposal.models.documents import Document, DocumentFailed, WantedDocument
from services.proposal.models.proposals import Proposal
from services.proposal.models.templates import Template
from services.proposal.queries import proposals as queries
from services.proposal.settings import Settings
from shared.documents.limited import RenderingFailed
from shared.kernel.clock import now
from shared.kernel.db import settings_of
from shared.kernel.messaging import Passing, publish
from shared.kernel.problems import Problem
from shared.kernel.timers import Due, Ending, Slow, set_timer
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
    """All that it takes to make a document, read while it was claimed."""

    proposal: Proposal
    content: bytes
    wanted: WantedDocument
    template: Template | None
    store: Store


async def begin(session: AsyncSession, due: Due) -> Slow | None:
    """Claim a wanted document and read what it is made of; None when there is nothing to make."""
    wanted = await session.get(WantedDocument, due.subject, with_for_update=True)
    if wanted is None or wanted.status not in {"waiting", "rendering"}:
        return None
    proposal, content = await queries.with_content_bytes(session, wanted.proposal_id)
    if proposal.status in _PAST and not wanted.is_asked:
        wanted.status = "superseded"
        return None
    if due.attempts >= MOST_ATTEMPTS:
        await _note_failure(session, wanted, due, _Interrupted)
        return None
    wanted.status, wanted.attempts = "rendering", due.attempts + 1
    template = await session.get_one(Template, wanted.template_id) if wanted.template_id else None
    job = _Job(proposal, content, wanted, template, store_of(settings_of(session, Settings)))
    return partial(_make, due, job)


async def begin_draft(session: AsyncSession, due: Due) -> None:
    """What a draft of the release before wants by itself is wanted each for itself."""
    own = (WantedDocument.proposal_id == due.subject, WantedDocument.is_asked.is_(False))
    unmade = sa.select(WantedDocument.id).where(*own, WantedDocument.status.in_(("waiting", "rendering")))
    for key in await session.scalars(unmade):
        await set_timer(session, WANTED, key, now())


_Interrupted = DocumentFailed(
    why="whoever made it was ended each time, most likely for want of memory",
    why_zh="生成进程每次均被终止，可能因内存不足",
    diagnostics=[],
)


async def _make(due: Due, job: _Job) -> Ending:
    return partial(_settle, due, job, await _made(job))


async def _made(job: _Job) -> Made | Problem:
    """The file, kept in the store, or the problem that kept it from being made."""
    store, wanted, own, ending = job.store, job.wanted, job.template, ENDINGS[job.wanted.media_type]
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


async def _settle(due: Due, job: _Job, found: Made | Problem, session: AsyncSession) -> Exception | None:
    """Note what was made, or why not; returns a problem for another try."""
    wanted = await session.get_one(WantedDocument, job.wanted.id, with_for_update=True)
    if isinstance(found, Problem):
        return None if await _note_failure(session, wanted, due, found) else found
    await hold_file(session, job.store, found.sha256, found.data)
    key = key_of(job.proposal.id, wanted.language, wanted.media_type, found.engine)
    wanted.status, wanted.failure, wanted.document_id = "rendered", None, key
    if key != wanted.id:
        await session.execute(_as_made(key, wanted))
    if await session.get(Document, key) is None:  # another replica that was at it too has not noted it
        document = _document(key, job.proposal, wanted, found)
        session.add(document)
        await session.flush()
        await publish(session, _rendered(document, job.proposal), about=document)
    return None


def _as_made(key: UUID, wanted: WantedDocument) -> sa.Executable:
    """What was made as another than was wanted has a wish of its own, which says whether its file is there."""
    same = {name: getattr(wanted, name) for name in _SAME}
    made_now = {"status": "rendered", "document_id": key, "due_at": now(), "failure": None}
    row = insert(WantedDocument).values(**same, **made_now, id=key, is_asked=False, attempts=1)
    return row.on_conflict_do_update(index_elements=["id"], set_=made_now)


_SAME = ("opportunity_id", "proposal_id", "language", "media_type", "template_id", "wanted_at")


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
