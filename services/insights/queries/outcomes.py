"""How opportunities ended."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.domain.win_loss import Outcome
from services.insights.models import RecordedOutcome
from services.insights.schemas.outcomes import DecidedQuery
from shared.language.events.proposal import OutcomeRecorded


async def outcomes_decided(session: AsyncSession, query: DecidedQuery) -> Sequence[Outcome]:
    """The tenant's outcomes that were decided in a span of days, the earliest first."""
    statement = sa.select(RecordedOutcome.told)
    if query.first:
        statement = statement.where(RecordedOutcome.decided_on >= query.first)
    if query.last:
        statement = statement.where(RecordedOutcome.decided_on <= query.last)
    statement = statement.order_by(RecordedOutcome.decided_on, RecordedOutcome.opportunity_id)
    return [_outcome(OutcomeRecorded.model_validate(told)) for told in await session.scalars(statement)]


def _outcome(event: OutcomeRecorded) -> Outcome:
    return Outcome(
        opportunity_id=event.opportunity_id,
        result=event.result,
        decided_on=event.decided_on,
        reasons=event.reasons,
        competitor_id=event.competitor_id,
        competitor_name=event.competitor_name,
        win_probability=event.win_probability,
        offered=event.offered_price,
        final=event.final_price,
    )
