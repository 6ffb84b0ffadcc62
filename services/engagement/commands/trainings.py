"""What changes trainings; each step is told."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands import surveys
from services.engagement.commands.numbers import next_code
from services.engagement.commands.publishing_support import publish_training
from services.engagement.commands.shipped import install_surveys, shipped_survey_id
from services.engagement.models.projections import KnownOpportunity
from services.engagement.models.trainings import Training
from services.engagement.queries import trainings as queries
from services.engagement.queries.colleagues import person_of_ours
from services.engagement.queries.projections import find_opportunity, load_in_open, open_opportunity, refuse_foreign
from services.engagement.schemas.surveys import SurveyInvitationIn
from services.engagement.schemas.trainings import (
    EvaluationLink,
    NotInvited,
    ParticipantIn,
    PresenceIn,
    SessionIn,
    TrainingIn,
    TrainingPatch,
)
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.kernel.problems import Problem
from shared.kernel.states import Reason
from shared.language.do_not_contact import MustNotBeContacted


async def plan_training(session: AsyncSession, wish: TrainingIn) -> Training:
    """Raises `NotOfThisOpportunity`, and as `person_of_ours`."""
    opportunity = await open_opportunity(session, wish.opportunity_id)
    await refuse_foreign(session, wish.opportunity_id, wish.model_dump())
    training = Training(
        **wish.model_dump(exclude={"sessions", "materials"}),
        code=await next_code(session, "TRN", wish.opportunity_id),
        materials=[one.model_dump(mode="json") for one in wish.materials],
        sessions=await _numbered(session, wish.sessions, opportunity),
        participants=[],
        status="planned",
    )
    session.add(training)
    await publish_training(session, training)
    return training


async def change_training(session: AsyncSession, key: UUID, patch: TrainingPatch, *, version: int) -> Training:
    """Change a planned one; whoever is registered must still fit. Raises `SessionIsFull`, `NoSuchSession`."""
    training = await _act(session, key, "change", version)
    changes: dict[str, Any] = patch.changes(mode="json")
    await refuse_foreign(session, training.opportunity_id, patch.changes())
    if "sessions" in changes:
        opportunity = await find_opportunity(session, training.opportunity_id)
        changes["sessions"] = await _numbered(session, patch.sessions, opportunity)
    if "support_request_id" in changes:
        changes["support_request_id"] = patch.support_request_id
    set_fields(training, changes)
    training.refuse_overfull()
    return await _told(session, training, version)


async def register(session: AsyncSession, key: UUID, wishes: Sequence[ParticipantIn], *, version: int) -> Training:
    """Raises `SessionIsFull`, `NoSuchSession`, `NothingPlanned`, `NotOfThisOpportunity`."""
    training = await _act(session, key, "register", version)
    for place, one in enumerate(wishes):
        where, contact_ids = f"/participants/{place}/contact_id", [one.contact_id] if one.contact_id else []
        await refuse_foreign(session, training.opportunity_id, {"contact_ids": contact_ids}, where)
    last = max((one["number"] for one in training.participants), default=0)
    new = [
        {**one.model_dump(mode="json"), "number": last + place, "attended": None, "survey_invitation_id": None}
        for place, one in enumerate(wishes, 1)
    ]
    training.participants = [*training.participants, *new]
    training.refuse_overfull()
    return await _told(session, training, version)


async def record_attendance(
    session: AsyncSession, key: UUID, presences: Sequence[PresenceIn], *, version: int
) -> Training:
    """Raises `NoSuchParticipant`, `NotBegunYet`."""
    training = await _act(session, key, "attend", version)
    training.mark({one.number: one.attended for one in presences})
    return await _told(session, training, version)


async def hold(session: AsyncSession, key: UUID, *, version: int) -> Training:
    """All its sessions have taken place. Raises `NotBegunYet`."""
    training = await _act(session, key, "hold", version)
    training.held_at = now()
    return await _told(session, training, version)


async def invite_to_evaluate(
    session: AsyncSession, key: UUID, survey_id: UUID | None, *, version: int
) -> tuple[Training, list[EvaluationLink], list[NotInvited]]:
    """Make a link for everybody who came and has none; who wants to be left alone is named. Raises `NobodyCame`."""
    await install_surveys(session)
    training = await _act(session, key, "invite", version)
    links, left_out, kept = [], [], []
    for one in training.participants:
        if not one["attended"] or one["survey_invitation_id"]:
            kept.append(one)
            continue
        wish = SurveyInvitationIn(
            opportunity_id=training.opportunity_id,
            survey_id=survey_id or shipped_survey_id(session, "csat"),
            training_id=training.id,
            contact_id=one["contact_id"],
            recipient_name=one["name"],
            recipient_mail=one["mail"],
        )
        person = {"number": one["number"], "name": one["name"]}
        try:
            invitation, link = await surveys.invite(session, wish)
        except MustNotBeContacted as refusal:
            left_out.append(NotInvited(**person, reason=_reason(refusal)))
            kept.append(one)
            continue
        links.append(EvaluationLink(**person, mail=one["mail"], survey_invitation_id=invitation.id, link=link))
        kept.append({**one, "survey_invitation_id": str(invitation.id)})
    training.participants = kept
    return await _told(session, training, version), links, left_out


async def evaluate(session: AsyncSession, key: UUID, conclusion: str, *, version: int) -> Training:
    """Say what the evaluation showed. Raises `NoEvaluationYet`."""
    training = await load_in_open(session, Training, key, version=version)
    found = (await queries.evaluations(session, [training.id]))[training.id]
    training.act("evaluate", found.answered)
    training.conclusion = conclusion
    return await _told(session, training, version)


async def cancel(session: AsyncSession, key: UUID, reason: str, *, version: int) -> Training:
    training = await _act(session, key, "cancel", version)
    training.note = reason
    return await _told(session, training, version)


async def _act(session: AsyncSession, key: UUID, action: str, version: int) -> Training:
    training = await load_in_open(session, Training, key, version=version)
    training.act(action)
    return training


async def _told(session: AsyncSession, training: Training, version: int) -> Training:
    await session.flush()
    if training.version > version:
        await publish_training(session, training)
    return training


async def _numbered(
    session: AsyncSession, wishes: Sequence[SessionIn], opportunity: KnownOpportunity | None
) -> list[dict[str, Any]]:
    sessions = [{"number": place, **one.model_dump(mode="json")} for place, one in enumerate(wishes, 1)]
    for one in sessions:
        one["trainer"] = one["trainer"] and await person_of_ours(session, one["trainer"], opportunity)
    return sessions


def _reason(refusal: Problem) -> Reason:
    return Reason(code=refusal.code, message=refusal.detail("en"), message_zh=refusal.detail("zh"))
