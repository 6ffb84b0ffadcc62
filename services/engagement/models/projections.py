"""Projections of opportunities and requirements, and of what a hand-over is made of."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.base import TENANT, Base, Resource
from shared.kernel.problems import NotFound, Problem


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


class NotOfThisOpportunity(Problem):
    status = 422
    title = ("Not of this opportunity", "不属于该商机")
    en = "{count} reference(s) are not of opportunity {opportunity_id}; each is named in `errors`."
    zh = "有 {count} 处引用不属于商机 {opportunity_id}，`errors` 逐一指明。"


class InOpportunity(Resource):
    """A resource within one opportunity; it changes only while that is open."""

    __abstract__ = True

    opportunity_id: Mapped[UUID] = mapped_column(index=True)


class KnownOpportunity(Base):
    """An opportunity as the requirements service last told of it; `version` orders what it told."""

    __tablename__ = "known_opportunity"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str | None]
    """None, like all that follows, while only a requirement of it has been heard of."""
    title: Mapped[str | None]
    owner: Mapped[str | None]
    language: Mapped[str | None]
    stage: Mapped[str] = mapped_column(server_default="draft")
    version: Mapped[int] = mapped_column(server_default="0")

    @property
    def is_closed(self) -> bool:
        return self.stage == "closed"

    def refuse_if_closed(self) -> None:
        """Raises `OpportunityIsClosed`: nothing in a closed opportunity changes any more."""
        if self.is_closed:
            raise OpportunityIsClosed(code=self.code or self.id)


class KnownRequirement(Base):
    """A requirement as the requirements service last told of it; `version` orders what it told."""

    __tablename__ = "known_requirement"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    opportunity_id: Mapped[UUID]
    code: Mapped[str]
    title: Mapped[str]
    status: Mapped[str]
    priority: Mapped[str | None]
    version: Mapped[int]


class KnownBasis(Base):
    """The newest of its kind that another service told of an opportunity; `rank` orders what it told."""

    __tablename__ = "known_basis"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    """baseline, risk_budget, proposal or outcome."""
    rank: Mapped[int] = mapped_column(sa.BigInteger)
    facts: Mapped[dict[str, Any]]
