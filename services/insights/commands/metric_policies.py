"""What changes the metric policy: each change is a new revision, which counts at once."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.models import MetricPolicy
from services.insights.schemas.metric_policies import MetricPolicyIn
from shared.kernel.revisions import put_in_force


async def revise_policy(session: AsyncSession, wish: MetricPolicyIn) -> MetricPolicy:
    """Put the next revision in force."""
    rule = MetricPolicy(
        by_person_roles=sorted(set(wish.by_person_roles)),
        by_person_subjects=sorted(set(wish.by_person_subjects)),
        note=wish.note,
    )
    return await put_in_force(session, rule)
