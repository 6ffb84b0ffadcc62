"""Distributions over HTTP: what is drawn, by its kind and its figures."""

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from services.risk.schemas.fields import Share
from shared.kernel.validation import In, rule
from shared.quant.distributions import (
    BetaPert,
    Discrete,
    Distribution,
    Lognormal,
    Normal,
    ParameterOutOfRange,
    PointMass,
    Triangular,
    Uniform,
)
from shared.quant.percentile_bounds import trigen
from shared.quant.three_point import ThreePoint

Number = Annotated[float, Field(ge=-(10**12), le=10**12)]
_PARAMETERS = rule(
    "distribution_out_of_range",
    "are no parameters of this distribution: sd and sigma at least 0, probabilities from 0 to 1 that add up to 1",
    "不是该分布的有效参数：标准差须 ≥ 0，各概率在 0 至 1 之间且合计为 1",
)
_LOWEST = np.array([5e-6])
"""The first of 100,000 strata."""
_MOST_VALUES = 200
"""Of a discrete distribution."""


class _Drawn(In):
    """A distribution. `middle` is what a plan counts with when nobody says otherwise."""

    @property
    def middle(self) -> float:
        raise NotImplementedError

    def made(self) -> Distribution:
        raise NotImplementedError

    @model_validator(mode="after")
    def _possible(self) -> Self:
        try:
            self.made()
        except ParameterOutOfRange:
            raise ValueError(_PARAMETERS) from None
        except ValueError:
            raise ValueError("range_order") from None
        return self

    @property
    def lowest(self) -> float:
        return float(self.made().quantiles(_LOWEST)[0])


class PointIn(_Drawn):
    kind: Literal["point"]
    value: Number

    @property
    def middle(self) -> float:
        return self.value

    def made(self) -> Distribution:
        return PointMass(self.value)


class UniformIn(_Drawn):
    kind: Literal["uniform"]
    low: Number
    high: Number

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2

    def made(self) -> Distribution:
        return Uniform(self.low, self.high)


class RangedIn(_Drawn):
    """Any distribution of three points."""

    optimistic: Number
    most_likely: Number
    pessimistic: Number

    @property
    def middle(self) -> float:
        return self.most_likely

    @property
    def points(self) -> tuple[float, float, float]:
        """Raises `ImpossibleRange`."""
        return ThreePoint(self.optimistic, self.most_likely, self.pessimistic).points


class TriangularIn(RangedIn):
    kind: Literal["triangular"]

    def made(self) -> Distribution:
        return Triangular(*self.points)


class PertIn(RangedIn):
    """Beta-PERT; `shape` is its lambda."""

    kind: Literal["pert"]
    shape: Annotated[float, Field(ge=2, le=6)] = 4.0

    def made(self) -> Distribution:
        return BetaPert(*self.points, self.shape)


class TrigenIn(RangedIn):
    """Triangular; the bounds are percentiles: `below` of it lies under the optimistic value, `above` over the other."""

    kind: Literal["trigen"]
    below: Annotated[float, Field(ge=0, le=0.45)] = 0.1
    above: Annotated[float, Field(ge=0, le=0.45)] = 0.1

    def made(self) -> Distribution:
        return trigen(*self.points, tails=(self.below, self.above))


class NormalIn(_Drawn):
    kind: Literal["normal"]
    mean: Number
    sd: Number

    @property
    def middle(self) -> float:
        return self.mean

    def made(self) -> Distribution:
        return Normal(self.mean, self.sd)


class LogNormalIn(_Drawn):
    """exp of a normal distribution with `mu` and `sigma`."""

    kind: Literal["lognormal"]
    mu: Annotated[float, Field(ge=-20, le=20)]
    sigma: Annotated[float, Field(ge=0, le=3)]

    @property
    def middle(self) -> float:
        return float(np.exp(self.mu))

    def made(self) -> Distribution:
        return Lognormal(self.mu, self.sigma)


class DiscreteIn(_Drawn):
    kind: Literal["discrete"]
    values: Annotated[tuple[Number, ...], Field(min_length=1, max_length=_MOST_VALUES)]
    probabilities: Annotated[tuple[Share, ...], Field(min_length=1, max_length=_MOST_VALUES)]

    @property
    def middle(self) -> float:
        return sum(value * share for value, share in zip(self.values, self.probabilities, strict=True))

    def made(self) -> Distribution:
        return Discrete(self.values, self.probabilities)


DistributionIn = Annotated[
    PointIn | UniformIn | TriangularIn | PertIn | TrigenIn | NormalIn | LogNormalIn | DiscreteIn,
    Field(discriminator="kind"),
]
