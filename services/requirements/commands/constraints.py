"""The limits that the client sets: told with their opportunity whenever one moves, since offers are judged by them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands.records import PLAIN, load_in_open, own_currency, publish_moved
from services.requirements.models.opportunities import Constraint, Opportunity
from services.requirements.schemas.opportunities import ConstraintIn, ConstraintPatch
from shared.kernel.base import set_fields
from shared.kernel.db import load
from shared.kernel.validation import whole


async def create_constraint(session: AsyncSession, wish: ConstraintIn) -> Constraint:
    opportunity = await load(session, Opportunity, wish.opportunity_id)
    opportunity.refuse_if_closed()
    constraint = Constraint(opportunity_id=opportunity.id, kind=wish.kind)
    _set_constraint(constraint, wish, opportunity)
    session.add(constraint)
    await publish_moved(session, opportunity)
    return constraint


async def change_constraint(
    session: AsyncSession, constraint_id: UUID, patch: ConstraintPatch, *, version: int
) -> Constraint:
    constraint, opportunity = await load_in_open(session, Constraint, constraint_id, version=version)
    amounts = {
        name: {"amount": amount, "currency": opportunity.currency}
        for name in ("budget_min", "budget_max")
        if (amount := getattr(constraint, name)) is not None
    }
    names = ("opportunity_id", "kind", *PLAIN)
    before = {name: getattr(constraint, name) for name in names}
    wish = whole(ConstraintIn, {**before, **amounts, **patch.model_dump(exclude_unset=True)})
    _set_constraint(constraint, wish, opportunity)
    await session.flush()
    if constraint.version > version:
        await publish_moved(session, opportunity)
    return constraint


async def remove_constraint(session: AsyncSession, constraint_id: UUID, *, version: int) -> None:
    """The client no longer sets this limit; baselines made from it keep their copy."""
    constraint, opportunity = await load_in_open(session, Constraint, constraint_id, version=version)
    await session.delete(constraint)
    await publish_moved(session, opportunity)


def _set_constraint(constraint: Constraint, wish: ConstraintIn, opportunity: Opportunity) -> None:
    money = {"budget_min": wish.budget_min, "budget_max": wish.budget_max}
    for name, amount in money.items():
        setattr(constraint, name, amount and own_currency(name, amount, opportunity))
    constraint.currency = opportunity.currency if any(money.values()) else None
    set_fields(constraint, wish.model_dump(include=set(PLAIN)))
