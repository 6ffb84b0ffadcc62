"""The tables of costing standards that a tenant uses."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation.domain.parameters import parameters_of
from services.estimation.domain.software_cost import Edition
from services.estimation.models.estimates import UnknownParameterSet
from services.estimation.queries import parameter_set_in_force, parameter_set_named
from services.estimation.shipped import shipped_set
from shared.kernel.problems import FieldError, Invalid


async def edition_of(session: AsyncSession, name: str, parameter_set: str | None) -> tuple[Edition, str]:
    """An edition, and the name of the parameter set that it is from: the named one, or else that in force.

    A set without editions has those of the shipped one. Raises `UnknownParameterSet`, or `Invalid` naming the editions.
    """
    if parameter_set:
        row = await parameter_set_named(session, parameter_set)
        if row is None:
            raise UnknownParameterSet(name=parameter_set)
    else:
        row = await parameter_set_in_force(session)
    found, editions = row.name, parameters_of(row.parameters).editions
    if not editions:
        found, editions = shipped_set()["name"], parameters_of(shipped_set()["parameters"]).editions
    if name not in editions:
        known = ", ".join(editions)
        error = FieldError("/edition", "not_allowed", f"must be one of {known}", f"必须是以下之一：{known}")
        raise Invalid([error])
    return editions[name], found
