"""What changes brandings.

An opportunity's own is in its newest draft at once. The tenant's is in every draft that is made from now on; a draft
that is there already gets it one after the other, by timers: they may be thousands, and each is made anew with its
documents. What is in review, approved or with the client stays as it was read there.
"""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands.authoring import settle_part
from services.proposal.domain.contrast import READABLE, WHITE, contrast, darkened
from services.proposal.models.brandings import Branding
from services.proposal.models.heard import KnownOpportunity
from services.proposal.models.proposals import Proposal
from services.proposal.queries.brandings import branding_of
from services.proposal.queries.opportunities import open_opportunity
from services.proposal.queries.proposals import head_of
from services.proposal.schemas.brandings import BrandingIn, BrandingPatch
from shared.auth import Principal
from shared.db import find, load, now
from shared.problems import FieldError, Invalid
from shared.timers import set_timers

DUE = "tenant-branding-due"
"""Kind of timer; its subject is an opportunity."""
APART = timedelta(seconds=2)
"""About what a draft and its documents take: other work goes on between them."""
OF_TENANT = "brandings:default"
"""Scope of who sets the tenant's."""


async def brand(session: AsyncSession, wish: BrandingIn, caller: Principal) -> Branding:
    """One for each opportunity, and one of the tenant.

    Raises `Forbidden`, `UnknownOpportunity`, `OpportunityIsClosed`, `Invalid` for a colour that nobody can read on.
    """
    _refuse_pale(wish.primary_colour)
    await _behind(session, wish.opportunity_id, caller)
    branding = Branding(**{**wish.model_dump(mode="json"), "opportunity_id": wish.opportunity_id})
    session.add(branding)
    await session.flush()
    await _settle(session, branding)
    return branding


async def change_branding(
    session: AsyncSession, branding_id: UUID, patch: BrandingPatch, caller: Principal, *, version: int
) -> Branding:
    """Raises as `brand`."""
    _refuse_pale(patch.primary_colour)
    await _behind(session, (await find(session, Branding, branding_id)).opportunity_id, caller)
    branding = await load(session, Branding, branding_id, version=version)
    for name, value in patch.changes(mode="json").items():
        setattr(branding, name, value)
    await session.flush()
    await _settle(session, branding)
    return branding


async def take_over_default(session: AsyncSession, opportunity_id: UUID) -> None:
    """Have an opportunity's draft made anew where the tenant's branding changes it; without a draft nothing is done."""
    await head_of(session, opportunity_id)
    if await session.scalar(_DRAFTS.where(Proposal.opportunity_id == opportunity_id)):
        await settle_part(session, opportunity_id, "branding", await branding_of(session, opportunity_id))


_DRAFTS = (
    sa.select(Proposal.opportunity_id)
    .join(KnownOpportunity, KnownOpportunity.id == Proposal.opportunity_id)
    .where(Proposal.status == "draft", ~KnownOpportunity.is_closed)
)
"""Open opportunities with a draft, which is always the newest of their proposals."""


async def _behind(session: AsyncSession, opportunity_id: UUID | None, caller: Principal) -> None:
    """Lock what `settle_part` wants locked first, and see that the caller may change a branding there."""
    if opportunity_id is None:
        caller.require(OF_TENANT)
        return
    await head_of(session, opportunity_id)
    await open_opportunity(session, opportunity_id)


async def _settle(session: AsyncSession, branding: Branding) -> None:
    if branding.opportunity_id is None:
        await set_timers(session, DUE, _DRAFTS, now(), apart=APART)
        return
    part = await branding_of(session, branding.opportunity_id)
    await settle_part(session, branding.opportunity_id, "branding", part)


def _refuse_pale(primary: str | None) -> None:
    """Headings are in this colour on white, and the heads of tables in white on it."""
    if primary is None or contrast(primary, WHITE) >= READABLE:
        return
    ratio, needed, better = f"{contrast(primary, WHITE):.1f}", f"{READABLE:g}", darkened(primary)
    raise Invalid(
        [
            FieldError(
                "/primary_colour",
                "too_pale",
                f"has a contrast of {ratio}:1 with white text; at least {needed}:1 is readable, such as {better}",
                f"与白色文字的对比度为 {ratio}:1，至少须为 {needed}:1 方可辨认，例如 {better}",
            )
        ]
    )
