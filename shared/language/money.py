"""Money: a decimal amount in an ISO 4217 currency, the one value type that several services compute with."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer

_MINOR_UNITS_0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_MINOR_UNITS_3 = "BHD IQD JOD KWD LYD OMR TND"
_MINOR_UNITS_2 = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL "
    "HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP "
    "MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD "
    "SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS "
    "VES WST XCD YER ZAR ZMW ZWG"
)
MINOR_UNITS = {
    **dict.fromkeys(_MINOR_UNITS_2.split(), 2),
    **dict.fromkeys(_MINOR_UNITS_0.split(), 0),
    **dict.fromkeys(_MINOR_UNITS_3.split(), 3),
}
"""Decimal places of each active ISO 4217 currency."""


def _known(code: str) -> str:
    if code not in MINOR_UNITS:
        raise ValueError("unknown_currency")
    return code


Currency = Annotated[str, AfterValidator(_known), Field(examples=["CNY"], min_length=3, max_length=3)]
"""An active ISO 4217 code."""

Amount = Annotated[
    Decimal,
    Field(max_digits=20, decimal_places=4, allow_inf_nan=False, examples=["1234.50"]),
    PlainSerializer(str, return_type=str, when_used="json"),
]
"""A decimal string on the wire, never a float."""


class Money(BaseModel):
    """An amount and its currency. Adding different currencies is a programming error (`ValueError`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: Amount
    currency: Currency

    @classmethod
    def zero(cls, currency: str) -> Self:
        return cls(amount=Decimal(0), currency=currency).rounded()

    @classmethod
    def of(cls, amount: Decimal | float | str, currency: str) -> Self:
        """Round any number half up to the currency's minor unit."""
        return cls(amount=quantised(Decimal(str(amount)), currency), currency=currency)

    def rounded(self) -> Self:
        return type(self).of(self.amount, self.currency)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added")

    def __add__(self, other: "Money") -> Self:
        self._same(other)
        return type(self)(amount=self.amount + other.amount, currency=self.currency)

    def __sub__(self, other: "Money") -> Self:
        self._same(other)
        return type(self)(amount=self.amount - other.amount, currency=self.currency)

    def __mul__(self, factor: Decimal | int) -> Self:
        """Multiply and round half up to the minor unit."""
        return type(self).of(self.amount * factor, self.currency)


def _not_negative(money: Money) -> Money:
    if money.amount < 0:
        raise ValueError("negative_amount")
    return money


NonNegativeMoney = Annotated[Money, AfterValidator(_not_negative)]
"""A cost, a price or a budget that somebody gives us."""


def total(parts: Iterable[Money], currency: str) -> Money:
    """The sum of `parts`; nothing is zero in `currency`."""
    result = Money.zero(currency)
    for part in parts:
        result += part
    return result


def quantised(amount: Decimal, currency: str) -> Decimal:
    """`amount` rounded half up to the minor unit of `currency`."""
    return amount.quantize(Decimal(1).scaleb(-MINOR_UNITS[currency]), ROUND_HALF_UP)


def allocated(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Parts of `amount` in proportion to `weights`, to the minor unit, adding up exactly to the rounded amount."""
    whole = sum(weights, Decimal(0))
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must be at least zero and not all zero")
    unit = Decimal(1).scaleb(-MINOR_UNITS[currency])
    amount = amount.quantize(unit, ROUND_HALF_UP)
    exact = [amount * weight / whole for weight in weights]
    parts = [share.quantize(unit, ROUND_DOWN) for share in exact]
    left = int((amount - sum(parts, Decimal(0))) / unit)
    step = unit if left >= 0 else -unit
    order = sorted(range(len(parts)), key=lambda i: -abs(exact[i] - parts[i]))
    for i in order[: abs(left)]:
        parts[i] += step
    return parts
