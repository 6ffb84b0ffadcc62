"""What costs come from: rates of people and of exchange, terms of payment."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from shared.kernel.events import Fact
from shared.language.money import Amount


class GradeFacts(Fact):
    """A seniority's part of a role's days, and the rate that it costs."""

    seniority: str | None
    """None for the rate of all seniorities."""
    share: float
    daily_cost: Amount
    rate_card_id: UUID
    rate_card_version: int
    region: str | None


class RateFacts(Fact):
    """What a person-day of a role costs, and which rate card says so."""

    role: str
    daily_cost: Amount
    rate_card_id: UUID
    rate_card_version: int
    region: str | None
    """None for the card of all regions."""
    seniority: str | None
    """None when the days are of several, or the rate is for all."""
    grades: tuple[GradeFacts, ...]


class ExchangeRateFacts(Fact):
    """An exchange rate that was used: what one unit of `currency` costs in `quote_currency`."""

    currency: str
    quote_currency: str
    rate: Decimal
    as_of: date
    source: str
    exchange_rate_ids: tuple[UUID, ...]
    """The recorded rates that it follows from; none when it is the parameter set's."""


class PaymentTermFacts(Fact):
    code: str
    name: str
    name_zh: str
    phase: str | None
    """The end of this phase earns it; the start, if None."""
    share: Decimal
    days_after: int


class TermsFacts(Fact):
    """Terms of payment; days are calendar days."""

    payments: tuple[PaymentTermFacts, ...]
    payment_days: int
    invoice_days: int
    advance_rate: Decimal
    retention_rate: Decimal
    retention_days: int
    supplier_days: int
    staff_days: int


class CostCategories(Fact):
    """Base cost as GB/T 36964-2018 classes it: direct and indirect, labour and other."""

    direct_labour: Amount
    direct_other: Amount
    indirect_labour: Amount
    indirect_other: Amount
