"""Rate cards: what a person-day costs us. A change counts from the next estimate on."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation import queries
from services.estimation.commands.staleness import mark_outdated
from services.estimation.models.rates import OverlappingRateCard, RateCard
from services.estimation.schemas.rate_cards import RateCardIn, RateCardPatch, RateIn, stored_rates
from shared.kernel.context import new_id
from shared.kernel.db import load, one_at_a_time
from shared.kernel.validation import whole


async def create_rate_card(session: AsyncSession, wish: RateCardIn) -> RateCard:
    """Record a card. Raises `OverlappingRateCard`."""
    card = RateCard(id=new_id(), name=wish.name, region=wish.region, currency=wish.currency, rates=stored_rates(wish))
    await _set_period(session, card, wish.valid_from, wish.valid_to)
    session.add(card)
    await mark_outdated(session)
    return card


async def change_rate_card(session: AsyncSession, card_id: UUID, patch: RateCardPatch, *, version: int) -> RateCard:
    """Change name, period or rates. Raises `OverlappingRateCard`."""
    card = await load(session, RateCard, card_id, version=version)
    before = {
        **{name: getattr(card, name) for name in ("name", "region", "currency", "valid_from", "valid_to")},
        "rates": [RateIn.of(one, card.currency) for one in card.rates],
    }
    wish = whole(RateCardIn, {**before, **patch.model_dump(exclude_unset=True)})
    await _set_period(session, card, wish.valid_from, wish.valid_to)
    card.name, card.rates = wish.name, stored_rates(wish)
    await mark_outdated(session)
    return card


async def delete_rate_card(session: AsyncSession, card_id: UUID, *, version: int) -> None:
    """Delete a card; estimates made with it keep their costs, and are marked."""
    await session.delete(await load(session, RateCard, card_id, version=version))
    await mark_outdated(session)


async def _set_period(session: AsyncSession, card: RateCard, first: date, last: date | None) -> None:
    await one_at_a_time(session, "rate-cards")  # two that overlap must not both find nothing there
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
