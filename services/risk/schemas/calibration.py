"""Calibration of probabilities over HTTP."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from services.risk.domain.calibration import correction
from services.risk.domain.risk import RiskKind
from shared.kernel.validation import In, Moment
from shared.quant.brier_score import Scored
from shared.quant.recalibration import ENOUGH_TO_CORRECT, Recalibration


class CalibrationQuery(In):
    by: Literal["category", "origin", "rule", "knowledge"] = "category"
    kind: RiskKind = RiskKind.THREAT
    decided_after: Moment | None = None


class BinOut(BaseModel):
    """Risks of which about the same was said."""

    model_config = ConfigDict(from_attributes=True)

    upper: float
    count: int
    mean_probability: float
    observed_rate: float


class GroupOut(BaseModel):
    """What was said of risks against what happened; figures are null while nothing is known."""

    name: str
    count: Annotated[int, Field(description="risks whose outcome is known")]
    happened: int
    observed_rate: float | None
    interval: Annotated[tuple[float, float] | None, Field(description="Wilson's score interval of the rate, 95 %")]
    mean_probability: Annotated[float | None, Field(description="that was stated before")]
    brier_score: Annotated[float | None, Field(description="mean of (probability - outcome)²; 0 is perfect")]
    reference_score: Annotated[float | None, Field(description="of who always says the observed rate")]
    skill: Annotated[float | None, Field(description="1 - score / reference; above 0 the probabilities tell something")]
    correction: Annotated[
        float | None, Field(description="factor for later probabilities: happened ÷ expected, pulled to 1 by 5 cases")
    ]
    is_enough: Annotated[bool, Field(description="ten outcomes or more; with fewer chance decides")]
    bins: list[BinOut]

    @classmethod
    def of(cls, name: str, found: Scored | None) -> Self:
        if found is None:
            nothing = dict.fromkeys(_FIGURES)
            return cls(name=name, count=0, happened=0, is_enough=False, bins=[], **nothing)
        return cls(
            name=name,
            count=found.count,
            happened=found.happened,
            observed_rate=_shown(found.observed.value),
            interval=found.observed.interval,
            mean_probability=_shown(found.mean_probability),
            brier_score=_shown(found.brier_score),
            reference_score=_shown(found.reference_score),
            skill=_shown(found.skill),
            correction=_shown(correction(found)),
            is_enough=found.is_enough,
            bins=[BinOut.model_validate(one) for one in found.bins],
        )


_FIGURES = (
    "observed_rate", "interval", "mean_probability", "brier_score", "reference_score", "skill", "correction",
)  # fmt: skip


def _shown(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 6)


class CorrectionOut(BaseModel):
    """Whether their record corrects stated probabilities of the kind: logit(used) = intercept + slope × logit(stated).

    A risk policy can switch it off.
    """

    outcomes: int
    least: Annotated[int, Field(description="outcomes from which there may be a correction")]
    intercept: float | None
    slope: float | None
    note: str
    note_zh: str

    @classmethod
    def of(cls, outcomes: int, found: Recalibration | None) -> Self:
        least = ENOUGH_TO_CORRECT
        if found:
            notes = (
                f"The record of {outcomes} outcomes corrects stated probabilities in budgets.",
                f"预算中的概率按 {outcomes} 个已知结果的历史记录校正。",
            )
        elif outcomes < least:
            notes = (
                f"{outcomes} outcomes are known; with fewer than {least} probabilities are used as they are stated.",
                f"已知结果 {outcomes} 个，少于 {least} 个，概率按陈述值使用。",
            )
        else:
            notes = (
                f"On {outcomes} outcomes a correction does no better: probabilities are used as they are stated.",
                f"在 {outcomes} 个已知结果上，校正并不更准确，概率按陈述值使用。",
            )
        intercept, slope = (found.intercept, found.slope) if found else (None, None)
        return cls(outcomes=outcomes, least=least, intercept=intercept, slope=slope, note=notes[0], note_zh=notes[1])


class CalibrationOut(BaseModel):
    """Numerators, denominators and what is left out of them."""

    recalibration: Annotated[CorrectionOut, Field(description="of all outcomes of the kind, whenever decided")]

    by: str
    total: GroupOut
    groups: list[GroupOut]
    unresolved: Annotated[int, Field(description="risks taken over whose outcome is not known: in no figure")]
    excluded: Annotated[int, Field(description="risks that turned out to be none: in no figure")]
