"""Staleness of estimates: which would come out otherwise now; they are marked, published, and can be computed again."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation import queries
from services.estimation.commands import publishing, publishing_sources
from services.estimation.domain.commerce import Commerce
from services.estimation.domain.costing import Inputs
from services.estimation.domain.exchange_rates import CurrencyRateMissing, ExchangeRates
from services.estimation.domain.parameters import parameters_of
from services.estimation.domain.rates import RateNotInForceOnDate, UnknownRoleRate, role_rates
from services.estimation.models.estimates import Estimate, ParameterSet
from services.estimation.queries import inputs
from services.estimation.queries.history import active_model_id
from shared.kernel.clock import now
from shared.kernel.db import find
from shared.kernel.messaging import publish_of
from shared.kernel.timers import set_timer
from shared.language.events.estimation import EstimateOutdated
from shared.language.events.values import Reason

RECOMPUTE = "recompute_estimate"
"""Kind of the timer that computes an opportunity's estimate again."""
QUIET = timedelta(seconds=2)
"""Several changes in a row make one revision."""


def _reason(code: str, message: str, message_zh: str) -> Reason:
    return Reason(code=code, message=message, message_zh=message_zh, retryable=True, actions=(RECOMPUTE,))


RATES = _reason("rates_changed", "A rate card that it uses has changed.", "所用费率表已变更。")
EXCHANGE = _reason("exchange_rates_changed", "An exchange rate that it uses has changed.", "所用汇率已变更。")
PARAMETERS = _reason("parameter_set_changed", "Another parameter set is in force now.", "已有新的参数集生效。")
ITEMS = _reason("cost_items_changed", "The cost items of the opportunity have changed.", "商机的成本项已变更。")
WARRANTY = _reason(
    "warranty_changed", "Another warranty is agreed in the after-sales plan.", "售后方案约定的质保期已变更。"
)
MODEL = _reason(
    "productivity_model_changed", "Another productivity model is active now, or none.", "启用的生产率模型已变更或停用。"
)
TERMS = _reason("payment_terms_changed", "The terms of payment have changed.", "付款条款已变更。")


async def mark_outdated(session: AsyncSession) -> None:
    """After rates, exchange rates, parameters or the active model have changed: mark the estimates that it concerns."""
    await session.flush()
    rows = await inputs.counting(session)
    if not rows:
        return
    known = await inputs.of_tenant(session)
    in_force, model = await queries.parameter_set_in_force(session), await active_model_id(session)
    regions = await inputs.regions_of(session, [row.baseline_id for row in rows])
    sets: dict[UUID, Commerce] = {}
    for row in rows:
        if row.parameter_set_id not in sets:
            stored = (await find(session, ParameterSet, row.parameter_set_id)).parameters
            sets[row.parameter_set_id] = parameters_of(stored).commerce
        commerce = sets[row.parameter_set_id]
        reason = _outdated_by(row.figures or {}, known, commerce, regions.get(row.baseline_id))
        if _model_changed(row.figures or {}, model):
            reason = MODEL
        if row.parameter_set_id != in_force.id:
            reason = PARAMETERS
        if reason:
            await _mark(session, row, reason)


async def mark_own(session: AsyncSession, opportunity_id: UUID, reason: Reason) -> None:
    """After an opportunity's own items or terms have changed: its estimate is marked, and soon computed again."""
    await session.flush()
    for row in await inputs.counting(session, opportunity_id):
        await _mark(session, row, reason)
    await set_timer(session, RECOMPUTE, opportunity_id, now() + QUIET)


async def _mark(session: AsyncSession, row: Estimate, reason: Reason) -> None:
    row.outdated = reason.model_dump(mode="json")
    await publish_of(session, EstimateOutdated, row, basis=publishing.basis_of(row), reason=reason)


def _outdated_by(figures: Mapping[str, Any], known: Inputs, commerce: Commerce, region: str | None) -> Reason | None:
    start = date.fromisoformat(figures["planned_start"])
    used = figures.get("exchange_rates", [])
    if used != _exchange_rates_now(used, known, commerce, start):
        return EXCHANGE
    return RATES if figures.get("rates") != _rates_now(figures, known, commerce, region, start) else None


def _model_changed(figures: Mapping[str, Any], active: UUID | None) -> bool:
    """Whether its size would be predicted by another model; what has no size is predicted by none."""
    methods = {method["method"]: method for method in figures.get("methods", ())}
    if "function_points" not in methods:
        return False
    used = methods.get("productivity_model", {}).get("source_ids") or [None]
    return bool(used[0] != (active and str(active)))


def _rates_now(
    figures: Mapping[str, Any], known: Inputs, commerce: Commerce, region: str | None, start: date
) -> list[Any] | None:
    roles = [rate["role"] for rate in figures.get("rates") or ()]
    try:
        found = role_rates(
            known.cards,
            roles,
            region=region,
            currency=figures["currency"],
            on=start,
            mixes=commerce.grades,
            exchange=ExchangeRates(known.recorded_rates, commerce.usual_rates),
        )
    except (UnknownRoleRate, RateNotInForceOnDate):
        return None
    return [rate.model_dump(mode="json") for rate in publishing_sources.rates(found)]


def _exchange_rates_now(used: list[Any], known: Inputs, commerce: Commerce, start: date) -> list[Any] | None:
    exchange = ExchangeRates(known.recorded_rates, commerce.usual_rates)
    try:
        quotes = [exchange.quote(one["currency"], one["quote_currency"], start) for one in used]
    except CurrencyRateMissing:
        return None
    return [rate.model_dump(mode="json") for rate in publishing_sources.exchange_rates(quotes)]
