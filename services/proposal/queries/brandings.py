"""Brandings, and what of them counts for an opportunity."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.content.authored import BrandingPart
from services.proposal.content.solution import words
from services.proposal.models.brandings import Branding
from services.proposal.models.projections import KnownOpportunity
from services.proposal.schemas.brandings import BrandingQuery
from shared.kernel.db import find
from shared.kernel.pages import Slice, paginate
from shared.kernel.problems import NotFound
from shared.language.letterhead import Ask, colleague_to_ask


async def brandings(session: AsyncSession, query: BrandingQuery) -> Slice[Branding]:
    """One page of brandings."""
    every = sa.select(Branding)
    if query.is_default is not None:
        every = every.where(Branding.opportunity_id.is_(None) == query.is_default)
    return await paginate(session, Branding, query, every)


async def logo_of(session: AsyncSession, branding_id: UUID) -> tuple[str, str]:
    """SHA-256 and media type of a branding's own logo. Raises `NotFound`."""
    branding = await find(session, Branding, branding_id)
    if branding.logo_sha256 is None or branding.logo_media_type is None:
        raise NotFound(kind="logo of branding", id=branding_id)
    return branding.logo_sha256, branding.logo_media_type


async def branding_of(session: AsyncSession, opportunity_id: UUID) -> BrandingPart | None:
    """What the documents of an opportunity are set in: its own branding, field by field, over the tenant's.

    They stay as they are until this transaction ends, so that a change of the tenant's misses no draft that is being
    made. None where there is neither.
    """
    counting = (
        sa.select(Branding)
        .where(Branding.opportunity_id.is_(None) | (Branding.opportunity_id == opportunity_id))
        .order_by(Branding.opportunity_id.nulls_last())
        .with_for_update(read=True)
    )
    rows = (await session.scalars(counting, execution_options={"populate_existing": True})).all()
    if not rows:
        return None
    said = {name: next((one for row in rows if (one := getattr(row, name)) is not None), None) for name in _FIELDS}
    return BrandingPart(**{**said, "company": words(said["company"]), "footer": words(said["footer"])})


async def contact_of(session: AsyncSession, opportunity_id: UUID, sent_by: str) -> Ask | None:
    """Whom the client may ask: of the opportunity's branding, or of the tenant's; else our owner, or who sent it."""
    counting = (
        sa.select(Branding.contact)
        .where(Branding.opportunity_id.is_(None) | (Branding.opportunity_id == opportunity_id))
        .order_by(Branding.opportunity_id.nulls_last())
    )
    contact = next((one for one in await session.scalars(counting) if one), None)
    if contact:
        return Ask.model_validate(contact)
    owner = sa.select(KnownOpportunity.facts["owner"].as_string()).where(KnownOpportunity.id == opportunity_id)
    return await colleague_to_ask(session, await session.scalar(owner), sent_by)


_FIELDS = ("company", "footer", "primary_colour", "accent_colour", "logo_sha256", "logo_media_type")
