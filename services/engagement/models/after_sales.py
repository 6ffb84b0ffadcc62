"""After-sales plans 售后: service levels, warranty, and whom the client turns to."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.engagement.models.projections import InOpportunity
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.language.money import Money


class ServiceHours(StrEnum):
    """Days a week × hours a day."""

    OFFICE = "5x8"
    LONG_DAY = "5x12"
    EVERY_DAY = "7x12"
    ALWAYS = "7x24"


class AfterSalesPlanIsNotDraft(Problem):
    status = 409
    title = ("The plan is no draft", "售后方案已非草稿")
    en = "Version {number} of the after-sales plan is {status}; draft a new version."
    zh = "售后方案第 {number} 版状态为 {status}，请新建版本。"


class AfterSalesPlanIsThin(Problem):
    status = 409
    title = ("The plan says too little", "售后方案内容不足")
    en = "The after-sales plan lacks: {missing}."
    zh = "售后方案缺少：{missing_zh}。"


_NEEDED = {"service_levels": "服务级别", "contacts": "联系人", "channels": "服务渠道"}


class AfterSalesPlan(InOpportunity):
    """A version of what we promise for the time after the sale; the agreed one counts."""

    __tablename__ = "after_sales_plan"

    number: Mapped[int]
    service_levels: Mapped[list[Any]]
    """By `priority`: `response_minutes`, `resolution_minutes` and service `hours`."""
    warranty_months: Mapped[int]
    warranty_terms: Mapped[str | None]
    contacts: Mapped[list[Any]]
    """Our people: `name`, `role`, `mail`, `phone`."""
    channels: Mapped[list[Any]]
    """How to reach us: `kind`, `address`, `hours`."""
    maintenance_amount: Mapped[Decimal | None] = mapped_column(sa.Numeric(20, 4))
    """For a year after the warranty, in `maintenance_currency`."""
    maintenance_currency: Mapped[str | None]
    maintenance_terms: Mapped[str | None]
    status: Mapped[str]
    agreed_at: Mapped[datetime | None]
    agreed_by: Mapped[str | None]
    """Who at the client agreed."""

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "opportunity_id", "number"),
        sa.Index(
            "uq_after_sales_plan_agreed",
            "tenant_id",
            "opportunity_id",
            unique=True,
            postgresql_where=sa.text("status = 'agreed'"),
        ),
    )

    machine = StateMachine(
        "after_sales_plan",
        (
            Transition("change", ("draft",), "draft"),
            Transition("agree", ("draft",), "agreed"),
            Transition("withdraw", ("draft",), "withdrawn"),
        ),
    )

    @property
    def maintenance_price(self) -> Money | None:
        if self.maintenance_amount is None or self.maintenance_currency is None:
            return None
        return Money.of(self.maintenance_amount, self.maintenance_currency)

    def actions(self, closed: Problem | None) -> list[AllowedAction]:
        """What can be done now, and why the rest cannot."""
        blocked: dict[str, Problem] = {"agree": thin} if (thin := self._thin()) else {}
        instead = {"change": self._unchangeable()}
        return self.machine.allowed(self.status, blocked, barred=closed, instead=instead)

    def agree(self, by: str, at: datetime) -> None:
        """The client has agreed. Raises `IllegalTransition`, `AfterSalesPlanIsThin`."""
        status = self.machine.next(self.status, "agree")
        if thin := self._thin():
            raise thin
        self.status, self.agreed_by, self.agreed_at = status, by, at

    def _thin(self) -> Problem | None:
        missing = [name for name in _NEEDED if not getattr(self, name)]
        if not missing:
            return None
        return AfterSalesPlanIsThin(missing=", ".join(missing), missing_zh="、".join(_NEEDED[name] for name in missing))

    def refuse_unless_draft(self) -> None:
        """Raises `AfterSalesPlanIsNotDraft`."""
        if self.status != "draft":
            raise self._unchangeable()

    def _unchangeable(self) -> AfterSalesPlanIsNotDraft:
        return AfterSalesPlanIsNotDraft(number=self.number, status=self.status)
