"""Opportunities, and what discovery records of them."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.domain.duplicates import ALIKE, Named, likeness
from services.requirements.models.discovery import Pain, Stakeholder
from services.requirements.models.opportunities import Client, Concern, Constraint, Opportunity
from shared.kernel.problems import FieldError, Invalid


async def constraints_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[Constraint]:
    """All constraints of an opportunity, oldest first."""
    statement = sa.select(Constraint).where(Constraint.opportunity_id == opportunity_id).order_by(Constraint.id)
    return (await session.scalars(statement)).all()


async def concerns_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[Concern]:
    """All concerns of an opportunity, by code."""
    statement = sa.select(Concern).where(Concern.opportunity_id == opportunity_id).order_by(Concern.code)
    return (await session.scalars(statement)).all()


async def people_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[Stakeholder]:
    """The stakeholders of an opportunity, the most influential first."""
    statement = sa.select(Stakeholder).where(Stakeholder.opportunity_id == opportunity_id)
    return (await session.scalars(statement.order_by(Stakeholder.influence.desc(), Stakeholder.id))).all()


async def named_people(
    session: AsyncSession, opportunity_id: UUID, ids: Collection[UUID], pointer: str
) -> Sequence[Stakeholder]:
    """The stakeholders `ids` of an opportunity. Raises `Invalid`, naming those that it has not."""
    statement = sa.select(Stakeholder).where(Stakeholder.opportunity_id == opportunity_id, Stakeholder.id.in_(ids))
    found = (await session.scalars(statement)).all()
    unknown = sorted(str(key) for key in set(ids) - {row.id for row in found})
    if unknown:
        text = ", ".join(unknown)
        en, zh = f"the opportunity has no stakeholder {text}", f"该商机没有干系人 {text}"
        raise Invalid([FieldError(pointer, "not_found", en, zh)])
    return found


async def pains_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[Pain]:
    """The pains of an opportunity, oldest first."""
    statement = sa.select(Pain).where(Pain.opportunity_id == opportunity_id).order_by(Pain.id)
    return (await session.scalars(statement)).all()


async def possible_duplicates(session: AsyncSession, opportunity: Opportunity) -> list[dict[str, Any]]:
    """Open opportunities that may be the same as `opportunity`, the likeliest first, ten at most."""
    told = ("code", "title", "owner", "stage")
    own = sa.select(Client.name).where(Client.id == opportunity.client_id).scalar_subquery().label("client")
    others = await session.execute(
        sa.select(Opportunity.id, *(getattr(Opportunity, name) for name in told), Client.name, own)
        .join(Client, Client.id == Opportunity.client_id)
        .where(Opportunity.id != opportunity.id, Opportunity.stage != "closed")
        .order_by(Opportunity.created_at.desc())
        .limit(_MOST_COMPARED)
    )
    found = []
    for other in others:
        alike = likeness(Named(other.client, opportunity.title), Named(other.name, other.title))
        if alike.score >= ALIKE:
            found.append(
                {
                    "opportunity_id": other.id,
                    **{name: getattr(other, name) for name in told},
                    "client_name": other.name,
                    "score": alike.score,
                    "reason": f"The clients' names are {alike.client:.0%} alike, the titles {alike.title:.0%}.",
                    "reason_zh": f"客户名称相似度 {alike.client:.0%}，商机标题相似度 {alike.title:.0%}。",
                }
            )
    return sorted(found, key=lambda one: -one["score"])[:10]


_MOST_COMPARED = 2000
"""Open opportunities that a new one is compared with, the newest: a tenant has some hundreds."""


async def open_opportunities_of(session: AsyncSession, client_id: UUID) -> Sequence[UUID]:
    """The ids of a client's opportunities that are not closed, in one order for all who lock them."""
    statement = sa.select(Opportunity.id).where(Opportunity.client_id == client_id, Opportunity.stage != "closed")
    return (await session.scalars(statement.order_by(Opportunity.id))).all()
