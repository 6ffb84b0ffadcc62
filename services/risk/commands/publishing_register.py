"""Publishes what happens in the register."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.models.responses import RiskResponse
from services.risk.models.risks import RegisteredRisk
from shared.kernel.messaging import publish, publish_of
from shared.language.events.risk.register import AcceptanceExpired, ResponseRecorded, RiskPassed, RiskRecorded


async def publish_risk(session: AsyncSession, row: RegisteredRisk) -> None:
    await publish_of(session, RiskRecorded, row, reason=row.status_reason, probability=row.current["probability"])


async def publish_response(session: AsyncSession, row: RiskResponse) -> None:
    event = ResponseRecorded.of(row, response_id=row.id)
    await publish(session, event, about=row)


async def publish_passed(session: AsyncSession, row: RegisteredRisk, near_until: date) -> None:
    await publish_of(session, RiskPassed, row, near_until=near_until)


async def publish_expired(session: AsyncSession, row: RegisteredRisk, accepted_by: str, accepted_until: date) -> None:
    await publish_of(session, AcceptanceExpired, row, accepted_by=accepted_by, accepted_until=accepted_until)
