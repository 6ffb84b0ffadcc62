"""Rate cards: what a person-day costs us. A change counts from the next estimate on."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation import queries
from services.estimation.models.estimates import OverlappingRateCard, RateCard
from services.estimation.schemas.rate_cards import RateCardIn, RateCardPatch, RateIn
from shared.context import new_id
from shared.db import load
from shared.money import Money
from shared.validation import whole


async def create_rate_card(session: AsyncSession, wish: RateCardIn) -> RateCard:
    """Record a card. Raises `OverlappingRateCard`."""
    card = RateCard(
        id=new_id(), name=wish.name, region=wish.region, currency=wish.currency, daily_costs=_costs(wish.rates)
    )
    await _set_period(session, card, wish.valid_from, wish.valid_to)
    session.add(card)
    await session.flush()
    return card


async def change_rate_card(session: AsyncSession, card_id: UUID, patch: RateCardPatch, *, version: int) -> RateCard:
    """Change name, period or rates. Raises `OverlappingRateCard`."""
    card = await load(session, RateCard, card_id, version=version)
    before = {
        **{name: getattr(card, name) for name in ("name", "region", "currency", "valid_from", "valid_to")},
        "rates": [
            {"role": role, "daily_cost": {"amount": cost, "currency": card.currency}}
            for role, cost in card.daily_costs.items()
        ],
    }
    wish = whole(RateCardIn, {**before, **patch.model_dump(exclude_unset=True)})
    await _set_period(session, card, wish.valid_from, wish.valid_to)
    card.name, card.daily_costs = wish.name, _costs(wish.rates)
    await session.flush()
    return card


async def delete_rate_card(session: AsyncSession, card_id: UUID, *, version: int) -> None:
    """Delete a card; estimates made with it keep their costs."""
    await session.delete(await load(session, RateCard, card_id, version=version))
    await session.flush()


def _costs(rates: list[RateIn]) -> dict[str, str]:
    return {rate.role: str(Money.of(rate.daily_cost.amount, rate.daily_cost.currency).amount) for rate in rates}


async def _set_period(session: AsyncSession, card: RateCard, first: date, last: date | None) -> None:
    # One at a time in a tenant: two that overlap must not both find nothing there.
    key = sa.func.hashtextextended(sa.func.current_setting("app.tenant").concat("/rate-cards"), 0)
    await session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
    with session.no_autoflush:
        other = await queries.overlapping(session, card, first, last)
    if other:
        raise OverlappingRateCard(
            name=other.name,
            region=other.region or "*",
            currency=other.currency,
            first=other.valid_from,
            last=other.valid_to or "…",
        )
    card.valid_from, card.valid_to = first, last
