"""Branding 文档样式 of documents: who speaks, and in what colours."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from shared.kernel.base import Resource
from shared.kernel.problems import Problem


class LogoRefused(Problem):
    status = 422
    title = ("The logo is refused", "标志被拒绝")
    en = "{why}"
    zh = "{why_zh}"

    def members(self) -> Mapping[str, Any]:
        return {"reason": self.facts["reason_code"]}


class Branding(Resource):
    """Of one opportunity; or, without one, of the tenant: what counts where an opportunity's own says nothing."""

    __tablename__ = "branding"

    opportunity_id: Mapped[UUID | None]
    company: Mapped[dict[str, Any] | None]
    contact: Mapped[dict[str, Any] | None]
    """Whom clients may ask: `name`, `mail`, `phone`."""
    footer: Mapped[dict[str, Any] | None]
    primary_colour: Mapped[str | None]
    accent_colour: Mapped[str | None]
    logo_sha256: Mapped[str | None]
    """Its file is in the store under this name."""
    logo_media_type: Mapped[str | None]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id", postgresql_nulls_not_distinct=True),)
