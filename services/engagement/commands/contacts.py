"""What changes contacts."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.contacts import Contact
from services.engagement.queries.heard import load_in_open, open_opportunity
from services.engagement.schemas.contacts import ContactIn, ContactPatch
from shared.db import load, now
from shared.validation import whole


async def create_contact(session: AsyncSession, wish: ContactIn) -> Contact:
    await open_opportunity(session, wish.opportunity_id)
    contact = Contact(opportunity_id=wish.opportunity_id)
    _set_contact(contact, wish)
    session.add(contact)
    await session.flush()
    return contact


async def change_contact(session: AsyncSession, contact_id: UUID, patch: ContactPatch, *, version: int) -> Contact:
    contact = await load_in_open(session, Contact, contact_id, version=version)
    before = {name: getattr(contact, name) for name in ContactIn.model_fields}
    _set_contact(contact, whole(ContactIn, {**before, **patch.changes()}))
    await session.flush()
    return contact


def _set_contact(contact: Contact, wish: ContactIn) -> None:
    for name, value in wish.model_dump(exclude={"opportunity_id", "do_not_contact", "consent"}).items():
        setattr(contact, name, value)
    contact.consent = wish.consent.model_dump(mode="json") if wish.consent else None
    if wish.do_not_contact != contact.do_not_contact:
        contact.do_not_contact_since = now() if wish.do_not_contact else None


async def remove_contact(session: AsyncSession, contact_id: UUID, *, version: int) -> None:
    """Forget a person, also after the opportunity is closed; interactions keep the bare id."""
    await session.delete(await load(session, Contact, contact_id, version=version))
    await session.flush()
