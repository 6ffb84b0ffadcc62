"""Tables and state rules of the estimation service."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.estimation.domain.warnings import warning_id
from services.estimation.domain.working import Caution
from services.estimation.models.overrides import NoStandingOverride
from services.estimation.models.projections import Head
from shared.kernel.base import Resource
from shared.kernel.counting import at_most_one
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.language.events.values import Reason
from shared.language.suspects import Suspected


class UnknownParameterSet(Problem):
    status = 422
    title = ("No such parameter set", "参数集不存在")
    en = "There is no parameter set named {name}."
    zh = "不存在名为 {name} 的参数集。"


class NotPricedYet(Problem):
    status = 409
    title = ("There is no price yet", "尚未定价")
    en = "The estimate is {state}; its budget and price follow once its risk budget is calculated."
    zh = "估算当前状态为 {state}；其风险预算计算完成后才有预算计划与报价。"


class NothingToJudge(Problem):
    status = 409
    title = ("There is nothing to judge", "没有需要判断的提示")
    en = "The estimate has no warnings."
    zh = "该估算没有提示。"


class NoSuchWarning(Problem):
    status = 422
    title = ("There is no such warning", "没有该提示")
    en = "The estimate has no warning {id}; its figures or subjects may have changed since."
    zh = "该估算没有提示 {id}；其数值或对象可能已变更。"


_UNJUDGED: dict[str, Any] = {
    "subjects": [],
    "client_visibility": "internal",
    **dict.fromkeys(("judged_by", "judged_at", "judgement", "client_wording", "client_wording_zh")),
}


class EstimateStatus(StrEnum):
    COMPLETED = "completed"
    PRICED = "priced"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    ACCEPTED = "accepted"
    """The client accepted what was offered on it: it stays as it is, with price, budget plan and analyses."""


class ParameterSet(Resource):
    """A version of the parameters; it never changes, so that what was computed with it can be computed again."""

    __tablename__ = "parameter_set"

    name: Mapped[str]
    title: Mapped[str]
    title_zh: Mapped[str]
    is_shipped: Mapped[bool]
    based_on: Mapped[str | None]
    provenance: Mapped[list[Any]]
    parameters: Mapped[dict[str, Any]]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "name"),)


RECOMPUTABLE = ("completed", "priced", "failed")
"""States of an estimate that counts, or would if it could be made."""


_REVISIONS = 10_000
"""More than anybody makes of one baseline."""


class Estimate(Suspected, Resource):
    """Effort, cost, budget and price of one baseline; computed anew, it gets the next revision."""

    __tablename__ = "estimate"

    opportunity_id: Mapped[UUID]
    baseline_id: Mapped[UUID]
    baseline_number: Mapped[int]
    epoch: Mapped[int]
    content_hash: Mapped[str]
    revision: Mapped[int]
    position: Mapped[int] = mapped_column(sa.BigInteger)
    """Orders the estimates of an opportunity by epoch and revision, whenever they were computed."""
    status: Mapped[str]
    reason: Mapped[dict[str, Any] | None]
    """Why it failed, or counts no longer."""
    parameter_set_id: Mapped[UUID] = mapped_column(sa.ForeignKey("parameter_set.id"))
    risk_revision: Mapped[int | None]
    """Revision of the risk budget that is in the price."""
    figures: Mapped[dict[str, Any] | None]
    """What `estimation.estimate.completed` said, but for the lines; None when it failed."""
    lines: Mapped[list[Any]] = mapped_column(deferred=True)
    price: Mapped[dict[str, Any] | None]
    """What `estimation.estimate.priced` said."""
    judgements: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """What persons said to warnings, by id of the warning; those of earlier revisions too."""
    outdated: Mapped[dict[str, Any] | None]
    """Which of its inputs has changed since; None while it would come out the same again."""

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "opportunity_id", "position"),
        sa.Index("ix_estimate_position", "tenant_id", "position", "id"),
        at_most_one("estimate", "that_counts", "status NOT IN ('superseded', 'accepted')", "opportunity_id"),
        at_most_one("estimate", "that_is_accepted", "status = 'accepted'", "opportunity_id"),
    )

    machine = StateMachine(
        "estimate",
        (
            Transition("recompute", RECOMPUTABLE, "superseded"),
            Transition("override_effort", ("completed", "priced"), "superseded"),
            Transition("withdraw_override", RECOMPUTABLE, "superseded"),
            Transition("judge_warnings", ("completed",), "completed"),
            Transition("judge_warnings", ("priced",), "priced"),
            Transition("choose_leading_method", ("completed", "priced"), "superseded"),
            Transition("price", ("completed", "priced"), "priced", is_automatic=True),
            Transition("price", ("superseded",), "superseded", is_automatic=True),
            Transition("supersede", ("completed", "priced", "failed"), "superseded", is_automatic=True),
            Transition("accept", ("completed", "priced", "superseded"), "accepted", is_automatic=True),
            Transition("replace", ("accepted",), "superseded", is_automatic=True),
        ),
    )

    @staticmethod
    def position_of(epoch: int, revision: int) -> int:
        return epoch * _REVISIONS + revision

    @property
    def freshness(self) -> str:
        """`fresh` while it can be built upon, else `stale`; `reason` or `outdated` says why."""
        counts = self.status in {EstimateStatus.COMPLETED, EstimateStatus.PRICED, EstimateStatus.ACCEPTED}
        return "fresh" if counts and self.outdated is None else "stale"

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        blocked: dict[str, Problem] = {} if self.warnings else {"judge_warnings": NothingToJudge()}
        if self.figures is not None and not self.figures.get("overrides"):
            blocked["withdraw_override"] = NoStandingOverride(target="total")
        return self.machine.allowed(self.status, blocked)

    @property
    def warnings(self) -> list[dict[str, Any]] | None:
        """What is to be known before it is relied on, with what persons said to it; None when it failed."""
        if self.figures is None:
            return None
        return [
            {**_UNJUDGED, **warning, "id": key, **self.judgements.get(key, {})}
            for warning in self.figures.get("warnings", ())
            for key in [warning.get("id") or str(self._warning_id(warning))]
        ]

    def _warning_id(self, warning: dict[str, Any]) -> UUID:
        """Of one from before warnings had ids."""
        return warning_id(self.opportunity_id, Caution(**warning))

    def judge(self, keys: Sequence[UUID], judgement: dict[str, Any]) -> None:
        """Keep what a person says to some of its warnings. Raises `NothingToJudge`, `NoSuchWarning`."""
        self.machine.next(self.status, "judge_warnings")
        known = {warning["id"] for warning in self.warnings or ()}
        if not known:
            raise NothingToJudge
        for key in map(str, keys):
            if key not in known:
                raise NoSuchWarning(id=key)
        self.judgements = {**self.judgements, **dict.fromkeys(map(str, keys), judgement)}

    def accept(self) -> None:
        """The client accepted what was offered on it: what has changed since no longer concerns it."""
        self.status = self.machine.next(self.status, "accept")
        self.reason = self.outdated = None

    def stand(self, head: Head, newest: "Estimate") -> bool:
        """Find out whether it still counts, by what is newest of the opportunity; True when it just ceased to.

        What was accepted stands, whatever comes after it.
        """
        if self.status == EstimateStatus.ACCEPTED:
            return False
        reason = self._outdated_by(head, newest)
        if reason is None:
            return False
        self.reason = reason.model_dump(mode="json")
        if self.status == EstimateStatus.SUPERSEDED:
            return False
        self.status = self.machine.next(self.status, "supersede")
        return True

    def _outdated_by(self, head: Head, newest: "Estimate") -> Reason | None:
        if self.position < newest.position:
            return NEWER
        return VOID if self.epoch < head.epoch else None


NEWER = Reason(
    code="estimate_newer",
    message="A newer estimate takes its place.",
    message_zh="已有更新的估算取代。",
)


VOID = Reason(
    code="baseline_void",
    message="Its baseline was withdrawn or a newer one approved, or the opportunity is closed.",
    message_zh="其基线已撤回或有更新的已批准基线，或商机已关闭。",
)
