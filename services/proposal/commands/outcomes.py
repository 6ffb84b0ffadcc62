"""Outcomes: recorded by persons, prepared by the client's answer, or following from the closing of the opportunity."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.models.competitors import Competitor
from services.proposal.models.outcomes import Outcome, Result, ResultStands
from services.proposal.models.projections import KnownOpportunity
from services.proposal.models.proposals import Proposal
from services.proposal.queries.opportunities import open_opportunity
from services.proposal.queries.proposals import head_of
from services.proposal.schemas.outcomes import OutcomeIn, OutcomePatch
from shared.kernel.clock import now
from shared.kernel.db import context_of, find, load
from shared.kernel.messaging import publish_of
from shared.kernel.problems import FieldError, Invalid
from shared.language.business_day import today
from shared.language.events.proposal import OutcomeRecorded
from shared.language.money import Money

_PRICES = ("final_price", "winning_price")
_OF_ANSWER = {"accepted": Result.WON, "declined": Result.LOST}


async def draft_outcome(session: AsyncSession, wish: OutcomeIn) -> Outcome:
    """Write down how it ended; it counts when it is recorded. Raises `UnknownOpportunity`, `OpportunityIsClosed`."""
    await open_opportunity(session, wish.opportunity_id)
    outcome = Outcome(opportunity_id=wish.opportunity_id, status="draft", lessons=[], reasons=[])
    await _take_offer(session, outcome)
    await _change(session, outcome, wish.model_dump(mode="json", exclude={"opportunity_id", *_PRICES}))
    await _set_prices(outcome, wish.final_price, wish.winning_price, {"final_price", "winning_price"})
    outcome.decided_on = wish.decided_on or today(session)
    session.add(outcome)
    await session.flush()
    return outcome


async def change_outcome(session: AsyncSession, outcome_id: UUID, patch: OutcomePatch, *, version: int) -> Outcome:
    """Say more, before or after it was recorded. Raises `ResultStands` for another result after that."""
    outcome = await load(session, Outcome, outcome_id, version=version)
    if "result" in patch.model_fields_set and outcome.status == "recorded" and patch.result != outcome.result:
        raise ResultStands(result=outcome.result)
    sent = patch.model_dump(mode="json", include=patch.model_fields_set - set(_PRICES))
    await _change(session, outcome, sent)
    await _set_prices(outcome, patch.final_price, patch.winning_price, patch.model_fields_set)
    await session.flush()
    if outcome.status == "recorded" and outcome.version > version:
        await _publish(session, outcome)
    return outcome


async def record_outcome(session: AsyncSession, outcome_id: UUID, *, version: int) -> Outcome:
    """It stands: the opportunity is closed by it, and what was expected is compared with it.

    Raises `OutcomeIsThin`, or what does not fit the offer; `OpportunityIsClosed`.
    """
    opportunity_id = (await find(session, Outcome, outcome_id)).opportunity_id
    # Behind the head, as the client's answer is: what is recorded first counts, and the other is refused.
    await head_of(session, opportunity_id)
    known = await open_opportunity(session, opportunity_id)
    outcome = await load(session, Outcome, outcome_id, version=version)
    await _take_offer(session, outcome)
    outcome.record(known.code)
    await _recorded(session, outcome)
    return outcome


async def note_offer(session: AsyncSession, opportunity_id: UUID) -> None:
    """A proposal went to the client: an outcome that somebody drafted before is one of an offer now."""
    outcome = await _outcome_of(session, opportunity_id)
    if outcome and outcome.status == "draft":
        await session.flush()
        await _take_offer(session, outcome)


async def prepare_outcome(session: AsyncSession, proposal: Proposal) -> None:
    """The client has answered: what is likely is drafted for a person to record. One that is recorded stays."""
    result = _OF_ANSWER.get(proposal.status)
    if result is None:
        return
    outcome = await _outcome_of(session, proposal.opportunity_id)
    if outcome is None:
        outcome = Outcome(opportunity_id=proposal.opportunity_id, reasons=[], lessons=[])
        session.add(outcome)
    if outcome.status == "recorded":
        return
    outcome.status, outcome.result, outcome.reason = "draft", result, proposal.answer_reason
    outcome.decided_on = today(session)
    await _take_offer(session, outcome)
    outcome.final_amount = proposal.price_incl_tax if result == Result.WON else None
    await session.flush()


async def note_closing(session: AsyncSession, opportunity_id: UUID, result: str, reason: str | None) -> None:
    """The opportunity was closed: its outcome stands, whoever had drafted it or not."""
    outcome = await _outcome_of(session, opportunity_id)
    if outcome is None:
        outcome = Outcome(opportunity_id=opportunity_id, reasons=[], lessons=[])
        session.add(outcome)
    if outcome.status == "recorded":
        return
    outcome.result, outcome.reason = result, outcome.reason or reason
    outcome.decided_on = outcome.decided_on or today(session)
    outcome.status = "recorded"
    await _take_offer(session, outcome)
    await _recorded(session, outcome)


async def _outcome_of(session: AsyncSession, opportunity_id: UUID) -> Outcome | None:
    own = sa.select(Outcome).where(Outcome.opportunity_id == opportunity_id).with_for_update()
    return await session.scalar(own)


async def _take_offer(session: AsyncSession, outcome: Outcome) -> None:
    """What was offered last, and what the team had expected then."""
    sent = sa.select(Proposal).where(
        Proposal.opportunity_id == outcome.opportunity_id, Proposal.submitted_at.is_not(None)
    )
    with session.no_autoflush:
        proposal = await session.scalar(sent.order_by(Proposal.submitted_at.desc()).limit(1))
        known = await session.scalar(sa.select(KnownOpportunity).where(KnownOpportunity.id == outcome.opportunity_id))
    outcome.currency = proposal.currency if proposal else known.facts.get("currency") if known else None
    if proposal:
        outcome.proposal_id, outcome.submitted_at = proposal.id, proposal.submitted_at
        outcome.win_probability, outcome.offered_amount = proposal.win_probability, proposal.price_incl_tax


async def _change(session: AsyncSession, outcome: Outcome, values: dict[str, Any]) -> None:
    key = values.get("competitor_id")
    if key and await session.get(Competitor, UUID(key)) is None:
        error = FieldError("/competitor_id", "unknown_competitor", "names no competitor", "竞争对手不存在")
        raise Invalid([error])
    for name, value in values.items():
        setattr(outcome, name, _typed(name, value))


def _typed(name: str, value: Any) -> Any:
    if value is None:
        return None
    return UUID(value) if name == "competitor_id" else date.fromisoformat(value) if name == "decided_on" else value


async def _set_prices(outcome: Outcome, final: Money | None, winning: Money | None, sent: set[str]) -> None:
    prices = {"final": final, "winning": winning}
    errors = [
        FieldError(
            f"/{name}_price/currency", "currency_mismatch", f"must be {outcome.currency}", f"须为 {outcome.currency}"
        )
        for name, price in prices.items()
        if price and outcome.currency and price.currency != outcome.currency
    ]
    if errors:
        raise Invalid(errors)
    for name, price in prices.items():
        if f"{name}_price" in sent:
            setattr(outcome, f"{name}_amount", price.rounded().amount if price else None)
            outcome.currency = outcome.currency or (price.currency if price else None)


async def _recorded(session: AsyncSession, outcome: Outcome) -> None:
    outcome.recorded_by, outcome.recorded_at = context_of(session).actor, now()
    await _publish(session, outcome)


async def _publish(session: AsyncSession, outcome: Outcome) -> None:
    await session.flush()
    competitor = await session.get(Competitor, outcome.competitor_id) if outcome.competitor_id else None
    await publish_of(
        session,
        OutcomeRecorded,
        outcome,
        competitor_name=competitor.name if competitor else None,
        decided_on=outcome.decided_on or today(session),
        offered_price=outcome.price("offered"),
        final_price=outcome.price("final"),
        winning_price=outcome.price("winning"),
    )
