"""Win and loss, and the calibration of win probabilities, over HTTP."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.insights.domain import win_loss
from services.insights.domain.win_loss import AmountRate, Outcome, Rival
from shared.kernel.validation import rule
from shared.language.money import Currency, quantised
from shared.quant.brier_score import ENOUGH, Bin, Scored, scored
from shared.quant.recalibration import ENOUGH_TO_CORRECT, recalibration
from shared.quant.share import Share

LAST_BEFORE_FIRST = rule("last_before_first", "to must not be before from", "to 不得早于 from")

Opportunities = Annotated[list[UUID], Field(description="the opportunities behind the figure")]
Interval = Annotated[tuple[float, float] | None, Field(description="Wilson's score interval, 95 %")]
Enough = Annotated[bool, Field(description="ten outcomes or more; with fewer chance decides")]


class DecidedQuery(BaseModel):
    """Outcomes that were decided in a span of days; both ends are included, and open when left out."""

    model_config = ConfigDict(extra="forbid")

    first: Annotated[date | None, Field(alias="from", description="first day of decision")] = None
    last: Annotated[date | None, Field(alias="to", description="last day of decision, included")] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first and self.last and self.last < self.first:
            raise ValueError(LAST_BEFORE_FIRST)
        return self


class WinLossQuery(DecidedQuery):
    currency: Annotated[
        Currency | None, Field(description="only opportunities that were offered in it; others are in no figure")
    ] = None


class ExcludedOut(BaseModel):
    """What is left out of a rate, and why."""

    reason: Annotated[str, Field(description="the result, `no_offer` or `no_probability`")]
    count: int
    opportunity_ids: Opportunities

    @classmethod
    def of(cls, reason: str, outcomes: Sequence[Outcome]) -> Self:
        return cls(reason=reason, count=len(outcomes), opportunity_ids=_ids(outcomes))


class SumOut(BaseModel):
    """A sum of prices; like money, but without its upper limit."""

    amount: Annotated[Decimal, Field(examples=["1234.50"])]
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Self:
        return cls(amount=quantised(amount, currency), currency=currency)

    @classmethod
    def all(cls, amounts: Mapping[str, Decimal]) -> list[Self]:
        """One for each currency."""
        return [cls.of(amount, currency) for currency, amount in amounts.items()]


class ResultOut(BaseModel):
    result: str
    count: int
    amounts: Annotated[list[SumOut], Field(description="offered with tax, each currency by itself")]
    final_amounts: Annotated[list[SumOut], Field(description="agreed with us with tax, each currency by itself")]
    without_offer: Annotated[int, Field(description="so many have no offered price and are in no amount")]
    opportunity_ids: Opportunities

    @classmethod
    def of(cls, result: str, outcomes: Sequence[Outcome]) -> Self:
        return cls(
            result=result,
            count=len(outcomes),
            amounts=SumOut.all(win_loss.amounts(one.offered for one in outcomes)),
            final_amounts=SumOut.all(win_loss.amounts(one.final for one in outcomes)),
            without_offer=sum(one.offered is None for one in outcomes),
            opportunity_ids=_ids(outcomes),
        )


class WinRateOut(BaseModel):
    """Won ÷ (won + lost + no decision), by number."""

    value: float | None
    numerator: int
    denominator: int
    interval: Interval
    is_enough: Enough
    note: str | None
    note_zh: str | None
    opportunity_ids: Annotated[list[UUID], Field(description="the denominator; those won are under `results`")]
    excluded: list[ExcludedOut]

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Self:
        rate, decided = win_loss.win_rate(outcomes), win_loss.of_result(outcomes, *win_loss.DECIDED)
        note, note_zh = _notes(rate)
        return cls(
            value=_shown(rate.value),
            numerator=rate.numerator,
            denominator=rate.denominator,
            interval=rate.interval,
            is_enough=rate.denominator >= ENOUGH,
            note=note,
            note_zh=note_zh,
            opportunity_ids=_ids(decided),
            excluded=_undecided(outcomes),
        )


class AmountRateOut(BaseModel):
    """Offered prices of those won ÷ of all that were decided, in one currency."""

    currency: str
    value: float | None
    numerator: SumOut
    denominator: SumOut
    won: int
    decided: int
    opportunity_ids: Annotated[list[UUID], Field(description="the denominator; those won are under `results`")]

    @classmethod
    def of(cls, rate: AmountRate) -> Self:
        return cls(
            currency=rate.currency,
            value=_shown(rate.value),
            numerator=SumOut.of(rate.numerator, rate.currency),
            denominator=SumOut.of(rate.denominator, rate.currency),
            won=len(rate.won),
            decided=len(rate.decided),
            opportunity_ids=_ids(rate.decided),
        )


class ReasonCountOut(BaseModel):
    reason: str
    count: int


class ReasonsOut(BaseModel):
    """Why outcomes came so; one outcome may name several reasons."""

    reasons: list[ReasonCountOut]
    without_reason: int

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Self:
        counted = [ReasonCountOut(reason=reason, count=count) for reason, count in win_loss.reasons(outcomes)]
        return cls(reasons=counted, without_reason=sum(not one.reasons for one in outcomes))


class RivalOut(BaseModel):
    """A competitor that outcomes name: who won, or whom we won against."""

    competitor_id: UUID
    name: str | None
    won: int
    lost: int
    other: int
    opportunity_ids: Opportunities

    @classmethod
    def of(cls, rival: Rival) -> Self:
        won, lost = rival.count("won"), rival.count("lost")
        return cls(
            competitor_id=rival.competitor_id,
            name=rival.name,
            won=won,
            lost=lost,
            other=len(rival.met) - won - lost,
            opportunity_ids=_ids(rival.met),
        )


class PriceRatioOut(BaseModel):
    """Final ÷ offered price of what was won: 0.95 when a twentieth was given away."""

    mean: Annotated[float | None, Field(description="each opportunity of equal weight")]
    count: int
    won_without: Annotated[int, Field(description="won ones of which a price is not known: in no mean")]
    opportunity_ids: Opportunities

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Self:
        known, won = win_loss.repriced(outcomes), win_loss.of_result(outcomes, "won")
        return cls(
            mean=_shown(win_loss.mean_price_ratio(outcomes)),
            count=len(known),
            won_without=len(won) - len(known),
            opportunity_ids=_ids(known),
        )


class WinLossOut(BaseModel):
    """What came of opportunities, from recorded outcomes alone."""

    count: int
    results: list[ResultOut]
    win_rate: WinRateOut
    win_rate_by_amount: list[AmountRateOut]
    without_offer: Annotated[ExcludedOut, Field(description="decided without an offered price: in no rate by amount")]
    won_by: ReasonsOut
    lost_by: ReasonsOut
    competitors: list[RivalOut]
    final_to_offered: PriceRatioOut

    @classmethod
    def of(cls, outcomes: Sequence[Outcome], currency: str | None) -> Self:
        """Figures of these outcomes, or only of those that were offered in `currency`."""
        shown = [one for one in outcomes if currency is None or (one.offered and one.offered.currency == currency)]
        decided = win_loss.of_result(shown, *win_loss.DECIDED)
        return cls(
            count=len(shown),
            results=[ResultOut.of(result, own) for result, own in win_loss.by_result(shown).items()],
            win_rate=WinRateOut.of(shown),
            win_rate_by_amount=[AmountRateOut.of(rate) for rate in win_loss.amount_rates(shown)],
            without_offer=ExcludedOut.of("no_offer", [one for one in decided if one.offered is None]),
            won_by=ReasonsOut.of(win_loss.of_result(shown, "won")),
            lost_by=ReasonsOut.of(win_loss.of_result(shown, "lost")),
            competitors=[RivalOut.of(rival) for rival in win_loss.rivals(shown)],
            final_to_offered=PriceRatioOut.of(shown),
        )


class ReliabilityOut(BaseModel):
    """Opportunities of which about the same was expected: at least `lower` and below `upper`, 1 is in the last."""

    lower: float
    upper: float
    count: int
    won: int
    mean_forecast: float
    observed_share: float
    interval: Interval
    opportunity_ids: Opportunities

    @classmethod
    def of(cls, part: Bin) -> Self:
        return cls(
            lower=part.lower,
            upper=part.upper,
            count=part.count,
            won=part.happened,
            mean_forecast=round(part.mean_probability, 6),
            observed_share=round(part.observed_rate, 6),
            interval=part.observed.interval,
            opportunity_ids=[one.about for one in part.known if one.about],
        )


class WinCorrectionOut(BaseModel):
    """What the whole record makes of win probabilities: logit(used) = intercept + slope × logit(stated)."""

    outcomes: Annotated[int, Field(description="decided opportunities with a win probability, whenever decided")]
    least: Annotated[int, Field(description="outcomes from which there may be a correction")]
    intercept: float | None
    slope: float | None
    note: str
    note_zh: str

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Self:
        """As the worth of pursuits uses it, unless a risk policy switches it off."""
        known = sorted(win_loss.of_result(outcomes, *win_loss.DECIDED), key=lambda one: one.opportunity_id)
        record = win_loss.forecasts(known)
        found = recalibration(record)
        count, least = len(record), ENOUGH_TO_CORRECT
        if found:
            note = f"The record of {count} outcomes corrects win probabilities, unless the risk policy switches it off."
            note_zh = f"赢单概率按 {count} 个已知结果的历史记录校正，除非风险策略关闭校正。"
        elif count < least:
            note = f"{count} outcomes are known; with fewer than {least} win probabilities are used as they are stated."
            note_zh = f"已知结果 {count} 个，少于 {least} 个，赢单概率按陈述值使用。"
        else:
            note = f"On {count} outcomes a correction does no better: win probabilities are used as they are stated."
            note_zh = f"在 {count} 个已知结果上，校正并不更准确，赢单概率按陈述值使用。"
        intercept, slope = (found.intercept, found.slope) if found else (None, None)
        return cls(outcomes=count, least=least, intercept=intercept, slope=slope, note=note, note_zh=note_zh)


class WinCalibrationOut(BaseModel):
    """What teams expected when they submitted, against what came; figures are null while nothing is known."""

    count: Annotated[int, Field(description="decided opportunities with a win probability")]
    won: int
    mean_forecast: float | None
    observed_share: float | None
    interval: Interval
    brier_score: Annotated[float | None, Field(description="mean of (probability - won)²; 0 is perfect")]
    reference_score: Annotated[float | None, Field(description="of who always says the observed share")]
    skill: Annotated[float | None, Field(description="1 - score / reference; null when all or none were won")]
    is_enough: Enough
    note: str | None
    note_zh: str | None
    reliability: Annotated[list[ReliabilityOut], Field(description="bins that hold an opportunity")]
    excluded: list[ExcludedOut]
    correction: WinCorrectionOut

    @classmethod
    def of(cls, outcomes: Sequence[Outcome], record: Sequence[Outcome]) -> Self:
        """Figures of the win probabilities of these outcomes, and what the whole record makes of such."""
        found = scored(win_loss.forecasts(outcomes))
        observed = found.observed if found else Share(0, 0)
        note, note_zh = _notes(observed)
        decided = win_loss.of_result(outcomes, *win_loss.DECIDED)
        silent = [one for one in decided if one.win_probability is None]
        return cls(
            count=observed.denominator,
            won=observed.numerator,
            observed_share=_shown(observed.value),
            interval=observed.interval,
            is_enough=observed.denominator >= ENOUGH,
            note=note,
            note_zh=note_zh,
            reliability=[ReliabilityOut.of(part) for part in found.bins] if found else [],
            excluded=[*_undecided(outcomes), *([ExcludedOut.of("no_probability", silent)] if silent else [])],
            correction=WinCorrectionOut.of(record),
            **_scores(found),
        )


def _scores(found: Scored | None) -> dict[str, float | None]:
    if found is None:
        return dict.fromkeys(("mean_forecast", "brier_score", "reference_score", "skill"))
    return {
        "mean_forecast": _shown(found.mean_probability),
        "brier_score": _shown(found.brier_score),
        "reference_score": _shown(found.reference_score),
        "skill": _shown(found.skill),
    }


def _undecided(outcomes: Sequence[Outcome]) -> list[ExcludedOut]:
    found = win_loss.by_result(outcomes).items()
    return [ExcludedOut.of(result, own) for result, own in found if result not in win_loss.DECIDED]


def _notes(share: Share) -> tuple[str | None, str | None]:
    known = share.denominator
    if known >= ENOUGH:
        return None, None
    return (
        f"Only {known} decided outcomes; below {ENOUGH} chance decides: read the interval, not the figure.",
        f"仅有 {known} 个已决结果；少于 {ENOUGH} 个时偶然性占主导：请看区间，而非单一数值。",
    )


def _ids(outcomes: Iterable[Outcome]) -> list[UUID]:
    return [one.opportunity_id for one in outcomes]


def _shown(figure: float | Decimal | None) -> float | None:
    return None if figure is None else round(float(figure), 6)
