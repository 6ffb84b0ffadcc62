"""What changes interactions."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.contacts import Contact, MustNotBeContacted
from services.engagement.models.heard import KnownRequirement, NotOfThisOpportunity
from services.engagement.models.interactions import Direction, Interaction
from services.engagement.queries.contacts import contacts_by_id
from services.engagement.queries.heard import refuse_unknown_opportunity, requirements_by_id
from services.engagement.schemas.interactions import InteractionIn, InteractionPatch
from shared.db import load
from shared.events.engagement import InteractionRecorded
from shared.messaging import publish
from shared.problems import FieldError
from shared.validation import whole


async def record_interaction(session: AsyncSession, wish: InteractionIn) -> Interaction:
    await refuse_unknown_opportunity(session, wish.opportunity_id)
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
    contacts = await contacts_by_id(session, wish.contact_ids)
    requirements = await requirements_by_id(session, wish.requirement_ids)
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
