"""Who writes to a client and whom the client may ask: the head of every page behind a link.

The proposal service owns it, as the branding of the tenant and, field by field over it, of an opportunity; it tells of
changes, and every service with pages for clients keeps what it was told.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.base import TENANT, Base
from shared.kernel.events import NO_OPPORTUNITY
from shared.kernel.messaging.newest import keep_newest
from shared.language.events.proposal import BrandingRecorded
from shared.language.roster import colleague_called, first_active


class KnownBranding(Base):
    """What was told last of an opportunity's branding, or (with the nil id) of the tenant's."""

    __tablename__ = "known_branding"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)
    company: Mapped[dict[str, Any] | None]
    contact: Mapped[dict[str, Any] | None]
    version: Mapped[int]


class Ask(BaseModel):
    """Whom the client may ask."""

    name: str
    mail: str | None = None
    phone: str | None = None


class Letterhead(BaseModel):
    """Who writes, None where nobody has said; and whom to ask: of the branding, or the owner of the opportunity."""

    supplier: str | None
    ask: Ask | None


async def note_branding(session: AsyncSession, told: BrandingRecorded) -> None:
    """Keep the newest that was told."""
    facts = told.model_dump(mode="json", include={"company", "contact", "version"})
    await keep_newest(session, KnownBranding, {"opportunity_id": told.opportunity_id}, facts)


async def letterhead(session: AsyncSession, opportunity_id: UUID, language: str, *people: str | None) -> Letterhead:
    """The head of a page for a client of this opportunity, in `zh` or `en`.

    `people` of ours may be asked where no branding says whom: `colleague_to_ask`.
    """
    own = sa.select(KnownBranding).where(KnownBranding.opportunity_id.in_([opportunity_id, NO_OPPORTUNITY]))
    rows = sorted(await session.scalars(own), key=lambda row: row.opportunity_id == NO_OPPORTUNITY)
    company = next((row.company for row in rows if row.company), None)
    contact = next((row.contact for row in rows if row.contact), None)
    ask = Ask.model_validate(contact) if contact else await colleague_to_ask(session, *people)
    return Letterhead(supplier=in_language(company, language), ask=ask)


async def colleague_to_ask(session: AsyncSession, *people: str | None) -> Ask | None:
    """The first of our people who has not left, as the roster has them; None where it does not know them.

    A login is no name for a client: then the page says to ask whoever sent the link.
    """
    subject = await first_active(session, *people)
    known = await colleague_called(session, subject) if subject else None
    return Ask(name=known.name, mail=known.mail, phone=known.phone) if known else None


def in_language(words: dict[str, Any] | None, language: str) -> str | None:
    """A text by language in that one, or in the other where it is not translated."""
    said = words or {}
    text: str | None = said.get(language) or said.get("en") or said.get("zh")
    return text
