"""Rate cards and exchange rates: what people and currencies cost us, and when."""

from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.estimation.domain import exchange_rates
from services.estimation.domain import rates as domain
from services.estimation.domain.labour_rate import LabourRate
from shared.kernel.base import Resource
from shared.kernel.problems import Problem


class OverlappingRateCard(Problem):
    status = 409
    title = ("Two rate cards for the same days", "费率表有效期重叠")
    en = (
        "Rate card {name} holds in {region} for {currency} from {first} to {last} already. End it before, or change its"
        " rates."
    )
    zh = "费率表 {name} 在 {region} 对 {currency} 已于 {first} 至 {last} 有效。请先结束该费率表，或修改其费率。"


class RateCard(Resource):
    """Internal daily costs by role and seniority, in a region (or everywhere) and a currency, for some time."""

    __tablename__ = "rate_card"

    name: Mapped[str]
    region: Mapped[str | None]
    currency: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    rates: Mapped[list[Any]]
    """Each with `role`, `seniority`, `daily_cost` (decimal text) and `build_up`, if it was built up from a salary."""

    __table_args__ = (sa.Index("ix_rate_card_currency", "tenant_id", "currency", "valid_from"),)

    def as_rates(self) -> domain.RateCard:
        """The card as the domain reads it."""
        return domain.RateCard(
            id=self.id,
            version=self.version,
            region=self.region,
            currency=self.currency,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            rates=tuple(_rate(one) for one in self.rates),
        )


def _rate(stored: dict[str, Any]) -> domain.Rate:
    cost = Decimal(stored["daily_cost"])
    if stored["build_up"] is None:
        return domain.Rate(stored["role"], stored["seniority"], cost)
    built_up = built_up_of(stored["build_up"])
    return domain.Rate(stored["role"], stored["seniority"], cost, built_up.direct_share, built_up.idle_share)


def built_up_of(stored: dict[str, Any]) -> LabourRate:
    """A rate as it was built up from a salary."""
    return LabourRate(**{name: Decimal(value) for name, value in stored.items()})


class ExchangeRate(Resource):
    """What one unit of `currency` costs in `quote_currency` from a day on, until a newer one is recorded."""

    __tablename__ = "exchange_rate"

    currency: Mapped[str]
    quote_currency: Mapped[str]
    rate: Mapped[Decimal] = mapped_column(sa.Numeric(24, 12))
    as_of: Mapped[date]
    source: Mapped[str]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "currency", "quote_currency", "as_of"),)

    def as_rate(self) -> exchange_rates.ExchangeRate:
        """The rate as the domain reads it."""
        names = ("id", "version", "currency", "quote_currency", "rate", "as_of", "source")
        return exchange_rates.ExchangeRate(**{name: getattr(self, name) for name in names})
