"""What other services told: opportunities."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from shared.db import TENANT, Base, Resource
from shared.events.requirements import ConstraintFacts, OpportunityFacts
from shared.problems import NotFound, Problem


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


class InOpportunity(Resource):
    """A resource within one opportunity; it changes only while that is open."""

    __abstract__ = True

    opportunity_id: Mapped[UUID] = mapped_column(index=True)


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

    def refuse_if_closed(self) -> None:
        """Raises `OpportunityIsClosed`: nothing in a closed opportunity changes any more."""
        if self.is_closed:
            raise OpportunityIsClosed(code=self.facts.get("code", self.id))
