"""Calendar feeds: what somebody's calendar program follows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition


class FeedIsRevoked(Problem):
    status = 410
    title = ("The feed has been revoked", "日历订阅已撤销")
    en = "This calendar feed was revoked; ask for a new one."
    zh = "该日历订阅已撤销，请重新申请。"


class CalendarFeed(Resource):
    """Dates of one person or of one opportunity, for whoever holds the link."""

    __tablename__ = "calendar_feed"

    name: Mapped[str]
    person: Mapped[str | None]
    opportunity_id: Mapped[UUID | None]
    language: Mapped[str]
    expires_at: Mapped[datetime]
    state: Mapped[str]
    """active or revoked."""

    machine = StateMachine(
        "calendar_feed", (Transition("renew", ("active",), "active"), Transition("revoke", ("active",), "revoked"))
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.state)

    def refuse_if_revoked(self) -> None:
        """Raises `FeedIsRevoked`."""
        if self.state == "revoked":
            raise FeedIsRevoked
