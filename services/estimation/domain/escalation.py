"""Escalation: what was priced on one day costs more when it is spent on a later one."""

from datetime import date
from decimal import Decimal

DAYS_OF_YEAR = 365


def escalated(amount: Decimal, annual_rate: Decimal, price_base: date, spent_on: date) -> Decimal:
    """Amount x (1 + rate)^(days / 365), exact; earlier spending costs less. The rate is above -1."""
    return amount * (1 + annual_rate) ** (Decimal((spent_on - price_base).days) / DAYS_OF_YEAR)
