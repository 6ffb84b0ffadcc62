"""The costing chain of Chinese public tenders: size → effort → person-months → cost (GB/T 36964-2018, DB11/T 1010).

UFP -> US (reuse) -> S = US x CF -> AE = S x PDR x SWF x RDF [person-hours] -> PM = AE / HM -> P = PM x F + DNC. PDR is
person-hours *per function point*: see `units`. Each standard and edition has tables of its own: see `Edition`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Le, Len

from services.estimation.domain.benchmark import Hours
from services.estimation.domain.function_points import REUSE, Size, Variant, unadjusted
from services.estimation.domain.working import Step, shown
from shared.language.money import Currency, quantised

Code = Annotated[str, Len(1, 60)]
Percentile = Literal["P10", "P25", "P50", "P75", "P90"]
Factor = Annotated[float, Ge(0.01), Le(10)]
Stage = Literal["budget", "bid", "requirements", "delivered"]
"""概算/预算, 投标/计划, 需求分析, 交付后."""
_STRICT = {"extra": "forbid", "allow_inf_nan": False}


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
    """S = UFP x CF; AE = S x PDR x SWF x RDF [person-hours]; PM = AE / HM."""
    size = unadjusted_fp * factors.scale_change
    effort = size * pdr_hours_per_fp * factors.software * factors.development
    return ChainResult(size, effort, effort / hours_per_month)


def cost(person_months: float, rate_per_month: Decimal, direct_non_labour: Decimal, currency: str) -> Decimal:
    """P = PM x F + DNC, to the minor unit."""
    return quantised(Decimal(str(person_months)) * rate_per_month + direct_non_labour, currency)


def reused(parts: Iterable[tuple[Size, float]], variant: Variant) -> tuple[float, float]:
    """UFP, and US: each part's points times its reuse factor (0…1)."""
    counted = [(unadjusted(size, variant), factor) for size, factor in parts]
    return float(sum(points for points, _ in counted)), sum(points * factor for points, factor in counted)


def quality_factor(scores: Sequence[int], step: float) -> float:
    """1 + step x the sum of the scores -1, 0, 1 of the quality characteristics (step 0.025)."""
    return 1 + step * sum(scores)


def size_regression_factor(size_fp: float) -> float:
    """SF = (269.6446 + 0.7094 S) / S, a part of SWF in the form of 2009 and 2013; later editions leave it out."""
    return (269.6446 + 0.7094 * size_fp) / size_fp


def duration_months(person_months: float, coefficient: float, exponent: float) -> float:
    """Months = coefficient x PM ^ exponent.

    A public calculator has an exponent of 0.04, by which 12 and 38 person-months take 1.41 and 1.48 months: it is 0.4.
    """
    months: float = coefficient * person_months**exponent
    return months


def affordable_size(
    budget: Decimal,
    *,
    rate_per_month: Decimal,
    direct_non_labour: Decimal,
    hours_per_month: float,
    pdr_hours_per_fp: float,
    factors: Factors,
) -> ChainResult:
    """The chain backwards, 成本反推规模: UFP = (P - DNC) / F x HM / (PDR x SWF x RDF) / CF; 0 where DNC is more."""
    months = max(float((budget - direct_non_labour) / rate_per_month), 0.0)
    effort = months * hours_per_month
    size = effort / (pdr_hours_per_fp * factors.software * factors.development)
    return ChainResult(size / factors.scale_change, effort, months)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rate:
    """What a person-month costs in a city, in the edition's currency."""

    __pydantic_config__: ClassVar = _STRICT

    development: Annotated[Decimal, Gt(0), Le(10**7)]
    operations: Annotated[Decimal, Gt(0), Le(10**7)] | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Months = coefficient x person-months ^ exponent."""

    __pydantic_config__: ClassVar = _STRICT

    coefficient: Factor
    exponent: Annotated[float, Ge(0.1), Le(1)]


Table = Annotated[Mapping[Code, Factor], Len(0, 60)]


@dataclass(frozen=True, slots=True)
class Edition:
    """The tables of one standard in one edition, with where they are from. They differ: never mix two."""

    __pydantic_config__: ClassVar = _STRICT

    name: Annotated[str, Len(1, 200)]
    name_zh: Annotated[str, Len(1, 200)]
    source: Annotated[str, Len(1, 1000)]
    weights: Variant
    hours_per_month: Annotated[float, Ge(100), Le(250)]
    scale_change: Annotated[Mapping[Stage, Factor], Len(1, 4)]
    productivity: Annotated[Mapping[Code, Annotated[Mapping[Percentile, Hours], Len(1, 5)]], Len(0, 60)]
    """Person-hours per function point by industry and percentile of projects."""
    application_types: Table
    integrity_levels: Table
    languages: Table
    teams: Table
    quality_step: Annotated[float, Ge(0), Le(0.2)]
    currency: Currency
    rates_per_month: Annotated[Mapping[Code, Rate], Len(0, 100)]
    schedule: Schedule
    has_size_regression: bool = False
    reuse: Table = field(default_factory=lambda: REUSE)
    operations_share: Mapping[Percentile, Annotated[float, Ge(0), Le(1)]] = field(default_factory=dict)
    """A year's operation as a share of the development cost."""


@dataclass(frozen=True, slots=True)
class CostCase:
    """One run of the chain: with the productivity of a percentile, or with one that was given."""

    percentile: str
    """P10 … P90, or `given`."""
    pdr_hours_per_fp: float
    effort_hours: float
    person_months: float
    duration_months: float
    cost: Decimal | None
    """None when nobody said what a person-month costs."""
    operations_cost_per_year: Decimal | None
    """None when the edition has no share for this percentile."""


@dataclass(frozen=True, slots=True)
class SoftwareCost:
    """The chain's figures, from the same size and factors."""

    unadjusted_fp: float
    reused_fp: float
    scale_change_factor: float
    size_fp: float
    size_regression_factor: float | None
    software_factor: float
    development_factor: float
    hours_per_month: float
    rate_per_month: Decimal | None
    direct_non_labour: Decimal
    cases: tuple[CostCase, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The way to the first case's cost."""
        case = self.cases[0]
        size, factors = shown(self.size_fp), f"{shown(self.software_factor)} × {shown(self.development_factor)}"
        steps = [
            Step("US", "size with reuse", "考虑复用后的规模", "Σ UFP × reuse", shown(self.reused_fp), self.reused_fp,
                 "fp"),
            Step("S", "size with scope growth", "调整后规模", "US × CF",
                 f"{shown(self.reused_fp)} × {shown(self.scale_change_factor)}", self.size_fp, "fp"),
            Step("AE", "effort", "工作量", "S × PDR × SWF × RDF",
                 f"{size} × {shown(case.pdr_hours_per_fp)} × {factors}", case.effort_hours, "person_hours"),
            Step("PM", "person-months", "人月", "AE / HM",
                 f"{shown(case.effort_hours)} / {shown(self.hours_per_month)}", case.person_months, "person_months"),
        ]  # fmt: skip
        if case.cost is not None:
            steps.append(
                Step("P", "cost", "费用", "PM × F + DNC",
                     f"{shown(case.person_months)} × {self.rate_per_month} + {self.direct_non_labour}",
                     float(case.cost), "money")
            )  # fmt: skip
        return tuple(steps)


def software_cost(
    points: tuple[float, float],
    factors: Factors,
    productivity: Mapping[str, float],
    *,
    edition: Edition,
    hours_per_month: float,
    rate_per_month: Decimal | None,
    direct_non_labour: Decimal,
    has_size_regression: bool,
) -> SoftwareCost:
    """The chain for points (UFP, US) with each productivity [person-hours per point], by percentile or `given`."""
    plain, left = points
    size = left * factors.scale_change
    regression = size_regression_factor(size) if has_size_regression else None
    whole = Factors(factors.scale_change, factors.software * (regression or 1.0), factors.development)

    def case(percentile: str, pdr: float) -> CostCase:
        result = chain(left, whole, pdr_hours_per_fp=pdr, hours_per_month=hours_per_month)
        price = rate_per_month and cost(result.person_months, rate_per_month, direct_non_labour, edition.currency)
        share = next((part for name, part in edition.operations_share.items() if name == percentile), None)
        yearly = None
        if price is not None and share is not None:
            yearly = quantised(price * Decimal(str(share)), edition.currency)
        months = duration_months(result.person_months, edition.schedule.coefficient, edition.schedule.exponent)
        return CostCase(percentile, pdr, result.effort_hours, result.person_months, months, price, yearly)

    return SoftwareCost(
        unadjusted_fp=plain,
        reused_fp=left,
        scale_change_factor=whole.scale_change,
        size_fp=size,
        size_regression_factor=regression,
        software_factor=whole.software,
        development_factor=whole.development,
        hours_per_month=hours_per_month,
        rate_per_month=rate_per_month,
        direct_non_labour=direct_non_labour,
        cases=tuple(case(name, pdr) for name, pdr in productivity.items()),
    )
