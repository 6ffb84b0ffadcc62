"""Responses: the measures that are taken about a risk."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.risk.domain.response import LIVE, Response
from services.risk.models.projections import WhileOpen
from services.risk.models.proposed import Proposed
from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.language.money import quantised

FACTS = tuple(field.name for field in fields(Response) if field.name not in {"id", "status"})


class ResponseIsOver(Problem):
    status = 409
    title = ("The response is over", "应对措施已结束")
    en = "Response {code} is {state}; it can no longer be changed."
    zh = "应对措施 {code} 当前状态为 {state}，不能再修改。"


class RiskResponse(WhileOpen, Proposed, Resource):
    """One measure for a risk: what is done, by whom, until when, at what cost, and what it leaves of the risk."""

    __tablename__ = "risk_response"

    opportunity_id: Mapped[UUID]
    risk_id: Mapped[UUID] = mapped_column(sa.ForeignKey("risk.id"), index=True)
    currency: Mapped[str]
    code: Mapped[str]
    strategy: Mapped[str]
    kind: Mapped[str]
    """preventive, contingency, control."""
    acceptance: Mapped[str | None]
    """Of the strategy accept: active, with a plan for when it happens, or passive."""
    statement: Mapped[str]
    statement_zh: Mapped[str]
    trigger: Mapped[str | None]
    trigger_zh: Mapped[str | None]
    owner_role: Mapped[str]
    owner: Mapped[str | None]
    due_on: Mapped[date | None]
    cost: Mapped[Decimal] = mapped_column(sa.Numeric(20, 4))
    probability_factor: Mapped[float]
    impact_factor: Mapped[float]
    secondary_risk_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid), default=list)
    """Risks that this measure brings; they are in the register themselves."""
    status: Mapped[str] = mapped_column(default="planned")
    status_reason: Mapped[str | None]

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "opportunity_id", "code"),
        sa.Index("ix_risk_response_opportunity_id_created_at", "opportunity_id", "created_at", "id"),
    )

    risk: Mapped[Any] = relationship("RegisteredRisk", viewonly=True, lazy="selectin")

    machine = StateMachine(
        "response",
        (
            Transition("change", ("planned",), "planned"),
            Transition("change", ("in_progress",), "in_progress"),
            Transition("start", ("planned",), "in_progress"),
            Transition("implement", ("planned", "in_progress"), "implemented"),
            Transition("cancel", ("planned", "in_progress"), "cancelled"),
            Transition("resume", ("cancelled",), "planned"),
        ),
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.status, barred=self.barred, instead={"change": self._over()})

    @property
    def barred(self) -> Problem | None:
        """The register or its risk is closed."""
        risk = self.__dict__.get("risk")
        return super().barred or (risk.closing if risk else None)

    @property
    def is_live(self) -> bool:
        """Whether it counts: planned, under way or in place."""
        return self.status in LIVE

    @property
    def is_a_persons(self) -> bool:
        """Whether a person recorded it, moved it on or set a field: it then stays without a cause in the baseline."""
        return self.origin == "person" or self.status != "planned" or bool(self.decided)

    def refuse_if_over(self) -> None:
        """Raises `ResponseIsOver`: what was done or given up is history."""
        if self.status in {"implemented", "cancelled"}:
            raise self._over()

    def _over(self) -> ResponseIsOver:
        return ResponseIsOver(code=self.code, state=self.status)

    def counted(self, proposed: Response | None = None) -> Response | None:
        """The measure as a budget counts it: what a basis proposes with what persons decided; None when cancelled."""
        if not self.is_live:
            return None
        own = self.as_response()
        if proposed is None:
            return own
        decided = {name: getattr(own, name) for name in self.decided if name in FACTS}
        return replace(proposed, **decided, status=self.status)

    def as_response(self) -> Response:
        values = {name: getattr(self, name) for name in FACTS}
        return Response(**{**values, "cost": quantised(self.cost, self.currency)}, id=self.id, status=self.status)

    @classmethod
    def of(cls, response: Response, **more: Any) -> "RiskResponse":
        """A new row."""
        return cls(id=response.id, status=response.status, **columns_of(response), **more)


def columns_of(response: Response) -> dict[str, Any]:
    """The measure as its columns hold it."""
    return {name: getattr(response, name) for name in FACTS}
