"""Tables and state rules of the requirements service."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import TENANT, Base, Resource
from shared.problems import Problem
from shared.states import AllowedAction, StateMachine, Transition


class Kind(StrEnum):
    FUNCTIONAL = "functional"
    PERFORMANCE = "performance"
    USER = "user"
    INTERFACE = "interface"
    SECURITY = "security"
    DATA = "data"
    OPERATIONAL = "operational"
    COMPLIANCE = "compliance"
    CONSTRAINT = "constraint"


class Priority(StrEnum):
    """MoSCoW."""

    MUST = "must"
    SHOULD = "should"
    COULD = "could"
    WONT = "wont"


class ConstraintKind(StrEnum):
    BUDGET = "budget"
    DATE = "date"
    OTHER = "other"


class ConcernCategory(StrEnum):
    TECHNICAL = "technical"
    MANAGEMENT = "management"
    MARKET = "market"
    RESOURCE = "resource"
    COMMERCIAL = "commercial"
    SECURITY = "security"
    SCHEDULE = "schedule"
    EXTERNAL = "external"


class Level(StrEnum):
    VERY_LOW = "very_low"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very_high"


class Outcome(StrEnum):
    WON = "won"
    LOST = "lost"
    NO_DECISION = "no_decision"
    QUALIFIED_OUT = "qualified_out"
    NOT_BID = "not_bid"
    INVALIDATED = "invalidated"
    CANCELLED_BY_CLIENT = "cancelled_by_client"


class OwnBaseline(Problem):
    status = 403
    title = ("Four eyes are needed", "须由他人审批")
    en = "{author} wrote this baseline, so somebody else must approve or reject it."
    zh = "该基线由 {author} 编制，须由其他人审批。"


class EmptyBaseline(Problem):
    status = 409
    title = ("Nothing to baseline", "没有可纳入基线的需求")
    en = "Opportunity {code} has no requirement with priority must, should or could."
    zh = "商机 {code} 没有优先级为 must、should 或 could 的需求。"


class OpportunityIsClosed(Problem):
    status = 409
    title = ("The opportunity is closed", "商机已关闭")
    en = "Opportunity {code} is closed ({outcome}); nothing in it can change."
    zh = "商机 {code} 已关闭（{outcome}），不能再修改。"


class UnknownRequirement(Problem):
    status = 422
    title = ("No such requirement in this opportunity", "该商机中没有此需求")
    en = "These codes are no requirements of opportunity {code}: {codes}."
    zh = "以下编号不是商机 {code} 的需求：{codes}。"


class DependencyCycle(Problem):
    status = 422
    title = ("Requirements depend on each other in a circle", "需求循环依赖")
    en = "These requirements depend on each other in a circle: {circle}."
    zh = "以下需求形成循环依赖：{circle}。"


class RequirementIsWithdrawn(Problem):
    status = 409
    title = ("The requirement is withdrawn", "需求已撤回")
    en = "{code} is withdrawn and cannot be changed; record a new requirement."
    zh = "{code} 已撤回，不能修改；请登记新的需求。"


class Client(Resource):
    __tablename__ = "client"

    name: Mapped[str]
    industry: Mapped[str | None]
    industry_code: Mapped[str | None]
    size: Mapped[str | None]
    business_model: Mapped[str | None]
    background: Mapped[str | None]
    language: Mapped[str]


class Opportunity(Resource):
    """What the team wants to win. `epoch` grows whenever what counts downstream changes."""

    __tablename__ = "opportunity"

    client_id: Mapped[UUID] = mapped_column(sa.ForeignKey("client.id"))
    code: Mapped[str]
    title: Mapped[str]
    owner: Mapped[str]
    language: Mapped[str]
    currency: Mapped[str]
    region: Mapped[str | None]
    external_ref: Mapped[str | None]
    expected_value: Mapped[Decimal | None] = mapped_column(sa.Numeric(20, 4))
    close_date: Mapped[date | None]
    planned_start: Mapped[date | None]
    win_probability: Mapped[float | None]
    objectives: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    pains: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    in_scope: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    out_of_scope: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    assumptions: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    success_criteria: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    stage: Mapped[str] = mapped_column(default="draft")
    outcome: Mapped[str | None]
    outcome_reason: Mapped[str | None]
    epoch: Mapped[int] = mapped_column(default=0)

    __table_args__ = (sa.UniqueConstraint("tenant_id", "code"),)

    machine = StateMachine(
        "opportunity",
        (
            Transition("qualify", ("draft",), "qualifying"),
            Transition("activate", ("draft", "qualifying"), "active"),
            Transition("hold", ("draft", "qualifying", "active", "submitted", "negotiating"), "on_hold"),
            Transition("resume", ("on_hold",), "active"),
            Transition("close", ("draft", "qualifying", "active", "submitted", "negotiating", "on_hold"), "closed"),
        ),
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.stage)

    def refuse_if_closed(self) -> None:
        """Raises `OpportunityIsClosed`: nothing in a closed opportunity changes any more."""
        if self.stage == "closed":
            raise OpportunityIsClosed(code=self.code, outcome=self.outcome)


class Constraint(Resource):
    """A limit that the client sets: budget, date or another."""

    __tablename__ = "client_constraint"

    opportunity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("opportunity.id"), index=True)
    kind: Mapped[str]
    name: Mapped[str]
    is_hard: Mapped[bool]
    budget_min: Mapped[Decimal | None] = mapped_column(sa.Numeric(20, 4))
    budget_max: Mapped[Decimal | None] = mapped_column(sa.Numeric(20, 4))
    currency: Mapped[str | None]
    earliest: Mapped[date | None]
    latest: Mapped[date | None]
    statement: Mapped[str | None]


class Concern(Resource):
    """An early worry; on approval of a baseline it becomes a candidate of the risk register."""

    __tablename__ = "concern"

    opportunity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("opportunity.id"), index=True)
    code: Mapped[str]
    category: Mapped[str]
    statement: Mapped[str]
    effect: Mapped[str | None]
    likelihood: Mapped[str]
    severity: Mapped[str]
    requirement_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id", "code"),)


class Requirement(Resource):
    """One thing that the client needs."""

    __tablename__ = "requirement"

    opportunity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("opportunity.id"))
    code: Mapped[str]
    title: Mapped[str]
    statement: Mapped[str]
    kind: Mapped[str]
    priority: Mapped[str]
    group: Mapped[str | None]
    rationale: Mapped[str | None]
    acceptance_criteria: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    metric: Mapped[dict[str, Any] | None]
    size: Mapped[dict[str, Any] | None]
    depends_on: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    sources: Mapped[list[Any]]
    status: Mapped[str] = mapped_column(default="draft")

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "opportunity_id", "code"),
        sa.Index("ix_requirement_opportunity_id_created_at", "opportunity_id", "created_at", "id"),
    )

    machine = StateMachine(
        "requirement",
        (
            Transition("agree", ("draft", "changed"), "agreed"),
            Transition("change", ("draft", "agreed"), "draft"),
            Transition("change", ("baselined", "changed"), "changed"),
            Transition("withdraw", ("draft", "agreed", "baselined", "changed"), "withdrawn"),
        ),
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.status)

    def act(self, action: str) -> None:
        """Move to the next state. Raises `IllegalTransition`, or `RequirementIsWithdrawn` for any change of one."""
        if self.status == "withdrawn" and action == "change":
            raise RequirementIsWithdrawn(code=self.code)
        self.status = self.machine.next(self.status, action)


class Baseline(Resource):
    """A numbered snapshot of an opportunity's requirements; its content never changes."""

    __tablename__ = "baseline"

    opportunity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("opportunity.id"))
    number: Mapped[int]
    title: Mapped[str]
    status: Mapped[str] = mapped_column(default="draft")
    epoch: Mapped[int | None]
    """Set by approval: orders what counts downstream."""
    content_hash: Mapped[str]
    requirement_count: Mapped[int]
    snapshot: Mapped[dict[str, Any]]
    """opportunity, requirements, constraints, concerns: as the event `requirements.baseline.approved` carries them."""
    submitted_by: Mapped[str | None]
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str | None]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id", "number"),)

    machine = StateMachine(
        "baseline",
        (
            Transition("submit", ("draft", "rejected"), "in_review"),
            Transition("approve", ("in_review",), "approved"),
            Transition("reject", ("in_review",), "rejected"),
            Transition("withdraw", ("approved",), "withdrawn"),
        ),
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.status)

    def act(self, action: str, *, by: str) -> None:
        """Move to the next state. Raises `IllegalTransition`, or `OwnBaseline` when `by` is its author."""
        target = self.machine.next(self.status, action)
        if action in {"approve", "reject"} and by in {self.created_by, self.submitted_by}:
            raise OwnBaseline(author=by)
        self.status = target


class Counter(Base):
    """The last number given in a sequence of human-readable codes."""

    __tablename__ = "counter"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]
