"""Draws on the contingency reserve."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.risk.domain.drawdown import Draw
from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition


class NoReserve(Problem):
    status = 409
    title = ("There is no reserve", "尚无应急储备")
    en = "The opportunity has no risk budget that counts, and so no reserve to draw on."
    zh = "该商机没有有效的风险预算，因此没有可动用的应急储备。"


class ReserveExhausted(Problem):
    status = 409
    title = ("More than is left", "超出剩余储备")
    en = "{wanted} are wanted, {left} are left of the contingency; more is a decision of management."
    zh = "申请动用 {wanted}，应急储备仅剩 {left}；超出部分须由管理层决定。"


class HasNotHappened(Problem):
    status = 409
    title = ("It has not happened", "风险尚未发生")
    en = "Risk {code} is {state}: materialise it, then draw on its reserve."
    zh = "风险 {code} 当前状态为 {state}：请先标记为已发生，再动用储备。"


class UnknownPhase(Problem):
    status = 422
    title = ("No phase of the budget", "不是预算中的阶段")
    en = "{phase} is no phase of the risk budget; it has {phases}."
    zh = "{phase} 不是风险预算的阶段；可选：{phases}。"


class ReserveDraw(Resource):
    """Contingency that was used, or given back when a risk was closed."""

    __tablename__ = "reserve_draw"

    opportunity_id: Mapped[UUID]
    risk_budget_id: Mapped[UUID] = mapped_column(sa.ForeignKey("risk_budget.id"))
    """The budget that counted then; what is given back is given back of that one."""
    risk_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("risk.id"))
    """None: for the spread of the estimate itself."""
    phase: Mapped[str | None]
    kind: Mapped[str]
    """use or release."""
    amount: Mapped[Decimal] = mapped_column(sa.Numeric(20, 4))
    currency: Mapped[str]
    occurred_on: Mapped[date]
    reason: Mapped[str]
    status: Mapped[str] = mapped_column(default="recorded")
    status_reason: Mapped[str | None]

    __table_args__ = (sa.Index("ix_reserve_draw_opportunity_id_created_at", "opportunity_id", "created_at", "id"),)

    machine = StateMachine("reserve draw", (Transition("void", ("recorded",), "void"),))

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.status)

    def as_draw(self) -> Draw:
        return Draw(self.amount, self.kind == "release", str(self.risk_id) if self.risk_id else None, self.phase)
