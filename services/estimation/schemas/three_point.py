"""Ranges and their sums, asked for over HTTP; nothing is kept."""

from typing import Annotated, Self

import numpy as np
from pydantic import BaseModel, Field

from services.estimation.domain.ranges import Judgement
from services.estimation.domain.sums import refuse_impossible
from services.estimation.domain.working import Step, shown
from services.estimation.schemas.workings import CalculatedOut, CautionOut, cautions_out, steps_out
from shared.kernel.validation import In, Line, rule
from shared.quant.distributions import Distribution
from shared.quant.sums import summed

rule("missing_estimate", "lacks a figure that its distribution needs", "缺少该分布所需的数值")
rule("probabilities_do_not_sum", "has probabilities that do not add up to 1", "概率之和不为 1")
rule("positive_needed", "must be above zero for a lognormal quantity", "对数正态量须大于零")
rule("too_spread", "has ends more than a million times apart", "两端相差超过一百万倍")
rule("not_finite", "must be a finite number", "必须是有限的数")

Probability = Annotated[float, Field(gt=0, lt=1)]
SOURCE = (
    "PERT: PMBOK Guide, 6th ed., 6.4.2.4; beta-PERT: D. Vose, Risk Analysis, 3rd ed.; sums: variances and correlation"
    " exactly, percentiles by Latin hypercube with correlated scores (Iman and Conover 1982)"
)


class ItemIn(In):
    name: Line | None = None
    estimate: Annotated[
        Judgement,
        Field(
            description="ends are P10 and P90 unless `bounds` says otherwise; a most likely value alone gets the usual"
            " range of its `level`",
            examples=[{"distribution": "pert", "optimistic": 4, "most_likely": 5, "pessimistic": 10}],
        ),
    ]


class ThreePointIn(In):
    items: Annotated[list[ItemIn], Field(min_length=1, max_length=200)]
    correlation: Annotated[float, Field(ge=-1, le=1, description="between any two items")] = 0.0
    probabilities: Annotated[list[Probability], Field(min_length=1, max_length=99)] = [0.1, 0.5, 0.8, 0.9]


class PercentileOut(BaseModel):
    """The value that is not exceeded with this probability."""

    probability: float
    value: float


class SpreadOut(BaseModel):
    mean: float
    standard_deviation: float
    variance: float
    percentiles: list[PercentileOut]


class ItemOut(SpreadOut):
    name: str | None
    distribution: str
    lower_bound: Annotated[float | None, Field(description="absolute; null when there is none")]
    upper_bound: float | None
    warnings: list[CautionOut]


class ThreePointOut(CalculatedOut):
    items: list[ItemOut]
    total: SpreadOut

    @classmethod
    def of(cls, wish: ThreePointIn) -> Self:
        """Raises `CorrOutOfRange`."""
        parts = [item.estimate.as_distribution() for item in wish.items]
        refuse_impossible(len(parts), wish.correlation)
        total = summed(parts, wish.correlation, wish.probabilities)
        items = [_item(item, part, wish.probabilities) for item, part in zip(wish.items, parts, strict=True)]
        steps = (
            Step("μ", "mean of the sum", "总和的期望", "Σ μi", " + ".join(shown(one.mean) for one in items[:20]),
                 total.mean, "as given"),
            Step("σ", "deviation of the sum", "总和的标准差", "√((1 − r) Σσi² + r (Σσi)²)",
                 f"r = {shown(wish.correlation)}, n = {len(items)}", total.standard_deviation, "as given"),
        )  # fmt: skip
        return cls(
            items=items,
            total=SpreadOut(
                mean=total.mean,
                standard_deviation=total.standard_deviation,
                variance=total.standard_deviation**2,
                percentiles=_percentiles(wish.probabilities, total.quantiles.tolist()),
            ),
            steps=steps_out(steps),
            warnings=[],
            source=SOURCE,
        )


def _item(item: ItemIn, part: Distribution, probabilities: list[float]) -> ItemOut:
    bounds = (getattr(part, "low", None), getattr(part, "high", None))
    return ItemOut(
        name=item.name,
        distribution=item.estimate.distribution.value,
        mean=part.mean,
        standard_deviation=part.standard_deviation,
        variance=part.standard_deviation**2,
        percentiles=_percentiles(probabilities, part.quantiles(np.asarray(probabilities)).tolist()),
        lower_bound=bounds[0],
        upper_bound=bounds[1],
        warnings=cautions_out(item.estimate.cautions),
    )


def _percentiles(probabilities: list[float], values: list[float]) -> list[PercentileOut]:
    return [PercentileOut(probability=p, value=v) for p, v in zip(probabilities, values, strict=True)]
