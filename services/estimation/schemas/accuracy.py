"""Accuracy of estimates, over HTTP."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.estimation.domain.accuracy import covered, measured
from services.estimation.domain.productivity import Trial
from shared.kernel.validation import In, rule

Amount = Annotated[float, Field(ge=1e-6, le=1e15)]
HALF_AN_INTERVAL = rule("half_an_interval", "needs both ends of an interval", "区间的两端须同时给出")
SOME_INTERVALS = rule("some_intervals", "needs intervals for all pairs or for none", "须为全部或不为任何一项给出区间")


class PairIn(In):
    """An actual and what was estimated for it, in any one unit; `low` and `high` are an interval."""

    actual: Amount
    estimate: Amount
    low: Annotated[float | None, Field(ge=0, le=1e15)] = None
    high: Amount | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise ValueError(HALF_AN_INTERVAL)
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("range_order")
        return self


class AccuracyIn(In):
    pairs: Annotated[list[PairIn], Field(min_length=1, max_length=10_000)]

    @model_validator(mode="after")
    def _all_or_none(self) -> Self:
        if len({pair.low is None for pair in self.pairs}) > 1:
            raise ValueError(SOME_INTERVALS)
        return self


class AccuracyOut(BaseModel):
    """Fractions. `sa` is null where guessing has no error; `bias` above 1 means that estimates are too low."""

    model_config = ConfigDict(from_attributes=True)

    count: int
    mmre: float
    mdmre: float
    pred_25: float
    sa: float | None
    mean_absolute_error: float
    bias: float
    mean_log_error: float


class EstimationAccuracyOut(AccuracyOut):
    coverage: float | None

    @classmethod
    def of(cls, wish: AccuracyIn) -> Self:
        actuals = [pair.actual for pair in wish.pairs]
        found = AccuracyOut.model_validate(measured(actuals, [pair.estimate for pair in wish.pairs]))
        intervals = [(p.low, p.high) for p in wish.pairs if p.low is not None and p.high is not None]
        return cls(**found.model_dump(), coverage=covered(actuals, intervals) if intervals else None)


class TrialOut(AccuracyOut):
    """Of projects that were predicted from the others, by leaving each out."""

    coverage_80: float

    @classmethod
    def of(cls, trial: Trial) -> Self:
        accuracy = AccuracyOut.model_validate(trial.accuracy)
        return cls(**accuracy.model_dump(), coverage_80=trial.coverage_80)
