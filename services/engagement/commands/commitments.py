"""What changes commitments."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.numbers import next_code
from services.engagement.commands.publishing import publish_commitment, publish_lapsed_commitment
from services.engagement.commands.shipped import default_calendar
from services.engagement.domain.business_time import add_business_time
from services.engagement.models.clarifications import Party
from services.engagement.models.commitments import Commitment, CommitmentsInACircle
from services.engagement.models.interactions import Interaction
from services.engagement.models.projections import KnownOpportunity
from services.engagement.models.surveys import SurveyInvitation
from services.engagement.queries import commitments as queries
from services.engagement.queries.colleagues import person_of_ours
from services.engagement.queries.projections import find_opportunity, load_in_open, open_opportunity, refuse_foreign
from services.engagement.schemas.commitments import CommitmentIn, CommitmentPatch
from services.engagement.schemas.interactions import StepIn
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.kernel.db import context_of, find, load
from shared.kernel.timers import Due, clear_timer, set_timer
from shared.language.business_day import day_of, end_of_day, hours_per_day

_FOLLOW_UP_DAYS = 2
"""Working days in which a dissatisfied client hears from us."""

DUE = "commitment-due"
"""Kind of timer."""


async def make_commitment(session: AsyncSession, wish: CommitmentIn) -> Commitment:
    """Keep a promise. Raises `NotOfThisOpportunity` for a contact or commitment of another, and as `person_of_ours`."""
    opportunity = await open_opportunity(session, wish.opportunity_id)
    await refuse_foreign(session, wish.opportunity_id, wish.model_dump())
    owner = await person_of_ours(session, wish.owner, opportunity) if wish.side == Party.US else wish.owner
    return await _promise(session, wish.model_copy(update={"owner": owner}))


async def _promise(
    session: AsyncSession, wish: CommitmentIn, *, survey_invitation_id: UUID | None = None
) -> Commitment:
    code = await next_code(session, "CMT", wish.opportunity_id)
    commitment = Commitment(**wish.model_dump(), code=code, survey_invitation_id=survey_invitation_id, status="open")
    session.add(commitment)
    await publish_commitment(session, commitment)
    await _watch(session, commitment)
    return commitment


async def follow_up(session: AsyncSession, invitation: SurveyInvitation, owner: str, statement: str) -> Commitment:
    """Somebody of ours looks into what a client found bad, also after the opportunity is closed."""
    calendar = (await default_calendar(session)).business_calendar()
    due = add_business_time(calendar, now(), _FOLLOW_UP_DAYS * timedelta(hours=float(await hours_per_day(session))))
    wish = CommitmentIn(
        opportunity_id=invitation.opportunity_id,
        side=Party.US,
        statement=statement[:300],
        owner=owner,
        contact_id=invitation.contact_id,
        interaction_id=invitation.interaction_id,
        due_on=day_of(session, due),
    )
    return await _promise(session, wish, survey_invitation_id=invitation.id)


async def promise_next_step(session: AsyncSession, interaction: Interaction, step: StepIn) -> None:
    """Make a commitment of the next step of a talk."""
    wish = CommitmentIn(
        opportunity_id=interaction.opportunity_id,
        side=step.side,
        statement=(interaction.next_step or "")[:300],
        owner=step.owner or context_of(session).actor,
        due_on=step.due_on,
        interaction_id=interaction.id,
    )
    await make_commitment(session, wish)


async def change_commitment(
    session: AsyncSession, commitment_id: UUID, patch: CommitmentPatch, *, version: int
) -> Commitment:
    """Change an open one; another day makes it overdue later or earlier. Raises `CommitmentsInACircle`."""
    commitment = await _load(session, commitment_id, version)
    commitment.refuse_if_over()
    changes = patch.changes()
    await refuse_foreign(session, commitment.opportunity_id, changes)
    if "owner" in changes and commitment.side == Party.US:
        opportunity = await find_opportunity(session, commitment.opportunity_id)
        changes["owner"] = await person_of_ours(session, changes["owner"], opportunity)
    await _refuse_circle(session, commitment, changes.get("depends_on", ()))
    set_fields(commitment, changes)
    if "due_on" in changes:
        commitment.overdue_since = None
    await session.flush()
    if commitment.version > version:
        await publish_commitment(session, commitment)
        await _watch(session, commitment)
    return commitment


async def end_commitment(
    session: AsyncSession, commitment_id: UUID, action: str, note: str | None, *, version: int
) -> Commitment:
    """Complete, miss or cancel. Raises `IllegalTransition`, or `WaitsForOthers` when it cannot be done yet."""
    commitment = await _load(session, commitment_id, version)
    status = commitment.machine.next(commitment.status, action)
    commitment.refuse_others(action)
    waits_for = (await queries.open_ones_before(session, [commitment]))[commitment.id]
    if action == "complete" and waits_for:
        raise commitment.waiting(waits_for)
    commitment.status, commitment.note, commitment.ended_at = status, note or commitment.note, now()
    await clear_timer(session, DUE, commitment.id)
    await publish_commitment(session, commitment)
    return commitment


async def _load(session: AsyncSession, commitment_id: UUID, version: int) -> Commitment:
    if (await find(session, Commitment, commitment_id)).outlives_opportunity:
        return await load(session, Commitment, commitment_id, version=version)
    return await load_in_open(session, Commitment, commitment_id, version=version)


async def note_overdue(session: AsyncSession, due: Due) -> None:
    """Say, once, that a promise was not kept in time."""
    commitment = await session.get(Commitment, due.subject, with_for_update=True)
    if commitment and commitment.status == "open" and commitment.overdue_since is None:
        commitment.overdue_since = due.at
        await publish_lapsed_commitment(session, commitment)


async def forget_due_dates(session: AsyncSession, opportunity_id: UUID) -> None:
    """The opportunity is closed: nothing becomes overdue in it any more, but what follows up a client's bad mark."""
    open_ones = sa.select(Commitment.id).where(
        Commitment.opportunity_id == opportunity_id,
        Commitment.status == "open",
        Commitment.survey_invitation_id.is_(None),
    )
    for key in await session.scalars(open_ones):
        await clear_timer(session, DUE, key)


async def watch_commitments(session: AsyncSession) -> None:
    """Days end at another moment: so does the time of every promise that is still in time."""
    ongoing = sa.select(KnownOpportunity.id).where(KnownOpportunity.stage != "closed")
    in_time = (Commitment.status == "open") & Commitment.overdue_since.is_(None)
    lives = Commitment.opportunity_id.in_(ongoing) | Commitment.survey_invitation_id.is_not(None)
    kept = sa.select(Commitment).where(in_time, lives).order_by(Commitment.id)
    for commitment in await session.scalars(kept):
        await _watch(session, commitment)


async def _watch(session: AsyncSession, commitment: Commitment) -> None:
    """It is overdue when its day has ended where we work."""
    await set_timer(session, DUE, commitment.id, end_of_day(session, commitment.due_on))


async def _refuse_circle(session: AsyncSession, commitment: Commitment, depends_on: Sequence[UUID]) -> None:
    for key, code in (await queries.codes_of(session, commitment.opportunity_id, depends_on)).items():
        if commitment.id in await queries.all_before(session, key):
            raise CommitmentsInACircle(code=commitment.code, other=code)
