"""Competitors 竞争对手: who they are, and where we met them."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import AllowedAction, StateMachine, Transition


class CompetitorIsRetired(Problem):
    status = 409
    title = ("The competitor is retired", "竞争对手已停用")
    en = "{name} is retired; revive it before you note where it was met."
    zh = "{name} 已停用，请先恢复再登记。"


class Competitor(Searched, Resource):
    """Another seller, with what we know of it (SWOT as seen from its side)."""

    __tablename__ = "competitor"
    searched = ("name", "aliases", "summary", "strengths", "weaknesses", "opportunities", "threats")

    name: Mapped[str]
    aliases: Mapped[list[Any]]
    summary: Mapped[str | None]
    products: Mapped[list[Any]]
    strengths: Mapped[list[Any]]
    weaknesses: Mapped[list[Any]]
    opportunities: Mapped[list[Any]]
    threats: Mapped[list[Any]]
    price_position: Mapped[str]
    """lower, similar, higher or unknown, beside ours."""
    price_note: Mapped[str | None]
    source: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="active")

    __table_args__ = (
        sa.Index("uq_competitor_name", "tenant_id", sa.text("lower(name)"), unique=True),
        search_index("competitor"),
    )

    machine = StateMachine(
        "competitor",
        (
            Transition("change", ("active",), "active"),
            Transition("change", ("retired",), "retired"),
            Transition("retire", ("active",), "retired"),
            Transition("revive", ("retired",), "active"),
        ),
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.status)

    def act(self, action: str) -> None:
        """Move to the next state. Raises `IllegalTransition`."""
        self.status = self.machine.next(self.status, action)

    def refuse_if_retired(self) -> None:
        """Raises `CompetitorIsRetired`."""
        if self.status == "retired":
            raise CompetitorIsRetired(name=self.name)


class Rivalry(Resource):
    """A competitor in one opportunity: how it stands there."""

    __tablename__ = "rivalry"

    opportunity_id: Mapped[UUID] = mapped_column(index=True)
    competitor_id: Mapped[UUID] = mapped_column(sa.ForeignKey("competitor.id"), index=True)
    standing: Mapped[str]
    """incumbent, ahead, level, behind or unknown, as the client sees it."""
    expected_price: Mapped[Decimal | None] = mapped_column(sa.Numeric(20, 4))
    expected_price_currency: Mapped[str | None]
    strengths_here: Mapped[list[Any]]
    weaknesses_here: Mapped[list[Any]]
    our_answer: Mapped[str | None]
    source: Mapped[str | None]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id", "competitor_id"),)
