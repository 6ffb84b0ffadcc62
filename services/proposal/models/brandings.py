"""Branding 文档样式 of the documents of one opportunity: who speaks, and in what colours."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from shared.db import Resource


class Branding(Resource):
    """Each change counts at once: the newest draft is set in it."""

    __tablename__ = "branding"

    opportunity_id: Mapped[UUID]
    company: Mapped[dict[str, Any] | None]
    footer: Mapped[dict[str, Any] | None]
    primary_colour: Mapped[str | None]
    accent_colour: Mapped[str | None]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id"),)
