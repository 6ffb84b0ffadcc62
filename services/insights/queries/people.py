"""Persons by their subject: what each source has said of them, the weightiest first."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.domain.person import SOURCES
from services.insights.models import Person
from services.insights.schemas.people import PeopleQuery


async def person_of(session: AsyncSession, subject: str) -> Person:
    """What is known of a subject; a row with nothing, which is not kept, where nobody has heard of it."""
    found = await session.scalar(sa.select(Person).where(Person.subject == subject))
    return found or Person(subject=subject, told={})


async def people(session: AsyncSession, query: PeopleQuery, after: str | None) -> Sequence[Person]:
    """Persons by subject, and one more where there is one; with no other filter those asked for, known or not."""
    statement = sa.select(Person)
    if query.subject:
        statement = statement.where(Person.subject.in_(query.subject))
    if query.team:
        statement = statement.where(said("team").in_(query.team))
    if query.is_active is not None:
        statement = statement.where(sa.func.coalesce(said("is_active"), "true") == str(query.is_active).lower())
    if query.q:
        named = (Person.subject, said("name"), said("name_zh"), said("title"))
        statement = statement.where(sa.or_(*(text.icontains(query.q, autoescape=True) for text in named)))
    if after is not None:
        statement = statement.where(Person.subject.collate("C") > after)
    found = (await session.scalars(statement.order_by(Person.subject.collate("C")).limit(query.limit + 1))).all()
    if query.subject and not (query.team or query.q or query.is_active is not None):
        known = {one.subject for one in found}
        unknown = {one for one in query.subject if one not in known and (after is None or one > after)}
        found = sorted([*found, *(Person(subject=one, told={}) for one in unknown)], key=lambda one: one.subject)
    return found[: query.limit + 1]


async def team_of(session: AsyncSession, team: str) -> Sequence[str]:
    """The subjects of a team, those who have left too: what was theirs waits on."""
    return (await session.scalars(sa.select(Person.subject).where(said("team") == team))).all()


async def teams(session: AsyncSession) -> Sequence[str]:
    """The names of all teams."""
    named = sa.select(said("team")).where(said("team").is_not(None)).distinct()
    return sorted(await session.scalars(named))


def said(name: str) -> sa.ColumnElement[Any]:
    """What the weightiest source that says it says, as text."""
    return sa.func.coalesce(*(Person.told[source][name].astext for source in SOURCES))
