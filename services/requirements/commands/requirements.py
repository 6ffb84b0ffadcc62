"""Requirements: recording, changing, agreeing and withdrawing them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements import queries
from services.requirements.commands import records
from services.requirements.domain import dependencies
from services.requirements.models.opportunities import Opportunity
from services.requirements.models.requirements import DependencyCycle, Requirement
from services.requirements.schemas.requirements import RequirementIn, RequirementPatch
from shared.db import find, load
from shared.events.requirements import OriginFacts, RequirementRecorded
from shared.messaging import publish


async def record_requirements(
    session: AsyncSession, wishes: Sequence[RequirementIn], origin: OriginFacts | None = None
) -> list[Requirement]:
    """Record new requirements, all or none; they may depend on each other and on earlier ones.

    `origin` is what they were made from, if it was something that we have.
    """
    opportunities = {
        key: await load(session, Opportunity, key) for key in dict.fromkeys(wish.opportunity_id for wish in wishes)
    }
    rows: list[Requirement] = []
    for wish in wishes:
        opportunity = opportunities[wish.opportunity_id]
        opportunity.refuse_if_closed()
        code = wish.code or f"REQ-{await records.next_number(session, f'requirement-{opportunity.id}'):03d}"
        content = wish.model_dump(mode="json", exclude={"opportunity_id", "code", "depends_on"})
        made_from = origin and origin.model_dump(mode="json")
        rows.append(Requirement(**content, opportunity_id=opportunity.id, code=code, depends_on=[], origin=made_from))
    session.add_all(rows)
    await session.flush()
    for row, wish in zip(rows, wishes, strict=True):
        if wish.depends_on:
            await _depend(session, row, opportunities[row.opportunity_id], wish.depends_on)
    for opportunity in opportunities.values():
        await _refuse_cycles(session, opportunity)
    for row in rows:
        await _tell_recorded(session, row)
    return rows


async def change_requirement(
    session: AsyncSession, requirement_id: UUID, patch: RequirementPatch, *, version: int
) -> Requirement:
    requirement = await load(session, Requirement, requirement_id, version=version)
    opportunity = await load(session, Opportunity, requirement.opportunity_id)
    opportunity.refuse_if_closed()
    requirement.act("change")
    records.assign(requirement, patch.model_dump(mode="json", exclude_unset=True, exclude={"depends_on"}))
    if "depends_on" in patch.model_fields_set:
        await _depend(session, requirement, opportunity, patch.depends_on)
        await session.flush()
        await _refuse_cycles(session, opportunity)
    await _tell_recorded(session, requirement)
    return requirement


async def move_requirement(session: AsyncSession, requirement_id: UUID, action: str, *, version: int) -> Requirement:
    """Agree or withdraw."""
    requirement = await load(session, Requirement, requirement_id, version=version)
    (await find(session, Opportunity, requirement.opportunity_id)).refuse_if_closed()
    requirement.act(action)
    await _tell_recorded(session, requirement)
    return requirement


async def _tell_recorded(session: AsyncSession, requirement: Requirement) -> None:
    await session.flush()
    names = ("opportunity_id", "code", "title", "kind", "priority", "status", "version", "origin")
    event = RequirementRecorded(requirement_id=requirement.id, **{name: getattr(requirement, name) for name in names})
    await publish(session, event, about=requirement)


async def _depend(
    session: AsyncSession, requirement: Requirement, opportunity: Opportunity, codes: Sequence[str]
) -> None:
    requirement.depends_on = await records.ids_of(session, opportunity, codes)


async def _refuse_cycles(session: AsyncSession, opportunity: Opportunity) -> None:
    rows = await queries.requirements_of(session, opportunity.id)
    codes = {row.id: row.code for row in rows}
    circle = dependencies.cycle({row.code: [codes[key] for key in row.depends_on if key in codes] for row in rows})
    if circle:
        raise DependencyCycle(circle=" → ".join(circle))
