"""What other services told: opportunities and requirements."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from shared.db import TENANT, Base
from shared.problems import NotFound, Problem


class UnknownOpportunity(NotFound):
    """Also said of an opportunity whose opening has not been heard yet: events take a moment."""

    title = ("No such opportunity here", "此处没有该商机")
    en = "No opportunity with id {id} is known here; if it was opened a moment ago, repeat the request."
    zh = "此处未知标识为 {id} 的商机；若刚刚创建，请稍后重试。"


class NotOfThisOpportunity(Problem):
    status = 422
    title = ("Not of this opportunity", "不属于该商机")
    en = "{count} reference(s) are not of opportunity {opportunity_id}; each is named in `errors`."
    zh = "有 {count} 处引用不属于商机 {opportunity_id}，`errors` 逐一指明。"


class KnownOpportunity(Base):
    """An opportunity that the requirements service told of."""

    __tablename__ = "known_opportunity"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    id: Mapped[UUID] = mapped_column(primary_key=True)


class KnownRequirement(Base):
    """A requirement as the requirements service last told of it; `version` orders what it told."""

    __tablename__ = "known_requirement"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    opportunity_id: Mapped[UUID]
    code: Mapped[str]
    title: Mapped[str]
    status: Mapped[str]
    version: Mapped[int]
