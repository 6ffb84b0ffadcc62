"""What changes the templates of a tenant: each is tried on sample data before it is kept."""

import asyncio
import hashlib
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands.retention import keep_file
from services.proposal.document.formats import made
from services.proposal.document.own_template import reasons_of
from services.proposal.document.samples import samples
from services.proposal.document.store import store_of
from services.proposal.document.template_kinds import KINDS
from services.proposal.models.templates import Template, TemplateHarmful, TemplateRefused
from services.proposal.schemas.templates import TemplateWish
from services.proposal.settings import Settings
from shared.documents.limited import RenderingFailed
from shared.files import Refused
from shared.kernel.auth import Principal
from shared.kernel.clock import now
from shared.kernel.db import load, settings_of


async def take_template(session: AsyncSession, wish: TemplateWish, data: bytes, *, caller: Principal) -> Template:
    """Keep a template that sample data could be set on in every language.

    Raises `MayNotProgram`, `TemplateHarmful` for a file that is not what it should be or would do harm (macros, bombs,
    links to elsewhere), and `TemplateRefused` with the reason for one that does not work.
    """
    template = Template(
        kind=wish.kind,
        name=wish.name,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        status="tried",
    )
    template.refuse_program_of(caller)
    try:
        await asyncio.to_thread(KINDS[wish.kind].check, data)
    except Refused as refused:
        raise TemplateHarmful(why=refused.en, why_zh=refused.zh) from None
    settings = settings_of(session, Settings)
    await _try(wish.kind, data, settings.template_seconds)
    last = await session.scalar(sa.select(sa.func.max(Template.number)).where(Template.kind == wish.kind))
    template.number = (last or 0) + 1
    await keep_file(session, data)
    session.add(template)
    await session.flush()
    return template


async def _try(kind: str, data: bytes, seconds: int) -> None:
    for sample in samples():
        for language in KINDS[kind].languages:
            try:
                await made(sample.content, language, KINDS[kind].sets, template=data, logo=sample.logo, seconds=seconds)
            except RenderingFailed as failed:
                raise TemplateRefused(sample=sample.name, language=language, **reasons_of(failed)) from None


async def activate_template(session: AsyncSession, template_id: UUID, *, version: int, caller: Principal) -> Template:
    """From now on documents are set on it; the one before is retired. Raises `MayNotProgram`."""
    template = await load(session, Template, template_id, version=version)
    template.machine.next(template.status, "activate")
    template.refuse_program_of(caller)
    active = sa.select(Template).where(Template.kind == template.kind, Template.status == "active")
    before = (await session.scalars(active.with_for_update())).all()
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


async def active_template(session: AsyncSession, media_type: str) -> Template | None:
    """The tenant's template that documents of this type are set on; None when it is the shipped one, or none."""
    kinds = [name for name, kind in KINDS.items() if kind.sets == media_type]
    return await session.scalar(sa.select(Template).where(Template.kind.in_(kinds), Template.status == "active"))


async def file_of(session: AsyncSession, template: Template | None) -> bytes | None:
    """The file of a template that there is. Raises `DocumentUnavailable`."""
    if template is None:
        return None
    return await asyncio.to_thread(store_of(settings_of(session, Settings)).get, template.sha256)
