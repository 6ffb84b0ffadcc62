"""Exchange rates: dated, with source."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.estimation.commands import exchange_rates
from services.estimation.commands.parameter_sets import install_shipped
from services.estimation.models.rates import ExchangeRate
from services.estimation.queries import inputs
from services.estimation.schemas.exchange_rates import (
    ExchangeRateIn,
    ExchangeRateOut,
    ExchangeRatePatch,
    ExchangeRateQuery,
    QuoteOut,
    QuoteQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/exchange-rates", tags=["estimation"], route_class=Route)

Reader = Annotated[Principal, may("exchange-rates:read")]
Writer = Annotated[Principal, may("exchange-rates:write")]


@router.post("", status_code=201, response_model=ExchangeRateOut, operation_id="recordExchangeRate")
async def record_exchange_rate(wish: ExchangeRateIn, session: Session, _caller: Writer) -> ExchangeRate:
    """Record the rate of a day with its source. It counts from that day on, before the parameter set's."""
    return await exchange_rates.record_exchange_rate(session, wish)


@router.get("", response_model=Page[ExchangeRateOut], operation_id="listExchangeRates")
async def list_exchange_rates(
    query: Annotated[ExchangeRateQuery, Query()], session: Session, _caller: Reader
) -> Slice[ExchangeRate]:
    """Recorded rates, newest date first."""
    return await paginate(session, ExchangeRate, query)


@router.get("/quote", operation_id="quoteExchangeRate")
async def quote_exchange_rate(query: Annotated[QuoteQuery, Query()], session: Session, _caller: Reader) -> QuoteOut:
    """The rate that counts on a day, direct, inverse or over the parameter set's currency."""
    await install_shipped(session)
    return await inputs.quote(session, query)


@router.get("/{exchange_rate_id}", response_model=ExchangeRateOut, operation_id="getExchangeRate")
async def get_exchange_rate(exchange_rate_id: UUID, session: Session, _caller: Reader) -> ExchangeRate:
    """One recorded rate."""
    return await find(session, ExchangeRate, exchange_rate_id)


@router.patch("/{exchange_rate_id}", response_model=ExchangeRateOut, operation_id="changeExchangeRate")
async def change_exchange_rate(
    exchange_rate_id: UUID, patch: ExchangeRatePatch, session: Session, seen: SeenVersion, _caller: Writer
) -> ExchangeRate:
    """Correct rate or source; estimates made with it are marked as outdated."""
    return await exchange_rates.change_exchange_rate(session, exchange_rate_id, patch, version=seen)


@router.delete("/{exchange_rate_id}", status_code=204, operation_id="deleteExchangeRate")
async def delete_exchange_rate(exchange_rate_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> None:
    """Delete a rate that was recorded by mistake."""
    await exchange_rates.delete_exchange_rate(session, exchange_rate_id, version=seen)
