"""Demos and proofs of concept: what is to be shown, by which criteria, and what was shown."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.engagement.domain.proof import is_met, outcome
from services.engagement.models.projections import InOpportunity, KnownRequirement
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import AllowedAction, StateMachine, Transition


class ProofKind(StrEnum):
    DEMO = "demo"
    POC = "poc"


class NoCriteria(Problem):
    status = 409
    title = ("There are no success criteria", "没有成功标准")
    en = "{code} has no success criterion: without one nobody can say what it showed."
    zh = "{code} 没有成功标准，无法判断其结论。"


class CriteriaWithoutResult(Problem):
    status = 409
    title = ("Criteria have no result", "部分标准尚无结果")
    en = "{code}: criteria {numbers} have no result yet."
    zh = "{code}：标准 {numbers} 尚无结果。"


class CriteriaAreSuspect(Problem):
    status = 409
    title = ("Requirements have changed", "关联需求已变化")
    en = "{code}: the requirements of criteria {numbers} have changed since; review them first."
    zh = "{code}：标准 {numbers} 所关联的需求已变化，请先复核。"


class NoSuchCriterion(Problem):
    status = 422
    title = ("There is no such criterion", "没有该标准")
    en = "{code} has no criterion with number {numbers}."
    zh = "{code} 没有编号为 {numbers} 的标准。"


class CriteriaAreFixed(Problem):
    status = 409
    title = ("The criteria are fixed", "成功标准已固定")
    en = "{code} is {status}: its criteria were agreed before it began and stay."
    zh = "{code} 当前为 {status}：成功标准在开始前已商定，不能再修改。"


class ProofOfConcept(Searched, InOpportunity):
    """A demo or a proof of concept."""

    __tablename__ = "proof_of_concept"
    searched = ("code", "title", "goal", "conclusion")

    code: Mapped[str]
    kind: Mapped[str]
    title: Mapped[str]
    goal: Mapped[str]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    environment: Mapped[str | None]
    """Where it runs, on which data."""
    participants: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    contact_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    criteria: Mapped[list[Any]]
    """Each with `number`, `requirement_id`, `measure`, `target`, `operator`, `target_value`, `unit`, and what came of
    it: `result`, `measured`, `passed`, `evidence`."""
    requirement_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    """Those of the criteria."""
    seen_versions: Mapped[dict[str, Any]]
    """Version of each requirement when somebody last looked: a newer one makes its criteria suspect."""
    status: Mapped[str]
    outcome: Mapped[str | None]
    """passed, failed or partly, when it is concluded."""
    conclusion: Mapped[str | None]
    started_at: Mapped[datetime | None]
    concluded_at: Mapped[datetime | None]
    note: Mapped[str | None]
    """Why it was cancelled."""

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "opportunity_id", "code"),
        search_index("proof_of_concept"),
        sa.Index("ix_proof_of_concept_requirement_ids", "requirement_ids", postgresql_using="gin"),
    )

    machine = StateMachine(
        "proof_of_concept",
        (
            Transition("change", ("planned",), "planned"),
            Transition("change", ("running",), "running"),
            Transition("start", ("planned",), "running"),
            Transition("record", ("running",), "running"),
            Transition("review", ("planned",), "planned"),
            Transition("review", ("running",), "running"),
            Transition("conclude", ("running",), "concluded"),
            Transition("cancel", ("planned", "running"), "cancelled"),
        ),
        collection="proofs-of-concept",
        doors={"record": "POST /proofs-of-concept/{}/results"},
    )

    def suspect(self, known: Mapping[UUID, KnownRequirement]) -> list[int]:
        """Numbers of the criteria whose requirement has changed since somebody last looked."""
        newer = {
            str(one.id) for one in known.values() if one.version > self.seen_versions.get(str(one.id), one.version)
        }
        return [one["number"] for one in self.criteria if one["requirement_id"] in newer]

    def actions(self, known: Mapping[UUID, KnownRequirement], closed: Problem | None) -> list[AllowedAction]:
        """What can be done now, and why the rest cannot."""
        refusals = {one.action: self._refusal(one.action, known) for one in self.machine.transitions}
        return self.machine.allowed(
            self.status, {action: why for action, why in refusals.items() if why}, barred=closed
        )

    def act(self, action: str, known: Mapping[UUID, KnownRequirement]) -> None:
        """Move to the next state. Raises `IllegalTransition`, and what stands against it."""
        status = self.machine.next(self.status, action)
        refusal = self._refusal(action, known)
        if refusal:
            raise refusal
        self.status = status

    def _refusal(self, action: str, known: Mapping[UUID, KnownRequirement]) -> Problem | None:
        without = [one["number"] for one in self.criteria if one["passed"] is None]
        suspect = self.suspect(known)
        match action:
            case "start" if not self.criteria:
                return NoCriteria(code=self.code)
            case "conclude" if without:
                return CriteriaWithoutResult(code=self.code, numbers=_listed(without))
            case "conclude" if suspect:
                return CriteriaAreSuspect(code=self.code, numbers=_listed(suspect))
        return None

    def refuse_if_fixed(self) -> None:
        """Raises `CriteriaAreFixed` once it runs."""
        if self.status != "planned":
            raise CriteriaAreFixed(code=self.code, status=self.status)

    def record(self, results: Mapping[int, Mapping[str, Any]]) -> None:
        """Take results by the criterion's number; a measured one passes by its target. Raises `NoSuchCriterion`."""
        unknown = results.keys() - {one["number"] for one in self.criteria}
        if unknown:
            raise NoSuchCriterion(code=self.code, numbers=_listed(unknown))
        self.criteria = [_judged({**one, **results.get(one["number"], {})}) for one in self.criteria]

    @property
    def outcome_so_far(self) -> str | None:
        """What the results say; None while one is missing."""
        return outcome([one["passed"] for one in self.criteria])


def _judged(criterion: dict[str, Any]) -> dict[str, Any]:
    measured, operator = criterion["measured"], criterion["operator"]
    if operator is None or measured is None:
        return criterion
    return {**criterion, "passed": is_met(measured, operator, criterion["target_value"])}


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))
