"""Journeys: where each opportunity is."""

from datetime import datetime
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Query

from services.insights.commands import hearing
from services.insights.domain.status import view
from services.insights.models import JourneyRow
from services.insights.queries.journeys import folded, journey_of, journeys_before
from services.insights.schemas.journeys import JourneyItem, JourneyOut, JourneyQuery, Rebuilt
from shared.kernel import cursor as cursors
from shared.kernel.auth import Principal, may
from shared.kernel.clock import now
from shared.kernel.db import Session
from shared.kernel.http import Route
from shared.kernel.pages import Page, paged

router = APIRouter(prefix="/v1/journeys", tags=["insights"], route_class=Route)
Shown = TypeVar("Shown", bound=JourneyItem)

batch = APIRouter(tags=["insights"], route_class=Route)

Reader = Annotated[Principal, may("journeys:read")]


@router.get("", operation_id="listJourneys")
async def list_journeys(
    query: Annotated[JourneyQuery, Query()], session: Session, _caller: Reader
) -> Page[JourneyItem] | Page[JourneyOut]:
    """Journeys, the most recently changed first; `status=blocked,stalled` shows what needs attention."""
    at = now()
    rows = await journeys_before(session, _last_seen(query.cursor), query.limit + 1, query.status or (), at)
    page, cursor = rows[: query.limit], None
    if len(rows) > query.limit:
        cursor = cursors.encode([page[-1].updated_at.isoformat(), str(page[-1].opportunity_id)])
    if query.view == "list":
        return paged(JourneyItem, [_shown(row, at, JourneyItem) for row in page], cursor)
    return paged(JourneyOut, [_shown(row, at, JourneyOut) for row in page], cursor)


@router.get("/{opportunity_id}", operation_id="getJourney")
async def get_journey(opportunity_id: UUID, session: Session, _caller: Reader) -> JourneyOut:
    """Where one opportunity is, what it waits for, what failed and why."""
    row, _ = await journey_of(session, opportunity_id)
    return _shown(row, now(), JourneyOut)


@batch.post("/v1/journeys:rebuild", operation_id="rebuildJourneys")
async def rebuild_journeys(session: Session, _caller: Annotated[Principal, may("journeys:write")]) -> Rebuilt:
    """Throw journeys and outcomes away and fold them again from the log of events."""
    journeys, outcomes = await hearing.rebuild(session)
    return Rebuilt(journeys=journeys, outcomes=outcomes)


def _last_seen(cursor: str | None) -> JourneyRow | None:
    if cursor is None:
        return None
    updated_at, key = cursors.decode(cursor, 2)
    try:
        return JourneyRow(updated_at=datetime.fromisoformat(str(updated_at)), opportunity_id=UUID(str(key)))
    except ValueError:
        raise cursors.wrong() from None


def _shown(row: JourneyRow, at: datetime, schema: type[Shown]) -> Shown:
    journey = folded(row)
    standing = view(journey, at)
    return schema.model_validate(
        {
            "opportunity_id": row.opportunity_id,
            "code": journey.opportunity.get("code"),
            "title": journey.opportunity.get("title"),
            "client_name": journey.opportunity.get("client_name"),
            "status": standing.status,
            "waits_for": standing.waits_for,
            "reason": standing.reason,
            "outcome": journey.outcome,
            "steps": standing.steps,
            "updated_at": row.updated_at,
        }
    )
