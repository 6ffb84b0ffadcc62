"""Baselines: numbered, reviewed snapshots of an opportunity's requirements."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.requirements.commands import baselines
from services.requirements.commands.guards import with_blockers
from services.requirements.domain.baseline import BaselineDiff, diff
from services.requirements.models.baselines import Baseline
from services.requirements.queries import guards
from services.requirements.queries.baselines import baseline_to_compare
from services.requirements.schemas.baselines import (
    BaselineDiffOut,
    BaselineIn,
    BaselineOut,
    BaselineQuery,
    Note,
    SnapshotOut,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice

router = APIRouter(prefix="/v1/baselines", tags=["requirements"], route_class=Route)

Approver = Annotated[Principal, may("baselines:approve")]
Reader = Annotated[Principal, may("baselines:read")]
Writer = Annotated[Principal, may("baselines:write")]


@router.post("", status_code=201, response_model=BaselineOut, operation_id="draftBaseline")
async def draft_baseline(wish: BaselineIn, session: Session, _caller: Writer) -> Baseline:
    """Take a snapshot of the opportunity's requirements, constraints, concerns and confirmed fits as they are now."""
    return await baselines.draft_baseline(session, wish)


@router.get("", response_model=Page[BaselineOut], operation_id="listBaselines")
async def list_baselines(
    query: Annotated[BaselineQuery, Query()], session: Session, _caller: Reader
) -> Slice[Baseline]:
    """Baselines, newest first. `allowed_actions` of one in review says what stands between it and approval."""
    rows = await guards.page(session, Baseline, query)
    await with_blockers(session, rows.items)
    return rows


@router.get("/{baseline_id}", response_model=BaselineOut, operation_id="getBaseline")
async def get_baseline(baseline_id: UUID, session: Session, _caller: Reader) -> Baseline:
    """One baseline, without its content."""
    baseline = await guards.one(session, Baseline, baseline_id)
    await with_blockers(session, [baseline])
    return baseline


@router.get("/{baseline_id}/content", response_model=SnapshotOut, operation_id="getBaselineContent")
async def get_baseline_content(baseline_id: UUID, session: Session, _caller: Reader) -> dict[str, Any]:
    """The snapshot as it was taken last, by drafting or submitting; once approved it never changes."""
    return (await find(session, Baseline, baseline_id)).snapshot


@router.get("/{baseline_id}/diff", response_model=BaselineDiffOut, operation_id="compareBaselines")
async def compare_baselines(
    baseline_id: UUID, session: Session, _caller: Reader, against: UUID | None = None
) -> BaselineDiff:
    """What changed since the baseline before, or since `against`."""
    baseline = await find(session, Baseline, baseline_id)
    other = await baseline_to_compare(session, baseline, against)
    return diff(other.snapshot, baseline.snapshot)


@router.post("/{baseline_id}/submit", response_model=BaselineOut, operation_id="submitBaseline")
async def submit_baseline(baseline_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Baseline:
    """Send to review, with the content as it is now; send it again when that has moved before it is approved."""
    baseline = await baselines.submit_baseline(session, baseline_id, version=seen)
    await with_blockers(session, [baseline])
    return baseline


@router.post("/{baseline_id}/approve", response_model=BaselineOut, operation_id="approveBaseline")
async def approve_baseline(baseline_id: UUID, session: Session, seen: SeenVersion, _caller: Approver) -> Baseline:
    """Approve somebody else's baseline. Estimation, risk budget and proposal follow by themselves.

    Refused while a clarification is open on a must-have, too little of the opportunity is known, or something has
    changed since it was submitted (`baseline_moved`).
    """
    return await baselines.approve_baseline(session, baseline_id, version=seen)


@router.post("/{baseline_id}/reject", response_model=BaselineOut, operation_id="rejectBaseline")
async def reject_baseline(
    baseline_id: UUID, note: Note, session: Session, seen: SeenVersion, _caller: Approver
) -> Baseline:
    """Send back with a reason."""
    return await baselines.reject_baseline(session, baseline_id, note.reason, version=seen)


@router.post("/{baseline_id}/withdraw", response_model=BaselineOut, operation_id="withdrawBaseline")
async def withdraw_baseline(
    baseline_id: UUID, note: Note, session: Session, seen: SeenVersion, _caller: Approver
) -> Baseline:
    """Take an approval back: estimate, risk budget and proposal made from it no longer count."""
    return await baselines.withdraw_baseline(session, baseline_id, note.reason, version=seen)
