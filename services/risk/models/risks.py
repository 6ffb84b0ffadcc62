"""The risks of the register."""

from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.risk.domain.risk import Response, Risk, Scale, assess
from services.risk.domain.three_point import ThreePoint
from shared.db import Resource
from shared.problems import Problem
from shared.states import AllowedAction, StateMachine, Transition


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
