"""Budget plans: what a priced estimate may cost by phase and month, and what the client pays when."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.estimation.models.estimates import Estimate
from shared.kernel.base import Resource
from shared.kernel.problems import Problem


class PlanCountsNoLonger(Problem):
    status = 409
    title = ("The plan counts no longer", "该计划已失效")
    en = "Its estimate is {state}: change the terms of payment in the budget plan of the newest one."
    zh = "其估算当前状态为 {state}：请在最新估算的预算计划中修改付款条款。"


class BudgetPlan(Resource):
    """The budget plan of one estimate with its newest risk budget; it changes with them and with the terms."""

    __tablename__ = "budget_plan"

    opportunity_id: Mapped[UUID]
    estimate_id: Mapped[UUID] = mapped_column(sa.ForeignKey("estimate.id"))
    position: Mapped[int] = mapped_column(sa.BigInteger)
    """Of the estimate: orders the plans of an opportunity."""
    risk_revision: Mapped[int]
    terms: Mapped[dict[str, Any]]
    figures: Mapped[dict[str, Any]]

    estimate: Mapped[Estimate] = relationship(lazy="selectin", viewonly=True)

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "estimate_id"),
        sa.Index("ix_budget_plan_opportunity", "tenant_id", "opportunity_id", "position"),
    )

    @property
    def freshness(self) -> str:
        return self.estimate.freshness

    @property
    def reason(self) -> dict[str, Any] | None:
        """Why it is stale."""
        return self.estimate.reason or self.estimate.outdated

    def refuse_if_superseded(self) -> None:
        """Raises `PlanCountsNoLonger`."""
        if self.estimate.status in {"superseded", "accepted"}:
            raise PlanCountsNoLonger(state=self.estimate.status)
