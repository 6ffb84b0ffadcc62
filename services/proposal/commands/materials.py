"""What changes selling material; an overdue review is told."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands.retention import keep_file
from services.proposal.models.materials import Material, MaterialUse
from services.proposal.queries.opportunities import open_opportunity
from services.proposal.schemas.materials import MaterialIn, MaterialPatch, UseIn
from shared.kernel.base import set_fields
from shared.kernel.context import new_id
from shared.kernel.db import context_of, find, load
from shared.kernel.events import NO_OPPORTUNITY
from shared.kernel.messaging import publish_of
from shared.kernel.timers import Due
from shared.kernel.upload import Upload
from shared.kernel.validation import whole
from shared.language import reviewed
from shared.language.business_day import today
from shared.language.events.proposal import MaterialLapsed, MaterialUsed
from shared.language.events.proposal.authored import MaterialRecorded
from shared.language.roster import assignable, with_assignee

DUE = reviewed.due_timer(Material)
"""Kind of timer."""


async def draft_material(session: AsyncSession, wish: MaterialIn) -> Material:
    """The next version of a material."""
    owner = await assignable(session, wish.owner or context_of(session).actor)
    return await reviewed.draft(session, Material(**{**wish.model_dump(), "owner": owner}))


async def change_material(session: AsyncSession, material_id: UUID, patch: MaterialPatch, *, version: int) -> Material:
    """Raises `MaterialIsNotDraft`."""
    material = await load(session, Material, material_id, version=version)
    material.refuse_unless_draft()
    changes = await with_assignee(session, patch.model_dump(include=patch.model_fields_set))
    whole(MaterialIn, changes, of=material)
    set_fields(material, changes)
    await session.flush()
    return material


async def put_file(
    session: AsyncSession, material_id: UUID, file: Upload, *, file_name: str | None, version: int
) -> Material:
    """Keep the file of a draft. Raises `MaterialIsNotDraft`."""
    material = await load(session, Material, material_id, version=version)
    material.refuse_unless_draft()
    material.sha256 = await keep_file(session, file.content)
    material.file_name, material.media_type = file.named(file_name), file.media_type
    material.size_bytes = len(file.content)
    await session.flush()
    return material


async def publish_material(session: AsyncSession, material_id: UUID, *, version: int) -> Material:
    """From now on this version counts: the one before is retired. Raises `MaterialReviewIsDue`, `NothingToShow`."""
    return await reviewed.publish_version(session, Material, material_id, version=version, told=_publish)


async def review_material(session: AsyncSession, material_id: UUID, review_on: date, *, version: int) -> Material:
    """Somebody looked at it: it holds until the next day named. Raises `MaterialReviewIsDue`."""
    return await reviewed.review_version(session, Material, material_id, review_on, version=version, told=_publish)


async def retire_material(session: AsyncSession, material_id: UUID, *, version: int) -> Material:
    """Nobody is to show it any more."""
    return await reviewed.retire_version(session, Material, material_id, version=version, told=_publish)


async def use_material(session: AsyncSession, material_id: UUID, wish: UseIn) -> MaterialUse:
    """Note that it was shown in an opportunity. Raises `MaterialNotPublished`, `OpportunityIsClosed`."""
    await open_opportunity(session, wish.opportunity_id)
    material = await find(session, Material, material_id)
    material.refuse_unless_published()
    use = MaterialUse(
        id=new_id(),
        material_id=material_id,
        opportunity_id=wish.opportunity_id,
        used_on=wish.used_on or today(session),
        note=wish.note,
    )
    session.add(use)
    await session.flush()
    await publish_of(session, MaterialUsed, use, key=material.key, number=material.number)
    return use


async def _publish(session: AsyncSession, material: Material) -> None:
    await publish_of(session, MaterialRecorded, material, opportunity_id=NO_OPPORTUNITY)


async def note_stale(session: AsyncSession, due: Due) -> None:
    """Say, once for each review date, that nobody has looked at it."""
    if material := await reviewed.became_stale(session, Material, due.subject, due.at):
        await publish_of(session, MaterialLapsed, material, opportunity_id=NO_OPPORTUNITY)
