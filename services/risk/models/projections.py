"""Projections of an opportunity, its baselines and its estimates."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, foreign, mapped_column, relationship

from shared.kernel.base import TENANT, Base
from shared.kernel.problems import Problem


class RegisterIsClosed(Problem):
    status = 409
    title = ("The register is closed", "风险登记册已关闭")
    en = "Opportunity {id} is closed; its risks can no longer change."
    zh = "商机 {id} 已关闭，其风险不能再修改。"


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
    """It ended without an order: nothing of its register changes any more."""
    is_won: Mapped[bool] = mapped_column(default=False)
    """The register lives on in delivery; the budget that was sold stays as it is."""
    offered_revision: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    offered_budget_id: Mapped[UUID | None]
    """The budget of the proposal that went to the client last."""
    merged: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """Order of the newest basis whose candidates are in the register."""
    scale: Mapped[dict[str, Any] | None]
    """What impacts are measured against: the figures of that basis."""
    policy: Mapped[dict[str, Any] | None]
    """What of the policy in force the figures of a budget depend on."""
    register_revision: Mapped[int] = mapped_column(default=0)
    """Counts the changes by persons that a budget has to take in."""

    def note_offer(self, revision: int, budget_id: UUID | None) -> None:
        """A proposal went to the client; one that was offered before it and comes late changes nothing."""
        if revision > self.offered_revision:
            self.offered_revision, self.offered_budget_id = revision, budget_id

    @property
    def closing(self) -> RegisterIsClosed | None:
        """Why nothing of its register changes any more; None while it does."""
        return RegisterIsClosed(id=self.opportunity_id) if self.is_closed else None

    def refuse_if_closed(self) -> None:
        """Raises `RegisterIsClosed`."""
        if closing := self.closing:
            raise closing


class WhileOpen:
    """What belongs to one opportunity and changes only while its register does."""

    opportunity_id: Mapped[UUID]

    @declared_attr
    def known(cls: Any) -> Mapped[Head | None]:  # noqa: N805
        """The opportunity, as it was when this was read."""
        return relationship(
            Head,
            primaryjoin=lambda: foreign(cls.opportunity_id) == Head.opportunity_id,
            viewonly=True,
            uselist=False,
            lazy="selectin",
        )

    @property
    def barred(self) -> Problem | None:
        """What stands against every change. Of what was made just now nothing was read: its register is open."""
        known: Head | None = self.__dict__.get("known")
        return known.closing if known else None


class KnownBaseline(Base):
    """An approved baseline as it was heard."""

    __tablename__ = "risk_heard_baseline"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    baseline_id: Mapped[UUID] = mapped_column(primary_key=True)
    opportunity_id: Mapped[UUID] = mapped_column(index=True)
    epoch: Mapped[int]
    facts: Mapped[dict[str, Any]]


class KnownEstimate(Base):
    """A completed estimate as it was heard; it may come before its baseline."""

    __tablename__ = "risk_heard_estimate"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    estimate_id: Mapped[UUID] = mapped_column(primary_key=True)
    baseline_id: Mapped[UUID] = mapped_column(index=True)
    revision: Mapped[int]
    facts: Mapped[dict[str, Any]]
