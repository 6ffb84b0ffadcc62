"""Who of a client's people wants to be left alone, for every service that would send them something.

The engagement service owns contacts and tells of those who want no contact, without their names: others recognise a
person by the keyed digest of a mail address, anywhere, and of a name, within the opportunity. The digests outlive the
contact: who asked to be left alone and is then forgotten is left alone still. What was sent before stays open, since
to open it is the person's own act; nothing is sent anew.
"""

import hashlib
import hmac
import unicodedata
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.base import TENANT, Base
from shared.kernel.db import context_of, settings_of
from shared.kernel.links import LinkSettings
from shared.kernel.messaging.newest import keep_newest
from shared.kernel.problems import Problem
from shared.language.events.engagement import ContactRecorded


class MustNotBeContacted(Problem):
    status = 409
    title = ("This person does not want to be contacted", "联系人要求勿扰")
    en = (
        "{names}: do not contact. Nothing is sent to them until they take that back (in their contact's record); only "
        "what the client started, or what came before that wish, can be recorded."
    )
    zh = (
        "{names}：已要求勿扰。在其本人撤回（并更新联系人资料）之前，不得向其发送任何内容；"
        "只能登记由客户发起，或在该要求之前发生的沟通。"
    )


class LeftAlone(Base):
    """A person who wants no contact, or wanted none; `version` orders what was told of them."""

    __tablename__ = "left_alone"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    contact_id: Mapped[UUID] = mapped_column(primary_key=True)
    opportunity_id: Mapped[UUID]
    mail_digest: Mapped[str | None] = mapped_column(index=True)
    name_digest: Mapped[str | None]
    """Both None once the wish was taken back."""
    version: Mapped[int]

    __table_args__ = (sa.Index("ix_left_alone_opportunity_id_name_digest", "opportunity_id", "name_digest"),)


def digest_of(session: AsyncSession, text: str | None) -> str | None:
    """What a mail address or a name is recognised by: equal for the same, and of no use without our secret."""
    if not text:
        return None
    key = settings_of(session, LinkSettings).digest_secret.get_secret_value().encode()
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return hmac.new(key, f"{context_of(session).tenant}/{plain}".encode(), hashlib.sha256).hexdigest()


async def note_contact(session: AsyncSession, told: ContactRecorded) -> bool:
    """Keep the newest that was told of a person; whether that was news."""
    facts = {
        "opportunity_id": told.opportunity_id,
        "mail_digest": told.mail_digest,
        "name_digest": told.name_digest,
        "version": told.version,
    }
    return await keep_newest(session, LeftAlone, {"contact_id": told.contact_id}, facts)


async def refuse_to_reach(
    session: AsyncSession, opportunity_id: UUID, name: str, mail: str | None, *, contact_id: UUID | None = None
) -> None:
    """Raises `MustNotBeContacted` where this is somebody who wants to be left alone.

    Somebody of the same name with another mail address is somebody else.
    """
    mail_digest, name_digest = digest_of(session, mail), digest_of(session, name)
    is_same = (LeftAlone.opportunity_id == opportunity_id) & (LeftAlone.name_digest == name_digest)
    if mail_digest:
        is_same = (is_same & LeftAlone.mail_digest.is_(None)) | (LeftAlone.mail_digest == mail_digest)
    is_named = (LeftAlone.contact_id == contact_id) & LeftAlone.name_digest.is_not(None)
    found = sa.select(LeftAlone.contact_id).where(is_same | is_named)
    if await session.scalar(found.limit(1)):
        raise MustNotBeContacted(names=name)
