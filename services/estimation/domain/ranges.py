"""What a person says of an uncertain quantity, as a distribution, with what is doubtful about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum, isclose, isfinite, log
from statistics import NormalDist
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Le, Len

from services.estimation.domain.working import Caution
from shared.quant.distributions import (
    LAMBDA,
    BetaPert,
    ClassicPert,
    Discrete,
    Distribution,
    Lognormal,
    Normal,
    PointMass,
    Triangular,
    Uniform,
)
from shared.quant.percentile_bounds import percentile_bounds
from shared.quant.three_point import Bounds, ThreePoint

_MOST = 1e15
Number = Annotated[float, Ge(-_MOST), Le(_MOST)]
_STANDARD = NormalDist()
_WIDEST, _NARROWEST = 20.0, 0.1
_MOST_RATIO = 1e6
_SIGMAS = 3.0
"""What absolute ends of a normal distribution, which has none, are taken for."""

DEFAULT_RANGES = {"task": (0.4, 2.0), "project": (0.65, 1.35)}
"""P10 and P90 as shares of a single figure. Measured: a task of 10,266 at one company (SiP) -60 % / +100 %, a whole
project of 145 (Kitchenham et al. 2002) -35 % / +35 %."""


class Shape(StrEnum):
    POINT = "point"
    UNIFORM = "uniform"
    TRIANGULAR = "triangular"
    PERT = "pert"
    """Classic PERT: mean (a + 4m + b) / 6, deviation (b - a) / 6."""
    BETA_PERT = "beta_pert"
    NORMAL = "normal"
    LOGNORMAL = "lognormal"
    TRIGEN = "trigen"
    """A triangle whose ends are percentiles."""
    DISCRETE = "discrete"


_NEEDS_MODE = {Shape.POINT, Shape.TRIANGULAR, Shape.PERT, Shape.BETA_PERT, Shape.TRIGEN}
_HAS_MODE = _NEEDS_MODE - {Shape.POINT}


@dataclass(frozen=True, slots=True)
class Chance:
    """A value and its probability."""

    __pydantic_config__: ClassVar = {"extra": "forbid", "allow_inf_nan": False}

    value: Number
    probability: Annotated[float, Gt(0), Le(1)]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A quantity as somebody judges it. Raises `ValueError` with a code when it cannot be.

    `missing_estimate` when a figure that the shape needs is not there; `range_order`; `negative_amount` unless
    `is_signed`; `probabilities_do_not_sum`; `positive_needed` and `too_spread` for a lognormal quantity; `not_finite`.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid", "allow_inf_nan": False}

    distribution: Shape = Shape.BETA_PERT
    optimistic: Number | None = None
    most_likely: Number | None = None
    pessimistic: Number | None = None
    mean: Number | None = None
    """Of a normal or lognormal quantity, with its `standard_deviation`."""
    standard_deviation: Annotated[float, Gt(0), Le(_MOST)] | None = None
    chances: Annotated[tuple[Chance, ...], Len(1, 1000)] | None = None
    """Of a discrete quantity."""
    bounds: Bounds = Bounds.P10_P90
    weight: Annotated[float, Ge(2), Le(6)] = LAMBDA
    """Lambda of beta-PERT."""
    level: Literal["task", "project"] = "task"
    """Which of `DEFAULT_RANGES` stands in when there is the most likely value only."""
    is_signed: bool = False
    """Whether it may be negative, as the effect of an opportunity is; cost, effort and time may not."""

    def __post_init__(self) -> None:
        numbers = [n for n in (self.optimistic, self.most_likely, self.pessimistic, self.mean) if n is not None]
        numbers += [chance.value for chance in self.chances or ()]
        if not all(map(isfinite, numbers)):
            raise ValueError("not_finite")
        if not self.is_signed and any(number < 0 for number in numbers):
            raise ValueError("negative_amount")
        self._check_figures()
        points = [p for p in (self.optimistic, self.most_likely, self.pessimistic) if p is not None]
        if points != sorted(points):
            raise ValueError("range_order")

    def _check_figures(self) -> None:
        if self.distribution is Shape.DISCRETE:
            if not self.chances:
                raise ValueError("missing_estimate")
            if not isclose(fsum(chance.probability for chance in self.chances), 1.0, abs_tol=1e-6):
                raise ValueError("probabilities_do_not_sum")
        elif self.distribution in _NEEDS_MODE:
            if self.most_likely is None or (self.optimistic is None) != (self.pessimistic is None):
                raise ValueError("missing_estimate")
        elif not self._has_moments and (self.optimistic is None or self.pessimistic is None):
            raise ValueError("missing_estimate")
        if self.distribution is Shape.LOGNORMAL:
            self._check_lognormal()

    def _check_lognormal(self) -> None:
        least, most = self.optimistic or 0.0, self.pessimistic or 0.0
        if self._has_moments:
            least, most = self.mean or 0.0, self.standard_deviation or 0.0
        if least <= 0:
            raise ValueError("positive_needed")
        if most / least > _MOST_RATIO:
            raise ValueError("too_spread")

    @property
    def _has_moments(self) -> bool:
        has = self.mean is not None and self.standard_deviation is not None
        return has and self.distribution in {Shape.NORMAL, Shape.LOGNORMAL}

    @property
    def is_assumed(self) -> bool:
        """Whether there is a single figure only, around which `DEFAULT_RANGES` stands in."""
        return self.distribution in _HAS_MODE and self.optimistic is None

    @property
    def points(self) -> tuple[float, float, float]:
        """Low end, mode, high end as they were said or assumed; of a quantity without a mode the middle."""
        if self.is_assumed and self.most_likely is not None:
            low, high = DEFAULT_RANGES[self.level]
            ends = sorted((self.most_likely * low, self.most_likely * high))
            return ends[0], self.most_likely, ends[1]
        low_end = self.optimistic if self.optimistic is not None else self.most_likely or 0.0
        high_end = self.pessimistic if self.pessimistic is not None else self.most_likely or 0.0
        middle = self.most_likely if self.most_likely is not None else (low_end + high_end) / 2
        return low_end, middle, high_end

    @property
    def meant_bounds(self) -> Bounds:
        """A default range is P10 to P90, and a triangle with absolute ends is no trigen."""
        is_open = self.is_assumed or (self.distribution is Shape.TRIGEN and self.bounds is Bounds.ABSOLUTE)
        return Bounds.P10_P90 if is_open else self.bounds

    def as_distribution(self) -> Distribution:
        """The distribution that is meant; a range without width is a point."""
        low, mode, high = self.points
        match self.distribution:
            case Shape.DISCRETE:
                return Discrete.of((chance.value, chance.probability) for chance in self.chances or ())
            case Shape.NORMAL | Shape.LOGNORMAL if self._has_moments:
                return _with_moments(self.distribution, self.mean or 0.0, self.standard_deviation or 0.0)
            case Shape.POINT:
                return PointMass(mode)
        if low == high:
            return PointMass(mode)
        return _spread(self.distribution, (low, mode, high), self.meant_bounds, self.weight, is_signed=self.is_signed)

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What is doubtful about the range."""
        if self.distribution in {Shape.POINT, Shape.DISCRETE} or self._has_moments:
            return ()
        found = [ASSUMED] if self.is_assumed else list(_doubts(*self.points, has_mode=self.distribution in _HAS_MODE))
        if self.distribution in {Shape.NORMAL, Shape.LOGNORMAL, Shape.UNIFORM} and self.most_likely is not None:
            found.append(MODE_UNUSED)
        return tuple(found)


def _with_moments(shape: Shape, mean: float, deviation: float) -> Distribution:
    return Normal(mean, deviation) if shape is Shape.NORMAL else Lognormal.with_moments(mean, deviation)


def _spread(shape: Shape, points: Sequence[float], bounds: Bounds, weight: float, *, is_signed: bool) -> Distribution:
    low, mode, high = points
    tail = bounds.tail
    deviations = 2 * (-_STANDARD.inv_cdf(tail) if tail else _SIGMAS)
    match shape:
        case Shape.NORMAL:
            return Normal((low + high) / 2, (high - low) / deviations)
        case Shape.LOGNORMAL:
            return Lognormal((log(low) + log(high)) / 2, (log(high) - log(low)) / deviations)
        case Shape.UNIFORM:
            beyond = (high - low) * tail / (1 - 2 * tail)
            return Uniform(low - beyond if is_signed else max(low - beyond, 0.0), high + beyond)
    is_triangle = shape in {Shape.TRIANGULAR, Shape.TRIGEN}
    if tail:
        least = None if is_signed else 0.0
        low, high = percentile_bounds(
            low, mode, high, tails=(tail, tail), weight=None if is_triangle else weight, least=least
        )
        low, high = min(low, mode), max(high, mode)
    if is_triangle:
        return Triangular(low, mode, high)
    return ClassicPert(low, mode, high) if shape is Shape.PERT else BetaPert(low, mode, high, weight)


def _doubts(low: float, mode: float, high: float, *, has_mode: bool) -> Sequence[Caution]:
    if low == high:
        return ()
    found = []
    if 0 <= low * _WIDEST < high:
        found.append(TOO_WIDE)
    if has_mode and mode > 0 and (high - low) / mode < _NARROWEST:
        found.append(TOO_NARROW)
    if has_mode and high == mode:
        found.append(NO_DOWNSIDE)
    return found


def assumed(most_likely: float, level: Literal["task", "project"]) -> ThreePoint:
    """The default range, as P10 and P90, around a single figure ≥ 0."""
    low, high = DEFAULT_RANGES[level]
    return ThreePoint(most_likely * low, most_likely, most_likely * high)


ASSUMED = Caution(
    "range_assumed",
    "There is a single figure only; a usual range stands around it. Say how good and how bad it can become.",
    "只给出了单一数值，已按常见区间补全。请给出乐观值与悲观值。",
)
TOO_WIDE = Caution(
    "range_too_wide",
    "The pessimistic value is more than 20 times the optimistic one: split the work, or find out more.",
    "悲观值超过乐观值的 20 倍：请拆分工作或进一步澄清。",
)
TOO_NARROW = Caution(
    "range_suspiciously_narrow",
    "The range is narrower than a tenth of the most likely value; unaided ranges are usually too narrow.",
    "区间宽度不足最可能值的十分之一；人们给出的区间通常过窄。",
)
NO_DOWNSIDE = Caution(
    "no_downside",
    "The pessimistic value is the most likely one: nothing can become worse than expected?",
    "悲观值等于最可能值：是否确实不会比预期更差？",
)
MODE_UNUSED = Caution(
    "mode_unused",
    "This distribution follows from its two ends; the most likely value was not used.",
    "该分布由两端确定，未使用最可能值。",
)
