"""Snapshots: the figures of a period, frozen."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.insights.commands.snapshots import take_snapshot
from services.insights.models import Snapshot
from services.insights.queries import snapshots as queries
from services.insights.schemas.snapshots import SnapshotIn, SnapshotItem, SnapshotOut, SnapshotQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route
from shared.kernel.pages import Page, Slice

router = APIRouter(prefix="/v1/snapshots", tags=["insights"], route_class=Route)

Reader = Annotated[Principal, may("snapshots:read")]


@router.post("", status_code=201, operation_id="takeSnapshot")
async def take(wish: SnapshotIn, session: Session, caller: Annotated[Principal, may("snapshots:write")]) -> SnapshotOut:
    """Freeze the figures of a month, a quarter or a year as they are now; a period may have several snapshots."""
    return await queries.shown(session, await take_snapshot(session, wish), caller)


@router.get("", response_model=Page[SnapshotItem], operation_id="listSnapshots")
async def list_snapshots(
    query: Annotated[SnapshotQuery, Query()], session: Session, _caller: Reader
) -> Slice[Snapshot]:
    """Snapshots, the newest first; their figures are at the address of each."""
    return await queries.snapshots(session, query)


@router.get("/{snapshot_id}", operation_id="getSnapshot")
async def get_snapshot(snapshot_id: UUID, session: Session, caller: Reader) -> SnapshotOut:
    """A snapshot, number by number beside what it is now: late and corrected events show as what has changed."""
    return await queries.snapshot_of(session, snapshot_id, caller)
