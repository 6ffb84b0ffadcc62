"""Parameter sets: everything that estimating, planning and pricing take for granted, as data with versions.

A set is plain data: the shipped one is `shipped/csbmk-202510-2.json`, a tenant makes versions of its own.
Rules that the types cannot say raise `ValueError` with a code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge, Gt, Le, Len
from pydantic import TypeAdapter

from services.estimation.domain.amount_range import AmountRange
from services.estimation.domain.benchmark import Benchmark
from services.estimation.domain.cocomo_ii import MODELS, SCALE_FACTORS
from services.estimation.domain.commerce import Commerce
from services.estimation.domain.function_points import Size, Variant, unadjusted
from services.estimation.domain.parameter_types import (
    AFTER_DELIVERY,
    DELIVERY,
    PHASES,
    STRICT,
    Code,
    DeliveryPhase,
    Factor,
    Mix,
    Name,
    Phase,
    Share,
    check_whole,
)
from services.estimation.domain.software_cost import Edition
from shared.quant.three_point import Bounds, Shape, ThreePoint

__all__ = ["AFTER_DELIVERY", "DELIVERY", "PHASES", "Phase"]


@dataclass(frozen=True, slots=True)
class KindOfWork:
    """How a kind of requirement is estimated: by function points; without a size as a usual one, or by days."""

    __pydantic_config__: ClassVar = STRICT

    hours_per_fp: AmountRange
    """Person-hours of requirements, design, build and test per unadjusted function point."""
    default_size: Size | None = None
    days: AmountRange | None = None

    def __post_init__(self) -> None:
        if (self.default_size is None) == (self.days is None):
            raise ValueError("days_or_default_size")


@dataclass(frozen=True, slots=True)
class PhaseOfWork:
    """A phase's part of the work on a requirement, and who does it."""

    __pydantic_config__: ClassVar = STRICT

    share: Share
    roles: Mix

    def __post_init__(self) -> None:
        check_whole(self.roles)


@dataclass(frozen=True, slots=True)
class Activity:
    """A standing activity: `share` is of the effort of all requirements together."""

    __pydantic_config__: ClassVar = STRICT

    code: Code
    name: Name
    name_zh: Name
    share: AmountRange
    phases: Annotated[Mapping[Phase, Share], Len(1)]
    roles: Mix
    is_benchmarked: bool
    """Whether the benchmark's productivity has this work in it."""

    def __post_init__(self) -> None:
        check_whole(self.phases)
        check_whole(self.roles)


@dataclass(frozen=True, slots=True)
class Reuse:
    """What is left of a requirement's usual effort when a product meets it, as shares of that effort."""

    __pydantic_config__: ClassVar = STRICT

    own: Share
    """To configure, integrate and prove what the product does."""
    gap: Share
    """To close what it lacks."""


_HIGH, _MEDIUM = 1 / 3, 2 / 3
USUAL_REUSE: Mapping[str, Reuse] = {
    "full": Reuse(_HIGH, 0),
    "configuration": Reuse(_MEDIUM, 0),
    "partial": Reuse(_HIGH, _HIGH),
    "third_party": Reuse(_HIGH, _HIGH),
    "customisation": Reuse(_HIGH, _MEDIUM),
    "roadmap": Reuse(_HIGH, _MEDIUM),
    "none": Reuse(_HIGH, _MEDIUM),
}
"""By verdict. The factors of GB/T 36964-2018 for high, medium and low reuse are 1/3, 2/3 and 1: what a product meets
in part needs 2/3 of the usual effort, half of it to close the gap; where nothing is saved, own and gap add up to 1."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much work requirements are."""

    __pydantic_config__: ClassVar = STRICT

    bounds: Bounds
    distribution: Shape
    correlation: Share
    """Between any two lines, for the range of the total: independent lines would promise too much."""
    hours_per_day: Annotated[float, Gt(0), Le(24)]
    weights: Variant
    kinds: Annotated[Mapping[Code, KindOfWork], Len(1, 50)]
    phases: Annotated[Mapping[DeliveryPhase, PhaseOfWork], Len(1)]
    activities: Annotated[tuple[Activity, ...], Len(0, 30)]
    reuse: Annotated[Mapping[Code, Reuse], Len(0, 20)] = field(default_factory=lambda: USUAL_REUSE)
    """By verdict on the product; a verdict that is not here saves nothing."""

    def __post_init__(self) -> None:
        check_whole({phase: work.share for phase, work in self.phases.items()})
        if len({activity.code for activity in self.activities}) < len(self.activities):
            raise ValueError("duplicate_code")
        if any(kind.default_size and not unadjusted(kind.default_size, self.weights) for kind in self.kinds.values()):
            raise ValueError("default_size_without_points")

    def bounded(self, size: ThreePoint) -> ThreePoint:
        """A range of this set with absolute bounds."""
        return self.distribution.bounded(size, self.bounds)


@dataclass(frozen=True, slots=True)
class Benchmarking:
    """The second method: function points and an industry's productivity."""

    __pydantic_config__: ClassVar = STRICT

    scale_change_factor: Factor
    development_factor: Factor
    quality_step: Share
    """SWF = 1 + this for each of `quality_kinds` that the client asks for as a must."""
    quality_kinds: Annotated[tuple[Code, ...], Len(0, 20)]
    benchmarks: Annotated[tuple[Benchmark, ...], Len(1, 50)]
    divergence_limit: Annotated[float, Gt(0), Le(10)]

    def __post_init__(self) -> None:
        if not any(not benchmark.words for benchmark in self.benchmarks):
            raise ValueError("general_benchmark_missing")

    @property
    def general(self) -> Benchmark:
        """The benchmark of all industries."""
        return next(benchmark for benchmark in self.benchmarks if not benchmark.words)


@dataclass(frozen=True, slots=True)
class Planning:
    """How long the work takes. Months until delivery = coefficient x person-months ^ exponent."""

    __pydantic_config__: ClassVar = STRICT

    days_per_month: Annotated[float, Ge(10), Le(31)]
    coefficient: Factor
    exponent: Share
    compression_floor: Annotated[float, Ge(0.5), Le(1)]
    """A hard deadline shortens the plan to this share of it at most: more people do not help beyond (Boehm 1981)."""
    lead_days: Annotated[int, Ge(0), Le(366)]
    """Calendar days from approval to the start, when the opportunity does not say one."""
    warranty_months: Annotated[int, Ge(0), Le(120)]
    retained_share: Share
    """Part of the average daily labour cost that runs on while the work is delayed."""


LeadPolicy = Literal["by_record", "three_point"]
"""by_record: whichever did better on past projects; three_point: always bottom-up."""


@dataclass(frozen=True, slots=True)
class Calibrating:
    """What past projects are for: a calibrated model is used when one is active, analogy when there are enough."""

    __pydantic_config__: ClassVar = STRICT

    own_sigma: Annotated[float, Ge(0.1), Le(2)] = 0.6
    """Deviation of ln productivity within an organisation, before there are projects of one's own."""
    slope: Annotated[float, Ge(0.7), Le(1.3)] = 0.95
    """Exponent of size, until ten projects say otherwise."""
    analogy_least_projects: Annotated[int, Ge(4), Le(1000)] = 5
    """Of one unit of size."""
    leads: LeadPolicy = "by_record"
    """Whether the calibrated model's effort is what an estimate is made of where its record is better."""


@dataclass(frozen=True, slots=True)
class Cocomo:
    """That COCOMO II is a method too, and how the work is rated; what is not named is nominal."""

    __pydantic_config__: ClassVar = STRICT

    sloc_per_fp: Annotated[float, Ge(1), Le(1000)]
    model: Literal["post_architecture", "early_design"] = "early_design"
    scale_factors: Annotated[Mapping[Code, Code], Len(0, 5)] = field(default_factory=dict)
    drivers: Annotated[Mapping[Code, Code], Len(0, 17)] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for given, table in ((self.scale_factors, SCALE_FACTORS), (self.drivers, MODELS[self.model])):
            if any(rating not in table.get(name, {}) for name, rating in given.items()):
                raise ValueError("unknown_rating")


@dataclass(frozen=True, slots=True)
class Parameters:
    """A whole parameter set."""

    __pydantic_config__: ClassVar = STRICT

    effort: Effort
    benchmarking: Benchmarking
    planning: Planning
    commerce: Commerce
    calibrating: Calibrating = field(default_factory=Calibrating)
    cocomo: Cocomo | None = None
    editions: Annotated[Mapping[Code, Edition], Len(0, 20)] = field(default_factory=dict)
    """Tables of the costing chain of public tenders, by standard and edition."""

    def with_warranty(self, months: int | None) -> "Parameters":
        """With a warranty as long as agreed: what is only done in it takes in proportion longer."""
        usual = self.planning.warranty_months
        if months is None or months == usual:
            return self
        times = months / usual if usual else 1.0
        activities = tuple(
            replace(one, share=one.share.scaled(times)) if set(one.phases) == {AFTER_DELIVERY} else one
            for one in self.effort.activities
        )
        return replace(
            self,
            effort=replace(self.effort, activities=activities),
            planning=replace(self.planning, warranty_months=months),
        )

    @property
    def hours_per_month(self) -> float:
        return self.effort.hours_per_day * self.planning.days_per_month


_PARAMETERS = TypeAdapter(Parameters)


def parameters_of(stored: Mapping[str, Any]) -> Parameters:
    """The parameters from their JSON form. Raises pydantic's `ValidationError`, naming each wrong field."""
    return _PARAMETERS.validate_python(stored)
