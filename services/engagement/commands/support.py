"""What changes support requests; each step is told."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.numbers import next_code
from services.engagement.commands.publishing_support import publish_request
from services.engagement.commands.response_clocks import (
    ClockSubject,
    cancel_clock,
    change_clock,
    pause_clock,
    resume_clock,
    start_clock,
    stop_clock,
)
from services.engagement.commands.shipped import default_calendar
from services.engagement.domain.assignment import Assessment
from services.engagement.models.colleagues import Colleague
from services.engagement.models.response_clocks import Purpose, SubjectKind
from services.engagement.models.support import NobodyFits, SupportMessage, SupportRequest, WaitsFor
from services.engagement.queries import colleagues as people
from services.engagement.queries.projections import find_opportunity, load_in_open, open_opportunity, refuse_foreign
from services.engagement.schemas.support import (
    CandidateOut,
    CandidatesOut,
    EscalateIn,
    MessageIn,
    RateIn,
    SupportRequestIn,
    SupportRequestPatch,
    TriageIn,
    WaitIn,
)
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.kernel.db import context_of, find, load, one_at_a_time
from shared.language.business_day import hours_per_day, today
from shared.language.roster import assignable

_KIND = SubjectKind.SUPPORT_REQUEST


async def request_support(session: AsyncSession, wish: SupportRequestIn) -> SupportRequest:
    """Ask the team; clocks for the first answer and for the delivery start. Raises `NotOfThisOpportunity`."""
    await open_opportunity(session, wish.opportunity_id)
    await refuse_foreign(session, wish.opportunity_id, wish.model_dump())
    request = SupportRequest(
        **wish.model_dump(exclude={"expected_hours"}),
        expected_hours=wish.expected_hours or float(await hours_per_day(session)),
        code=await next_code(session, "SUP", wish.opportunity_id),
        requester=context_of(session).actor,
        status="requested",
        escalations=[],
        times_reopened=0,
    )
    session.add(request)
    await publish_request(session, request)
    await _start(session, request, Purpose.FIRST, Purpose.RESOLUTION)
    return request


async def change_request(
    session: AsyncSession, key: UUID, patch: SupportRequestPatch, *, version: int
) -> SupportRequest:
    """Change an open request; its clocks follow another priority. Raises `SupportRequestIsOver`."""
    request = await load_in_open(session, SupportRequest, key, version=version)
    request.refuse_if_over()
    changes = patch.changes()
    await refuse_foreign(session, request.opportunity_id, changes)
    await _assign_fields(session, request, changes)
    if request.version > version:
        await publish_request(session, request)
    return request


async def triage(session: AsyncSession, key: UUID, wish: TriageIn, *, version: int) -> SupportRequest:
    """Somebody looked at it and said what it is: the first answer, unless the requester did it."""
    request = await _act(session, key, "triage", version)
    await _assign_fields(session, request, wish.changes())
    await _answered(session, request, Purpose.FIRST)
    return await _told(session, request)


async def candidates(session: AsyncSession, request: SupportRequest) -> CandidatesOut:
    """Everybody by how well they fit, as of today where we work."""
    until, found = await _assessed(session, request)
    wanted = people.wanted_of(request)
    return CandidatesOut(
        until=until,
        wanted_hours=request.expected_hours,
        candidates=[CandidateOut.of(one, wanted) for one in found],
    )


async def assign(session: AsyncSession, key: UUID, to: UUID | str, *, version: int) -> SupportRequest:
    """Give it to a colleague, or to the `best` who fits. Raises `NobodyFits`, `NotFound`, `ColleagueIsInactive`."""
    request = await _act(session, key, "assign", version)
    if to == "best":
        await one_at_a_time(session, "assign")  # two requests must not both count on the same free hours
    _, found = await _assessed(session, request)
    if to == "best":
        if not found or not found[0].fits:
            raise NobodyFits(code=request.code)
        chosen = found[0]
    else:
        colleague = await find(session, Colleague, UUID(str(to)))
        await assignable(session, colleague.subject)
        chosen = next(one for one in found if one.candidate.id == colleague.id)
    shown = CandidateOut.of(chosen, people.wanted_of(request)).model_dump(mode="json")
    request.assignment = {**shown, "chosen": "best" if to == "best" else "by_name"}
    request.assignee_id, request.assignee = chosen.candidate.id, chosen.candidate.subject
    request.assigned_at = now()
    await change_clock(session, _KIND, request.id, owner=request.assignee)
    return await _told(session, request)


async def start(session: AsyncSession, key: UUID, *, version: int) -> SupportRequest:
    """The assignee begins. Raises `OnlyTheAssignee`."""
    return await _told(session, await _act(session, key, "start", version))


async def deliver(session: AsyncSession, key: UUID, delivery: str, *, version: int) -> SupportRequest:
    """The assignee has given the support: every clock ends. Raises `OnlyTheAssignee`."""
    request = await _act(session, key, "deliver", version)
    request.delivery, request.delivered_at = delivery, now()
    request.wait(None, None, None)
    await stop_clock(session, _KIND, request.id)
    return await _told(session, request)


async def rate(session: AsyncSession, key: UUID, wish: RateIn, *, version: int) -> SupportRequest:
    """The requester says how good it was. Raises `OnlyTheRequester`."""
    request = await _act(session, key, "rate", version)
    request.rate(wish.rating, wish.comment, by="requester", at=now())
    return await _told(session, request)


async def close(session: AsyncSession, key: UUID, *, version: int) -> SupportRequest:
    request = await _act(session, key, "close", version)
    request.closed_at = now()
    return await _told(session, request)


async def decline(session: AsyncSession, key: UUID, reason: str, *, version: int) -> SupportRequest:
    """Say no, and why: that is an answer too, and nothing more is owed. The requester takes its wish back."""
    request = await _act(session, key, "decline", version)
    request.note, request.closed_at = reason, now()
    request.wait(None, None, None)
    await _answered(session, request, Purpose.FIRST, Purpose.FOLLOWING)
    await cancel_clock(session, _KIND, request.id)
    return await _told(session, request)


async def reopen(session: AsyncSession, key: UUID, reason: str, *, version: int) -> SupportRequest:
    """The requester is not helped yet: an answer and a delivery are owed again. Raises `OnlyTheRequester`."""
    request = await _act(session, key, "reopen", version)
    request.note, request.closed_at = reason, None
    request.delivered_at = request.rating = request.rating_comment = request.rated_at = request.rated_by = None
    request.times_reopened += 1
    await _start(session, request, Purpose.FOLLOWING, Purpose.RESOLUTION)
    return await _told(session, request)


async def wait(session: AsyncSession, key: UUID, wish: WaitIn, *, version: int) -> SupportRequest:
    """The client or the requester owes us something: every clock stands. Raises `IsWaiting`."""
    request = await _act(session, key, "wait", version)
    request.wait(wish.waits_for, wish.reason, now())
    await pause_clock(session, _KIND, request.id, reason=wish.reason)
    return await _told(session, request)


async def resume(session: AsyncSession, key: UUID, *, version: int) -> SupportRequest:
    """They have given it: the clocks run on. Raises `IsNotWaiting`."""
    request = await _act(session, key, "resume", version)
    return await _go_on(session, request)


async def escalate(session: AsyncSession, key: UUID, wish: EscalateIn, *, version: int) -> SupportRequest:
    """Bring it to somebody higher. Raises `AlreadyEscalated`, and as `person_of_ours`."""
    request = await _act(session, key, "escalate", version)
    to = await people.person_of_ours(session, wish.to, await find_opportunity(session, request.opportunity_id))
    request.escalate(wish.level, to, wish.reason, by=context_of(session).actor, at=now())
    return await _told(session, request)


async def write_message(session: AsyncSession, key: UUID, wish: MessageIn) -> SupportMessage:
    """Add to the thread. An answer that the requester sees stops the clock; a question of theirs starts one.

    Raises `SupportRequestIsOver`, `OnlyTheOwner`.
    """
    await open_opportunity(session, (await find(session, SupportRequest, key)).opportunity_id)
    request = await load(session, SupportRequest, key)
    request.refuse_if_over()
    if others := request.others():
        raise others
    message = SupportMessage(
        opportunity_id=request.opportunity_id, support_request_id=request.id, **wish.model_dump(mode="json")
    )
    session.add(message)
    await session.flush()
    if context_of(session).actor == request.requester:
        await _hear_requester(session, request)
    elif not wish.is_internal and not wish.is_acknowledgement:
        await stop_clock(session, _KIND, request.id, purposes=[Purpose.FIRST, Purpose.FOLLOWING])
        if request.first_answered_at is None:
            request.first_answered_at = now()
            await publish_request(session, request)
    return message


async def _answered(session: AsyncSession, request: SupportRequest, *purposes: Purpose) -> None:
    """The requester has an answer: what it does itself is none."""
    if context_of(session).actor != request.requester:
        request.first_answered_at = request.first_answered_at or now()
        await stop_clock(session, _KIND, request.id, purposes=purposes)


async def _hear_requester(session: AsyncSession, request: SupportRequest) -> None:
    if request.waits_for == WaitsFor.REQUESTER:
        await _go_on(session, request)
    if request.first_answered_at:
        await _start(session, request, Purpose.FOLLOWING)


async def _go_on(session: AsyncSession, request: SupportRequest) -> SupportRequest:
    request.wait(None, None, None)
    await _told(session, request)
    await resume_clock(session, _KIND, request.id)
    return request


async def _assign_fields(session: AsyncSession, request: SupportRequest, changes: Mapping[str, Any]) -> None:
    set_fields(request, changes)
    await session.flush()
    if "priority" in changes:
        await change_clock(session, _KIND, request.id, priority=request.priority)


async def _act(session: AsyncSession, key: UUID, action: str, version: int) -> SupportRequest:
    request = await load_in_open(session, SupportRequest, key, version=version)
    request.act(action, context_of(session).actor)
    return request


async def _told(session: AsyncSession, request: SupportRequest) -> SupportRequest:
    await publish_request(session, request)
    return request


async def _start(session: AsyncSession, request: SupportRequest, *purposes: Purpose) -> None:
    label = f"{request.code} {request.title}"[:300]
    subject = ClockSubject(_KIND, request.id, request.opportunity_id, label, request.assignee)
    for purpose in purposes:
        await start_clock(session, subject, priority=request.priority, purpose=purpose)


async def _assessed(session: AsyncSession, request: SupportRequest) -> tuple[date, list[Assessment]]:
    calendar = await default_calendar(session)
    return await people.assessments(session, request, calendar, today(session))
