"""Parameter sets: the shipped one, and the versions that a tenant makes."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid5

from pydantic import ValidationError
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation import queries
from services.estimation.commands.staleness import mark_outdated
from services.estimation.domain.merge_patch import merged
from services.estimation.domain.parameters import parameters_of
from services.estimation.models.estimates import ParameterSet, UnknownParameterSet
from services.estimation.schemas.parameter_sets import ParameterSetIn
from services.estimation.shipped import NAMESPACE, shipped_set
from shared.kernel.clock import now
from shared.kernel.db import context_of
from shared.kernel.problems import Invalid
from shared.kernel.validation import field_errors


async def install_shipped(session: AsyncSession) -> None:
    """Give the tenant the shipped set, once: it is a row like the tenant's own, so that all lists and keys hold it."""
    content, made = shipped_set(), now()
    row = insert(ParameterSet).values(
        **{name: content[name] for name in ("name", "title", "title_zh", "provenance", "parameters")},
        id=uuid5(NAMESPACE, f"{context_of(session).tenant}/{content['name']}"),
        is_shipped=True,
        version=1,
        created_by="presales",
        created_at=made,
        updated_at=made,
    )
    await session.execute(row.on_conflict_do_nothing())


async def set_in_force(session: AsyncSession) -> ParameterSet:
    """The newest own set of the tenant, else the shipped one, installed the first time."""
    if row := await queries.newest_parameter_set(session):
        return row
    await install_shipped(session)
    return await queries.parameter_set_in_force(session)


async def create_parameter_set(session: AsyncSession, wish: ParameterSetIn) -> ParameterSet:
    """Make the next version: another set with some parameters changed. It is in force from the next estimate on.

    Raises `UnknownParameterSet`, or `Invalid` naming each wrong parameter.
    """
    await install_shipped(session)
    base = await _base(session, wish.based_on)
    parameters = merged(base.parameters, wish.changes)
    _check(parameters)
    row = ParameterSet(
        name=wish.name,
        title=wish.title,
        title_zh=wish.title_zh or wish.title,
        is_shipped=False,
        based_on=base.name,
        provenance=[*base.provenance, *(entry.model_dump() for entry in wish.provenance)],
        parameters=parameters,
    )
    session.add(row)
    await mark_outdated(session)
    return row


async def _base(session: AsyncSession, name: str | None) -> ParameterSet:
    if name is None:
        return await queries.parameter_set_in_force(session)
    base = await queries.parameter_set_named(session, name)
    if base is None:
        raise UnknownParameterSet(name=name)
    return base


def _check(parameters: Mapping[str, Any]) -> None:
    try:
        parameters_of(parameters)
    except ValidationError as wrong:
        findings = [{**finding, "loc": ("body", "changes", *finding["loc"])} for finding in wrong.errors()]
        raise Invalid(field_errors(findings)) from None
