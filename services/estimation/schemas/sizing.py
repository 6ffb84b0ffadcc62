"""Function points, COSMIC and use-case points, asked for over HTTP; nothing is kept."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from services.estimation.domain import cosmic, use_case_points
from services.estimation.domain.function_points import (
    Complexity,
    FunctionType,
    Size,
    Variant,
    complexity,
    unadjusted,
    value_adjustment_factor,
    weight,
)
from services.estimation.domain.working import Caution, Step, shown
from services.estimation.schemas.economics import ONE_OF_TWO
from services.estimation.schemas.workings import CalculatedOut, cautions_out, steps_out
from shared.kernel.validation import In, Line, Text, rule

rule("process_without_entry", "needs at least one entry, which triggers it", "至少须有一次输入（触发事件）")
rule("process_without_outcome", "needs at least one exit or write, its outcome", "至少须有一次输出或写入")
NOTHING_COUNTED = rule("nothing_counted", "counts nothing", "未计任何功能")

Rating = Annotated[int, Field(ge=0, le=5)]
FP_SOURCE = "IFPUG CPM 4.3.1; NESMA 2.3; Chinese provincial standards for cn_estimated (not NESMA's estimated count)"
COSMIC_SOURCE = "ISO/IEC 19761, COSMIC Measurement Manual 5.0"


class FunctionIn(In):
    """A function as it was counted: its complexity follows from the matrix of its type."""

    name: Line | None = None
    kind: FunctionType
    data_elements: Annotated[int, Field(ge=1, le=100_000, description="DET")]
    records_or_files: Annotated[
        int, Field(ge=0, le=100_000, description="RET of a logical file, FTR of an elementary process")
    ]


class CountsIn(In):
    """Counts by complexity."""

    low: Size = Size()
    average: Size = Size()
    high: Size = Size()


class FunctionPointsIn(In):
    """Functions one by one, counts by complexity, or plain counts in a variant: one of the three."""

    functions: Annotated[list[FunctionIn] | None, Field(min_length=1, max_length=5000)] = None
    counts_by_complexity: CountsIn | None = None
    counts: Size | None = None
    variant: Variant = "ifpug_average"
    general_characteristics: Annotated[
        list[Rating] | None, Field(min_length=14, max_length=14, description="the 14 general system characteristics")
    ] = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(part is not None for part in (self.functions, self.counts_by_complexity, self.counts)) != 1:
            raise ValueError(ONE_OF_TWO)
        return self


class FunctionOut(BaseModel):
    name: str | None
    kind: FunctionType
    complexity: Complexity
    points: int


class FunctionPointsOut(CalculatedOut):
    """`adjusted_fp` is null without general characteristics."""

    functions: list[FunctionOut]
    unadjusted_fp: int
    value_adjustment_factor: float | None
    adjusted_fp: float | None

    @classmethod
    def of(cls, wish: FunctionPointsIn) -> Self:
        functions = [_function(one) for one in wish.functions or ()]
        points = sum(one.points for one in functions)
        if wish.counts:
            points = unadjusted(wish.counts, wish.variant)
        elif wish.counts_by_complexity:
            by_level = wish.counts_by_complexity
            points += unadjusted(by_level.low, "ifpug_low") + unadjusted(by_level.average, "ifpug_average")
            points += unadjusted(by_level.high, "ifpug_high")
        steps = [Step("UFP", "unadjusted function points", "未调整功能点", "Σ n × w", str(points), points, "fp")]
        factor = value_adjustment_factor(wish.general_characteristics) if wish.general_characteristics else None
        if factor is not None and wish.general_characteristics:
            steps += [
                Step("VAF", "value adjustment factor", "值调整因子", "0.65 + 0.01 × ΣGSC",
                     f"0.65 + 0.01 × {sum(wish.general_characteristics)}", factor, "1"),
                Step("AFP", "adjusted function points", "调整后功能点", "UFP × VAF", f"{points} × {shown(factor)}",
                     points * factor, "fp"),
            ]  # fmt: skip
        return cls(
            functions=functions,
            unadjusted_fp=points,
            value_adjustment_factor=factor,
            adjusted_fp=None if factor is None else points * factor,
            steps=steps_out(steps),
            warnings=[],
            source=FP_SOURCE,
        )


def _function(one: FunctionIn) -> FunctionOut:
    level = complexity(one.kind, data_elements=one.data_elements, records_or_files=one.records_or_files)
    return FunctionOut(name=one.name, kind=one.kind, complexity=level, points=weight(one.kind, level))


class ProcessIn(In):
    name: Line | None = None
    movements: cosmic.Process


class CosmicIn(In):
    processes: Annotated[list[ProcessIn], Field(min_length=1, max_length=5000)]


class ProcessOut(BaseModel):
    name: str | None
    points: int


class CosmicOut(CalculatedOut):
    processes: list[ProcessOut]
    cosmic_fp: int

    @classmethod
    def of(cls, wish: CosmicIn) -> Self:
        points = cosmic.size(process.movements for process in wish.processes)
        step = Step("CFP", "COSMIC function points", "COSMIC 功能点", "Σ (E + X + R + W)", str(points), points, "cfp")
        return cls(
            processes=[ProcessOut(name=one.name, points=one.movements.points) for one in wish.processes],
            cosmic_fp=points,
            steps=steps_out([step]),
            warnings=[],
            source=COSMIC_SOURCE,
        )


class ByWeightIn(In):
    simple: use_case_points.Count = 0
    average: use_case_points.Count = 0
    complex: use_case_points.Count = 0

    @property
    def counts(self) -> Sequence[int]:
        return (self.simple, self.average, self.complex)


class HoursPerPointIn(In):
    """Hours per use-case point that somebody answers for."""

    value: Annotated[float, Field(gt=0, le=1000)]
    source: Text


class UseCasePointsIn(In):
    """Counts or the unadjusted points; of each factor its ratings, their weighted sum, or the factor itself."""

    actors: ByWeightIn | None = None
    use_cases: ByWeightIn | None = None
    unadjusted_ucp: Annotated[float | None, Field(gt=0, le=1_000_000)] = None
    technical_ratings: Annotated[list[Rating] | None, Field(min_length=13, max_length=13)] = None
    technical_sum: Annotated[float | None, Field(ge=0, le=70)] = None
    technical_factor: Annotated[
        float | None, Field(ge=use_case_points.TCF_RANGE[0], le=use_case_points.TCF_RANGE[1])
    ] = None
    environmental_ratings: Annotated[list[Rating] | None, Field(min_length=8, max_length=8)] = None
    environmental_sum: Annotated[float | None, Field(ge=-10, le=32.5)] = None
    environmental_factor: Annotated[
        float | None, Field(ge=use_case_points.ECF_RANGE[0], le=use_case_points.ECF_RANGE[1])
    ] = None
    hours_per_ucp: HoursPerPointIn | None = None

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        for given in (
            (self.use_cases, self.unadjusted_ucp),
            (self.technical_ratings, self.technical_sum, self.technical_factor),
            (self.environmental_ratings, self.environmental_sum, self.environmental_factor),
        ):
            if sum(part is not None for part in given) != 1:
                raise ValueError(ONE_OF_TWO)
        if self.unadjusted_ucp is None and self.unadjusted == 0:
            raise ValueError(NOTHING_COUNTED)
        return self

    @property
    def unadjusted(self) -> float:
        if self.unadjusted_ucp is not None:
            return self.unadjusted_ucp
        actors, cases = self.actors or ByWeightIn(), self.use_cases or ByWeightIn()
        return float(
            use_case_points.weighed(actors.counts, use_case_points.ACTORS)
            + use_case_points.weighed(cases.counts, use_case_points.USE_CASES)
        )

    @property
    def tcf(self) -> float:
        if self.technical_factor is not None:
            return self.technical_factor
        if self.technical_sum is not None:
            return use_case_points.technical_factor(self.technical_sum)
        ratings = self.technical_ratings or []
        return use_case_points.technical_factor(use_case_points.rated(ratings, use_case_points.TECHNICAL))

    @property
    def ecf(self) -> float:
        if self.environmental_factor is not None:
            return self.environmental_factor
        if self.environmental_sum is not None:
            return use_case_points.environmental_factor(self.environmental_sum)
        ratings = self.environmental_ratings or []
        return use_case_points.environmental_factor(use_case_points.rated(ratings, use_case_points.ENVIRONMENTAL))


Calibration = Literal["given", "past_projects"]


class UseCasePointsOut(CalculatedOut):
    """The size; effort only where somebody answers for the hours per point."""

    actor_weight: int | None
    use_case_weight: int | None
    unadjusted_ucp: float
    technical_factor: float
    environmental_factor: float
    ucp: float
    hours_per_ucp: float | None
    hours_per_ucp_source: str | None
    calibration: Calibration | None
    effort_hours: float | None

    @classmethod
    def of(cls, wish: UseCasePointsIn, own: tuple[float, int] | None = None) -> Self:
        """With `own` median hours per point of so many past projects, where the wish says none."""
        found = use_case_points.use_case_points(wish.unadjusted, tcf=wish.tcf, ecf=wish.ecf)
        hours = wish.hours_per_ucp
        if hours is None and own:
            hours = HoursPerPointIn(
                value=own[0], source=f"median of {own[1]} past projects / {own[1]} 个历史项目中位数"
            )
        steps = list(found.steps)
        if hours:
            numbers = f"{shown(found.ucp)} × {shown(hours.value)}"
            steps.append(
                Step("AE", "effort", "工作量", "UCP × h/UCP", numbers, found.ucp * hours.value, "person_hours")
            )
        counted = wish.use_cases is not None
        return cls(
            actor_weight=_weight(wish.actors, use_case_points.ACTORS) if counted else None,
            use_case_weight=_weight(wish.use_cases, use_case_points.USE_CASES) if counted else None,
            unadjusted_ucp=found.unadjusted_ucp,
            technical_factor=found.technical_factor,
            environmental_factor=found.environmental_factor,
            ucp=found.ucp,
            hours_per_ucp=hours and hours.value,
            hours_per_ucp_source=hours and hours.source,
            calibration="given" if wish.hours_per_ucp else "past_projects" if hours else None,
            effort_hours=hours and found.ucp * hours.value,
            steps=steps_out(steps),
            warnings=cautions_out([] if hours else [UNCALIBRATED]),
            source=use_case_points.SOURCE,
        )


def _weight(counted: ByWeightIn | None, weights: Sequence[int]) -> int:
    return use_case_points.weighed((counted or ByWeightIn()).counts, weights)


UNCALIBRATED = Caution(
    "calibration_insufficient",
    "There is no effort: hours per use-case point differ too much between organisations to be a default. Record past"
    " projects with a size in ucp, or say hours_per_ucp and where they are from.",
    "未给出工作量：每用例点工时在不同组织间差异过大，不设默认值。请录入以 ucp 计的历史项目，或给出 hours_per_ucp"
    " 及其来源。",
)
