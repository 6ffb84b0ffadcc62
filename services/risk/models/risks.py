"""The risks of the register."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.risk.domain.matrix import Matrix
from services.risk.domain.policy import Rules
from services.risk.domain.response import Exposure, Response
from services.risk.domain.risk import Risk, Scale, assess
from services.risk.models.projections import WhileOpen
from services.risk.models.proposed import Proposed
from services.risk.models.responses import RiskResponse
from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.quant.three_point import ThreePoint

_OPEN = ("identified", "analysed", "treated", "monitored")
"""States in which it may happen and is ours."""
_ALONE = {"id", "responses", "has_happened", "recalibration"}
FACTS = tuple(field.name for field in fields(Risk) if field.name not in _ALONE)
_RANGES = ("impact_cost", "impact_days")


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


class NobodyWatches(Problem):
    status = 409
    title = ("Nobody watches it", "无人负责监控")
    en = "Risk {code} has no owner; name one, then monitor it."
    zh = "风险 {code} 尚无责任人，请先指定责任人。"


class OwnersAcceptance(Problem):
    status = 409
    title = ("Its owner cannot accept it", "责任人不得自行接受")
    en = "{by} owns risk {code}; by the policy in force somebody else must accept it."
    zh = "{by} 是风险 {code} 的责任人；按现行策略须由他人接受。"


class AcceptedTooLong(Problem):
    status = 422
    title = ("Accepted for too long, or for no time", "接受期限不可用")
    en = "A risk can be accepted from {today} until {latest} at the latest, the policy allows {days} days."
    zh = "风险可自 {today} 起接受，最晚至 {latest}（按现行策略最长 {days} 天）。"


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


class RegisteredRisk(WhileOpen, Proposed, Resource):
    """A risk of the register: proposed by a rule or a concern, or recorded by a person, and then theirs.

    Probability and impacts are those before any response; what responses make of them is in the assessments.
    """

    __tablename__ = "risk"

    opportunity_id: Mapped[UUID]
    currency: Mapped[str]
    code: Mapped[str]
    reference: Mapped[str | None]
    """What the register that it came from calls it."""
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
    scope_share: Mapped[float] = mapped_column(default=0.0)
    quality_share: Mapped[float] = mapped_column(default=0.0)
    breakdown: Mapped[str | None]
    """Its place in the risk breakdown structure."""
    client_visibility: Mapped[str] = mapped_column(server_default="internal", default="internal")
    client_wording: Mapped[str | None]
    client_wording_zh: Mapped[str | None]
    requirement_codes: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    estimate_line_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid), default=list)
    explanation: Mapped[str]
    explanation_zh: Mapped[str]
    knowledge: Mapped[str | None]
    """How well the assessment is founded: weak, moderate, strong; None until somebody says."""
    knowledge_why: Mapped[str | None]
    near_from: Mapped[date | None]
    near_until: Mapped[date | None]
    """Proximity: when it may happen."""
    urgency: Mapped[str | None]
    """low, moderate, high, as the two that follow."""
    manageability: Mapped[str | None]
    detectability: Mapped[str | None]
    early_warnings: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)
    owner: Mapped[str | None]
    accepted_by: Mapped[str | None]
    accepted_at: Mapped[datetime | None]
    accepted_until: Mapped[date | None]
    acceptance_reason: Mapped[str | None]
    escalated_to: Mapped[str | None]
    outcome: Mapped[str | None]
    """happened, did_not_happen, was_no_risk; None until it is known."""
    outcome_probability: Mapped[float | None]
    """What was said of it before: with all its measures."""
    outcome_at: Mapped[datetime | None]
    passed_at: Mapped[datetime | None]
    """When the time in which it could happen was over; somebody has to close it, or say until when."""
    status: Mapped[str] = mapped_column(default="candidate")
    status_reason: Mapped[str | None]
    inherent: Mapped[dict[str, Any]]
    current: Mapped[dict[str, Any]]
    residual: Mapped[dict[str, Any]]
    """Assessments before responses, with those in place, and with all that are planned: what a budget counts."""
    probability_level: Mapped[int]
    """This and what follows are those of `current`, to filter and sort by."""
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
            *(Transition("change", (state,), state) for state in ("candidate", *_OPEN, "escalated", "materialised")),
            Transition("identify", ("candidate",), "identified"),
            Transition("analyse", ("identified",), "analysed"),
            Transition("treat", ("analysed",), "treated"),
            Transition("monitor", ("treated",), "monitored"),
            Transition("accept", ("analysed", "treated", "escalated"), "treated"),
            Transition("accept", ("monitored",), "monitored"),
            Transition("reconsider", ("treated", "monitored"), "analysed"),
            Transition("escalate", _OPEN, "escalated"),
            Transition("take_back", ("escalated",), "analysed"),
            Transition("materialise", (*_OPEN, "escalated"), "materialised"),
            Transition("close", ("candidate", *_OPEN, "escalated", "materialised"), "closed"),
            Transition("reopen", ("closed",), "identified"),
        ),
    )

    def actions(self, measures: Sequence[RiskResponse]) -> list[AllowedAction]:
        """What can be done now, and why the rest cannot."""
        refusals = {one.action: self.refusal(one.action, measures) for one in self.machine.transitions}
        blocked = {action: why for action, why in refusals.items() if why}
        instead = {"change": self.closing} if self.closing else None
        return self.machine.allowed(self.status, blocked, barred=self.barred, instead=instead)

    @property
    def closing(self) -> RiskIsClosed | None:
        """Why neither it nor its measures change; None while they do."""
        return RiskIsClosed(code=self.code) if self.status == "closed" else None

    def act(self, action: str, measures: Sequence[RiskResponse]) -> None:
        """Move to the next state. Raises `IllegalTransition`, and what stands against it."""
        target = self.machine.next(self.status, action)
        refusal = self.refusal(action, measures)
        if refusal:
            raise refusal
        self.status = target
        if action not in {"monitor", "accept"}:
            self.accepted_by = self.accepted_at = self.accepted_until = self.acceptance_reason = None
        if action != "escalate":
            self.escalated_to = None

    def note_outcome(self, outcome: str, stated: float, at: datetime) -> None:
        """What came of it, once: that a risk which happened is closed later changes nothing."""
        if self.outcome is None:
            self.outcome, self.outcome_probability, self.outcome_at = outcome, stated, at

    def forget_outcome(self) -> None:
        self.outcome = self.outcome_probability = self.outcome_at = None

    def accept(
        self,
        measures: Sequence[RiskResponse],
        rules: Rules,
        *,
        by: str,
        at: datetime,
        today: date,
        until: date,
        reason: str,
    ) -> None:
        """Live with it until then. Raises `IllegalTransition`, `OwnersAcceptance`, `AcceptedTooLong`."""
        self.act("accept", measures)
        if by == self.owner and not rules.may_owner_accept:
            raise OwnersAcceptance(by=by, code=self.code)
        days = rules.longest_acceptance_days
        if not today <= until <= today + timedelta(days=days):
            raise AcceptedTooLong(today=today, latest=today + timedelta(days=days), days=days)
        self.accepted_by, self.accepted_at, self.accepted_until, self.acceptance_reason = by, at, until, reason

    def refusal(self, action: str, measures: Sequence[RiskResponse]) -> Problem | None:
        """What stands against an action that the state would allow."""
        if action == "treat" and not any(one.is_live for one in measures):
            return NoResponse(code=self.code)
        return NobodyWatches(code=self.code) if action == "monitor" and not self.owner else None

    @property
    def is_a_persons(self) -> bool:
        """Whether a person recorded it, moved it on or set a field: it then stays without a cause in the baseline."""
        return self.origin == "person" or self.status != "candidate" or bool(self.decided)

    def propose(self, risk: Risk, order: int) -> None:
        """Take over what a basis proposes, but for what a person decided."""
        self.take_over(_columns(risk), order)

    def counted(self, measures: Sequence[RiskResponse], proposed: Risk | None = None) -> Risk | None:
        """The risk as a budget counts it: what a basis proposes with what persons decided; None when it does not count.

        A risk that has materialised is certain to cost; only how much is open. One that nothing gives cause for any
        more, and that no person took over, does not count.
        """
        if self.status == "closed":
            return None
        own = self.as_risk(measures)
        if proposed is None:
            return own if self.is_proposed or self.is_a_persons else None
        decided = {name: getattr(own, name) for name in self.decided if name in FACTS}
        responses = tuple(_counted(measures, proposed.responses))
        return replace(proposed, **decided, responses=responses, has_happened=own.has_happened)

    def assess(self, measures: Sequence[RiskResponse], scale: Scale | None, matrix: Matrix) -> None:
        """Place it in the matrix before, with today's and with all measures."""
        risk = self.as_risk(measures)
        for name in ("inherent", "current", "residual"):
            assessed = _assessed(getattr(risk, name), scale, matrix)
            if getattr(self, name) != assessed:
                setattr(self, name, assessed)
        for name in ("probability_level", "impact_level", "score", "rating", "expected_value"):
            setattr(self, name, self.current[name])

    def as_risk(self, measures: Sequence[RiskResponse]) -> Risk:
        """The risk with the measures that count for it today."""
        values = {name: getattr(self, name) for name in FACTS}
        values |= {name: ThreePoint(**values[name]) for name in _RANGES}
        return Risk(
            **{**values, "requirement_codes": tuple(self.requirement_codes)},
            id=self.id,
            responses=tuple(self._own(measures)),
            has_happened=self.status == "materialised",
        )

    def _own(self, measures: Sequence[RiskResponse]) -> Iterable[Response]:
        for row in measures:
            response = row.counted()
            if response and (row.is_proposed or row.is_a_persons or not self.is_proposed):
                yield response

    @classmethod
    def of(cls, risk: Risk, **more: Any) -> "RegisteredRisk":
        """A new row."""
        return cls(id=risk.id, **_columns(risk), **more)


def _counted(rows: Sequence[RiskResponse], proposed: Sequence[Response]) -> Iterable[Response]:
    known = {row.id: row for row in rows}
    for one in proposed:
        counted = known[one.id].counted(one) if one.id in known else one
        if counted:
            yield counted
    ids = {one.id for one in proposed}
    for row in rows:
        counted = row.counted()
        if counted and row.id not in ids and row.is_a_persons:
            yield counted


_NONE = Scale(0.0, 0.0, 0.0)


def _assessed(exposure: Exposure, scale: Scale | None, matrix: Matrix) -> dict[str, Any]:
    """An assessment as JSON; without a scale only its probability has a level."""
    place, known = assess(exposure, scale or _NONE, matrix), scale is not None
    return {
        **asdict(exposure),
        "probability_level": place.probability_level,
        "impact_level": place.impact_level if known else None,
        "score": float(place.score) if known else None,
        "rating": place.rating if known else None,
        "expected_value": round(place.expected_value, 4) if known else None,
        "delay_value": round(exposure.delay_value(scale.daily_burn), 4) if scale else None,
    }


def _columns(risk: Risk) -> dict[str, Any]:
    """The risk as its columns hold it."""
    columns = {name: getattr(risk, name) for name in FACTS}
    return {
        **columns,
        **{name: asdict(columns[name]) for name in _RANGES},
        "requirement_codes": list(risk.requirement_codes),
    }
