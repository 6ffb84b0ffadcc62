"""Function points, and the costing chain of GB/T 36964-2018: size → effort → person-months → cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import exp, log
from statistics import NormalDist
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Le

from shared.money import quantised

Count = Annotated[int, Ge(0), Le(100_000)]
Hours = Annotated[float, Gt(0), Le(10_000)]
_STANDARD = NormalDist()


@dataclass(frozen=True, slots=True)
class Size:
    """Counts of function types: ILF, EIF, EI, EO, EQ."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    internal_files: Count = 0
    external_files: Count = 0
    inputs: Count = 0
    outputs: Count = 0
    queries: Count = 0


Variant = Literal["ifpug_low", "ifpug_average", "ifpug_high", "nesma_estimated", "nesma_indicative", "cn_estimated"]

WEIGHTS: dict[Variant, tuple[int, int, int, int, int]] = {
    "ifpug_low": (7, 5, 3, 4, 3),
    "ifpug_average": (10, 7, 4, 5, 4),
    "ifpug_high": (15, 10, 6, 7, 6),
    "nesma_estimated": (7, 5, 4, 5, 4),
    "nesma_indicative": (35, 15, 0, 0, 0),
    "cn_estimated": (10, 7, 4, 5, 4),
}
"""Points per ILF, EIF, EI, EO, EQ by counting variant (IFPUG CPM 4.3.1; NESMA 2.3; Chinese provincial standards).

What Chinese standards call 估算功能点 weighs files at IFPUG's average; NESMA's estimated count at its low.
"""


def unadjusted(size: Size, variant: Variant) -> int:
    """Unadjusted function points of the counts, in one of `WEIGHTS`."""
    counts = (size.internal_files, size.external_files, size.inputs, size.outputs, size.queries)
    return sum(count * weight for count, weight in zip(counts, WEIGHTS[variant], strict=True))


def value_adjustment_factor(characteristics: Sequence[int]) -> float:
    """IFPUG's 0.65 + 0.01 x the sum of the 14 general system characteristics, each 0…5."""
    return 0.65 + 0.01 * sum(characteristics)


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


@dataclass(frozen=True, slots=True)
class Factors:
    """What adjusts the chain."""

    scale_change: float
    """CF: how much the scope usually grows from this stage on."""
    software: float
    """SWF: kind and quality of the software."""
    development: float
    """RDF: language and team."""


@dataclass(frozen=True, slots=True)
class ChainResult:
    """The chain's figures, each from the one before."""

    size_fp: float
    effort_hours: float
    person_months: float


def chain(unadjusted_fp: float, factors: Factors, *, pdr_hours_per_fp: float, hours_per_month: float) -> ChainResult:
    """S = UFP x CF; AE = S x PDR x SWF x RDF [person-hours]; PM = AE / HM (GB/T 36964-2018, DB11/T 1010).

    PDR is person-hours *per function point*; read the other way round it gives a cost some three times too high.
    """
    size = unadjusted_fp * factors.scale_change
    effort = size * pdr_hours_per_fp * factors.software * factors.development
    return ChainResult(size, effort, effort / hours_per_month)


def cost(person_months: float, rate_per_month: Decimal, direct_non_labour: Decimal, currency: str) -> Decimal:
    """P = PM x F + DNC, to the minor unit."""
    return quantised(Decimal(str(person_months)) * rate_per_month + direct_non_labour, currency)
