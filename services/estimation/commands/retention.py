"""What-ifs that nobody took up go when they are old: what they started from counts no longer."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.estimation.models.estimates import Estimate, EstimateStatus
from services.estimation.models.scenarios import Scenario
from services.estimation.settings import Settings
from shared.kernel.messaging.pruning import delete_some


async def prune_scenarios(settings: Settings, connection: AsyncConnection, tenant: str, _tenants: Sequence[str]) -> int:
    """Delete some scenarios that nobody has touched since their estimate was superseded, long ago; returns how many.

    Those of an estimate that counts, or that was accepted, stay. An answer of a stage that comes later finds none.
    """
    limit = sa.func.now() - settings.keep_scenarios
    old = (Estimate.status == EstimateStatus.SUPERSEDED, Estimate.updated_at < limit, Scenario.updated_at < limit)
    some = sa.select(Scenario).join(Estimate, Estimate.id == Scenario.base_estimate_id).where(*old)
    return await delete_some(connection, tenant, some.order_by(Scenario.id))
