"""Rate cards: what a person-day of each role costs us."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.estimation.commands import rate_cards
from services.estimation.commands.parameter_sets import install_shipped
from services.estimation.models.rates import RateCard
from services.estimation.queries import inputs
from services.estimation.schemas.rate_cards import (
    RateCardIn,
    RateCardOut,
    RateCardPatch,
    RateCardQuery,
    RateQuery,
    RoleRateOut,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/rate-cards", tags=["estimation"], route_class=Route)

Reader = Annotated[Principal, may("cost:read")]
Writer = Annotated[Principal, may("rate-cards:write")]


@router.post("", status_code=201, response_model=RateCardOut, operation_id="createRateCard")
async def create_rate_card(wish: RateCardIn, session: Session, _caller: Writer) -> RateCard:
    """Record a rate card. Two cards of a region and currency cannot hold on the same day."""
    return await rate_cards.create_rate_card(session, wish)


@router.get("", response_model=Page[RateCardOut], operation_id="listRateCards")
async def list_rate_cards(
    query: Annotated[RateCardQuery, Query()], session: Session, _caller: Reader
) -> Slice[RateCard]:
    """Rate cards, newest first. They are internal cost: `cost:read` is needed."""
    return await paginate(session, RateCard, query, inputs.cards_on(query.valid_on))


@router.get("/rate", operation_id="findRate")
async def find_rate(query: Annotated[RateQuery, Query()], session: Session, _caller: Reader) -> RoleRateOut:
    """What a day of a role costs in a region on a day, and which card says so."""
    await install_shipped(session)
    return await inputs.role_rate(session, query)


@router.get("/{rate_card_id}", response_model=RateCardOut, operation_id="getRateCard")
async def get_rate_card(rate_card_id: UUID, session: Session, _caller: Reader) -> RateCard:
    """One rate card."""
    return await find(session, RateCard, rate_card_id)


@router.patch("/{rate_card_id}", response_model=RateCardOut, operation_id="changeRateCard")
async def change_rate_card(
    rate_card_id: UUID, patch: RateCardPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> RateCard:
    """Change what is sent, keep the rest (JSON merge patch). Estimates made with it are marked as outdated."""
    return await rate_cards.change_rate_card(session, rate_card_id, patch, version=seen)


@router.delete("/{rate_card_id}", status_code=204, operation_id="deleteRateCard")
async def delete_rate_card(rate_card_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> None:
    """Delete; estimates made with it keep their costs."""
    await rate_cards.delete_rate_card(session, rate_card_id, version=seen)
