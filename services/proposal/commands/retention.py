"""Files of drafts that went nowhere go when they are old; what they were made of stays, so they can be made anew."""

import asyncio
import hashlib
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.proposal.document.store import StorageAway, Store, store_of
from services.proposal.models.brandings import Branding
from services.proposal.models.documents import Document, WantedDocument
from services.proposal.models.materials import Material
from services.proposal.models.proposals import Proposal
from services.proposal.models.rooms import Room
from services.proposal.models.templates import Template
from services.proposal.settings import Settings
from shared.kernel.db import settings_of
from shared.kernel.messaging.pruning import serving

_AT_ONCE = 20
"""Files of one transaction: some seconds of the slowest bucket, and nobody waits for it."""
_FILES = 0x46494C45
"""Class of the advisory locks of files, each by its name."""
_WENT_NOWHERE = (
    Proposal.status.in_(("superseded", "withdrawn")),
    Proposal.review_round == 0,
    Proposal.submitted_at.is_(None),
    ~sa.exists().where(Room.proposal_id == Proposal.id),
)


async def prune_documents(settings: Settings, connection: AsyncConnection, tenant: str, tenants: Sequence[str]) -> int:
    """Throw some of a tenant's old files away; returns how many documents are without theirs from now on.

    A document stays and its wish says that nobody wants it (`superseded`): whoever asks has it made anew. The file goes
    before that is committed. Cut off in between, it is a file that is missing, which whoever asks is made anew too, and
    the next run finds the document again; the other way round nobody would name the file.
    """
    store, limit = store_of(settings), sa.func.now() - settings.keep_draft_documents
    old = (Document.created_at < limit, Proposal.updated_at < limit, WantedDocument.due_at < limit)
    some = (
        sa.select(Document.id, Document.sha256)
        .join(WantedDocument, sa.and_(WantedDocument.id == Document.id, WantedDocument.document_id == Document.id))
        .join(Proposal, Proposal.id == Document.proposal_id)
        .where(*_WENT_NOWHERE, *old, WantedDocument.status == "rendered")
        .order_by(Document.created_at)
        .limit(_AT_ONCE)
        .with_for_update(of=WantedDocument, skip_locked=True)
    )
    found = [(row.id, row.sha256) for row in await connection.execute(some)]
    held = [(key, sha256) for key, sha256 in found if await connection.scalar(_try_to_hold(sha256))]
    if not held:
        return 0
    named = await _named(connection, [key for key, _ in held], {sha256 for _, sha256 in held}, tenants)
    await connection.execute(serving(tenant))
    gone = []
    for key, sha256 in held:
        if sha256 not in named:
            try:
                await asyncio.to_thread(store.delete, sha256)
            except StorageAway:
                break  # it is in the log; the rest has time
        gone.append(key)
    own = sa.update(WantedDocument).where(WantedDocument.id.in_(gone))
    await connection.execute(own.values(status="superseded", document_id=None, is_asked=False, failure=None))
    return len(gone)


async def keep_file(session: AsyncSession, data: bytes) -> str:
    """Keep a file and hold it until the row that names it is committed; returns its name. Raises `StorageAway`."""
    await session.execute(_hold(hashlib.sha256(data).hexdigest()))
    return await asyncio.to_thread(store_of(settings_of(session, Settings)).put, data)


async def hold_file(session: AsyncSession, store: Store, name: str, data: bytes) -> None:
    """Hold a file that was put already until the row that names it is committed.

    If it was thrown away since, by who saw nobody name it, it is put there again. Raises `StorageAway`.
    """
    await session.execute(_hold(name))
    if not await asyncio.to_thread(store.has, name):
        await asyncio.to_thread(store.put, data)


async def can_be_made_anew(session: AsyncSession, document: Document) -> bool:
    """Whether its file may be missing: it was thrown away, or will be, and it went nowhere."""
    went_nowhere = sa.select(sa.exists().where(Proposal.id == document.proposal_id, *_WENT_NOWHERE))
    return bool(await session.scalar(went_nowhere))


def _hold(name: str) -> sa.Executable:
    """Nobody throws that file away until the transaction ends: who does holds it while he asks who names it."""
    return sa.select(sa.func.pg_advisory_xact_lock(_FILES, sa.func.hashtext(name)))


def _try_to_hold(name: str) -> sa.Executable:
    return sa.select(sa.func.pg_try_advisory_xact_lock(_FILES, sa.func.hashtext(name)))


async def _named(
    connection: AsyncConnection, keys: Sequence[UUID], files: Collection[str], tenants: Sequence[str]
) -> set[str]:
    """Which of the files something else than these documents names, of whatever tenant.

    Logos that contents name are pictures, which no document is.
    """
    # Of a document whose wish says so the file is gone.
    gone = sa.exists().where(WantedDocument.id == Document.id, WantedDocument.document_id.is_distinct_from(Document.id))
    naming: sa.CompoundSelect[Any] = sa.union(
        sa.select(Document.sha256).where(Document.sha256.in_(files), Document.id.not_in(keys), ~gone),
        *(sa.select(column).where(column.in_(files)) for column in (Template.sha256, Material.sha256)),
        sa.select(Branding.logo_sha256).where(Branding.logo_sha256.in_(files)),
    )
    named: set[str] = set()
    for one in tenants:
        await connection.execute(serving(one))
        named.update((await connection.scalars(naming)).all())
    return named
