"""What was heard of an opportunity, and the newest of it."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.proposal.domain.basis import BASELINE_APPROVED, Basis
from shared.kernel.base import TENANT, Base
from shared.kernel.problems import Problem


class IngredientsDisagree(Problem):
    status = 422
    title = ("What the proposal is made of does not fit together", "方案依据不一致")
    en = "The {kind} of epoch {epoch} says {field} = {found}, but {wanted} is what the others say."
    zh = "第 {epoch} 轮的 {kind} 中 {field} 为 {found}，与其他依据的 {wanted} 不一致。"


class Head(Base):
    """The newest that was heard of an opportunity. Its row is locked while an event of the opportunity is handled."""

    __tablename__ = "proposal_head"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(default=0)
    epoch_began: Mapped[str] = mapped_column(default=BASELINE_APPROVED)
    """What the epoch began with: baseline_approved, baseline_withdrawn or opportunity_closed."""
    estimate_revision: Mapped[int] = mapped_column(default=0)
    risk_revision: Mapped[int] = mapped_column(default=0)
    authored_revision: Mapped[int] = mapped_column(default=0, server_default="0")
    """Counts what persons settled."""
    settled: Mapped[str | None]
    """Kind of the part that was settled last."""
    outdated_epoch: Mapped[int] = mapped_column(default=0, server_default="0")
    outdated_estimate_revision: Mapped[int] = mapped_column(default=0, server_default="0")
    """The newest estimate of which an input has changed since: what was made from it would come out otherwise."""
    outdated_risk: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    """Epoch, estimate revision and revision of the newest risk budget that would come out otherwise now; or nothing."""
    left_baseline: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    """What is known of the opportunity otherwise than its baseline says, and only another baseline can follow."""

    @property
    def basis(self) -> Basis:
        return Basis(self.epoch, self.estimate_revision, self.risk_revision, self.authored_revision)

    @property
    def is_live(self) -> bool:
        """Whether there is something to offer: its baseline was neither withdrawn nor is the opportunity closed."""
        return self.epoch_began == BASELINE_APPROVED

    def note_outdated(self, epoch: int, estimate_revision: int) -> None:
        """An input of this estimate has changed; an older one is no news."""
        newest = max((epoch, estimate_revision), (self.outdated_epoch, self.outdated_estimate_revision))
        self.outdated_epoch, self.outdated_estimate_revision = newest

    def note_outdated_risk(self, basis: Basis) -> None:
        """The register has moved since this risk budget; an older one is no news."""
        newest = [basis.epoch, basis.estimate_revision, basis.risk_revision]
        self.outdated_risk = max(newest, self.outdated_risk)

    def is_outdated(self, basis: Basis) -> str | None:
        """Why what was made from `basis` would come out otherwise now, though nothing newer is there yet."""
        if (basis.epoch, basis.estimate_revision) == (self.outdated_epoch, self.outdated_estimate_revision):
            return "estimate_outdated"
        if [basis.epoch, basis.estimate_revision, basis.risk_revision] == self.outdated_risk:
            return "risk_budget_outdated"
        return "opportunity_moved" if self.left_baseline else None

    def advance(self, basis: Basis, began: str = BASELINE_APPROVED) -> None:
        """Move on to `basis` if it is newer than all that was heard before; `began` is what its epoch began with."""
        if basis.epoch > self.epoch or (basis.epoch == self.epoch and began != BASELINE_APPROVED):
            self.epoch_began = began
        if basis > self.basis.computed:
            self.epoch, self.estimate_revision = basis.epoch, basis.estimate_revision
            self.risk_revision = basis.risk_revision


class Ingredient(Base):
    """An event that proposals are made of, kept until the others of its basis are there too."""

    __tablename__ = "ingredient"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    """baseline, estimate, risk or price."""
    epoch: Mapped[int] = mapped_column(primary_key=True)
    estimate_revision: Mapped[int] = mapped_column(primary_key=True)
    risk_revision: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[dict[str, Any]]
