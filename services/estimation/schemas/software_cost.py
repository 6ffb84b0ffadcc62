"""The costing chain of Chinese public tenders, and backwards, asked for over HTTP; nothing is kept."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.estimation.domain.function_points import Size, Variant
from services.estimation.domain.software_cost import (
    ChainResult,
    Edition,
    Factors,
    Percentile,
    SoftwareCost,
    Stage,
    affordable_size,
    quality_factor,
    reused,
    software_cost,
)
from services.estimation.domain.units import ProductivityUnit, hours_per_size
from services.estimation.domain.working import Step, shown
from services.estimation.schemas.economics import ONE_OF_TWO
from services.estimation.schemas.workings import CalculatedOut, steps_out
from shared.kernel.problems import FieldError, Invalid
from shared.kernel.validation import In, rule
from shared.language.money import Amount, NonNegativeMoney

Code = Annotated[str, Field(min_length=1, max_length=60)]
Number = Annotated[float, Field(ge=0.01, le=10)]
LEAST_RATE, MOST_RATE = Decimal("0.01"), Decimal(10**9)
MOST_COST = Decimal(10**15)
STRANGE_RATE = rule(
    "strange_rate", "needs a rate of 0.01 to 1,000,000,000 a month", "月费率须在 0.01 至 1,000,000,000 之间"
)
SOURCE = "GB/T 36964-2018, DB11/T 1010: {edition}"
K = TypeVar("K", bound=str)
_SHOWN: tuple[Percentile, ...] = ("P50", "P25", "P75")


class CountedIn(In):
    """Functions of one degree of reuse: low (new), medium (2/3 is left) or high (1/3)."""

    counts: Size
    reuse: Code = "low"


class SizeIn(In):
    """Unadjusted function points, or counts in a variant (the edition's, if left out)."""

    unadjusted_fp: Annotated[float | None, Field(gt=0, le=1_000_000)] = None
    parts: Annotated[list[CountedIn] | None, Field(min_length=1, max_length=1000)] = None
    variant: Variant | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.unadjusted_fp is None) == (self.parts is None):
            raise ValueError(ONE_OF_TWO)
        return self


class ProductivityIn(In):
    """With its unit: person-hours per function point are not points per person-month."""

    value: Annotated[float, Field(gt=0, le=10_000)]
    unit: ProductivityUnit


class ChainIn(In):
    """What adjusts the chain: by the names of an edition's tables, or the factors themselves."""

    edition: Annotated[Code, Field(description="of the parameter set", examples=["csbmk-202510"])] = "csbmk-202510"
    stage: Stage | None = None
    scale_change_factor: Annotated[Number | None, Field(description="CF, instead of stage")] = None
    application_type: Code | None = None
    quality_scores: Annotated[
        list[Annotated[int, Field(ge=-1, le=1)]], Field(max_length=8, description="-1, 0 or 1 per characteristic")
    ] = []
    integrity: Code | None = None
    software_factor: Annotated[Number | None, Field(description="SWF, instead of the three above")] = None
    language: Code | None = None
    team: Code | None = None
    development_factor: Annotated[Number | None, Field(description="RDF, instead of the two above")] = None
    industry: Annotated[Code, Field(description="of the edition's productivity table")] = "all"
    productivity: Annotated[ProductivityIn | None, Field(description="instead of industry")] = None
    hours_per_month: Annotated[float | None, Field(ge=100, le=250, description="HM; the edition's, if left out")] = None
    city: Annotated[Code | None, Field(description="of the edition's rates")] = None
    rate_per_month: Annotated[NonNegativeMoney | None, Field(description="F, instead of city")] = None
    direct_non_labour: Annotated[NonNegativeMoney | None, Field(description="DNC")] = None

    @model_validator(mode="after")
    def _once(self) -> Self:
        either = (
            (self.stage, self.scale_change_factor),
            (self.city, self.rate_per_month),
            (self.application_type or self.integrity or self.quality_scores or None, self.software_factor),
            (self.language or self.team, self.development_factor),
        )
        if any(one is not None and other is not None for one, other in either):
            raise ValueError(ONE_OF_TWO)
        if self.rate_per_month is not None and not LEAST_RATE <= self.rate_per_month.amount <= MOST_RATE:
            raise ValueError(STRANGE_RATE)
        return self

    def factors(self, edition: Edition) -> Factors:
        """CF, SWF and RDF. Raises `Invalid` for names that the edition does not have."""
        development = self.development_factor
        if development is None:
            development = _of(edition.languages, self.language, "/language") * _of(edition.teams, self.team, "/team")
        software = self.software_factor
        if software is None:
            software = _of(edition.application_types, self.application_type, "/application_type")
            software *= quality_factor(self.quality_scores, edition.quality_step)
            software *= _of(edition.integrity_levels, self.integrity, "/integrity")
        change = self.scale_change_factor or _of(edition.scale_change, self.stage, "/stage")
        return Factors(change, software, development)

    def hours(self, edition: Edition) -> float:
        return self.hours_per_month or edition.hours_per_month

    def rates(self, edition: Edition) -> Mapping[str, float]:
        """Person-hours per function point, by percentile or as given. Raises `UnitMismatch`, `Invalid`."""
        if self.productivity:
            value = hours_per_size(
                self.productivity.value, self.productivity.unit, "fp", hours_per_day=8.0,
                hours_per_month=self.hours(edition),
            )  # fmt: skip
            return {"given": value}
        table = edition.productivity.get(self.industry)
        if table is None:
            raise Invalid([_unknown("/industry", edition.productivity)])
        chosen = [name for name in _SHOWN if name in table] or list(table)
        return {str(name): table[name] for name in chosen}

    def rate(self, edition: Edition) -> Decimal | None:
        """F. Raises `Invalid` for an unknown city, and for another currency than the edition's."""
        for pointer, money in (
            ("/rate_per_month", self.rate_per_month),
            ("/direct_non_labour", self.direct_non_labour),
        ):
            if money is not None and money.currency != edition.currency:
                text = (f"must be in {edition.currency}", f"货币须为 {edition.currency}")
                raise Invalid([FieldError(f"{pointer}/currency", "currency_mismatch", *text)])
        if self.rate_per_month is not None:
            return self.rate_per_month.amount
        if self.city is None:
            return None
        if self.city not in edition.rates_per_month:
            raise Invalid([_unknown("/city", edition.rates_per_month)])
        return edition.rates_per_month[self.city].development

    @property
    def other_costs(self) -> Decimal:
        return self.direct_non_labour.amount if self.direct_non_labour else Decimal(0)


def _unknown(pointer: str, table: Mapping[K, object]) -> FieldError:
    known = ", ".join(list(table)[:40]) or "—"
    return FieldError(pointer, "not_allowed", f"must be one of {known}", f"必须是以下之一：{known}")


def _of(table: Mapping[K, float], name: K | None, pointer: str) -> float:
    """The factor of a name; of no name it is 1."""
    if name is None:
        return 1.0
    if name not in table:
        raise Invalid([_unknown(pointer, table)])
    return table[name]


class SoftwareCostIn(ChainIn):
    size: SizeIn
    has_size_regression: Annotated[
        bool | None, Field(description="SF of the form of 2009 and 2013; as the edition has it, if left out")
    ] = None


class CostCaseOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    percentile: str
    pdr_hours_per_fp: float
    effort_hours: float
    person_months: float
    duration_months: float
    cost: Amount | None
    operations_cost_per_year: Amount | None


class SoftwareCostOut(CalculatedOut):
    """`cases`: one with the given productivity, or P50, P25 and P75 of the benchmark. The steps are of the first."""

    model_config = ConfigDict(from_attributes=True)

    parameter_set: str
    edition: str
    currency: str
    unadjusted_fp: float
    reused_fp: float
    scale_change_factor: float
    size_fp: float
    size_regression_factor: float | None
    software_factor: float
    development_factor: float
    hours_per_month: float
    rate_per_month: Amount | None
    direct_non_labour: Amount
    cases: list[CostCaseOut]

    @classmethod
    def of(cls, wish: SoftwareCostIn, edition: Edition, parameter_set: str) -> Self:
        """Raises `UnitMismatch`, and `Invalid` for names that the edition does not have."""
        found = _costed(wish, edition)
        if any(case.cost is not None and case.cost >= MOST_COST for case in found.cases):
            raise Invalid([FieldError("/size", "too_large", "costs 10^15 or more", "费用达到或超过 10^15")])
        fields = {name: getattr(found, name) for name in SoftwareCost.__dataclass_fields__ if name != "cases"}
        return cls(
            **fields,
            parameter_set=parameter_set,
            edition=wish.edition,
            currency=edition.currency,
            cases=[CostCaseOut.model_validate(case) for case in found.cases],
            steps=steps_out(found.steps),
            warnings=[],
            source=SOURCE.format(edition=edition.source),
        )


def _costed(wish: SoftwareCostIn, edition: Edition) -> SoftwareCost:
    points = (wish.size.unadjusted_fp or 0.0, wish.size.unadjusted_fp or 0.0)
    if wish.size.parts:
        parts = [(part.counts, _of(edition.reuse, part.reuse, "/size/parts/reuse")) for part in wish.size.parts]
        points = reused(parts, wish.size.variant or edition.weights)
    if points[1] <= 0:
        raise Invalid([FieldError("/size", "nothing_counted", "counts nothing", "未计任何功能")])
    with_regression = edition.has_size_regression if wish.has_size_regression is None else wish.has_size_regression
    return software_cost(
        points,
        wish.factors(edition),
        wish.rates(edition),
        edition=edition,
        hours_per_month=wish.hours(edition),
        rate_per_month=wish.rate(edition),
        direct_non_labour=wish.other_costs,
        has_size_regression=with_regression,
    )


class AffordableScopeIn(ChainIn):
    budget: NonNegativeMoney


class AffordableCaseOut(BaseModel):
    percentile: str
    pdr_hours_per_fp: float
    unadjusted_fp: Annotated[float, Field(description="that the budget pays for, before scope growth")]
    effort_hours: float
    person_months: float


class AffordableScopeOut(CalculatedOut):
    """How much function a budget pays for, by the productivity that was given or P50, P25, P75 of the benchmark."""

    parameter_set: str
    edition: str
    rate_per_month: Amount
    hours_per_month: float
    cases: list[AffordableCaseOut]

    @classmethod
    def of(cls, wish: AffordableScopeIn, edition: Edition, parameter_set: str) -> Self:
        """Raises `UnitMismatch`, and `Invalid` where the rate is missing or a name is not the edition's."""
        rate, factors, hours = wish.rate(edition), wish.factors(edition), wish.hours(edition)
        if rate is None:
            text = ("is needed, or a city", "须给出费率或城市")
            raise Invalid([FieldError("/rate_per_month", "missing", *text)])
        if wish.budget.currency != edition.currency:
            text = (f"must be in {edition.currency}", f"货币须为 {edition.currency}")
            raise Invalid([FieldError("/budget/currency", "currency_mismatch", *text)])
        found = {
            name: affordable_size(
                wish.budget.amount, rate_per_month=rate, direct_non_labour=wish.other_costs, hours_per_month=hours,
                pdr_hours_per_fp=pdr, factors=factors,
            )
            for name, pdr in wish.rates(edition).items()
        }  # fmt: skip
        rates = wish.rates(edition)
        return cls(
            parameter_set=parameter_set,
            edition=wish.edition,
            rate_per_month=rate,
            hours_per_month=hours,
            cases=[_affordable(name, rates[name], result) for name, result in found.items()],
            steps=steps_out(
                [_step(wish, rate, hours, factors, next(iter(rates.values())), next(iter(found.values())))]
            ),
            warnings=[],
            source=SOURCE.format(edition=edition.source),
        )


def _affordable(name: str, pdr: float, result: ChainResult) -> AffordableCaseOut:
    return AffordableCaseOut(
        percentile=name,
        pdr_hours_per_fp=pdr,
        unadjusted_fp=result.size_fp,
        effort_hours=result.effort_hours,
        person_months=result.person_months,
    )


def _step(
    wish: AffordableScopeIn, rate: Decimal, hours: float, factors: Factors, pdr: float, result: ChainResult
) -> Step:
    adjusted = f"({shown(pdr)} × {shown(factors.software)} × {shown(factors.development)})"
    return Step(
        "UFP", "affordable size", "可承担的规模", "(P − DNC) / F × HM / (PDR × SWF × RDF) / CF",
        f"({wish.budget.amount} − {wish.other_costs}) / {rate} × {shown(hours)} / {adjusted}"
        f" / {shown(factors.scale_change)}", result.size_fp, "fp",
    )  # fmt: skip
