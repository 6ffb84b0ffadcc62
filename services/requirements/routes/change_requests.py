"""Change requests: what would be different, what it would do, who decided."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.requirements.commands import changes
from services.requirements.models.changes import ChangeRequest
from services.requirements.queries import guards
from services.requirements.schemas.changes import (
    Application,
    ChangeRequestIn,
    ChangeRequestItem,
    ChangeRequestOut,
    ChangeRequestPatch,
    ChangeRequestQuery,
    ComparedOut,
    ComparisonOut,
    ImpactOut,
    ReviewNote,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.from_row import from_row
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, page_of

router = APIRouter(prefix="/v1/change-requests", tags=["requirements"], route_class=Route)

Reader = Annotated[Principal, may("change-requests:read")]
Writer = Annotated[Principal, may("change-requests:write")]
Approver = Annotated[Principal, may("change-requests:approve")]


@router.post("", status_code=201, operation_id="draftChangeRequest")
async def draft_change_request(wish: ChangeRequestIn, session: Session, caller: Writer) -> ChangeRequestOut:
    """Say what is to be added, changed or withdrawn, and why. Nothing changes before it is applied."""
    return ChangeRequestOut.of(await changes.draft_change(session, wish), caller)


@router.get("", operation_id="listChangeRequests")
async def list_change_requests(
    query: Annotated[ChangeRequestQuery, Query()], session: Session, caller: Reader
) -> Page[ChangeRequestItem] | Page[ChangeRequestOut]:
    """Change requests, newest first."""
    rows = await guards.page(session, ChangeRequest, query)
    return page_of(query, rows, ChangeRequestItem, ChangeRequestOut, caller)


@router.get("/compare", operation_id="compareChangeRequests")
async def compare_change_requests(
    ids: Annotated[list[UUID], Query(min_length=1, max_length=10)], session: Session, caller: Reader
) -> ComparisonOut:
    """The impacts of several change requests side by side, in the order asked for."""
    rows = [await find(session, ChangeRequest, key) for key in ids]
    items = [from_row(ComparedOut, row, impact=ImpactOut.of(row, caller)) for row in rows]
    return ComparisonOut(items=items)


@router.get("/{change_request_id}", operation_id="getChangeRequest")
async def get_change_request(change_request_id: UUID, session: Session, caller: Reader) -> ChangeRequestOut:
    """One change request with its impact; cost and margin only with `cost:read`."""
    return ChangeRequestOut.of(await guards.one(session, ChangeRequest, change_request_id), caller)


@router.patch("/{change_request_id}", operation_id="changeChangeRequest")
async def change_change_request(
    change_request_id: UUID, patch: ChangeRequestPatch, session: Session, seen: SeenVersion, caller: Writer
) -> ChangeRequestOut:
    """Change what is sent, keep the rest. It is a draft again, to be assessed anew."""
    return ChangeRequestOut.of(await changes.change_change(session, change_request_id, patch, version=seen), caller)


@router.post("/{change_request_id}/assess", operation_id="assessChangeRequest")
async def assess_change_request(
    change_request_id: UUID, session: Session, seen: SeenVersion, caller: Writer
) -> ChangeRequestOut:
    """Ask estimation, risk and proposal what it would do; saves nothing there. The impact is there within seconds.

    Other edits since the approved baseline are part of what is asked, since the next baseline would hold them too.
    """
    return ChangeRequestOut.of(await changes.assess_change(session, change_request_id, version=seen), caller)


@router.post("/{change_request_id}/approve", operation_id="approveChangeRequest")
async def approve_change_request(
    change_request_id: UUID, session: Session, seen: SeenVersion, caller: Approver
) -> ChangeRequestOut:
    """Approve somebody else's assessed change; 409 when the requirements have moved since it was assessed."""
    change = await changes.review_change(session, change_request_id, "approve", None, version=seen)
    return ChangeRequestOut.of(change, caller)


@router.post("/{change_request_id}/reject", operation_id="rejectChangeRequest")
async def reject_change_request(
    change_request_id: UUID, note: ReviewNote, session: Session, seen: SeenVersion, caller: Approver
) -> ChangeRequestOut:
    """Decline with a reason; it may be changed and assessed again."""
    change = await changes.review_change(session, change_request_id, "reject", note.reason, version=seen)
    return ChangeRequestOut.of(change, caller)


@router.post("/{change_request_id}/withdraw", operation_id="withdrawChangeRequest")
async def withdraw_change_request(
    change_request_id: UUID, note: ReviewNote, session: Session, seen: SeenVersion, caller: Writer
) -> ChangeRequestOut:
    """Take it back with a reason."""
    change = await changes.review_change(session, change_request_id, "withdraw", note.reason, version=seen)
    return ChangeRequestOut.of(change, caller)


@router.post("/{change_request_id}/apply", operation_id="applyChangeRequest")
async def apply_change_request(
    change_request_id: UUID, wish: Application, session: Session, seen: SeenVersion, caller: Writer
) -> ChangeRequestOut:
    """Make the approved change, all or nothing, and draft the next baseline with it if `baseline_title` is given."""
    return ChangeRequestOut.of(await changes.apply_change(session, change_request_id, wish, version=seen), caller)
