"""Exchange rates over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, Field, PlainSerializer, model_validator

from services.estimation.domain.exchange_rates import Quote
from services.estimation.schemas.rate_cards import Days, plain
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.validation import In, Line, Patch, rule
from shared.language.money import Currency

SAME_CURRENCY = rule("same_currency", "needs two different currencies", "须为两种不同的货币")


RateOut = Annotated[Decimal, PlainSerializer(plain, return_type=str), Field(examples=["7.12"])]
RateIn = Annotated[
    Decimal, Field(gt=Decimal("1e-12"), lt=Decimal("1e12"), max_digits=24, decimal_places=12, examples=["7.12"])
]


class ExchangeRateIn(In):
    """What one unit of `currency` costs in `quote_currency`, from `as_of` until a newer rate."""

    currency: Currency
    quote_currency: Currency
    rate: RateIn
    as_of: Days
    source: Annotated[Line, Field(examples=["People's Bank of China, central parity"])]

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.currency == self.quote_currency:
            raise ValueError(SAME_CURRENCY)
        return self


class ExchangeRatePatch(Patch, of=ExchangeRateIn, without={"currency", "quote_currency", "as_of"}):
    pass


class ExchangeRateOut(ResourceOut):
    currency: str
    quote_currency: str
    rate: RateOut
    as_of: date
    source: str


class ExchangeRateQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "as_of")

    sort: Annotated[str, Field(max_length=40, description="a field; - before it for descending")] = "-as_of"
    currency: Currency | None = None
    quote_currency: Currency | None = None
    as_of: Days | None = None


class QuoteQuery(In):
    """How much of `to` is one unit of `currency`, on a day?"""

    currency: Currency
    to: Currency
    on: Days


class QuoteOut(BaseModel):
    """The rate of a day and where it is from: recorded ones count before the parameter set's."""

    currency: str
    to: str
    rate: RateOut
    as_of: date
    source: str
    exchange_rate_ids: list[UUID]

    @classmethod
    def of(cls, quote: Quote) -> Self:
        return cls(
            currency=quote.currency,
            to=quote.to,
            rate=quote.rate.quantize(Decimal("1e-12")),
            as_of=quote.as_of,
            source=quote.source,
            exchange_rate_ids=list(quote.exchange_rate_ids),
        )
