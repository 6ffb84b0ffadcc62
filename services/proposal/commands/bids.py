"""What changes bid decisions; an overdue condition, a pursuit that does not pay, or newer figures reopen one."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands.shipped import SHIPPED
from services.proposal.content.difference import limits_missed
from services.proposal.domain.bid import has_moved
from services.proposal.models.bids import BidDecision, BidPolicy
from services.proposal.models.projections import KnownOpportunity
from services.proposal.models.proposals import Proposal
from services.proposal.queries.opportunities import open_opportunity
from services.proposal.queries.proposals import content_of, head_of, newest_proposal
from services.proposal.schemas.bids import AnswersIn, BidDecisionIn, BidPolicyIn, DecisionIn, MetIn, kept
from shared.kernel.clock import now
from shared.kernel.db import context_of, find, load
from shared.kernel.messaging import publish_of
from shared.kernel.problems import FieldError, Invalid
from shared.kernel.timers import Due, clear_timer, set_timer
from shared.language.business_day import end_of_day
from shared.language.events.proposal import BidDecided, BidReopened, ProposalDrafted
from shared.language.events.risk.register import PursuitTurnedNegative
from shared.language.events.values import Reason
from shared.language.money import Money
from shared.language.roster import with_assignee

DUE = "bid-condition-due"
"""Kind of timer."""


async def policy_in_force(session: AsyncSession) -> BidPolicy:
    """The newest version of the tenant's policy; the shipped one is the first."""
    newest = sa.select(BidPolicy).order_by(BidPolicy.number.desc()).limit(1)
    policy = await session.scalar(newest)
    if policy is None:
        # Two callers at once may both come here; one of them makes it.
        policy = BidPolicy(number=1, **SHIPPED.model_dump(mode="json"))
        async with session.begin_nested():
            session.add(policy)
    return policy


async def adopt_policy(session: AsyncSession, wish: BidPolicyIn) -> BidPolicy:
    """The next version; open decisions go by it when they are answered again."""
    before = await policy_in_force(session)
    policy = BidPolicy(number=before.number + 1, **wish.model_dump(mode="json"))
    session.add(policy)
    await session.flush()
    return policy


async def open_decision(session: AsyncSession, wish: BidDecisionIn) -> BidDecision:
    """One for each opportunity."""
    await open_opportunity(session, wish.opportunity_id)
    policy = await policy_in_force(session)
    decision = BidDecision(
        opportunity_id=wish.opportunity_id,
        policy_id=policy.id,
        policy_number=policy.number,
        answers={},
        conditions=[],
        status="open",
        times_reopened=0,
    )
    decision.take(policy.assess({}))
    session.add(decision)
    await session.flush()
    return decision


async def answer(session: AsyncSession, decision_id: UUID, wish: AnswersIn, *, version: int) -> BidDecision:
    """Give, change or take back answers; the newest policy says what they recommend.

    Raises `BidIsDecided`, and `Invalid` naming questions that the policy does not have or points that no choice gives.
    """
    decision = await _open(session, decision_id, version=version)
    decision.refuse_if_decided()
    policy = await policy_in_force(session)
    given = {**decision.answers, **kept(wish, by=context_of(session).actor)}
    asked = {one["code"]: {choice["points"] for choice in one["choices"]} for one in policy.questions}
    _refuse_wrong(wish, asked)
    decision.answers = {
        code: one for code, one in given.items() if one is not None and one["points"] in asked.get(code, ())
    }
    decision.policy_id, decision.policy_number = policy.id, policy.number
    decision.answered_by = context_of(session).actor
    decision.take(policy.assess(decision.answers))
    await session.flush()
    return decision


def _refuse_wrong(wish: AnswersIn, asked: Mapping[str, set[float]]) -> None:
    wrong = [
        FieldError(f"/answers/{code}", "unknown_question", "is no question of the policy", "不是问卷中的问题")
        if code not in asked
        else FieldError(
            f"/answers/{code}/points",
            "not_a_choice",
            f"must be one of {sorted(asked[code])}",
            f"必须是以下之一：{sorted(asked[code])}",
        )
        for code, one in wish.answers.items()
        if code not in asked or (one is not None and one.points not in asked[code])
    ]
    if wrong:
        raise Invalid(wrong)


async def decide(session: AsyncSession, decision_id: UUID, wish: DecisionIn, *, version: int) -> BidDecision:
    """Go, conditional or no go, by somebody who did not give the answers."""
    # Behind the head: a draft that is being made is either known here, or compared with this decision afterwards.
    await head_of(session, (await find(session, BidDecision, decision_id)).opportunity_id)
    decision = await _open(session, decision_id, version=version)
    wanted = wish.conditions if wish.decision == "conditional" else []
    conditions = [await with_assignee(session, one.model_dump(mode="json")) for one in wanted]
    decision.decide(wish.decision, by=context_of(session).actor, at=now(), reason=wish.reason, conditions=conditions)
    known = await newest_proposal(session, decision.opportunity_id)
    decision.proposal_id, decision.currency = (known.id, known.currency) if known else (None, None)
    decision.price_amount = known.price_incl_tax if known else None
    await _watch(session, decision)
    await _publish(session, decision)
    return decision


async def meet_condition(session: AsyncSession, decision_id: UUID, wish: MetIn, *, version: int) -> BidDecision:
    """With the last condition met it is a go."""
    decision = await _open(session, decision_id, version=version)
    decision.meet(wish.condition, by=context_of(session).actor, note=wish.note)
    await _watch(session, decision)
    if decision.status == "go":
        await _publish(session, decision)
    return decision


async def reopen(session: AsyncSession, decision_id: UUID, reason: str, *, version: int) -> BidDecision:
    """A person wants it decided again."""
    decision = await _open(session, decision_id, version=version)
    await _reopen(session, decision, Reason(code="person", message=reason, message_zh=reason))
    return decision


async def reopen_for_pursuit(session: AsyncSession, event: PursuitTurnedNegative) -> None:
    """What there is to win no longer pays for the pursuit. Nothing to do where nobody decided to bid."""
    decision = await _decided_to_bid(session, event.opportunity_id)
    if decision:
        value = f"{event.expected_value.amount} {event.expected_value.currency}"
        because = Reason(
            code="pursuit_turned_negative",
            message=f"Going on is worth {value} at a win probability of {event.win_probability:.0%}.",
            message_zh=f"按 {event.win_probability:.0%} 的赢单概率，继续投入的期望值为 {value}。",
        )
        await _reopen(session, decision, because)


async def reopen_for_proposal(session: AsyncSession, event: ProposalDrafted) -> None:
    """The newest proposal may no longer be what it was decided to bid with.

    Nothing to do where nobody decided to bid, or there was no proposal then. Decided again, it is compared with what
    was known by then, so that nothing reopens a decision twice.
    """
    decision = await _decided_to_bid(session, event.opportunity_id)
    newest = await newest_proposal(session, event.opportunity_id) if decision else None
    if decision is None or newest is None or decision.proposal_id in {None, newest.id}:
        return
    because = await _limits_missed(session, decision, newest) or await _price_moved(session, decision, newest)
    if because:
        await _reopen(session, decision, because)


async def note_overdue(session: AsyncSession, due: Due) -> None:
    """A condition was not met by its day."""
    decision = await session.get(BidDecision, due.subject, with_for_update=True)
    if decision is None or decision.status != "conditional":
        return
    open_ones = [one for one in decision.conditions if not one["is_met"]]
    late = [one["text"] for one in open_ones if end_of_day(session, date.fromisoformat(one["due"])) <= due.at]
    if not late:  # its day ends later than it did: the calendar has moved
        await _watch(session, decision)
    else:
        names = "; ".join(late)
        await _reopen(
            session,
            decision,
            Reason(
                code="condition_not_met",
                message=f"Not met by its day: {names}",
                message_zh=f"未按期满足：{names}",
            ),
        )


async def _decided_to_bid(session: AsyncSession, opportunity_id: UUID) -> BidDecision | None:
    """The decision to bid, locked; None where there is none, or the opportunity is closed."""
    own = (
        sa.select(BidDecision)
        .join(KnownOpportunity, KnownOpportunity.id == BidDecision.opportunity_id)
        .where(BidDecision.opportunity_id == opportunity_id, BidDecision.status.in_(("go", "conditional")))
        .where(~KnownOpportunity.is_closed)
    )
    return await session.scalar(own.with_for_update(of=BidDecision))


async def _limits_missed(session: AsyncSession, decision: BidDecision, newest: Proposal) -> Reason | None:
    if decision.proposal_id is None:
        return None
    before, _ = await content_of(session, decision.proposal_id)
    after, _ = await content_of(session, newest.id)
    missed = limits_missed(before, after)
    if not missed:
        return None
    said = "; ".join(f"{one.name} {one.limit} (offered: {one.offered})" for one in missed)
    said_zh = "；".join(f"{one.name} {one.limit}（方案为 {one.offered}）" for one in missed)
    return Reason(
        code="limit_missed",
        message=f"Proposal {newest.version_label} no longer keeps to limits of the client's: {said}",
        message_zh=f"方案 {newest.version_label} 不再满足客户的限制：{said_zh}",
    )


async def _price_moved(session: AsyncSession, decision: BidDecision, newest: Proposal) -> Reason | None:
    policy, before = await policy_in_force(session), decision.price
    # Prices in two currencies are not compared: the rate of which day would it be?
    if before is None or before.currency != newest.currency:
        return None
    if not has_moved(before.amount, newest.price_incl_tax, policy.price_change):
        return None
    after, share = Money.of(newest.price_incl_tax, newest.currency), f"{policy.price_change * 100:.4g}%"
    return Reason(
        code="price_changed",
        message=f"The price with tax was {before.amount} {before.currency} when it was decided; "
        f"with proposal {newest.version_label} it is {after.amount} {after.currency}, "
        f"more than {share} apart.",
        message_zh=f"决策时含税价为 {before.amount} {before.currency}，"
        f"方案 {newest.version_label} 为 {after.amount} {after.currency}，差异超过 {share}。",
    )


async def _open(session: AsyncSession, decision_id: UUID, *, version: int) -> BidDecision:
    await open_opportunity(session, (await find(session, BidDecision, decision_id)).opportunity_id)
    return await load(session, BidDecision, decision_id, version=version)


async def _reopen(session: AsyncSession, decision: BidDecision, because: Reason) -> None:
    decision.reopen(because.model_dump(mode="json"))
    await _watch(session, decision)
    await publish_of(session, BidReopened, decision, reason=because)


async def _publish(session: AsyncSession, decision: BidDecision) -> None:
    await publish_of(
        session,
        BidDecided,
        decision,
        decision=decision.status,
        decided_by=decision.decided_by or "",
        open_conditions=tuple(one["text"] for one in decision.conditions if not one["is_met"]),
    )


async def _watch(session: AsyncSession, decision: BidDecision) -> None:
    """Wake up when the first open condition is overdue."""
    days = [date.fromisoformat(one["due"]) for one in decision.conditions if not one["is_met"]]
    if decision.status == "conditional" and days:
        decision.due = min(days)
        await set_timer(session, DUE, decision.id, end_of_day(session, min(days)))
    else:
        decision.due = None
        await clear_timer(session, DUE, decision.id)
    await session.flush()
