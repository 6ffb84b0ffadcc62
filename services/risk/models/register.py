"""Tables and state rules of the risk service."""

from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.risk.domain.risk import Response, Risk, Scale, assess
from services.risk.domain.three_point import ThreePoint
from shared.db import TENANT, Base, Resource
from shared.events import Reason
from shared.problems import Problem
from shared.states import AllowedAction, StateMachine, Transition
from shared.suspects import Suspected


class RegisterIsClosed(Problem):
    status = 409
    title = ("The register is closed", "风险登记册已关闭")
    en = "Opportunity {id} is closed; its risks can no longer change."
    zh = "商机 {id} 已关闭，其风险不能再修改。"


class RiskIsClosed(Problem):
    status = 409
    title = ("The risk is closed", "风险已关闭")
    en = "Risk {code} is closed; reopen it before you change it."
    zh = "风险 {code} 已关闭，请先重新打开再修改。"


class NoResponse(Problem):
    status = 409
    title = ("There is nothing to treat it with", "尚无应对措施")
    en = "Risk {code} has no response; add one, then treat it."
    zh = "风险 {code} 尚无应对措施，请先补充应对措施。"


class NotInBaseline(Problem):
    status = 422
    title = ("Not a requirement of the approved baseline", "不是已批准基线中的需求")
    en = "These codes are not in the newest approved baseline of the opportunity: {codes}."
    zh = "以下编号不在该商机最新的已批准基线中：{codes}。"


class OtherCurrency(Problem):
    status = 422
    title = ("Another currency than the opportunity's", "货币与商机不一致")
    en = "The opportunity counts in {wanted}, not in {given}."
    zh = "该商机使用货币 {wanted}，而不是 {given}。"


class NewerBaseline(Problem):
    status = 409
    title = ("A newer baseline is approved", "已有更新的已批准基线")
    en = "Baseline {number} is no longer the newest; its successor's budget follows from the estimate by itself."
    zh = "基线 {number} 已不是最新；新基线的风险预算将在估算完成后自动生成。"


class RunTooLarge(Problem):
    status = 422
    title = ("Too large to simulate", "规模过大，无法模拟")
    en = "{samples} samples of {parts} lines and risks are too many; {limit} draws are possible."
    zh = "{samples} 次抽样 × {parts} 个工作项与风险过多，上限为 {limit} 次抽取。"


class UnusableEstimate(Problem):
    status = 422
    title = ("The estimate cannot be used", "估算结果无法使用")
    en = "The estimate or its baseline is not complete and in order: {where} {why}."
    zh = "估算或其基线不完整或不合规：{where} {why}。"


class NoFigures(Problem):
    status = 409
    title = ("There are no figures", "没有数据")
    en = "This risk budget could not be computed: {why}"
    zh = "该风险预算未能计算：{why_zh}"


class Head(Base):
    """What is newest of an opportunity. Whoever changes anything of the opportunity locks this row first."""

    __tablename__ = "risk_head"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)
    currency: Mapped[str | None]
    epoch: Mapped[int] = mapped_column(default=0)
    """Newest epoch with an approved baseline."""
    void_epoch: Mapped[int] = mapped_column(default=0)
    """Newest epoch that says "nothing": what is older does not count, whatever comes late."""
    is_closed: Mapped[bool] = mapped_column(default=False)
    merged: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """Order of the newest basis whose candidates are in the register."""
    scale: Mapped[dict[str, Any] | None]
    """What impacts are measured against: the figures of that basis."""
    register_revision: Mapped[int] = mapped_column(default=0)
    """Counts the changes by persons that a budget has to take in."""

    def refuse_if_closed(self) -> None:
        """Raises `RegisterIsClosed`: nothing in a closed opportunity changes any more."""
        if self.is_closed:
            raise RegisterIsClosed(id=self.opportunity_id)


class HeardBaseline(Base):
    """An approved baseline as it was heard."""

    __tablename__ = "risk_heard_baseline"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    baseline_id: Mapped[UUID] = mapped_column(primary_key=True)
    opportunity_id: Mapped[UUID] = mapped_column(index=True)
    epoch: Mapped[int]
    facts: Mapped[dict[str, Any]]


class HeardEstimate(Base):
    """A completed estimate as it was heard; it may come before its baseline."""

    __tablename__ = "risk_heard_estimate"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    estimate_id: Mapped[UUID] = mapped_column(primary_key=True)
    baseline_id: Mapped[UUID] = mapped_column(index=True)
    revision: Mapped[int]
    facts: Mapped[dict[str, Any]]


class RegisteredRisk(Resource):
    """A risk of the register: proposed by a rule or a concern, or recorded by a person, and then theirs."""

    __tablename__ = "risk"

    opportunity_id: Mapped[UUID]
    currency: Mapped[str]
    code: Mapped[str]
    origin: Mapped[str]
    """rule, concern, person."""
    basis_order: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """Order of the newest basis that proposed it; 0 for a person's."""
    is_proposed: Mapped[bool] = mapped_column(default=True)
    """Whether the newest basis gives cause for it; a person's risk needs no cause."""
    decided: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)
    """Fields that a person set: no baseline overwrites them."""
    title: Mapped[str]
    title_zh: Mapped[str]
    category: Mapped[str]
    kind: Mapped[str]
    cause: Mapped[str]
    cause_zh: Mapped[str]
    effect: Mapped[str]
    effect_zh: Mapped[str]
    probability: Mapped[float]
    impact_cost: Mapped[dict[str, Any]]
    impact_days: Mapped[dict[str, Any]]
    response: Mapped[dict[str, Any] | None]
    requirement_codes: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    explanation: Mapped[str]
    explanation_zh: Mapped[str]
    owner: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="candidate")
    status_reason: Mapped[str | None]
    probability_level: Mapped[int]
    impact_level: Mapped[int | None]
    """None, as what follows, until there is an estimate to measure it against."""
    score: Mapped[float | None]
    rating: Mapped[str | None]
    expected_value: Mapped[float | None]

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "opportunity_id", "code"),
        sa.Index("ix_risk_opportunity_id_created_at", "opportunity_id", "created_at", "id"),
    )

    machine = StateMachine(
        "risk",
        (
            Transition("identify", ("candidate",), "identified"),
            Transition("analyse", ("identified",), "analysed"),
            Transition("treat", ("analysed",), "treated"),
            Transition("monitor", ("treated",), "monitored"),
            Transition("materialise", ("identified", "analysed", "treated", "monitored"), "materialised"),
            Transition(
                "close", ("candidate", "identified", "analysed", "treated", "monitored", "materialised"), "closed"
            ),
            Transition("reopen", ("closed",), "identified"),
        ),
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        blocked: dict[str, Problem] = {} if self.response else {"treat": NoResponse(code=self.code)}
        return self.machine.allowed(self.status, blocked)

    def act(self, action: str) -> None:
        """Move to the next state. Raises `IllegalTransition`, or `NoResponse` for a treatment with nothing."""
        target = self.machine.next(self.status, action)
        if action == "treat" and self.response is None:
            raise NoResponse(code=self.code)
        self.status = target

    @property
    def is_a_persons(self) -> bool:
        """Whether a person recorded it, moved it on or set a field: it then stays without a cause in the baseline."""
        return self.origin == "person" or self.status != "candidate" or bool(self.decided)

    def propose(self, risk: Risk, order: int) -> None:
        """Take over what a basis proposes, but for what a person decided. An older basis changes nothing."""
        if order < self.basis_order:
            return
        self.basis_order = order
        for name, value in _columns(risk).items():
            if name not in self.decided and getattr(self, name) != value:
                setattr(self, name, value)

    def decide(self, changes: dict[str, Any]) -> None:
        """Set fields to what a person says."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.decided = sorted({*self.decided, *changes})

    def counted(self, proposed: Risk | None = None) -> Risk | None:
        """The risk as a budget counts it: what a basis proposes with what persons decided; None when it does not count.

        A risk that has materialised is certain to cost; only how much is open.
        """
        if self.status == "closed":
            return None
        own = self._as_risk()
        risk = own if proposed is None else replace(proposed, **{n: getattr(own, n) for n in self._decided_facts()})
        return replace(risk, probability=1.0) if self.status == "materialised" else risk

    def assess(self, scale: Scale | None) -> None:
        """Place it in the matrix. Without a scale only its probability has a level."""
        place = assess(self.probability, ThreePoint(**self.impact_cost), ThreePoint(**self.impact_days), scale or _NONE)
        self.probability_level = place.probability_level
        known = scale is not None
        self.impact_level = place.impact_level if known else None
        self.score = float(place.score) if known else None
        self.rating = place.rating if known else None
        self.expected_value = round(place.expected_value, 4) if known else None

    def _decided_facts(self) -> list[str]:
        return [name for name in self.decided if name in Risk.__dataclass_fields__]

    def _as_risk(self) -> Risk:
        values = {name: getattr(self, name) for name in Risk.__dataclass_fields__}
        return Risk(
            **{
                **values,
                "impact_cost": ThreePoint(**self.impact_cost),
                "impact_days": ThreePoint(**self.impact_days),
                "response": self.response and response_of(self.response),
                "requirement_codes": tuple(self.requirement_codes),
            }
        )

    @classmethod
    def of(cls, risk: Risk, **more: Any) -> "RegisteredRisk":
        """A new row."""
        return cls(id=risk.id, **_columns(risk), **more)


_NONE = Scale(0.0, 0.0, 0.0)


def _columns(risk: Risk) -> dict[str, Any]:
    """The risk as its columns hold it."""
    return {
        **{name: getattr(risk, name) for name in Risk.__dataclass_fields__ if name != "id"},
        "impact_cost": asdict(risk.impact_cost),
        "impact_days": asdict(risk.impact_days),
        "response": risk.response and stored_response(risk.response),
        "requirement_codes": list(risk.requirement_codes),
    }


def stored_response(response: Response) -> dict[str, Any]:
    """A response as JSON."""
    return {**asdict(response), "cost": str(response.cost)}


def response_of(stored: dict[str, Any]) -> Response:
    """A response from JSON."""
    return Response(**{**stored, "cost": Decimal(stored["cost"])})


class RiskBudget(Suspected, Resource):
    """The risk budget of one estimate; computed anew, it gets the next revision. Its figures never change."""

    __tablename__ = "risk_budget"

    opportunity_id: Mapped[UUID]
    baseline_id: Mapped[UUID]
    baseline_number: Mapped[int]
    epoch: Mapped[int]
    content_hash: Mapped[str]
    estimate_id: Mapped[UUID]
    estimate_revision: Mapped[int]
    revision: Mapped[int]
    position: Mapped[int] = mapped_column(sa.BigInteger)
    """Orders the budgets of an opportunity by epoch, estimate and revision, whenever they were computed."""
    register_revision: Mapped[int]
    """The changes by persons that are in it."""
    status: Mapped[str]
    """calculated, superseded, failed."""
    freshness: Mapped[str] = mapped_column(default="fresh")
    """fresh or stale."""
    reason: Mapped[dict[str, Any] | None]
    """Why it is not fresh, or why it failed."""
    currency: Mapped[str]
    policy: Mapped[dict[str, Any]]
    facts: Mapped[dict[str, Any] | None]
    """What `risk.budget.calculated` said; None when it failed."""
    contributions: Mapped[list[Any]]
    """Parts of the variance by line and risk, the largest first: the tornado."""

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "opportunity_id", "position"),
        sa.Index("ix_risk_budget_opportunity_id_created_at", "opportunity_id", "created_at", "id"),
    )

    machine = StateMachine("risk budget", (Transition("recompute", ("calculated",), "superseded"),))

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.status, {"recompute": self._waiting} if self._waiting else None)

    @property
    def figures(self) -> dict[str, Any]:
        """What was computed. Raises `NoFigures` when it failed."""
        if self.facts is None:
            reason = self.reason or {"message": "", "message_zh": ""}
            raise NoFigures(why=reason["message"], why_zh=reason["message_zh"])
        return self.facts

    def refuse_recomputing(self) -> None:
        """Raises `IllegalTransition` when it does not count, `NewerBaseline` when an estimate is on its way."""
        self.machine.next(self.status, "recompute")
        if self._waiting:
            raise self._waiting

    @property
    def _waiting(self) -> NewerBaseline | None:
        is_outdated = self.reason is not None and self.reason["code"] == BASELINE_NEWER.code
        return NewerBaseline(number=self.baseline_number) if is_outdated else None

    def stand(self, head: Head, newest: "RiskBudget") -> bool:
        """Find out whether it still counts, by what is newest of the opportunity; says whether it just ceased to.

        All reasons only grow, so that the answer does not depend on the order in which they were heard of.
        """
        reason = self._outdated_by(head, newest)
        if self.status == "failed" or reason is None:
            return False
        was = self.status
        self.freshness, self.reason = "stale", reason.model_dump(mode="json")
        if reason in {RECOMPUTED, VOID}:
            self.status = "superseded"
        return self.status != was

    def _outdated_by(self, head: Head, newest: "RiskBudget") -> Reason | None:
        if self.epoch < head.void_epoch:
            return VOID
        if self.position < newest.position:
            return RECOMPUTED
        if self.epoch < head.epoch:
            return BASELINE_NEWER
        return REGISTER_CHANGED if self.register_revision < head.register_revision else None


RECOMPUTED = Reason(
    code="recomputed", message="A newer risk budget takes its place.", message_zh="已有更新的风险预算取代。"
)
VOID = Reason(
    code="baseline_void",
    message="Its baseline was withdrawn, or the opportunity is closed.",
    message_zh="其基线已撤回，或商机已关闭。",
)
BASELINE_NEWER = Reason(
    code="baseline_newer",
    message="A newer baseline is approved; its budget follows from its estimate by itself.",
    message_zh="已有更新的已批准基线，其风险预算将在估算完成后自动生成。",
)
REGISTER_CHANGED = Reason(
    code="register_changed",
    message="Risks of the register have changed since; recompute it.",
    message_zh="风险登记册此后有变化，请重新计算。",
    actions=("recompute",),
)
