"""Productivity of an industry's projects, as a benchmark publishes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import NormalDist
from typing import Annotated, ClassVar

from annotated_types import Gt, Le

Hours = Annotated[float, Gt(0), Le(10_000)]
_STANDARD = NormalDist()


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Productivity of an industry's projects, in person-hours per function point, as a lognormal distribution.

    `words` are parts of an industry's name that say that it is this one; no words: any industry.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    code: str
    name: str
    name_zh: str
    words: tuple[str, ...]
    p10_hours_per_fp: Hours
    p50_hours_per_fp: Hours
    p90_hours_per_fp: Hours

    def __post_init__(self) -> None:
        if not self.p10_hours_per_fp <= self.p50_hours_per_fp <= self.p90_hours_per_fp:
            raise ValueError("range_order")

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm: (ln P90 - ln P10) / 2.563."""
        return (log(self.p90_hours_per_fp) - log(self.p10_hours_per_fp)) / (2 * _STANDARD.inv_cdf(0.9))

    def hours_per_fp(self, probability: float) -> float:
        """The person-hours per function point that a share `probability` (0…1) of projects does not exceed."""
        return self.p50_hours_per_fp * exp(self.sigma * _STANDARD.inv_cdf(probability))


def benchmark_of(industry: str | None, benchmarks: Sequence[Benchmark]) -> Benchmark:
    """The first benchmark one of whose words is in the industry's name; else the first one without words."""
    name = (industry or "").casefold()
    for benchmark in benchmarks:
        if any(word.casefold() in name for word in benchmark.words):
            return benchmark
    return next(benchmark for benchmark in benchmarks if not benchmark.words)
