"""What changes contacts; who wants to be left alone is told."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.publishing import publish_contact
from services.engagement.models.contacts import Contact
from services.engagement.queries.projections import load_in_open, open_opportunity
from services.engagement.schemas.contacts import ContactIn, ContactPatch
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.kernel.db import load
from shared.kernel.timers import Due
from shared.kernel.validation import whole

UNTOLD = "contact-untold"
"""Kind of timer: set by revisions from before 0001, for what was there before the event (docs/decisions/0054)."""


async def create_contact(session: AsyncSession, wish: ContactIn) -> Contact:
    await open_opportunity(session, wish.opportunity_id)
    contact = Contact(opportunity_id=wish.opportunity_id)
    _set_contact(contact, wish)
    session.add(contact)
    await session.flush()
    if contact.left_alone_since:
        await publish_contact(session, contact)
    return contact


async def change_contact(session: AsyncSession, contact_id: UUID, patch: ContactPatch, *, version: int) -> Contact:
    contact = await load_in_open(session, Contact, contact_id, version=version)
    was_left_alone = contact.left_alone_since is not None
    _set_contact(contact, whole(ContactIn, patch.changes(), of=contact))
    await session.flush()
    if contact.version > version and (was_left_alone or contact.left_alone_since):
        await publish_contact(session, contact)
    return contact


async def publish_again(session: AsyncSession, due: Due) -> None:
    """Tell of somebody who asked to be left alone before that was told."""
    contact = await session.get(Contact, due.subject, with_for_update=True)
    if contact and contact.left_alone_since:
        await publish_contact(session, contact)


def _set_contact(contact: Contact, wish: ContactIn) -> None:
    set_fields(contact, wish.model_dump(exclude={"opportunity_id", "do_not_contact", "consent"}))
    contact.consent = wish.consent.model_dump(mode="json") if wish.consent else None
    if wish.do_not_contact != contact.do_not_contact:
        contact.do_not_contact_since = now() if wish.do_not_contact else None


async def remove_contact(session: AsyncSession, contact_id: UUID, *, version: int) -> None:
    """Forget a person, also after the opportunity is closed; interactions keep the bare id.

    Who asked to be left alone is left alone still: digests are kept that recognise the person and name nobody.
    """
    await session.delete(await load(session, Contact, contact_id, version=version))
    await session.flush()
