"""People of the presales team: what they can do, when they work, and what a day of theirs costs us."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.engagement.domain.business_time import BusinessCalendar
from services.engagement.domain.capacity import WorkingWeek
from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.language.money import Money


class YouAreNoColleague(Problem):
    status = 422
    title = ("You are not in the team", "您不在团队名册中")
    en = "There is no colleague with subject {subject}: add one, or name whose hours these are."
    zh = "团队名册中没有标识为 {subject} 的人员：请先添加，或指明工时所属人员。"


class UnknownColleague(Problem):
    status = 422
    title = ("Nobody of the team is called so", "团队名册中没有此人")
    en = "{name} is not in the team, or several are called so: name the subject of an active colleague, or add one."
    zh = "团队名册中没有“{name}”，或有多人同名：请填写在岗人员的标识，或先将其加入名册。"


class Colleague(Searched, Resource):
    """A person of ours who can be asked for support."""

    __tablename__ = "colleague"
    searched = ("name", "role", "skills")

    subject: Mapped[str]
    """Who the person is to the identity provider."""
    name: Mapped[str]
    role: Mapped[str]
    skills: Mapped[list[Any]]
    """Each with `name` and `level`, 1 to 5."""
    languages: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    region: Mapped[str | None]
    weekly_hours: Mapped[float]
    calendar_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("calendar.id"))
    """The calendar that the person works by; the shipped one when None."""
    absences: Mapped[list[Any]]
    """Each with `first` and `last` day."""
    day_costs: Mapped[list[Any]]
    """Internal cost of a working day of the default calendar: `valid_from`, `amount`, `currency` of each, in order."""
    mail: Mapped[str | None]
    phone: Mapped[str | None]
    """Where clients reach the person: both are told to others."""
    is_active: Mapped[bool]
    inactive_since: Mapped[datetime | None]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "subject"), search_index("colleague"))

    @property
    def skill_levels(self) -> Mapping[str, int]:
        """Level of each skill, by its name in lower case."""
        return {skill["name"].casefold(): skill["level"] for skill in self.skills}

    def week(self, calendar: BusinessCalendar) -> WorkingWeek:
        """When the person works, on that calendar."""
        absences = ((date.fromisoformat(one["first"]), date.fromisoformat(one["last"])) for one in self.absences)
        return WorkingWeek(calendar, self.weekly_hours, tuple(absences))

    def day_cost(self, on: date) -> Money | None:
        """What a day of the person costs on that date; None when nobody has said."""
        valid = [one for one in self.day_costs if date.fromisoformat(one["valid_from"]) <= on]
        if not valid:
            return None
        return Money(amount=Decimal(valid[-1]["amount"]), currency=valid[-1]["currency"])
