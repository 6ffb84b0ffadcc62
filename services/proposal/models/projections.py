"""Projections of other services' events: of opportunities, and of what proposals are made of."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, declared_attr, foreign, mapped_column, relationship

from services.proposal.domain.basis import BASELINE_APPROVED, Basis
from shared.kernel.base import TENANT, Base, Resource
from shared.kernel.problems import NotFound, Problem
from shared.language.events.requirements import ConstraintFacts, OpportunityFacts


class UnknownOpportunity(NotFound):
    """Also said of an opportunity whose opening has not been heard yet: events take a moment."""

    title = ("No such opportunity here", "此处没有该商机")
    en = "No opportunity with id {id} is known here; if it was opened a moment ago, repeat the request."
    zh = "此处未知标识为 {id} 的商机；若刚刚创建，请稍后重试。"


class OpportunityIsClosed(Problem):
    status = 409
    title = ("The opportunity is closed", "商机已关闭")
    en = "Opportunity {code} is closed; nothing in it can change."
    zh = "商机 {code} 已关闭，不能再修改。"


class KnownAfterSalesPlan(Base):
    """A version of an after-sales plan as the engagement service last told of it; `version` orders what it told."""

    __tablename__ = "heard_after_sales_plan"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    opportunity_id: Mapped[UUID] = mapped_column(index=True)
    number: Mapped[int]
    status: Mapped[str]
    facts: Mapped[dict[str, Any]]
    """`AfterSalesPart`."""
    version: Mapped[int]


class KnownEconomicAnalysis(Base):
    """An economic analysis for the client as estimation last told of it; `version` orders what it told."""

    __tablename__ = "heard_economic_analysis"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    opportunity_id: Mapped[UUID] = mapped_column(index=True)
    offered_at: Mapped[datetime | None]
    """None: it was taken back."""
    facts: Mapped[dict[str, Any]]
    """`EconomicsPart`; empty when it was taken back."""
    version: Mapped[int]


class KnownOpportunity(Base):
    """An opportunity as the requirements service last told of it; `version` orders what it told."""

    __tablename__ = "heard_opportunity"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    facts: Mapped[dict[str, Any]]
    """`OpportunityFacts`; empty while only its closing has been heard of."""
    is_closed: Mapped[bool] = mapped_column(server_default="false")
    outcome: Mapped[str | None]
    """How it was closed."""
    prospect: Mapped[dict[str, Any] | None]
    """What the team expects of it, as `Prospect`."""
    constraints: Mapped[list[Any] | None]
    """Every limit that the client sets, as `ConstraintFacts`; None while nobody has told them."""
    version: Mapped[int] = mapped_column(server_default="0")

    @property
    def told_facts(self) -> OpportunityFacts:
        return OpportunityFacts.model_validate(self.facts)

    @property
    def told_limits(self) -> list[ConstraintFacts] | None:
        """None while nobody has told them."""
        if self.constraints is None:
            return None
        return [ConstraintFacts.model_validate(one) for one in self.constraints]

    @property
    def closing(self) -> OpportunityIsClosed | None:
        """Why nothing in it changes any more; None while it is open."""
        return OpportunityIsClosed(code=self.code) if self.is_closed else None

    @property
    def code(self) -> object:
        """Its code, or its id while that is unknown."""
        return self.facts.get("code", self.id)

    def refuse_if_closed(self) -> None:
        """Raises `OpportunityIsClosed`."""
        if closing := self.closing:
            raise closing


class WhileOpen:
    """What belongs to one opportunity and changes only while that is open."""

    opportunity_id: Mapped[UUID]

    @declared_attr
    def known(cls: Any) -> Mapped[KnownOpportunity | None]:  # noqa: N805
        """The opportunity, as it was when this was read."""
        return relationship(
            KnownOpportunity,
            primaryjoin=lambda: foreign(cls.opportunity_id) == KnownOpportunity.id,
            viewonly=True,
            uselist=False,
            lazy="selectin",
        )

    @property
    def barred(self) -> OpportunityIsClosed | None:
        """What stands against every change. Of what was made just now nothing was read: its opportunity is open."""
        return self._known.closing if self._known else None

    @property
    def opportunity_code(self) -> object:
        """Code of the opportunity, or its id where that is all that was read of it."""
        return self._known.code if self._known else self.opportunity_id

    @property
    def _known(self) -> KnownOpportunity | None:
        return self.__dict__.get("known")


class InOpportunity(WhileOpen, Resource):
    """A resource within one opportunity."""

    __abstract__ = True

    opportunity_id: Mapped[UUID] = mapped_column(index=True)


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


class OpenMustHave(Base):
    """A clarification, or a change that the client asked for, as last told, with the must-haves that it is about."""

    __tablename__ = "heard_clarification"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    opportunity_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(server_default="clarification")
    """clarification or change_request."""
    code: Mapped[str]
    requirement_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    is_open: Mapped[bool]
    version: Mapped[int]
    must_codes: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), server_default="{}", default=list)
    """Codes of the must-have requirements that it is about; it is judged anew with each baseline."""


class KnownWarnings(Base):
    """The warnings of an estimate that nobody has judged, as the estimation service told last."""

    __tablename__ = "heard_warnings"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    estimate_id: Mapped[UUID] = mapped_column(primary_key=True)
    left: Mapped[list[Any]]
    """Each with its texts."""
    worded: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    """What the client reads of those that persons judged, as `Words`."""
    version: Mapped[int]
