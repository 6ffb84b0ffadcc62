"""Economic analyses: what an offer is worth to the client, or to us."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.estimation.models.estimates import Estimate
from shared.db import Resource


class EconomicAnalysis(Resource):
    """Derived from the price and the budget plan of an estimate; computed again with each newer one."""

    __tablename__ = "economic_analysis"

    opportunity_id: Mapped[UUID]
    name: Mapped[str]
    perspective: Mapped[str]
    """client or supplier."""
    inputs: Mapped[dict[str, Any]]
    estimate_id: Mapped[UUID] = mapped_column(sa.ForeignKey("estimate.id"))
    position: Mapped[int] = mapped_column(sa.BigInteger)
    """Of the estimate."""
    risk_revision: Mapped[int]
    results: Mapped[dict[str, Any]]
    failure: Mapped[dict[str, Any] | None]
    """Why it could not be computed with a newer estimate; `results` are then of the one before."""
    engine_version: Mapped[str]

    estimate: Mapped[Estimate] = relationship(lazy="selectin", viewonly=True)

    __table_args__ = (sa.Index("ix_economic_analysis_opportunity", "tenant_id", "opportunity_id", "id"),)

    @property
    def reason(self) -> dict[str, Any] | None:
        """Why it is stale."""
        if self.failure:
            return self.failure
        if self.estimate.freshness == "stale":
            return self.estimate.reason or self.estimate.outdated
        return None

    @property
    def freshness(self) -> str:
        return "fresh" if self.reason is None else "stale"
