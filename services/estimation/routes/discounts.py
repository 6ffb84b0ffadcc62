"""Discounts on prices."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.estimation.commands import discounts as commands
from services.estimation.models.discounts import Discount
from services.estimation.schemas.discounts import DecisionIn, DiscountIn, DiscountOut, DiscountQuery, RejectionIn
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, page_as, paginate

router = APIRouter(prefix="/v1/discounts", tags=["estimation"], route_class=Route)

Reader = Annotated[Principal, may("discounts:read")]
Writer = Annotated[Principal, may("discounts:write")]
Approver = Annotated[Principal, may("discounts:approve")]


@router.post("", status_code=201, operation_id="requestDiscount")
async def request_discount(wish: DiscountIn, session: Session, caller: Writer) -> DiscountOut:
    """Ask for a discount on the price of an estimate. Where the policy wants no approval it is in the price at once."""
    return DiscountOut.of(await commands.request_discount(session, wish), caller)


@router.get("", operation_id="listDiscounts")
async def list_discounts(
    query: Annotated[DiscountQuery, Query()], session: Session, caller: Reader
) -> Page[DiscountOut]:
    """Discounts, newest first; margins with `cost:read` only."""
    return page_as(DiscountOut, await paginate(session, Discount, query), caller)


@router.get("/{discount_id}", operation_id="getDiscount")
async def get_discount(discount_id: UUID, session: Session, caller: Reader) -> DiscountOut:
    """One discount: who must approve it, and why."""
    return DiscountOut.of(await find(session, Discount, discount_id), caller)


@router.post("/{discount_id}/approve", operation_id="approveDiscount")
async def approve_discount(
    discount_id: UUID, wish: DecisionIn, session: Session, seen: SeenVersion, caller: Approver
) -> DiscountOut:
    """Approve somebody else's request; the estimate is priced again with the discount as a line of its own."""
    return DiscountOut.of(
        await commands.approve_discount(session, discount_id, wish.note, caller, version=seen), caller
    )


@router.post("/{discount_id}/reject", operation_id="rejectDiscount")
async def reject_discount(
    discount_id: UUID, wish: RejectionIn, session: Session, seen: SeenVersion, caller: Approver
) -> DiscountOut:
    """Refuse somebody else's request, and say why."""
    return DiscountOut.of(await commands.reject_discount(session, discount_id, wish.note, caller, version=seen), caller)


@router.post("/{discount_id}/withdraw", operation_id="withdrawDiscount")
async def withdraw_discount(discount_id: UUID, session: Session, seen: SeenVersion, caller: Writer) -> DiscountOut:
    """Take a request or an approved discount back."""
    return DiscountOut.of(await commands.withdraw_discount(session, discount_id, version=seen), caller)
