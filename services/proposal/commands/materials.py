"""What changes selling material; an overdue review is told."""

import asyncio
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.document.store import Store
from services.proposal.models.materials import Material, MaterialUse
from services.proposal.queries.opportunities import open_opportunity
from services.proposal.schemas.materials import MaterialIn, MaterialPatch, UseIn
from services.proposal.settings import Settings
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.kernel.db import context_of, find, load, settings_of
from shared.kernel.messaging import publish
from shared.kernel.timers import clear_timer, set_timer
from shared.kernel.upload import Upload
from shared.kernel.validation import whole
from shared.language.business_day import end_of_day, today
from shared.language.events.proposal import MaterialLapsed
from shared.language.roster import assignable, with_assignee

DUE = "material-review-due"
"""Kind of timer."""
NO_OPPORTUNITY = UUID(int=0)


async def draft_material(session: AsyncSession, wish: MaterialIn) -> Material:
    """The next version of a material."""
    last = await session.scalar(sa.select(sa.func.max(Material.number)).where(Material.key == wish.key))
    material = Material(
        **{**wish.model_dump(), "owner": await assignable(session, wish.owner or context_of(session).actor)},
        number=(last or 0) + 1,
        status="draft",
    )
    session.add(material)
    await session.flush()
    return material


async def change_material(session: AsyncSession, material_id: UUID, patch: MaterialPatch, *, version: int) -> Material:
    """Raises `MaterialIsNotDraft`."""
    material = await load(session, Material, material_id, version=version)
    material.refuse_unless_draft()
    changes = await with_assignee(session, patch.model_dump(include=patch.model_fields_set))
    whole(MaterialIn, {**{name: getattr(material, name) for name in MaterialIn.model_fields}, **changes})
    for name, value in changes.items():
        setattr(material, name, value)
    await session.flush()
    return material


async def put_file(
    session: AsyncSession, material_id: UUID, file: Upload, *, file_name: str | None, version: int
) -> Material:
    """Keep the file of a draft. Raises `MaterialIsNotDraft`."""
    material = await load(session, Material, material_id, version=version)
    material.refuse_unless_draft()
    store = Store(settings_of(session, Settings).documents_folder)
    material.sha256 = await asyncio.to_thread(store.put, file.content)
    material.file_name, material.media_type = file.named(file_name), file.media_type
    material.size_bytes = len(file.content)
    await session.flush()
    return material


async def publish_material(session: AsyncSession, material_id: UUID, *, version: int) -> Material:
    """From now on this version counts: the one before is retired. Raises `MaterialReviewIsDue`, `NothingToShow`."""
    material = await load(session, Material, material_id, version=version)
    before = sa.select(Material).where(Material.key == material.key, Material.status == "published")
    for old in (await session.scalars(before.with_for_update())).all():
        await retire_material(session, old.id, version=old.version)
    material.act("publish")
    material.published_at = now()
    await _watch(session, material)
    return material


async def review_material(session: AsyncSession, material_id: UUID, review_on: date, *, version: int) -> Material:
    """Somebody looked at it: it holds until the next day named. Raises `MaterialReviewIsDue`."""
    material = await load(session, Material, material_id, version=version)
    material.review_on = review_on
    material.act("review")
    material.reviewed_at, material.stale_since = now(), None
    await _watch(session, material)
    return material


async def retire_material(session: AsyncSession, material_id: UUID, *, version: int) -> Material:
    """Nobody is to show it any more."""
    material = await load(session, Material, material_id, version=version)
    material.act("retire")
    await clear_timer(session, DUE, material.id)
    await session.flush()
    return material


async def use_material(session: AsyncSession, material_id: UUID, wish: UseIn) -> MaterialUse:
    """Note that it was shown in an opportunity. Raises `MaterialNotPublished`, `OpportunityIsClosed`."""
    await open_opportunity(session, wish.opportunity_id)
    (await find(session, Material, material_id)).refuse_unless_published()
    use = MaterialUse(
        id=new_id(),
        material_id=material_id,
        opportunity_id=wish.opportunity_id,
        used_on=wish.used_on or today(session),
        note=wish.note,
    )
    session.add(use)
    await session.flush()
    return use


async def note_stale(session: AsyncSession, material_id: UUID, at: datetime) -> None:
    """Say, once for each review date, that nobody has looked at it."""
    material = await session.get(Material, material_id, with_for_update=True)
    if material and material.status == "published" and material.stale_since is None:
        material.stale_since = at
        event = MaterialLapsed(
            opportunity_id=NO_OPPORTUNITY,
            material_id=material.id,
            key=material.key,
            number=material.number,
            owner=material.owner,
            review_on=material.review_on,
        )
        await publish(session, event, about=material)


async def _watch(session: AsyncSession, material: Material) -> None:
    """It is stale when its review date is over where we work."""
    await set_timer(session, DUE, material.id, end_of_day(session, material.review_on))
    await session.flush()
