"""What changes brandings.

An opportunity's own is in its newest draft at once. The tenant's is in every draft that is made from now on; a draft
that is there already gets it one after the other, by timers: they may be thousands, and each is made anew with its
documents. What is in review, approved or with the client stays as it was read there.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands.authoring import settle_part
from services.proposal.commands.retention import keep_file
from services.proposal.content.authored import BrandingPart
from services.proposal.content.model import ProposalContent
from services.proposal.document.formats import DOCX, PDF, made
from services.proposal.document.logo import media_type_of
from services.proposal.document.own_template import reasons_of
from services.proposal.document.samples import GOLDEN
from services.proposal.domain.canonical import canonical
from services.proposal.domain.contrast import READABLE, WHITE, contrast, darkened
from services.proposal.models.brandings import Branding, LogoRefused
from services.proposal.models.projections import KnownOpportunity
from services.proposal.models.proposals import Proposal
from services.proposal.queries.brandings import branding_of
from services.proposal.queries.opportunities import open_head
from services.proposal.queries.proposals import head_of
from services.proposal.schemas.brandings import BrandingIn, BrandingPatch
from services.proposal.settings import Settings
from shared.documents.limited import RenderingFailed
from shared.files import Refused
from shared.kernel.auth import Principal
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.kernel.db import find, load, settings_of
from shared.kernel.events import NO_OPPORTUNITY
from shared.kernel.messaging import publish_of
from shared.kernel.problems import FieldError, Invalid
from shared.kernel.timers import Due, set_timers
from shared.language.events.proposal import BrandingRecorded

DUE = "tenant-branding-due"
"""Kind of timer; its subject is an opportunity."""
UNTOLD = "branding-untold"
"""Kind of timer: set by revisions from before 0001, for what was there before the event (docs/decisions/0054)."""
APART = timedelta(seconds=2)
"""About what a draft and its documents take: other work goes on between them."""
_SAMPLE = GOLDEN / "permits.json"
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
    await publish_branding(session, branding)
    await _settle(session, branding)
    return branding


async def change_branding(
    session: AsyncSession, branding_id: UUID, patch: BrandingPatch, caller: Principal, *, version: int
) -> Branding:
    """Raises as `brand`."""
    _refuse_pale(patch.primary_colour)
    return await _changed(session, branding_id, patch.changes(mode="json"), caller, version=version)


async def put_logo(
    session: AsyncSession, branding_id: UUID, data: bytes, caller: Principal, *, version: int
) -> Branding:
    """Keep a logo that sample documents could be made with. Raises as `brand`, and `LogoRefused`."""
    if (await find(session, Branding, branding_id)).opportunity_id is None:
        caller.require(OF_TENANT)
    try:
        media_type = await asyncio.to_thread(media_type_of, data)
    except Refused as refused:
        raise LogoRefused(reason_code=refused.code, why=refused.en, why_zh=refused.zh) from None
    settings = settings_of(session, Settings)
    await _try(data, media_type, settings.template_seconds)
    sha256 = await keep_file(session, data)
    logo = {"logo_sha256": sha256, "logo_media_type": media_type}
    return await _changed(session, branding_id, logo, caller, version=version)


async def remove_logo(session: AsyncSession, branding_id: UUID, caller: Principal, *, version: int) -> Branding:
    """Without a logo of its own an opportunity has the tenant's; what was made with it keeps it. Raises as `brand`."""
    none = {"logo_sha256": None, "logo_media_type": None}
    return await _changed(session, branding_id, none, caller, version=version)


async def take_over_default(session: AsyncSession, due: Due) -> None:
    """Have an opportunity's draft made anew where the tenant's branding changes it; without a draft nothing is done."""
    await head_of(session, due.subject)
    if await session.scalar(_DRAFTS.where(Proposal.opportunity_id == due.subject)):
        await settle_part(session, due.subject, "branding", await branding_of(session, due.subject))


_DRAFTS = (
    sa.select(Proposal.opportunity_id)
    .join(KnownOpportunity, KnownOpportunity.id == Proposal.opportunity_id)
    .where(Proposal.status == "draft", ~KnownOpportunity.is_closed)
)
"""Open opportunities with a draft, which is always the newest of their proposals."""


async def _changed(
    session: AsyncSession, branding_id: UUID, values: Mapping[str, Any], caller: Principal, *, version: int
) -> Branding:
    await _behind(session, (await find(session, Branding, branding_id)).opportunity_id, caller)
    branding = await load(session, Branding, branding_id, version=version)
    set_fields(branding, values)
    await session.flush()
    if branding.version > version:
        await publish_branding(session, branding)
    await _settle(session, branding)
    return branding


async def _try(data: bytes, media_type: str, seconds: int) -> None:
    """Make a sample with the logo in each format that shows one."""
    content = ProposalContent.model_validate_json(_SAMPLE.read_bytes())
    branding = BrandingPart(logo_sha256=hashlib.sha256(data).hexdigest(), logo_media_type=media_type)
    branded = canonical(content.model_copy(update={"branding": branding}).model_dump(mode="json"))
    for form in (PDF, DOCX):
        try:
            await made(branded, content.language, form, logo=data, seconds=seconds)
        except RenderingFailed as failed:
            said = reasons_of(failed)
            raise LogoRefused(
                reason_code="unusable_picture",
                why=f"A sample document could not be made with it; export it anew, or as PNG. ({said['why']})",
                why_zh=f"以示例文档试用时失败；请重新导出，或导出为 PNG。（{said['why_zh']}）",
            ) from None


async def _behind(session: AsyncSession, opportunity_id: UUID | None, caller: Principal) -> None:
    """Lock what `settle_part` wants locked first, and see that the caller may change a branding there."""
    if opportunity_id is None:
        caller.require(OF_TENANT)
        return
    await open_head(session, opportunity_id)


async def publish_branding(session: AsyncSession, branding: Branding) -> None:
    """Say who makes the offer and whom the client may ask: pages of other services show it."""
    await publish_of(
        session,
        BrandingRecorded,
        branding,
        opportunity_id=branding.opportunity_id or NO_OPPORTUNITY,
        company=_known(branding.company),
        contact=_known(branding.contact),
    )


async def publish_again(session: AsyncSession, due: Due) -> None:
    """Tell of a branding that was there before that was told."""
    branding = await session.get(Branding, due.subject, with_for_update=True)
    if branding:
        await publish_branding(session, branding)


def _known(words: dict[str, Any] | None) -> dict[str, str] | None:
    return {name: text for name, text in words.items() if text} if words else None


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
