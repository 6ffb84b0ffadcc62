"""What changes contacts, interactions, and what is known of requirements."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement import queries
from services.engagement.models import (
    Contact,
    Direction,
    Interaction,
    KnownOpportunity,
    KnownRequirement,
    MustNotBeContacted,
    NotOfThisOpportunity,
)
from services.engagement.schemas import (
    ContactIn,
    ContactPatch,
    InteractionIn,
    InteractionPatch,
)
from shared.db import load, now
from shared.events.engagement import InteractionRecorded
from shared.events.requirements import RequirementRecorded
from shared.messaging import publish
from shared.problems import FieldError
from shared.validation import whole


async def create_contact(session: AsyncSession, wish: ContactIn) -> Contact:
    await queries.refuse_unknown_opportunity(session, wish.opportunity_id)
    contact = Contact(opportunity_id=wish.opportunity_id)
    _set_contact(contact, wish)
    session.add(contact)
    await session.flush()
    return contact


async def change_contact(session: AsyncSession, contact_id: UUID, patch: ContactPatch, *, version: int) -> Contact:
    contact = await load(session, Contact, contact_id, version=version)
    before = {name: getattr(contact, name) for name in ContactIn.model_fields}
    _set_contact(contact, whole(ContactIn, {**before, **patch.model_dump(exclude_unset=True)}))
    await session.flush()
    return contact


def _set_contact(contact: Contact, wish: ContactIn) -> None:
    for name, value in wish.model_dump(exclude={"opportunity_id", "do_not_contact"}).items():
        setattr(contact, name, value)
    if wish.do_not_contact != contact.do_not_contact:
        contact.do_not_contact_since = now() if wish.do_not_contact else None


async def remove_contact(session: AsyncSession, contact_id: UUID, *, version: int) -> None:
    """Forget a person; interactions keep the bare id."""
    await session.delete(await load(session, Contact, contact_id, version=version))
    await session.flush()


async def record_interaction(session: AsyncSession, wish: InteractionIn) -> Interaction:
    await queries.refuse_unknown_opportunity(session, wish.opportunity_id)
    await _check(session, wish)
    interaction = Interaction(**wish.model_dump())
    session.add(interaction)
    await _tell_recorded(session, interaction)
    return interaction


async def change_interaction(
    session: AsyncSession, interaction_id: UUID, patch: InteractionPatch, *, version: int
) -> Interaction:
    interaction = await load(session, Interaction, interaction_id, version=version)
    before = {name: getattr(interaction, name) for name in InteractionIn.model_fields}
    changes = patch.model_dump(exclude_unset=True)
    await _check(session, whole(InteractionIn, {**before, **changes}), changed=changes.keys())
    for name, value in changes.items():
        setattr(interaction, name, value)
    await session.flush()
    if interaction.version > version:  # a patch that changes nothing says nothing
        await _tell_recorded(session, interaction)
    return interaction


async def _check(
    session: AsyncSession, wish: InteractionIn, changed: Collection[str] = ("contact_ids", "requirement_ids")
) -> None:
    """Raises `NotOfThisOpportunity` for references that are new, and `MustNotBeContacted`."""
    contacts = await queries.contacts_by_id(session, wish.contact_ids)
    requirements = await queries.requirements_by_id(session, wish.requirement_ids)
    referred: dict[str, Mapping[UUID, Contact | KnownRequirement]] = {
        "contact_ids": contacts,
        "requirement_ids": requirements,
    }
    errors = [
        FieldError(
            f"/{name}/{index}",
            "not_of_opportunity",
            "is not of this opportunity, or has not been heard of yet",
            "不属于该商机，或尚未收到其信息",
        )
        for name, known in referred.items()
        if name in changed
        for index, key in enumerate(getattr(wish, name))
        if key not in known or known[key].opportunity_id != wish.opportunity_id
    ]
    if errors:
        raise NotOfThisOpportunity(errors=errors, count=len(errors), opportunity_id=wish.opportunity_id)
    left_alone = [one.name for one in contacts.values() if not one.may_be_contacted(wish.occurred_at)]
    if wish.direction == Direction.OUTBOUND and left_alone:
        raise MustNotBeContacted(names=", ".join(sorted(left_alone)))


async def _tell_recorded(session: AsyncSession, interaction: Interaction) -> None:
    await session.flush()
    event = InteractionRecorded(
        opportunity_id=interaction.opportunity_id,
        interaction_id=interaction.id,
        channel=interaction.channel,
        direction=interaction.direction,
        occurred_at=interaction.occurred_at,
        subject=interaction.subject,
        requirement_ids=tuple(interaction.requirement_ids),
        recorded_by=interaction.created_by,
    )
    await publish(session, event, about=interaction)


async def note_opportunity(session: AsyncSession, opportunity_id: UUID) -> None:
    """Know from now on that there is such an opportunity."""
    await session.execute(insert(KnownOpportunity).values(id=opportunity_id).on_conflict_do_nothing())


async def note_requirement(session: AsyncSession, told: RequirementRecorded) -> None:
    """Keep the newest that was told of a requirement; it also proves that its opportunity exists."""
    await note_opportunity(session, told.opportunity_id)
    newest = insert(KnownRequirement).values(
        id=told.requirement_id,
        opportunity_id=told.opportunity_id,
        code=told.code,
        title=told.title,
        status=told.status,
        version=told.version,
    )
    await session.execute(
        newest.on_conflict_do_update(
            index_elements=["tenant_id", "id"],
            set_={name: newest.excluded[name] for name in ("code", "title", "status", "version")},
            where=KnownRequirement.version < newest.excluded.version,
        )
    )
