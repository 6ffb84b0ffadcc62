"""Competitors over HTTP."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.proposal.domain.selling import Record
from services.proposal.schemas.wording import Lines
from shared.kernel.asked import Several
from shared.kernel.pages import PageQuery, ResourceOut, SearchQuery
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line, Patch, Text
from shared.language.money import Money, NonNegativeMoney

PricePosition = Literal["lower", "similar", "higher", "unknown"]
Standing = Literal["incumbent", "ahead", "level", "behind", "unknown"]


class CompetitorIn(In):
    name: Line
    aliases: Lines = []
    summary: Text | None = None
    products: Lines = []
    strengths: Lines = []
    weaknesses: Lines = []
    opportunities: Annotated[Lines, Field(description="what it could make use of")] = []
    threats: Annotated[Lines, Field(description="what endangers it")] = []
    price_position: Annotated[PricePosition, Field(description="its prices beside ours")] = "unknown"
    price_note: Text | None = None
    source: Annotated[Line | None, Field(description="where we know this from")] = None


class CompetitorPatch(Patch, of=CompetitorIn):
    pass


class CompetitorOut(ResourceOut):
    name: str
    aliases: list[str]
    summary: str | None
    products: list[str]
    strengths: list[str]
    weaknesses: list[str]
    opportunities: list[str]
    threats: list[str]
    price_position: str
    price_note: str | None
    source: str | None
    status: str
    allowed_actions: list[AllowedAction]


class CompetitorQuery(SearchQuery):
    sortable = ("created_at", "updated_at", "name")

    status: Several[Literal["active", "retired"]] = None
    price_position: Several[PricePosition] = None


class RecordOut(BaseModel):
    """What became of the opportunities: win rate = won ÷ (won + lost + no decision)."""

    won: int
    lost: int
    no_decision: int
    other: Annotated[int, Field(description="closed otherwise: qualified out, not bid …")]
    still_open: int
    win_rate: float | None
    decided: Annotated[int, Field(description="denominator of the win rate")]
    interval: Annotated[tuple[float, float] | None, Field(description="Wilson's score interval, 95 %")]

    @classmethod
    def of(cls, record: Record) -> "RecordOut":
        """A record with its win rate."""
        rate = record.win_rate
        return cls(
            won=record.won,
            lost=record.lost,
            no_decision=record.no_decision,
            other=record.other,
            still_open=record.still_open,
            win_rate=rate.value,
            decided=rate.denominator,
            interval=rate.interval,
        )


class RivalryIn(In):
    opportunity_id: UUID
    competitor_id: UUID
    standing: Annotated[Standing, Field(description="as the client sees it, beside us")] = "unknown"
    expected_price: NonNegativeMoney | None = None
    strengths_here: Lines = []
    weaknesses_here: Lines = []
    our_answer: Text | None = None
    source: Line | None = None


class RivalryPatch(Patch, of=RivalryIn, without={"opportunity_id", "competitor_id"}):
    pass


class RivalryOut(ResourceOut):
    opportunity_id: UUID
    competitor_id: UUID
    standing: str
    expected_price: Money | None
    strengths_here: list[str]
    weaknesses_here: list[str]
    our_answer: str | None
    source: str | None

    @model_validator(mode="before")
    @classmethod
    def _price(cls, row: object) -> object:
        amount: Decimal | None = getattr(row, "expected_price", None)
        currency: str | None = getattr(row, "expected_price_currency", None)
        fields = {name: getattr(row, name) for name in cls.model_fields if name != "expected_price"}
        return {
            **fields,
            "expected_price": None if amount is None or currency is None else Money.of(amount, currency),
        }


class RivalryQuery(PageQuery):
    sortable = ("created_at", "updated_at")

    opportunity_id: Several[UUID] = None
    competitor_id: UUID | None = None
    standing: Several[Standing] = None
    created_after: datetime | None = None
