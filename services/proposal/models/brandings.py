"""Branding 文档样式 of documents: who speaks, and in what colours."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from shared.db import Resource


class Branding(Resource):
    """Of one opportunity; or, without one, of the tenant: what counts where an opportunity's own says nothing."""

    __tablename__ = "branding"

    opportunity_id: Mapped[UUID | None]
    company: Mapped[dict[str, Any] | None]
    footer: Mapped[dict[str, Any] | None]
    primary_colour: Mapped[str | None]
    accent_colour: Mapped[str | None]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id", postgresql_nulls_not_distinct=True),)
