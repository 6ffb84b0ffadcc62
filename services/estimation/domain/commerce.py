"""The business side of a parameter set: prices of things, financing, terms of payment, margin and tax."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Le, Len

from services.estimation.domain.exchange_rates import Usual
from services.estimation.domain.parameter_types import STRICT, Code, Mix, Name, Phase, Price, Rate, check_whole
from services.estimation.domain.terms import Days, Payment, RetentionDays, Terms
from services.estimation.domain.value_added_tax import Rounding
from shared.language.money import Currency

Driver = Literal["project", "month", "person", "effort_day", "function_point"]
"""What an amount is per: once, a month until delivery, a member of the team, a person-day, a function point."""
Growth = Annotated[Decimal, Gt(-1), Le(1)]
SERVICES = "services"
"""The tax category of all that has no other."""


@dataclass(frozen=True, slots=True)
class Item:
    """A cost that is not labour: `amount` per unit of `driver`, in the set's currency."""

    __pydantic_config__: ClassVar = STRICT

    code: Code
    kind: Literal["hardware", "software", "licence", "cloud", "travel", "subcontract", "other"]
    name: Name
    name_zh: Name
    phase: Phase
    driver: Driver
    amount: Price


@dataclass(frozen=True, slots=True)
class Commerce:
    """Prices of things, financing, terms of payment, margin and tax."""

    __pydantic_config__: ClassVar = STRICT

    currency: Currency
    """Of the amounts in this set."""
    exchange_rates: Annotated[Mapping[Currency, Annotated[Decimal, Gt(0), Le(Decimal(10) ** 6)]], Len(1, 200)]
    """What one unit of a currency costs in the set's currency, until somebody records a rate."""
    exchange_rates_as_of: date
    items: Annotated[tuple[Item, ...], Len(0, 100)]
    annual_interest_rate: Rate
    payment_days: Days
    """Calendar days from an invoice to its payment."""
    payments: Annotated[tuple[Payment, ...], Len(1, 24)]
    tax_rates: Mapping[Currency, Rate]
    """Of services, by currency of the price; none is no tax."""
    margin_rate: Annotated[Decimal, Ge(0), Le(Decimal("0.95"))] | None = None
    """Margin as a share of the net price; or else `markup_rate`."""
    markup_rate: Annotated[Decimal, Ge(0), Le(10)] | None = None
    """Profit as a share of the cost."""
    other_tax_rates: Mapping[Currency, Mapping[Code, Rate]] = field(default_factory=dict)
    """Of other tax categories (goods, …), by currency; a category without a rate is taxed as services."""
    tax_rounding: Rounding = Rounding.TOTAL
    """On each phase's part of the price, or once on the whole of a rate."""
    invoice_days: Days = 0
    advance_rate: Rate = Decimal(0)
    retention_rate: Rate = Decimal(0)
    retention_days: RetentionDays = 0
    supplier_days: Days = 0
    staff_days: Days = 0
    grades: Mapping[Code, Mix] = field(default_factory=dict)
    """Seniorities of a role, as shares of its days."""
    annual_wage_growth: Growth = Decimal(0)
    """From the start of the work to the middle of a phase: rates are those of the start."""
    annual_price_growth: Growth = Decimal(0)
    """Of things, from the day that they were priced on to the middle of the phase that they are bought in."""
    price_base_date: date | None = None
    """The day on which the items of this set were priced; without it they do not grow."""
    exchange_margin_rate: Rate = Decimal(0)
    """Kept for changes of the rate, on everything that is paid in another currency than the client pays in."""

    def __post_init__(self) -> None:
        if (self.margin_rate is None) == (self.markup_rate is None):
            raise ValueError("margin_or_markup")
        if self.exchange_rates.get(self.currency) != 1:
            raise ValueError("own_exchange_rate")
        if len({item.code for item in self.items}) < len(self.items):
            raise ValueError("duplicate_code")
        for mix in self.grades.values():
            check_whole(mix)
        _ = self.terms  # it has rules of its own

    @property
    def terms(self) -> Terms:
        """The terms of payment that are usual."""
        return Terms(
            self.payments,
            self.payment_days,
            self.invoice_days,
            self.advance_rate,
            self.retention_rate,
            self.retention_days,
            self.supplier_days,
            self.staff_days,
        )

    @property
    def usual_rates(self) -> Usual:
        """The set's exchange rates, for what nobody recorded."""
        return Usual(self.currency, self.exchange_rates, self.exchange_rates_as_of)

    def tax_rate(self, category: str, currency: str) -> Decimal:
        """The rate of a tax category for a price in `currency`."""
        others = self.other_tax_rates.get(currency, {})
        return others.get(category, self.tax_rates.get(currency, Decimal(0)))
