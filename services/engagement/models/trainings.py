"""Trainings: sessions, who is to come and who came, and what they thought of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.engagement.models.projections import InOpportunity
from shared.kernel.clock import now
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import AllowedAction, StateMachine, Transition


class SessionIsFull(Problem):
    status = 409
    title = ("The session is full", "场次已满")
    en = "Session {session} of {code} has {capacity} places; {wanted} are registered or wanted."
    zh = "{code} 第 {session} 场仅有 {capacity} 个名额，已登记及申请共 {wanted} 人。"


class NoSuchSession(Problem):
    status = 422
    title = ("There is no such session", "没有该场次")
    en = "{code} has no session {session}; somebody is or would be registered for it."
    zh = "{code} 没有第 {session} 场；已有或将有人员登记该场次。"


class NoSuchParticipant(Problem):
    status = 422
    title = ("There is no such participant", "没有该参加人员")
    en = "{code} has no participant with number {numbers}."
    zh = "{code} 没有编号为 {numbers} 的参加人员。"


class NotBegunYet(Problem):
    status = 409
    title = ("It has not begun", "尚未开始")
    en = "{code} has a session that begins at {at} only; before that nobody can have held or attended it."
    zh = "{code} 有一场培训于 {at} 才开始；在此之前不能登记为已举办或已出席。"


class NothingPlanned(Problem):
    status = 409
    title = ("No session is planned", "尚未安排场次")
    en = "{code} has no session: plan one first."
    zh = "{code} 尚未安排场次，请先安排。"


class NobodyCame(Problem):
    status = 409
    title = ("Nobody is known to have come", "尚无出席记录")
    en = "{code} has no participant who attended: record the attendance first."
    zh = "{code} 尚无出席人员，请先登记出席情况。"


class NoEvaluationYet(Problem):
    status = 409
    title = ("Nobody has evaluated it", "尚无评价")
    en = "Nobody has answered an evaluation of {code}: invite its participants, or write their answers down."
    zh = "{code} 尚无人提交评价：请邀请参加人员评价，或代为登记其答复。"


class Training(Searched, InOpportunity):
    """A training of the client's people or of ours, for an opportunity."""

    __tablename__ = "training"
    searched = ("code", "topic", "audience", "goal", "conclusion")

    code: Mapped[str]
    topic: Mapped[str]
    audience: Mapped[str]
    goal: Mapped[str | None]
    materials: Mapped[list[Any]]
    """References to files: name, sha256, size_bytes, url."""
    sessions: Mapped[list[Any]]
    """Each with `number`, `starts_at`, `ends_at`, `place`, `link`, `capacity` and `trainer`, by time."""
    participants: Mapped[list[Any]]
    """Each with `number`, `name`, `mail`, `contact_id`, `session`, `attended` and `survey_invitation_id`."""
    support_request_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("support_request.id"))
    status: Mapped[str]
    held_at: Mapped[datetime | None]
    conclusion: Mapped[str | None]
    """What the evaluation showed."""
    note: Mapped[str | None]
    """Why it was cancelled."""

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id", "code"), search_index("training"))

    machine = StateMachine(
        "training",
        (
            Transition("change", ("planned",), "planned"),
            Transition("register", ("planned",), "planned"),
            Transition("attend", ("planned",), "planned"),
            Transition("attend", ("held",), "held"),
            Transition("hold", ("planned",), "held"),
            Transition("invite", ("held",), "held"),
            Transition("evaluate", ("held",), "evaluated"),
            Transition("cancel", ("planned",), "cancelled"),
        ),
        doors={"attend": "POST /trainings/{}/attendance"},
    )

    def actions(self, answered: int, closed: Problem | None) -> list[AllowedAction]:
        """What can be done now, and why the rest cannot; `answered` counts the evaluations that came back."""
        refusals = {one.action: self.refusal(one.action, answered) for one in self.machine.transitions}
        return self.machine.allowed(
            self.status, {action: why for action, why in refusals.items() if why}, barred=closed
        )

    def act(self, action: str, answered: int = 0) -> None:
        """Move to the next state. Raises `IllegalTransition`, and what stands against it."""
        status = self.machine.next(self.status, action)
        refusal = self.refusal(action, answered)
        if refusal:
            raise refusal
        self.status = status

    def refusal(self, action: str, answered: int) -> Problem | None:
        """What stands against an action that the state would allow."""
        starts = [datetime.fromisoformat(one["starts_at"]) for one in self.sessions]
        match action:
            case "register" | "attend" | "hold" if not starts:
                return NothingPlanned(code=self.code)
            case "hold" if max(starts) > now():
                return NotBegunYet(code=self.code, at=max(starts).isoformat(timespec="minutes"))
            case "attend" if min(starts) > now():
                return NotBegunYet(code=self.code, at=min(starts).isoformat(timespec="minutes"))
            case "invite" if not self.attended:
                return NobodyCame(code=self.code)
            case "evaluate" if not answered:
                return NoEvaluationYet(code=self.code)
        return None

    @property
    def attended(self) -> list[dict[str, Any]]:
        return [one for one in self.participants if one["attended"]]

    def refuse_overfull(self) -> None:
        """Raises `NoSuchSession` or `SessionIsFull` when the participants do not fit the sessions."""
        capacities = {one["number"]: one["capacity"] for one in self.sessions}
        for session in sorted({one["session"] for one in self.participants}):
            if session not in capacities:
                raise NoSuchSession(code=self.code, session=session)
            wanted, capacity = sum(one["session"] == session for one in self.participants), capacities[session]
            if capacity is not None and wanted > capacity:
                raise SessionIsFull(code=self.code, session=session, capacity=capacity, wanted=wanted)

    def mark(self, attended: dict[int, bool]) -> None:
        """Say who came, by number. Raises `NoSuchParticipant`, `NotBegunYet`."""
        unknown = attended.keys() - {one["number"] for one in self.participants}
        if unknown:
            raise NoSuchParticipant(code=self.code, numbers=", ".join(map(str, sorted(unknown))))
        starts = {one["number"]: datetime.fromisoformat(one["starts_at"]) for one in self.sessions}
        for one in self.participants:
            if attended.get(one["number"]) and starts[one["session"]] > now():
                raise NotBegunYet(code=self.code, at=starts[one["session"]].isoformat(timespec="minutes"))
        self.participants = [
            {**one, "attended": attended.get(one["number"], one["attended"])} for one in self.participants
        ]
