"""What is recorded of an opportunity: read once, it is what a baseline holds and what discovery counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.domain.completeness import Completeness, completeness
from services.requirements.domain.stakeholders import Person, coverage
from services.requirements.models.discovery import Pain, Stakeholder
from services.requirements.models.opportunities import Client, Concern, Constraint, ConstraintKind, Opportunity
from services.requirements.models.requirements import Kind, Priority, Requirement
from services.requirements.queries.opportunities import concerns_of, constraints_of, pains_of, people_of
from services.requirements.queries.requirements import requirements_of
from services.requirements.settings import Settings
from services.requirements.shipped import policy
from shared.kernel.db import find, settings_of


@dataclass(frozen=True, slots=True)
class OpportunityRecord:
    """What is recorded of an opportunity: a baseline holds it, and discovery counts it."""

    opportunity: Opportunity
    client: Client
    requirements: Sequence[Requirement]
    """Those that are not withdrawn, by code."""
    constraints: Sequence[Constraint]
    concerns: Sequence[Concern]
    pains: Sequence[Pain]


async def record_of(session: AsyncSession, opportunity: Opportunity) -> OpportunityRecord:
    """What is recorded of an opportunity now."""
    return OpportunityRecord(
        opportunity=opportunity,
        client=await find(session, Client, opportunity.client_id),
        requirements=await requirements_of(session, opportunity.id),
        constraints=await constraints_of(session, opportunity.id),
        concerns=await concerns_of(session, opportunity.id),
        pains=await pains_of(session, opportunity.id),
    )


async def completeness_of(session: AsyncSession, opportunity_id: UUID) -> Completeness:
    """As `discovery_of`. Raises `NotFound`."""
    return await discovery_of(session, await record_of(session, await find(session, Opportunity, opportunity_id)))


async def discovery_of(session: AsyncSession, record: OpportunityRecord) -> Completeness:
    """How much of what should be known of an opportunity is known."""
    opportunity, client, limits = record.opportunity, record.client, record.constraints
    needs = [row for row in record.requirements if row.priority != Priority.WONT]
    musts = [row for row in needs if row.priority == Priority.MUST]
    kinds = {row.kind for row in needs}
    people = coverage([person_of(row) for row in await people_of(session, opportunity.id)])
    accepted = [row for row in musts if row.acceptance_criteria or row.metric]
    return completeness(
        policy(settings_of(session, Settings).approval_completeness),
        {
            "requirements": len(needs),
            "acceptance_criteria": _share(len(accepted), len(musts)),
            "sources": _share(sum(bool(row.sources) for row in needs), len(needs)),
            "client_background": sum(map(bool, (client.industry, client.business_model, client.background))),
            "stakeholders": people.score,
            "pains": len(opportunity.pains) + len(record.pains),
            "objectives": len(opportunity.objectives),
            "success_criteria": len(opportunity.success_criteria),
            "scope": bool(opportunity.in_scope) + bool(opportunity.out_of_scope),
            "budget": any(limit.kind == ConstraintKind.BUDGET for limit in limits),
            "date": any(limit.kind == ConstraintKind.DATE for limit in limits),
            "performance": Kind.PERFORMANCE in kinds,
            "security": bool({Kind.SECURITY, Kind.COMPLIANCE} & kinds),
            "concerns": len(record.concerns),
            "agreed": _share(sum(row.status in {"agreed", "baselined"} for row in needs), len(needs)),
        },
    )


def person_of(row: Stakeholder) -> Person:
    """A stakeholder as coverage counts one."""
    return Person(row.role, row.influence, row.stance, row.last_met_on is not None)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
