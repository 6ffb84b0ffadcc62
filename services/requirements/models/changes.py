"""Change requests: what would be different, what it would do, and who decided."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.requirements.models.guards import InOpportunity
from shared.kernel.db import viewer_of
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import StateMachine, Transition


class NothingToChange(Problem):
    status = 409
    title = ("The change request changes nothing", "变更请求没有内容")
    en = "{code} has no operations yet: say what is to be added, changed or withdrawn."
    zh = "{code} 尚无变更内容：请说明需要新增、修改或撤回的需求。"


class OwnChange(Problem):
    status = 403
    title = ("Four eyes are needed", "须由他人审批")
    en = "{author} wrote this change request, so somebody else must approve or reject it."
    zh = "该变更请求由 {author} 提出，须由其他人审批。"


class ImpactIsOutdated(Problem):
    status = 409
    title = ("The impact is out of date", "影响评估已过期")
    en = "The requirements have changed since {code} was assessed; assess it again."
    zh = "{code} 评估之后需求已发生变化，请重新评估。"


class ChangeRequest(Searched, InOpportunity):
    """A change of several requirements that is judged, decided and made as one."""

    __tablename__ = "change_request"
    searched = ("code", "title", "reason")

    opportunity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("opportunity.id"), index=True)
    code: Mapped[str]
    title: Mapped[str]
    reason: Mapped[str]
    source: Mapped[dict[str, Any] | None]
    origin: Mapped[dict[str, Any] | None]
    operations: Mapped[list[Any]]
    """Each with `op`: add (a requirement, whose code is given at once), change (code, changes), withdraw (code)."""
    requirement_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    """Existing requirements that it changes or withdraws."""
    authors: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), server_default="{}")
    """Everybody who wrote it: none of them decides about it."""
    status: Mapped[str] = mapped_column(default="draft")
    scenario_id: Mapped[UUID | None] = mapped_column(index=True)
    """The what-if that was asked last; answers to earlier ones are not taken."""
    basis_hash: Mapped[str | None]
    """Hash of the content that the impact was computed from."""
    after: Mapped[dict[str, Any] | None]
    """Figures of the scenario, as far as they have come."""
    before: Mapped[dict[str, Any] | None]
    failure: Mapped[dict[str, Any] | None]
    assessed_at: Mapped[datetime | None]
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str | None]
    applied_at: Mapped[datetime | None]
    baseline_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("baseline.id"))
    """The baseline that was drafted with its application."""

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id", "code"), search_index("change_request"))

    machine = StateMachine(
        "change request",
        (
            Transition("change", ("draft", "assessing", "assessed", "rejected"), "draft"),
            Transition("assess", ("draft", "assessing", "assessed"), "assessing"),
            Transition("approve", ("assessed",), "approved"),
            Transition("reject", ("assessed",), "rejected"),
            Transition("apply", ("approved",), "applied"),
            Transition("withdraw", ("draft", "assessing", "assessed", "approved", "rejected"), "withdrawn"),
        ),
    )

    def refusals(self) -> Mapping[str, Problem]:
        return self._refusals(viewer_of(self))

    def act(self, action: str, *, by: str) -> None:
        """Move to the next state. Raises `IllegalTransition`, `NothingToChange`, or `OwnChange` for its authors."""
        target = self.machine.next(self.status, action)
        refusal = self._refusals(by).get(action)
        if refusal:
            raise refusal
        self.status = target

    def _refusals(self, actor: str | None) -> dict[str, Problem]:
        found: dict[str, Problem] = {}
        if not self.operations:
            found["assess"] = NothingToChange(code=self.code)
        if actor in self.authors:
            found["approve"] = found["reject"] = OwnChange(author=actor)
        return found
