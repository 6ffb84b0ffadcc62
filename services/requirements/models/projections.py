"""Projections of what other services publish, as changes and approvals need it."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.base import TENANT, Base


class KnownFigures(Base):
    """The newest figures of an opportunity that another stage told: estimate, risk, price or schedule."""

    __tablename__ = "known_figures"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[list[int]] = mapped_column(ARRAY(sa.Integer))
    """Epoch, estimate revision, risk revision: the greatest is the newest."""
    figures: Mapped[dict[str, Any]]


class KnownClarification(Base):
    """A question that was asked about requirements, as the engagement service told it last."""

    __tablename__ = "known_clarification"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    opportunity_id: Mapped[UUID] = mapped_column(index=True)
    code: Mapped[str]
    question: Mapped[str]
    requirement_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    status: Mapped[str]
    is_open: Mapped[bool]
    version: Mapped[int]
