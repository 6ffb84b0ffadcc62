"""Contacts: whom we talk to at the client."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.engagement.commands import contacts as commands
from services.engagement.models.contacts import Contact
from services.engagement.queries import contacts as queries
from services.engagement.schemas.contacts import ContactIn, ContactOut, ContactPatch, ContactQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page

router = APIRouter(prefix="/v1/contacts", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("contacts:read")]
Writer = Annotated[Principal, may("contacts:write")]


@router.post("", status_code=201, operation_id="createContact")
async def create_contact(wish: ContactIn, session: Session, _caller: Writer) -> ContactOut:
    """Record a person at the client. A preferred channel of mail or phone needs that address."""
    return await _shown(session, await commands.create_contact(session, wish))


@router.get("", operation_id="listContacts")
async def list_contacts(query: Annotated[ContactQuery, Query()], session: Session, _caller: Reader) -> Page[ContactOut]:
    """Contacts, newest first; `q` looks for words in name, position, organisation, mail and chat."""
    return await queries.contacts(session, query)


@router.get("/{contact_id}", operation_id="getContact")
async def get_contact(contact_id: UUID, session: Session, _caller: Reader) -> ContactOut:
    """One contact."""
    return await _shown(session, await find(session, Contact, contact_id))


@router.patch("/{contact_id}", operation_id="changeContact")
async def change_contact(
    contact_id: UUID, patch: ContactPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> ContactOut:
    """Change what is sent, keep the rest (JSON merge patch). `do_not_contact` holds from the moment it is set."""
    return await _shown(session, await commands.change_contact(session, contact_id, patch, version=seen))


@router.delete("/{contact_id}", status_code=204, operation_id="deleteContact")
async def delete_contact(contact_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> None:
    """Forget a person; interactions keep the bare id."""
    await commands.remove_contact(session, contact_id, version=seen)


async def _shown(session: Session, contact: Contact) -> ContactOut:
    [answer] = await queries.shown(session, [contact])
    return answer
