"""Trainings: sessions, attendance and evaluation."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.engagement.commands import trainings as commands
from services.engagement.models.trainings import Training
from services.engagement.queries import trainings as queries
from services.engagement.schemas.commitments import ReasonIn
from services.engagement.schemas.trainings import (
    AttendanceIn,
    ConcludeIn,
    EvaluationInvitationIn,
    EvaluationInvitedOut,
    RegisterIn,
    TrainingIn,
    TrainingOut,
    TrainingPatch,
    TrainingQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page

router = APIRouter(prefix="/v1/trainings", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("trainings:read")]
Writer = Annotated[Principal, may("trainings:write")]


@router.post("", status_code=201, operation_id="planTraining")
async def plan_training(wish: TrainingIn, session: Session, _caller: Writer) -> TrainingOut:
    """Plan a training: topic, audience, material, sessions."""
    return await _shown(session, await commands.plan_training(session, wish))


@router.get("", operation_id="listTrainings")
async def list_trainings(
    query: Annotated[TrainingQuery, Query()], session: Session, _caller: Reader
) -> Page[TrainingOut]:
    """Trainings, newest first; `q` looks for words in code, topic, audience, goal and conclusion."""
    return await queries.trainings(session, query)


@router.get("/{training_id}", operation_id="getTraining")
async def get_training(training_id: UUID, session: Session, _caller: Reader) -> TrainingOut:
    """One training, with who is to come, who came, and what they thought."""
    return await _shown(session, await find(session, Training, training_id))


@router.patch("/{training_id}", operation_id="changeTraining")
async def change_training(
    training_id: UUID, patch: TrainingPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> TrainingOut:
    """Change a planned training (JSON merge patch of the whole field)."""
    return await _shown(session, await commands.change_training(session, training_id, patch, version=seen))


@router.post("/{training_id}/register", operation_id="registerParticipants")
async def register(
    training_id: UUID, wish: RegisterIn, session: Session, seen: SeenVersion, _caller: Writer
) -> TrainingOut:
    """Register people for a session, as long as it has places."""
    return await _shown(session, await commands.register(session, training_id, wish.participants, version=seen))


@router.post("/{training_id}/attendance", operation_id="recordAttendance")
async def record_attendance(
    training_id: UUID, wish: AttendanceIn, session: Session, seen: SeenVersion, _caller: Writer
) -> TrainingOut:
    """Say who came, once their session has begun."""
    training = await commands.record_attendance(session, training_id, wish.participants, version=seen)
    return await _shown(session, training)


@router.post("/{training_id}/hold", operation_id="holdTraining")
async def hold(training_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> TrainingOut:
    """All its sessions have taken place."""
    return await _shown(session, await commands.hold(session, training_id, version=seen))


@router.post("/{training_id}/invite", operation_id="inviteToEvaluateTraining")
async def invite(
    training_id: UUID, wish: EvaluationInvitationIn, session: Session, seen: SeenVersion, _caller: Writer
) -> EvaluationInvitedOut:
    """Make a link to a survey for each who came and has none yet; the links are shown once."""
    training, links, left_out = await commands.invite_to_evaluate(session, training_id, wish.survey_id, version=seen)
    return EvaluationInvitedOut(training=await _shown(session, training), links=links, not_invited=left_out)


@router.post("/{training_id}/evaluate", operation_id="evaluateTraining")
async def evaluate(
    training_id: UUID, wish: ConcludeIn, session: Session, seen: SeenVersion, _caller: Writer
) -> TrainingOut:
    """Say what the evaluations showed."""
    return await _shown(session, await commands.evaluate(session, training_id, wish.conclusion, version=seen))


@router.post("/{training_id}/cancel", operation_id="cancelTraining")
async def cancel(training_id: UUID, why: ReasonIn, session: Session, seen: SeenVersion, _caller: Writer) -> TrainingOut:
    """It does not take place."""
    return await _shown(session, await commands.cancel(session, training_id, why.reason, version=seen))


async def _shown(session: Session, training: Training) -> TrainingOut:
    [answer] = await queries.shown(session, [training])
    return answer
