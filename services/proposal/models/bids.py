"""Bid decision 投标决策: the tenant's questionnaire, and the decision on one opportunity."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.proposal.domain import bid
from services.proposal.models.projections import WhileOpen
from shared.kernel.base import Resource
from shared.kernel.db import viewer_of
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.language.money import Money


class BidIsDecided(Problem):
    status = 409
    title = ("The bid is decided", "投标决策已作出")
    en = "It was decided {status} by {by}; reopen it before you change it."
    zh = "{by} 已决定为 {status}，请先重新打开再修改。"


class AnswersMissing(Problem):
    status = 409
    title = ("Questions are not answered", "仍有问题未回答")
    en = "Answer these first: {codes}."
    zh = "请先回答以下问题：{codes}。"


class ConditionsMissing(Problem):
    status = 422
    title = ("A conditional decision names its conditions", "有条件投标须列出条件")
    en = "Name at least one condition with an owner and a day."
    zh = "请至少列出一项条件及其负责人与期限。"


class AgainstRecommendation(Problem):
    status = 422
    title = ("A decision against the recommendation needs a reason", "与建议不一致须说明理由")
    en = "The answers recommend {recommended}; give the reason for {decided}."
    zh = "根据回答建议为 {recommended}；请说明决定为 {decided} 的理由。"


class OwnAnswers(Problem):
    status = 403
    title = ("Four eyes are needed", "须由他人决策")
    en = "{author} gave some of the answers, so somebody else must decide."
    zh = "部分回答由 {author} 填写，须由其他人决策。"


class ConditionUnknown(Problem):
    status = 422
    title = ("No such condition", "没有该条件")
    en = "There is no condition {number}; there are {count}."
    zh = "没有第 {number} 项条件，共 {count} 项。"


class ConditionIsMet(Problem):
    status = 409
    title = ("The condition is met", "条件已满足")
    en = "Condition {number} was met by {by} already; name one that is still open."
    zh = "第 {number} 项条件已由 {by} 确认满足；请选择尚未满足的条件。"


class BidPolicy(Resource):
    """A version of the questionnaire and its thresholds; it never changes, the newest counts."""

    __tablename__ = "bid_policy"

    number: Mapped[int]
    questions: Mapped[list[Any]]
    thresholds: Mapped[dict[str, Any]]
    price_change: Mapped[float] = mapped_column(server_default="0.1")
    """By what share of it the price may differ from the one that a decision was made on, until it is made again."""

    __table_args__ = (sa.UniqueConstraint("tenant_id", "number"),)

    def assess(self, answers: Mapping[str, Any]) -> bid.Finding:
        """What these answers recommend."""
        questions = [bid.Question(one["code"], one["weight"], one["knock_out"]) for one in self.questions]
        points = {code: answer["points"] for code, answer in answers.items()}
        return bid.assess(questions, points, bid.Thresholds(**self.thresholds))


class BidDecision(WhileOpen, Resource):
    """Whether we bid for an opportunity, on what answers, and under what conditions."""

    __tablename__ = "bid_decision"

    opportunity_id: Mapped[UUID]
    policy_id: Mapped[UUID] = mapped_column(sa.ForeignKey("bid_policy.id"))
    policy_number: Mapped[int]
    answers: Mapped[dict[str, Any]]
    """By code of the question: points, note, and who gave it."""
    answered_by: Mapped[str | None]
    recommendation: Mapped[str]
    score: Mapped[float]
    knocked_out: Mapped[list[Any]]
    unanswered: Mapped[list[Any]]
    status: Mapped[str] = mapped_column(default="open")
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    proposal_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("proposal.id"))
    """The newest one when it was decided; None before there was one."""
    currency: Mapped[str | None]
    price_amount: Mapped[Decimal | None] = mapped_column(sa.Numeric(20, 4))
    """Its price with tax: what was decided on."""
    conditions: Mapped[list[Any]]
    due: Mapped[date | None]
    """The earliest day by which an open condition must be met."""
    reopened_because: Mapped[dict[str, Any] | None]
    times_reopened: Mapped[int] = mapped_column(default=0)

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id"),)

    machine = StateMachine(
        "bid_decision",
        (
            Transition("answer", ("open",), "open"),
            Transition("decide", ("open",), "decided"),
            Transition("meet-condition", ("conditional",), "conditional"),
            Transition("reopen", ("go", "conditional", "no_go"), "open"),
        ),
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        viewer = viewer_of(self)
        own = [OwnAnswers(author=viewer)] if viewer in self._authors else []
        missing = self._missing()
        blocked = {"decide": [missing, *own] if missing else own}
        instead = {"answer": self._decided()} if self.status != "open" else None
        return self.machine.allowed(self.status, blocked, barred=self.barred, instead=instead)

    @property
    def price(self) -> Money | None:
        """With tax, as known when it was decided."""
        if self.price_amount is None or self.currency is None:
            return None
        return Money.of(self.price_amount, self.currency)

    def take(self, finding: bid.Finding) -> None:
        """Keep what the answers recommend."""
        self.recommendation, self.score = finding.verdict.value, finding.score
        self.knocked_out, self.unanswered = list(finding.knocked_out), list(finding.unanswered)

    def decide(self, verdict: str, *, by: str, at: datetime, reason: str | None, conditions: list[Any]) -> None:
        """Decide. Raises `IllegalTransition`, or the first of this module's problems that stands against it."""
        self.machine.next(self.status, "decide")
        missing = self._missing()
        if missing:
            raise missing
        if by in self._authors:
            raise OwnAnswers(author=by)
        if verdict == "conditional" and not conditions:
            raise ConditionsMissing
        if verdict != self.recommendation and reason is None:
            raise AgainstRecommendation(recommended=self.recommendation, decided=verdict)
        self.status, self.decided_by, self.decided_at, self.reason = verdict, by, at, reason
        self.conditions = [{**one, "is_met": False, "met_by": None, "note": None} for one in conditions]
        self.reopened_because = None

    def meet(self, number: int, *, by: str, note: str | None) -> None:
        """Note that a condition (from 1) is met; with the last one it is a go.

        Raises `IllegalTransition`, `ConditionUnknown`, `ConditionIsMet`.
        """
        self.machine.next(self.status, "meet-condition")
        if not 1 <= number <= len(self.conditions):
            raise ConditionUnknown(number=number, count=len(self.conditions))
        condition = self.conditions[number - 1]
        if condition["is_met"]:
            raise ConditionIsMet(number=number, by=condition["met_by"])
        met = {**condition, "is_met": True, "met_by": by, "note": note}
        self.conditions = [*self.conditions[: number - 1], met, *self.conditions[number:]]
        if all(one["is_met"] for one in self.conditions):
            self.status = "go"

    def reopen(self, because: Mapping[str, Any]) -> None:
        """The decision is to be taken again, for a reason."""
        self.status = self.machine.next(self.status, "reopen")
        self.reopened_because, self.times_reopened = dict(because), self.times_reopened + 1

    def refuse_if_decided(self) -> None:
        """Raises `BidIsDecided`."""
        if self.status != "open":
            raise self._decided()

    def _decided(self) -> BidIsDecided:
        return BidIsDecided(status=self.status, by=self.decided_by)

    @property
    def _authors(self) -> set[str | None]:
        """Who gave the answers that stand; of those kept without a name, who answered last."""
        return {one.get("by", self.answered_by) for one in self.answers.values()}

    def _missing(self) -> Problem | None:
        # A knock-out decides whatever else is known.
        is_enough = not self.unanswered or self.knocked_out
        return None if is_enough else AnswersMissing(codes=", ".join(self.unanswered))
