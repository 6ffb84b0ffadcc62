"""What happens in the register, in the words of events."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.models.responses import RiskResponse
from services.risk.models.risks import RegisteredRisk
from shared.kernel.messaging import publish
from shared.language.events.risk.register import AcceptanceExpired, ResponseRecorded, RiskPassed, RiskRecorded


async def tell_risk(session: AsyncSession, row: RegisteredRisk) -> None:
    event = RiskRecorded(
        opportunity_id=row.opportunity_id,
        risk_id=row.id,
        code=row.code,
        title=row.title,
        title_zh=row.title_zh,
        category=row.category,
        kind=row.kind,
        status=row.status,
        reason=row.status_reason,
        owner=row.owner,
        probability=row.current["probability"],
        rating=row.rating,
        accepted_by=row.accepted_by,
        accepted_until=row.accepted_until,
        version=row.version,
    )
    await publish(session, event, about=row)


async def tell_response(session: AsyncSession, row: RiskResponse) -> None:
    event = ResponseRecorded(
        opportunity_id=row.opportunity_id,
        response_id=row.id,
        risk_id=row.risk_id,
        code=row.code,
        strategy=row.strategy,
        kind=row.kind,
        statement=row.statement,
        statement_zh=row.statement_zh,
        owner=row.owner,
        due_on=row.due_on,
        status=row.status,
        version=row.version,
    )
    await publish(session, event, about=row)


async def tell_passed(session: AsyncSession, row: RegisteredRisk, near_until: date) -> None:
    event = RiskPassed(
        opportunity_id=row.opportunity_id,
        risk_id=row.id,
        code=row.code,
        title=row.title,
        title_zh=row.title_zh,
        owner=row.owner,
        near_until=near_until,
    )
    await publish(session, event, about=row)


async def tell_expired(session: AsyncSession, row: RegisteredRisk, accepted_by: str, accepted_until: date) -> None:
    event = AcceptanceExpired(
        opportunity_id=row.opportunity_id,
        risk_id=row.id,
        code=row.code,
        title=row.title,
        title_zh=row.title_zh,
        owner=row.owner,
        accepted_by=accepted_by,
        accepted_until=accepted_until,
    )
    await publish(session, event, about=row)
