"""The content of an opportunity as a baseline holds it."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands.fit import fit_facts_of
from services.requirements.commands.records import facts_told, limits_told
from services.requirements.queries.completeness import OpportunityRecord
from shared.language.events.requirements import ConcernFacts, RequirementFacts


async def snapshot_of(session: AsyncSession, record: OpportunityRecord) -> dict[str, Any]:
    """What a baseline of the opportunity would hold now; the content that a change request would give, too."""
    opportunity = record.opportunity
    requirements = [RequirementFacts.of(row) for row in record.requirements]
    kept = {requirement.id for requirement in requirements}
    requirements = [
        requirement.model_copy(update={"depends_on": tuple(key for key in requirement.depends_on if key in kept)})
        for requirement in requirements
    ]
    concerns = [ConcernFacts.of(row) for row in record.concerns]
    return {
        "opportunity": facts_told(opportunity, record.client, record.pains).model_dump(mode="json"),
        "requirements": [requirement.model_dump(mode="json") for requirement in requirements],
        "constraints": [limit.model_dump(mode="json") for limit in limits_told(opportunity, record.constraints)],
        "concerns": [concern.model_dump(mode="json") for concern in concerns],
        "fits": [fit.model_dump(mode="json") for fit in await fit_facts_of(session, opportunity.id, kept)],
    }
