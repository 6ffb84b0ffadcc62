"""Economic analyses: what an offer is worth to the client, or to us."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.estimation.models.estimates import Estimate
from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition


class OfOurSide(Problem):
    status = 409
    title = ("The analysis is of our side", "该分析属于我方视角")
    en = "It says what the contract brings us: only an analysis of the client's side can be offered to the client."
    zh = "该分析测算我方收益：只有客户视角的分析可以提供给客户。"


class AnalysisIsStale(Problem):
    status = 409
    title = ("The analysis is stale", "该分析已过期")
    en = "It rests on what counts no longer: {reason} Offer it when it is computed on the next price."
    zh = "该分析的依据已失效：{reason_zh}请在按新报价重新测算后再提供给客户。"


class AnalysisWasAccepted(Problem):
    status = 409
    title = ("The client has accepted on it", "客户已据此接受方案")
    en = "The client has accepted the price of the offered analysis: it stays as it is, and no other takes its place."
    zh = "客户已接受该分析所依据的报价：已提供的分析保持不变，也不能由其他分析替换。"


class EconomicAnalysis(Resource):
    """Derived from the price and the budget plan of an estimate; computed again with each newer one."""

    __tablename__ = "economic_analysis"

    opportunity_id: Mapped[UUID]
    name: Mapped[str]
    perspective: Mapped[str]
    """client or supplier."""
    inputs: Mapped[dict[str, Any]]
    estimate_id: Mapped[UUID] = mapped_column(sa.ForeignKey("estimate.id"))
    position: Mapped[int] = mapped_column(sa.BigInteger)
    """Of the estimate."""
    risk_revision: Mapped[int]
    results: Mapped[dict[str, Any]]
    failure: Mapped[dict[str, Any] | None]
    """Why it could not be computed with a newer estimate; `results` are then of the one before."""
    engine_version: Mapped[str]
    status: Mapped[str] = mapped_column(default="draft", server_default="draft")
    """draft, or offered: it is in the client's proposal, as it is after each newer price."""
    offered_at: Mapped[datetime | None]

    estimate: Mapped[Estimate] = relationship(lazy="selectin", viewonly=True)

    __table_args__ = (
        sa.Index("ix_economic_analysis_opportunity", "tenant_id", "opportunity_id", "id"),
        sa.Index(
            "uq_economic_analysis_offered", "tenant_id", "opportunity_id", unique=True,
            postgresql_where=sa.text("status = 'offered'"),
        ),
    )  # fmt: skip

    machine = StateMachine(
        "economic_analysis",
        (
            *(Transition(action, (state,), state) for action in ("change", "delete") for state in ("draft", "offered")),
            Transition("offer", ("draft",), "offered"),
            Transition("withdraw", ("offered",), "draft"),
            Transition("replace", ("offered",), "draft", is_automatic=True),
        ),
        collection="economic-analyses",
    )

    @property
    def reason(self) -> dict[str, Any] | None:
        """Why it is stale."""
        if self.failure:
            return self.failure
        if self.estimate.freshness == "stale":
            return self.estimate.reason or self.estimate.outdated
        return None

    @property
    def freshness(self) -> str:
        return "fresh" if self.reason is None else "stale"

    @property
    def kept(self) -> Problem | None:
        """Why what the client has accepted stays: it was offered with the price."""
        is_offered_with = self.status == "offered" and self.estimate.status == "accepted"
        return AnalysisWasAccepted() if is_offered_with else None

    @property
    def refusal(self) -> Problem | None:
        """What stands against offering it to the client."""
        if self.estimate.status == "accepted":
            return AnalysisWasAccepted()
        if self.perspective != "client":
            return OfOurSide()
        if self.reason is not None:
            return AnalysisIsStale(reason=self.reason["message"], reason_zh=self.reason["message_zh"])
        return None

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        """What a person can do, and why the rest not."""
        blocked = {"offer": self.refusal} if self.refusal else {}
        if self.kept:
            blocked |= dict.fromkeys(("change", "delete", "withdraw"), self.kept)
        return self.machine.allowed(self.status, blocked)

    def act(self, action: str) -> None:
        """Raises `IllegalTransition`, or `AnalysisWasAccepted`."""
        target = self.machine.next(self.status, action)
        if self.kept:
            raise self.kept
        self.status = target
