"""What changes the templates of a tenant: each is tried on sample data before it is kept."""

import asyncio
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.content.model import ProposalContent
from services.proposal.document.limited import RenderingFailed
from services.proposal.document.store import Store
from services.proposal.document.word import word
from services.proposal.models.templates import Template, TemplateHarmful, TemplateRefused
from services.proposal.schemas.templates import TemplateWish
from services.proposal.settings import Settings
from shared.db import load, now, settings_of
from shared.files import Refused
from shared.files.guard import check_package

GOLDEN = Path(__file__).parents[1] / "document" / "golden"
"""Contents of proposals, small ones, that every template has to cope with."""


async def take_template(session: AsyncSession, wish: TemplateWish, data: bytes) -> Template:
    """Keep a template that sample data, Chinese and English, could be set on.

    Raises `TemplateHarmful` for a file that would do harm (macros, bombs, links to elsewhere), and `TemplateRefused`
    with the reason for one that does not work.
    """
    try:
        check_package(data)
    except Refused as refused:
        raise TemplateHarmful(why=refused.en, why_zh=refused.zh) from None
    await _try(data)
    last = await session.scalar(sa.select(sa.func.max(Template.number)).where(Template.kind == wish.kind))
    store = Store(settings_of(session, Settings).documents_folder)
    template = Template(
        kind=wish.kind,
        number=(last or 0) + 1,
        name=wish.name,
        sha256=await asyncio.to_thread(store.put, data),
        size_bytes=len(data),
        status="tried",
    )
    session.add(template)
    await session.flush()
    return template


async def _try(data: bytes) -> None:
    for path in sorted(GOLDEN.glob("*.json")):
        content = ProposalContent.model_validate_json(path.read_bytes())
        try:
            await word(content, content.language, data)
        except RenderingFailed as failed:
            raise TemplateRefused(why=f"{path.stem}: {failed}") from None


async def activate_template(session: AsyncSession, template_id: UUID, *, version: int) -> Template:
    """From now on documents are set on it; the one before is retired."""
    template = await load(session, Template, template_id, version=version)
    active = sa.select(Template).where(Template.kind == template.kind, Template.status == "active")
    before = (await session.scalars(active.with_for_update())).all()
    template.machine.next(template.status, "activate")
    for old in before:
        old.act("retire")
    await session.flush()  # there is never more than one that is active
    template.act("activate")
    template.activated_at = now()
    await session.flush()
    return template


async def retire_template(session: AsyncSession, template_id: UUID, *, version: int) -> Template:
    """Without an active one documents are set on the shipped template."""
    template = await load(session, Template, template_id, version=version)
    template.act("retire")
    await session.flush()
    return template


async def active_template(session: AsyncSession, kind: str) -> bytes | None:
    """The file of the active template of a kind; None when the shipped one counts."""
    sha256 = await session.scalar(sa.select(Template.sha256).where(Template.kind == kind, Template.status == "active"))
    if sha256 is None:
        return None
    return await asyncio.to_thread(Store(settings_of(session, Settings).documents_folder).get, sha256)
