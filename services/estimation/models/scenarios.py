"""Scenarios: what an estimate would become if something were otherwise; only the answer is kept."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from services.estimation.models.estimates import Estimate
from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.language.events.values import Reason


class UnknownRequirements(Problem):
    status = 422
    title = ("A requirement is not in the baseline", "基线中没有该需求")
    en = "The baseline of the estimate has no requirements with these ids: {ids}."
    zh = "该估算的基线中没有以下标识的需求：{ids}。"


class NothingToCompare(Problem):
    status = 409
    title = ("There is no estimate to change", "没有可作基础的估算")
    en = "A scenario starts from an estimate that is priced; the newest is {state}."
    zh = "情景须以已定价的估算为基础；最新估算当前为 {state}。"


class Scenario(Resource):
    """A change of an estimate, and all that follows from it through the real stages."""

    __tablename__ = "scenario"

    opportunity_id: Mapped[UUID]
    name: Mapped[str]
    changes: Mapped[dict[str, Any]]
    status: Mapped[str]
    base_estimate_id: Mapped[UUID] = mapped_column(sa.ForeignKey("estimate.id"))
    base_risk_revision: Mapped[int]
    run_id: Mapped[UUID]
    """What the stages know this run by; each run has a new one."""
    result: Mapped[dict[str, Any]]
    """Figures, as far as they have come."""
    lines: Mapped[list[Any]] = mapped_column(deferred=True)
    unmatched: Mapped[list[Any]]
    """Requirements that the scenario leaves out and the baseline no longer has."""
    failure: Mapped[dict[str, Any] | None]
    computed_at: Mapped[datetime | None]

    base: Mapped[Estimate] = relationship(lazy="selectin", viewonly=True)
    priced: Mapped[Estimate | None] = relationship(
        Estimate,
        primaryjoin=lambda: sa.and_(
            foreign(Estimate.opportunity_id) == Scenario.opportunity_id, Estimate.status == "priced"
        ),
        viewonly=True,
        uselist=False,
        lazy="selectin",
    )
    """The estimate of its opportunity that counts and has a price; what it can be rebased to."""

    __table_args__ = (
        sa.Index("ix_scenario_opportunity", "tenant_id", "opportunity_id", "id"),
        sa.UniqueConstraint("tenant_id", "run_id"),
    )

    machine = StateMachine(
        "scenario",
        (
            Transition("change", ("computing", "computed", "failed"), "computing"),
            Transition("rebase", ("computing", "computed", "failed"), "computing"),
            *(Transition("delete", (state,), state) for state in ("computing", "computed", "failed")),
            Transition("compute", ("computing",), "computed", is_automatic=True),
            Transition("fail", ("computing",), "failed", is_automatic=True),
        ),
    )

    @property
    def reason(self) -> dict[str, Any] | None:
        """Why it failed, or is stale."""
        if self.failure:
            return self.failure
        if self.base.freshness == "stale":
            return self.base.reason or self.base.outdated
        if (self.base.risk_revision or 0) != self.base_risk_revision:
            return RISK_REVISED.model_dump(mode="json")
        return None

    @property
    def freshness(self) -> str:
        """`stale` when what it changes has moved on: rebase it."""
        return "fresh" if self.reason is None else "stale"

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        # Of what was made just now nothing was read: it was made from the estimate that counts.
        is_behind = self.__dict__.get("priced", self.base) is None
        blocked = {"rebase": NothingToCompare(state=self.base.status)} if is_behind else None
        return self.machine.allowed(self.status, blocked)

    def act(self, action: str) -> None:
        """Raises `IllegalTransition`."""
        self.status = self.machine.next(self.status, action)


RISK_REVISED = Reason(
    code="risk_budget_revised",
    message="The risk budget of the estimate has been revised since.",
    message_zh="该估算的风险预算已修订。",
)
