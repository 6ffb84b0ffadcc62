"""Response clocks: started by a question, standing while the client owes, ended by the answer.

A subject (clarification, interaction, support request) has one open clock for each purpose. Who owns the subject
calls these functions in the transaction of its own change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.shipped import install_shipped
from services.engagement.domain.business_time import BusinessCalendar
from services.engagement.models.calendars import Calendar
from services.engagement.models.clarifications import Clarification
from services.engagement.models.response_clocks import Purpose, ResponseClock, ResponsePolicy
from services.engagement.models.support import SupportRequest
from shared.kernel.clock import now
from shared.kernel.db import find, load
from shared.kernel.events import Event
from shared.kernel.messaging import publish
from shared.kernel.revisions import in_force
from shared.kernel.timers import Due, clear_timer, set_timer
from shared.language.events.engagement import (
    ResponseClockBreached,
    ResponseClockFacts,
    ResponseClockMet,
    ResponseClockMissed,
    ResponseClockNeared,
)

NEARED, BREACHED = "clock-neared", "clock-breached"
"""Kinds of timers."""


@dataclass(frozen=True, slots=True)
class ClockSubject:
    """What an answer is owed to, and who of us owes it."""

    kind: str
    id: UUID
    opportunity_id: UUID
    label: str
    owner: str | None = None


async def start_clock(
    session: AsyncSession,
    subject: ClockSubject,
    *,
    priority: str,
    purpose: str = Purpose.FIRST,
    at: datetime | None = None,
) -> ResponseClock | None:
    """Start to count at `at` (now), by the policy in force; an open clock of that purpose goes on as it is.

    None when the policy promises nothing for that purpose.
    """
    for clock in await _open_clocks(session, subject.kind, subject.id, purpose):
        return clock
    await install_shipped(session)
    policy = await policy_in_force(session, subject.kind, priority)
    target = policy.minutes(purpose)
    if target is None:
        return None
    clock = ResponseClock(
        opportunity_id=subject.opportunity_id,
        subject_kind=subject.kind,
        subject_id=subject.id,
        subject_label=subject.label,
        owner=subject.owner,
        purpose=purpose,
        priority=priority,
        policy_id=policy.id,
        calendar_id=policy.calendar_id,
        target_minutes=target,
        due_soon_fraction=policy.due_soon_fraction,
        state="running",
        started_at=at or now(),
        pauses=[],
    )
    session.add(clock)
    await session.flush()
    await _plan(session, clock)
    reason = await _waits_for(session, subject.id)
    if reason:
        await _pause(session, clock, reason, now())
    return clock


async def pause_clock(
    session: AsyncSession, kind: str, subject_id: UUID, *, reason: str, at: datetime | None = None
) -> None:
    """The client owes something: every running clock of the subject stands."""
    for clock in await _open_clocks(session, kind, subject_id):
        if clock.state == "running":
            await _pause(session, clock, reason, at or now())


async def resume_clock(session: AsyncSession, kind: str, subject_id: UUID, *, at: datetime | None = None) -> None:
    """What was owed has come: every paused clock of the subject runs on, unless something else is owed too."""
    await session.flush()
    if await _waits_for(session, subject_id):
        return
    for clock in await _open_clocks(session, kind, subject_id):
        if clock.state == "paused":
            await _resume(session, clock, at or now())


async def stop_clock(
    session: AsyncSession,
    kind: str,
    subject_id: UUID,
    *,
    purposes: Sequence[str] = tuple(Purpose),
    at: datetime | None = None,
) -> None:
    """An answer was given at `at` (now): the open clocks of those purposes end, met or breached."""
    for clock in await _open_clocks(session, kind, subject_id, *purposes):
        clock.stop(await _calendar(session, clock), max(at or now(), clock.started_at))
        await _clear(session, clock)
        kinds = {"met": ResponseClockMet, "breached": ResponseClockMissed}
        await _publish(session, clock, kinds[clock.state], clock.stopped_at or now())


async def cancel_clock(session: AsyncSession, kind: str, subject_id: UUID) -> None:
    """No answer is owed any more: withdrawn, declined, closed."""
    for clock in await _open_clocks(session, kind, subject_id):
        await _cancel(session, clock)


async def cancel_clocks_of(session: AsyncSession, opportunity_id: UUID) -> None:
    """The opportunity is closed: nobody waits for an answer."""
    open_ones = sa.select(ResponseClock).where(
        ResponseClock.opportunity_id == opportunity_id, ResponseClock.stopped_at.is_(None)
    )
    for clock in await session.scalars(open_ones.with_for_update()):
        await _cancel(session, clock)


async def change_clock(
    session: AsyncSession, kind: str, subject_id: UUID, *, priority: str | None = None, owner: str | None = None
) -> None:
    """Another priority (the policy in force for it counts from the start) or another owner."""
    for clock in await _open_clocks(session, kind, subject_id):
        clock.owner = owner or clock.owner
        if priority and priority != clock.priority:
            policy = await policy_in_force(session, kind, priority)
            clock.priority, clock.policy_id, clock.calendar_id = priority, policy.id, policy.calendar_id
            clock.target_minutes = policy.minutes(clock.purpose) or clock.target_minutes
            clock.due_soon_fraction = policy.due_soon_fraction
            if clock.state == "running":
                await _plan(session, clock)
    await session.flush()


async def replan_clocks(session: AsyncSession, calendar: Calendar) -> int:
    """The calendar has changed: compute anew when its running clocks are due. Returns how many there were."""
    running = sa.select(ResponseClock).where(ResponseClock.calendar_id == calendar.id, ResponseClock.state == "running")
    clocks = (await session.scalars(running.order_by(ResponseClock.id).with_for_update())).all()
    for clock in clocks:
        await _plan(session, clock)
    return len(clocks)


async def pause_one(session: AsyncSession, clock_id: UUID, reason: str, *, version: int) -> ResponseClock:
    """Pause by hand. Raises `IllegalTransition`."""
    clock = await load(session, ResponseClock, clock_id, version=version)
    await _pause(session, clock, reason, now())
    return clock


async def resume_one(session: AsyncSession, clock_id: UUID, *, version: int) -> ResponseClock:
    """Resume by hand. Raises `IllegalTransition`."""
    clock = await load(session, ResponseClock, clock_id, version=version)
    await _resume(session, clock, now())
    return clock


async def note_neared(session: AsyncSession, due: Due) -> None:
    """Say, once, that the answer is due soon."""
    clock = await _due(session, due.subject)
    if clock and clock.neared_at is None:
        clock.neared_at = due.at
        await _publish(session, clock, ResponseClockNeared, due.at)


async def note_breached(session: AsyncSession, due: Due) -> None:
    """Say, once, that the answer was not given in time; the clock runs on until it is."""
    clock = await _due(session, due.subject)
    if clock:
        clock.state, clock.breached_at = "breached", due.at
        await _publish(session, clock, ResponseClockBreached, due.at)


async def policy_in_force(session: AsyncSession, kind: str, priority: str) -> ResponsePolicy:
    """The revision that counts for clocks that start now; there always is one, as the shipped ones are."""
    rule = await in_force(session, ResponsePolicy, subject_kind=kind, priority=priority)
    if rule is None:
        raise LookupError(f"no response policy for {kind} at {priority}")
    return rule


async def _waits_for(session: AsyncSession, subject_id: UUID) -> str | None:
    """What somebody owes us before we can answer the subject: a question to the client, or what a request waits for."""
    asked = sa.select(Clarification).where(
        Clarification.holds_up_id == subject_id, Clarification.status.in_(["asked", "reopened"])
    )
    question = (await session.scalars(asked.order_by(Clarification.id).limit(1))).one_or_none()
    if question:
        return f"{question.code} {question.question}"[:300]
    waiting = sa.select(SupportRequest.waiting_reason).where(
        SupportRequest.id == subject_id, SupportRequest.waits_for.is_not(None)
    )
    return await session.scalar(waiting)


async def _due(session: AsyncSession, clock_id: UUID) -> ResponseClock | None:
    clock = await session.get(ResponseClock, clock_id, with_for_update=True)
    return clock if clock and clock.state == "running" else None


async def _open_clocks(session: AsyncSession, kind: str, subject_id: UUID, *purposes: str) -> Sequence[ResponseClock]:
    open_ones = sa.select(ResponseClock).where(
        ResponseClock.subject_kind == kind,
        ResponseClock.subject_id == subject_id,
        ResponseClock.stopped_at.is_(None),
    )
    if purposes:
        open_ones = open_ones.where(ResponseClock.purpose.in_(purposes))
    return (await session.scalars(open_ones.order_by(ResponseClock.id).with_for_update())).all()


async def _calendar(session: AsyncSession, clock: ResponseClock) -> BusinessCalendar:
    return (await find(session, Calendar, clock.calendar_id)).business_calendar()


async def _plan(session: AsyncSession, clock: ResponseClock) -> None:
    clock.plan(await _calendar(session, clock), now())
    if clock.due_at and clock.due_soon_at:
        await set_timer(session, BREACHED, clock.id, clock.due_at)
        if clock.neared_at is None:
            await set_timer(session, NEARED, clock.id, clock.due_soon_at)
    else:
        await _clear(session, clock)
    await session.flush()


async def _pause(session: AsyncSession, clock: ResponseClock, reason: str, at: datetime) -> None:
    clock.pause(reason, at)
    clock.due_at = clock.due_soon_at = None
    await _clear(session, clock)
    await session.flush()


async def _resume(session: AsyncSession, clock: ResponseClock, at: datetime) -> None:
    clock.resume(at)
    await _plan(session, clock)


async def _cancel(session: AsyncSession, clock: ResponseClock) -> None:
    clock.state, clock.stopped_at = "cancelled", now()
    await _clear(session, clock)
    await session.flush()


async def _clear(session: AsyncSession, clock: ResponseClock) -> None:
    await clear_timer(session, NEARED, clock.id)
    await clear_timer(session, BREACHED, clock.id)


async def _publish(session: AsyncSession, clock: ResponseClock, kind: type[Event], at: datetime) -> None:
    """Publish what the clock shows at `at`."""
    await session.flush()
    shown = clock.reading(await _calendar(session, clock), at)
    facts = ResponseClockFacts.of(clock, clock_id=clock.id, elapsed_minutes=shown.elapsed / timedelta(minutes=1))
    await publish(session, kind(opportunity_id=clock.opportunity_id, clock=facts), about=clock)
