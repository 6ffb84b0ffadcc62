"""What is recorded of an opportunity: read once, it is what a baseline holds and what discovery counts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements import queries
from services.requirements.domain.completeness import Completeness, Policy, completeness
from services.requirements.domain.stakeholders import Person, coverage
from services.requirements.models.discovery import Pain, Stakeholder
from services.requirements.models.opportunities import Client, Concern, Constraint, ConstraintKind, Opportunity
from services.requirements.models.requirements import Kind, Priority, Requirement
from services.requirements.settings import Settings
from shared.kernel.db import find, settings_of


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is recorded of an opportunity: a baseline holds it, and discovery counts it."""

    opportunity: Opportunity
    client: Client
    requirements: Sequence[Requirement]
    """Those that are not withdrawn, by code."""
    constraints: Sequence[Constraint]
    concerns: Sequence[Concern]
    pains: Sequence[Pain]


async def recorded_of(session: AsyncSession, opportunity: Opportunity) -> Recorded:
    """What is recorded of an opportunity now."""
    return Recorded(
        opportunity=opportunity,
        client=await find(session, Client, opportunity.client_id),
        requirements=await queries.requirements_of(session, opportunity.id),
        constraints=await queries.constraints_of(session, opportunity.id),
        concerns=await queries.concerns_of(session, opportunity.id),
        pains=await queries.pains_of(session, opportunity.id),
    )


async def completeness_of(session: AsyncSession, opportunity_id: UUID) -> Completeness:
    """As `discovery_of`. Raises `NotFound`."""
    return await discovery_of(session, await recorded_of(session, await find(session, Opportunity, opportunity_id)))


async def discovery_of(session: AsyncSession, recorded: Recorded) -> Completeness:
    """How much of what should be known of an opportunity is known."""
    opportunity, client, limits = recorded.opportunity, recorded.client, recorded.constraints
    needs = [row for row in recorded.requirements if row.priority != Priority.WONT]
    musts = [row for row in needs if row.priority == Priority.MUST]
    kinds = {row.kind for row in needs}
    people = coverage([person_of(row) for row in await queries.people_of(session, opportunity.id)])
    accepted = [row for row in musts if row.acceptance_criteria or row.metric]
    return completeness(
        policy(settings_of(session, Settings).approval_completeness),
        {
            "requirements": len(needs),
            "acceptance_criteria": _share(len(accepted), len(musts)),
            "sources": _share(sum(bool(row.sources) for row in needs), len(needs)),
            "client_background": sum(map(bool, (client.industry, client.business_model, client.background))),
            "stakeholders": people.score,
            "pains": len(opportunity.pains) + len(recorded.pains),
            "objectives": len(opportunity.objectives),
            "success_criteria": len(opportunity.success_criteria),
            "scope": bool(opportunity.in_scope) + bool(opportunity.out_of_scope),
            "budget": any(limit.kind == ConstraintKind.BUDGET for limit in limits),
            "date": any(limit.kind == ConstraintKind.DATE for limit in limits),
            "performance": Kind.PERFORMANCE in kinds,
            "security": bool({Kind.SECURITY, Kind.COMPLIANCE} & kinds),
            "concerns": len(recorded.concerns),
            "agreed": _share(sum(row.status in {"agreed", "baselined"} for row in needs), len(needs)),
        },
    )


def person_of(row: Stakeholder) -> Person:
    """A stakeholder as coverage counts one."""
    return Person(row.role, row.influence, row.stance, row.last_met_on is not None)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


@cache
def policy(wanted_for_approval: float) -> Policy:
    """The checklist of discovery: data with a version."""
    content = json.loads((Path(__file__).parent / "completeness.json").read_text(encoding="utf-8"))
    return TypeAdapter(Policy).validate_python({**content, "wanted_for_approval": wanted_for_approval})
