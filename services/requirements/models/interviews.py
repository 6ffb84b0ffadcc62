"""Interviews and workshops with the client, and the client's confirmation of what we understood."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.requirements.models.discovery import BY_LINK, ByLink
from services.requirements.models.guards import InOpportunity
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import StateMachine


class UnknownQuote(Problem):
    status = 422
    title = ("No such quote in this interview", "该访谈中没有此引述")
    en = "These are no quotes of interview {code}: {quotes}."
    zh = "以下编号不是访谈 {code} 的引述：{quotes}。"


class Interview(Searched, InOpportunity):
    """A talk that was held to find out, with what people said in their own words."""

    __tablename__ = "interview"
    searched = ("code", "title", "notes", "quotes")

    opportunity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("opportunity.id"), index=True)
    code: Mapped[str]
    kind: Mapped[str]
    title: Mapped[str]
    held_at: Mapped[datetime]
    place: Mapped[str | None]
    participants: Mapped[list[Any]]
    notes: Mapped[str | None]
    quotes: Mapped[list[Any]]
    """What was said, never changed: id, speaker, text, topic, requirement_ids (what it became)."""

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id", "code"), search_index("interview"))

    machine = StateMachine.steady("interview", "change", "quotes", "requirements")


class Confirmation(ByLink, InOpportunity):
    """Requirements that were put before the client by link, as they read then, and what the client said to each."""

    __tablename__ = "confirmation"

    machine = StateMachine("confirmation", BY_LINK)

    opportunity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("opportunity.id"), index=True)
    requirement_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    shown: Mapped[list[Any]]
    """id, code, title, statement, acceptance_criteria of each requirement, as the client reads them."""
    outcome: Mapped[list[Any]]
    """For each requirement after the answer: requirement_id, code, answer, comment, is_taken, reason where not."""
