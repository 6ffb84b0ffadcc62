"""What persons add to the cost of an opportunity: things bought, guarantees, other terms of payment."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.orm import Mapped, mapped_column

from services.estimation.domain.cost_items import Wanted
from services.estimation.domain.terms import Terms
from shared.kernel.base import Resource

_TERMS = TypeAdapter(Terms)
_AS_THEY_ARE = (
    "id", "kind", "name", "name_zh", "phase", "driver", "quantity", "unit_cost", "currency", "replaces", "months",
    "includes_tax_rate", "price_base_date", "annual_growth", "tax_category", "guaranteed_share", "annual_rate",
)  # fmt: skip


class CostItem(Resource):
    """A cost of one opportunity beside labour; it may take the place of one of the parameter set's items."""

    __tablename__ = "cost_item"

    opportunity_id: Mapped[UUID]
    kind: Mapped[str]
    name: Mapped[str]
    name_zh: Mapped[str]
    phase: Mapped[str]
    driver: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(sa.Numeric(20, 6))
    unit_cost: Mapped[Decimal] = mapped_column(sa.Numeric(20, 4))
    currency: Mapped[str]
    replaces: Mapped[str | None]
    months: Mapped[Decimal | None] = mapped_column(sa.Numeric(10, 4))
    includes_tax_rate: Mapped[Decimal] = mapped_column(sa.Numeric(12, 8))
    price_base_date: Mapped[date | None]
    annual_growth: Mapped[Decimal] = mapped_column(sa.Numeric(12, 8))
    tax_category: Mapped[str]
    guaranteed_share: Mapped[Decimal | None] = mapped_column(sa.Numeric(12, 8))
    annual_rate: Mapped[Decimal] = mapped_column(sa.Numeric(12, 8))
    source: Mapped[str | None]
    """Where the cost is from: an offer, a price list."""

    __table_args__ = (
        sa.Index("ix_cost_item_opportunity", "tenant_id", "opportunity_id", "id"),
        sa.Index(
            "uq_cost_item_replaces",
            "tenant_id",
            "opportunity_id",
            "replaces",
            unique=True,
            postgresql_where=sa.text("replaces IS NOT NULL"),
        ),
    )

    def as_wanted(self) -> Wanted:
        """The item as the domain reads it."""
        return Wanted(**{name: getattr(self, name) for name in _AS_THEY_ARE})


class PaymentTerms(Resource):
    """The terms of payment of one opportunity, where they are not the parameter set's."""

    __tablename__ = "payment_terms"

    opportunity_id: Mapped[UUID]
    terms: Mapped[dict[str, Any]]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id"),)

    def as_terms(self) -> Terms:
        """The terms as the domain reads them."""
        return _TERMS.validate_python(self.terms)
