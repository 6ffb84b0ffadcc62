"""Clients, opportunities, and the constraints and concerns that belong to them."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.requirements.models.guards import Guarded, InOpportunity, NotSuspect
from shared.kernel.base import TENANT, Base, Resource
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import AllowedAction, StateMachine, Transition


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


class OpportunityIsClosed(Problem):
    status = 409
    title = ("The opportunity is closed", "商机已关闭")
    en = "Opportunity {code} is closed ({outcome}); nothing in it can change."
    zh = "商机 {code} 已关闭（{outcome}），不能再修改。"


class NotQualified(Problem):
    status = 409
    title = ("Too little to pursue it", "尚不具备跟进条件")
    en = "Before the team pursues {code}, say: {missing}."
    zh = "在正式跟进 {code} 之前，请先填写：{missing_zh}。"


class OutcomeDoesNotFit(Problem):
    status = 409
    title = ("The outcome does not fit the stage", "结果与阶段不符")
    en = "Opportunity {code} is {stage}: it cannot be closed as {outcome}; possible now: {possible}."
    zh = "商机 {code} 当前阶段为 {stage}，不能以 {outcome} 关闭；当前可用：{possible}。"


class SameExternalReference(Problem):
    status = 409
    title = ("This reference is in use", "外部编号已存在")
    en = "{reference} is the reference of opportunity {code} already."
    zh = "外部编号 {reference} 已对应商机 {code}。"


class Client(Searched, Guarded):
    __tablename__ = "client"
    searched = ("name", "industry", "background", "market_position", "existing_systems")

    name: Mapped[str]
    industry: Mapped[str | None]
    industry_code: Mapped[str | None]
    size: Mapped[str | None]
    business_model: Mapped[str | None]
    background: Mapped[str | None]
    language: Mapped[str]
    industry_scheme: Mapped[str | None]
    """GB/T 4754 or ISIC: what `industry_code` is a code of."""
    competitive_situation: Mapped[str | None]
    market_position: Mapped[str | None]
    existing_systems: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), server_default="{}", default=list)
    decision_process: Mapped[str | None]
    statements: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    """What is known of the client, each with its source."""

    __table_args__ = (search_index("client"),)

    machine = StateMachine.steady("client", "change")


_OPEN = ("draft", "qualifying", "active", "submitted", "negotiating", "on_hold")


class Opportunity(Searched, Resource):
    """What the team wants to win. `epoch` grows whenever what counts downstream changes."""

    __tablename__ = "opportunity"
    searched = ("code", "title", "objectives", "external_ref")

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
    type: Mapped[str | None]
    client_assumptions: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), server_default="{}", default=list)
    """What the client reads of the assumptions, in the client's words; `assumptions` are ours."""
    team: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    """People who work on it beside the owner: subject and part."""
    held_from: Mapped[str | None]
    """The stage that it was put on hold in, and goes back to."""
    hold_reason: Mapped[str | None]
    hold_until: Mapped[date | None]
    """When somebody should look again; nothing happens by itself."""

    __table_args__ = (sa.UniqueConstraint("tenant_id", "code"), search_index("opportunity"))

    machine = StateMachine(
        "opportunity",
        (
            Transition("change", _OPEN, "open"),
            Transition("qualify", ("draft",), "qualifying"),
            Transition("activate", ("draft", "qualifying"), "active"),
            Transition("hold", _OPEN[:-1], "on_hold"),
            Transition("resume", ("on_hold",), "active"),
            Transition("negotiate", ("submitted",), "negotiating"),
            Transition("close", _OPEN, "closed"),
        ),
        collection="opportunities",
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        blocked = self._not_qualified()
        instead = {"change": self._closed()} if self.stage == "closed" else None
        return self.machine.allowed(self.stage, {"activate": blocked} if blocked else None, instead=instead)

    @property
    def reached(self) -> str:
        """Its stage; on hold, the one that it goes back to."""
        return self.held_from or self.stage

    def move(self, action: str) -> None:
        """Move to the next stage; what was on hold goes back to where it was.

        Raises `IllegalTransition`, or `NotQualified` where too little is known to pursue it.
        """
        before, target = self.stage, self.machine.next(self.stage, action)
        blocked = self._not_qualified() if action == "activate" else None
        if blocked:
            raise blocked
        self.stage = target
        if action == "hold":
            self.held_from = before
        elif action == "resume":
            self.stage, self.held_from = self.held_from or target, None
            self.hold_reason = self.hold_until = None

    def advance(self, stage: str, *, among: Collection[str]) -> bool:
        """Events lead to `stage` from the earlier ones `among`; on hold, it will go on from there."""
        if self.reached not in among:
            return False
        if self.held_from:
            self.held_from = stage
        else:
            self.stage = stage
        return True

    def close(self, outcome: Outcome, reason: str | None) -> None:
        """Close for good. Raises `IllegalTransition`, or `OutcomeDoesNotFit` for one that this stage cannot have."""
        target = self.machine.next(self.stage, "close")
        possible = [one for one in Outcome if self.reached not in _IMPOSSIBLE.get(one, ())]
        if outcome not in possible:
            raise OutcomeDoesNotFit(code=self.code, stage=self.reached, outcome=outcome, possible=", ".join(possible))
        self.stage, self.outcome, self.outcome_reason = target, outcome, reason

    def _not_qualified(self) -> NotQualified | None:
        said = {
            ("expected_value", "预计金额"): self.expected_value is not None,
            ("close_date", "预计成交日期"): self.close_date is not None,
            ("an objective or a pain", "至少一项目标或痛点"): bool(self.objectives or self.pains),
        }
        missing = [name for name, is_said in said.items() if not is_said]
        if not missing:
            return None
        texts, texts_zh = zip(*missing, strict=True)
        return NotQualified(code=self.code, missing=", ".join(texts), missing_zh="、".join(texts_zh))

    def refuse_if_closed(self) -> None:
        """Raises `OpportunityIsClosed`: nothing in a closed opportunity changes any more."""
        if self.stage == "closed":
            raise self._closed()

    def _closed(self) -> OpportunityIsClosed:
        return OpportunityIsClosed(code=self.code, outcome=self.outcome)


_LATE = ("submitted", "negotiating")
_IMPOSSIBLE: Mapping[Outcome, tuple[str, ...]] = {
    Outcome.WON: ("draft", "qualifying"),
    Outcome.QUALIFIED_OUT: _LATE,
    Outcome.NOT_BID: _LATE,
}
"""Stages that cannot end so: nobody wins what is not pursued, and what was submitted was bid for."""


class Constraint(Searched, InOpportunity):
    """A limit that the client sets: budget, date or another."""

    __tablename__ = "client_constraint"
    searched = ("name", "statement", "funding_source")

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
    firmness: Mapped[str | None]
    funding_source: Mapped[str | None]
    client_visibility: Mapped[str] = mapped_column(server_default="client", default="client")
    """`internal`: we take it to be so, the client never said it."""

    __table_args__ = (search_index("client_constraint"),)

    machine = StateMachine.steady("constraint", "change", "delete")


class Concern(Searched, InOpportunity):
    """An early worry; on approval of a baseline it becomes a candidate of the risk register."""

    __tablename__ = "concern"
    searched = ("code", "statement", "effect")

    opportunity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("opportunity.id"), index=True)
    code: Mapped[str]
    category: Mapped[str]
    statement: Mapped[str]
    effect: Mapped[str | None]
    likelihood: Mapped[str]
    severity: Mapped[str]
    requirement_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    client_visibility: Mapped[str] = mapped_column(server_default="internal", default="internal")
    client_wording: Mapped[str | None]
    suspects: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    """As of a requirement: what changed since somebody last looked."""

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id", "code"), search_index("concern"))

    machine = StateMachine.steady("concern", "change", "delete", "clear_suspect")

    def refusals(self) -> Mapping[str, Problem]:
        return {} if self.suspects else {"clear_suspect": NotSuspect()}


class Counter(Base):
    """The last number given in a sequence of human-readable codes."""

    __tablename__ = "counter"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]
