"""Continuing contact 持续沟通: how often we talk with the client, by the stage of the opportunity."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition


class CadenceRule(Resource):
    """How often and through which channel, in opportunities of a stage."""

    __tablename__ = "cadence_rule"

    stage: Mapped[str]
    every_days: Mapped[int]
    channel: Mapped[str]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "stage"),)


class Cadence(Resource):
    """The rhythm of one opportunity, and when the next talk is due."""

    __tablename__ = "cadence"

    opportunity_id: Mapped[UUID]
    owner: Mapped[str | None]
    """Who of us should talk: the owner of the opportunity."""
    stage: Mapped[str]
    every_days: Mapped[int]
    channel: Mapped[str]
    is_own: Mapped[bool] = mapped_column(default=False)
    """Whether somebody set it for this opportunity; else it follows the rule of the stage."""
    state: Mapped[str] = mapped_column(default="active")
    """active, paused, ended."""
    last_touch_at: Mapped[datetime | None]
    next_touch_at: Mapped[datetime | None]
    """None while it is paused or ended."""
    overdue_since: Mapped[datetime | None]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id"),)

    machine = StateMachine(
        "cadence",
        (
            Transition("change", ("active",), "active"),
            Transition("change", ("paused",), "paused"),
            Transition("pause", ("active",), "paused"),
            Transition("resume", ("paused",), "active"),
        ),
    )

    @property
    def is_overdue(self) -> bool:
        return self.overdue_since is not None

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        ended = CadenceEnded() if self.state == "ended" else None
        return self.machine.allowed(self.state, instead=dict.fromkeys(self.machine.doors, ended) if ended else None)


class CadenceEnded(Problem):
    status = 409
    title = ("The opportunity is closed", "商机已关闭")
    en = "The opportunity is closed: its cadence has ended."
    zh = "商机已关闭，持续沟通计划已终止。"
