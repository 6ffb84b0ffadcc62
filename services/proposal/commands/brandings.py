"""What changes the branding of an opportunity's documents."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands.authoring import load_authored, settle_part
from services.proposal.content.authored import BrandingPart
from services.proposal.content.solution import words
from services.proposal.models.brandings import Branding
from services.proposal.queries.opportunities import open_opportunity
from services.proposal.queries.proposals import head_of
from services.proposal.schemas.brandings import BrandingIn, BrandingPatch


async def brand(session: AsyncSession, wish: BrandingIn) -> Branding:
    """One for each opportunity; the newest draft is set in it."""
    await head_of(session, wish.opportunity_id)
    await open_opportunity(session, wish.opportunity_id)
    branding = Branding(**{**wish.model_dump(mode="json"), "opportunity_id": wish.opportunity_id})
    session.add(branding)
    await session.flush()
    await _settle(session, branding)
    return branding


async def change_branding(session: AsyncSession, branding_id: UUID, patch: BrandingPatch, *, version: int) -> Branding:
    branding = await load_authored(session, Branding, branding_id, version=version)
    for name, value in patch.changes(mode="json").items():
        setattr(branding, name, value)
    await session.flush()
    await _settle(session, branding)
    return branding


async def _settle(session: AsyncSession, branding: Branding) -> None:
    part = BrandingPart(
        company=words(branding.company),
        footer=words(branding.footer),
        primary_colour=branding.primary_colour,
        accent_colour=branding.accent_colour,
    )
    await settle_part(session, branding.opportunity_id, "branding", part)
