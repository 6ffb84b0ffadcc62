"""What estimates are made with beside baseline and parameter set, as it is now."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation.domain.costing import Inputs
from services.estimation.domain.exchange_rates import ExchangeRates
from services.estimation.domain.parameters import parameters_of
from services.estimation.domain.rates import role_rates
from services.estimation.models.cost_items import CostItem, PaymentTerms
from services.estimation.models.estimates import Estimate
from services.estimation.models.projections import Head, KnownBaseline, KnownWarranty
from services.estimation.models.rates import ExchangeRate, RateCard
from services.estimation.queries import parameter_set_in_force
from services.estimation.schemas.exchange_rates import QuoteOut, QuoteQuery
from services.estimation.schemas.rate_cards import GradeOut, RateQuery, RoleRateOut
from shared.kernel.problems import NotFound
from shared.language.money import quantised


async def inputs_of(session: AsyncSession, opportunity_id: UUID) -> Inputs:
    """Rate cards, exchange rates, and the opportunity's own items and terms."""
    items = await session.scalars(
        sa.select(CostItem).where(CostItem.opportunity_id == opportunity_id).order_by(CostItem.id)
    )
    terms = await terms_of(session, opportunity_id)
    return replace(
        await of_tenant(session),
        items=[item.as_wanted() for item in items],
        terms=terms.as_terms() if terms else None,
        warranty_months=await agreed_warranty_months(session, opportunity_id),
    )


async def of_tenant(session: AsyncSession) -> Inputs:
    """What all opportunities share."""
    cards = await session.scalars(sa.select(RateCard))
    rates = await session.scalars(sa.select(ExchangeRate))
    return Inputs(cards=[card.as_rates() for card in cards], recorded_rates=[rate.as_rate() for rate in rates])


async def regions_of(session: AsyncSession, baseline_ids: Sequence[UUID]) -> dict[UUID, str | None]:
    """The region whose rates apply, by baseline."""
    region = KnownBaseline.facts["opportunity"]["region"].as_string()
    rows = await session.execute(
        sa.select(KnownBaseline.baseline_id, region).where(KnownBaseline.baseline_id.in_(baseline_ids))
    )
    return {row[0]: row[1] for row in rows}


def cards_on(day: date | None) -> sa.Select[RateCard]:
    """Rate cards, only those that hold on a day if one is given."""
    statement = sa.select(RateCard)
    if day is None:
        return statement
    return statement.where(RateCard.valid_from <= day, sa.or_(RateCard.valid_to.is_(None), RateCard.valid_to >= day))


async def terms_of(session: AsyncSession, opportunity_id: UUID) -> PaymentTerms | None:
    """The opportunity's own terms of payment."""
    return await session.scalar(sa.select(PaymentTerms).where(PaymentTerms.opportunity_id == opportunity_id))


async def agreed_warranty_months(session: AsyncSession, opportunity_id: UUID) -> int | None:
    """What the agreed after-sales plan says; None while none is agreed."""
    statement = sa.select(KnownWarranty.warranty_months).where(
        KnownWarranty.opportunity_id == opportunity_id, KnownWarranty.status == "agreed"
    )
    return await session.scalar(statement.order_by(KnownWarranty.number.desc()).limit(1))


async def known_opportunity(session: AsyncSession, opportunity_id: UUID) -> None:
    """Raises `NotFound` when nothing was ever heard of it."""
    if await session.scalar(sa.select(Head.epoch).where(Head.opportunity_id == opportunity_id)) is None:
        raise NotFound(kind="opportunity", id=opportunity_id)


async def counting(session: AsyncSession, opportunity_id: UUID | None = None) -> Sequence[Estimate]:
    """The estimates that count and are not known to be outdated, locked: of one opportunity, or all of the tenant."""
    statement = sa.select(Estimate).where(Estimate.status.in_(("completed", "priced")), Estimate.outdated.is_(None))
    if opportunity_id:
        statement = statement.where(Estimate.opportunity_id == opportunity_id)
    locked = statement.order_by(Estimate.id).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(locked)).all()


async def role_rate(session: AsyncSession, query: RateQuery) -> RoleRateOut:
    """What a role costs on a day. Raises `UnknownRoleRate`, `RateNotInForceOnDate`."""
    mixes = {query.role: {query.seniority: 1.0}} if query.seniority else {}
    known = await of_tenant(session)
    parameters = parameters_of((await parameter_set_in_force(session)).parameters)
    exchange = ExchangeRates(known.recorded_rates, parameters.commerce.usual_rates)
    found = role_rates(
        known.cards, [query.role], region=query.region, currency=query.currency, on=query.on, mixes=mixes,
        exchange=exchange,
    )[query.role]  # fmt: skip
    grades = [
        GradeOut(
            seniority=grade.rate.seniority,
            share=float(grade.share),
            daily_cost=grade.rate.daily_cost,
            rate_card_id=grade.card.id,
            rate_card_version=grade.card.version,
            region=grade.card.region,
        )
        for grade in found.grades
    ]
    daily_cost = quantised(found.daily_cost, query.currency)
    return RoleRateOut(role=query.role, currency=query.currency, on=query.on, daily_cost=daily_cost, grades=grades)


async def quote(session: AsyncSession, query: QuoteQuery) -> QuoteOut:
    """The exchange rate of a day. Raises `CurrencyRateMissing`."""
    known = await of_tenant(session)
    parameter_set = await parameter_set_in_force(session)
    commerce = parameters_of(parameter_set.parameters).commerce
    exchange = ExchangeRates(known.recorded_rates, commerce.usual_rates)
    return QuoteOut.of(exchange.quote(query.currency, query.to, query.on))
