"""Metric policies, and whom they let tell persons apart."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.models import MetricPolicy, PersonsAreNotCompared
from services.insights.schemas.metric_policies import MetricPolicyQuery
from services.insights.schemas.metrics import CaseQuery
from shared.kernel.auth import Principal
from shared.kernel.pages import Slice, paginate
from shared.kernel.revisions import in_force, revisions


async def policies(session: AsyncSession, query: MetricPolicyQuery) -> Slice[MetricPolicy]:
    """Revisions of the policy."""
    return await paginate(session, MetricPolicy, query, revisions(MetricPolicy, is_in_force=query.is_in_force))


async def refuse_comparing_persons(session: AsyncSession, query: CaseQuery, caller: Principal) -> None:
    """Raises `PersonsAreNotCompared` where persons are told apart by somebody whom no policy lets."""
    if query.of_persons:
        policy = await in_force(session, MetricPolicy)
        if policy is None or not policy.lets(caller.subject, caller.roles):
            raise PersonsAreNotCompared(dimension=query.of_persons)
