"""Terms of payment: what the client pays when, and when we pay for what we buy."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar

from annotated_types import Ge, Le, Len

from services.estimation.domain.parameter_types import STRICT, Code, Name, Phase, Rate

Days = Annotated[int, Ge(0), Le(1000)]
RetentionDays = Annotated[int, Ge(0), Le(4000)]
"""As long as the longest warranty, and some more."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A part of the price, earned at the start (no `phase`) or at the end of a phase, or some days after that."""

    __pydantic_config__: ClassVar = STRICT

    code: Code
    name: Name
    name_zh: Name
    phase: Phase | None
    share: Rate
    days_after: Days = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """All terms of payment; days are calendar days.

    The advance is paid at the start and taken off every payment; the retention is kept back from every payment and
    released at the end of the last phase.
    """

    __pydantic_config__: ClassVar = STRICT

    payments: Annotated[tuple[Payment, ...], Len(1, 24)]
    payment_days: Days
    """From the invoice to the client's payment."""
    invoice_days: Days = 0
    """From a milestone to its invoice."""
    advance_rate: Rate = Decimal(0)
    retention_rate: Rate = Decimal(0)
    retention_days: RetentionDays = 0
    """From the end of the last phase to the release."""
    supplier_days: Days = 0
    """From buying to paying for it."""
    staff_days: Days = 0

    def __post_init__(self) -> None:
        if sum(payment.share for payment in self.payments) != 1:
            raise ValueError("shares_do_not_sum")
        if self.advance_rate + self.retention_rate > 1:
            raise ValueError("advance_and_retention")
        if len({payment.code for payment in self.payments} | _OWN) < len(self.payments) + len(_OWN):
            raise ValueError("duplicate_code")


ADVANCE, RETENTION = "advance", "retention"
_OWN = frozenset({ADVANCE, RETENTION})
