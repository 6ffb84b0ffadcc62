"""What other services told: opportunities."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, declared_attr, foreign, mapped_column, relationship

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
