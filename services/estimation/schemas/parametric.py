"""COCOMO 81 and II, asked for over HTTP; nothing is kept."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.estimation.domain import cocomo_81, cocomo_ii
from services.estimation.domain.cocomo_81 import Mode
from services.estimation.domain.working import Caution
from services.estimation.schemas.economics import ONE_OF_TWO
from services.estimation.schemas.workings import CalculatedOut, cautions_out, steps_out
from shared.kernel.problems import FieldError, Invalid
from shared.kernel.validation import In

Lines = Annotated[float, Field(ge=0.01, le=100_000)]
Driver = Annotated[str, Field(max_length=20)] | Annotated[float, Field(ge=0, le=10)]
"""A rating from extra_low to extra_high, of those that the driver has, or the value itself."""
Table = Mapping[str, Mapping[str, float]]
_LARGEST = 100_000


class LinesIn(In):
    """Thousand source lines, or function points with lines per point: of a language, or one's own ratio."""

    ksloc: Lines | None = None
    function_points: Annotated[float | None, Field(gt=0, le=1_000_000)] = None
    language: Annotated[str | None, Field(max_length=60, examples=["java"])] = None
    sloc_per_fp: Annotated[float | None, Field(ge=1, le=1000)] = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.ksloc is None) == (self.function_points is None):
            raise ValueError(ONE_OF_TWO)
        if self.function_points is not None and (self.language is None) == (self.sloc_per_fp is None):
            raise ValueError(ONE_OF_TWO)
        return self

    @property
    def lines(self) -> float:
        """Thousand source lines. Raises `Invalid` for an unknown language, and beyond what the models know."""
        if self.ksloc is not None:
            return self.ksloc
        ratio = self.sloc_per_fp
        if ratio is None:
            ratio = cocomo_ii.SLOC_PER_FP.get(self.language or "")
        if ratio is None:
            known = ", ".join(sorted(cocomo_ii.SLOC_PER_FP))
            raise Invalid([_not_allowed("/size/language", known)])
        found = (self.function_points or 0) * ratio / 1000
        if found > _LARGEST:
            error = FieldError("/size", "too_large", f"must be at most {_LARGEST} KSLOC", f"不得超过 {_LARGEST} KSLOC")
            raise Invalid([error])
        return found

    @property
    def cautions(self) -> list[Caution]:
        return [] if self.function_points is None else [BACKFIRED]


def _not_allowed(pointer: str, known: str) -> FieldError:
    return FieldError(pointer, "not_allowed", f"must be one of {known}", f"必须是以下之一：{known}")


def values(given: Mapping[str, Driver], table: Table, pointer: str) -> dict[str, float]:
    """The multipliers or scale factors of ratings; a number is taken as it is, within what the table spans.

    Raises `Invalid` naming each unknown driver, and each rating or number that it does not have.
    """
    errors, found = [], {}
    for name, value in given.items():
        levels = table.get(name)
        if levels is None:
            errors.append(_not_allowed(f"{pointer}/{name}", ", ".join(table)))
        elif isinstance(value, str):
            if value not in levels:
                errors.append(_not_allowed(f"{pointer}/{name}", ", ".join(levels)))
            found[name] = levels.get(value, 1.0)
        else:
            low, high = min(levels.values()), max(levels.values())
            if not low <= value <= high:
                span = f"{low:g} to {high:g}"
                errors.append(FieldError(f"{pointer}/{name}", "out_of_range", f"must be {span}", f"须在 {span} 之间"))
            found[name] = value
    if errors:
        raise Invalid(errors)
    return found


class Cocomo81In(In):
    """Basic without `drivers`; intermediate with them, those not named being nominal."""

    size: LinesIn
    mode: Mode
    drivers: Annotated[
        dict[str, Driver] | None, Field(max_length=15, description="rating or multiplier", examples=[{"CPLX": "high"}])
    ] = None


class PhasePartOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    phase: str
    person_months: float
    months: float


class Cocomo81Out(CalculatedOut):
    """Person-months of 152 hours. `plans_and_requirements` come on top of the estimate."""

    model: Literal["basic", "intermediate"]
    mode: Mode
    kloc: float
    effort_multiplier: float
    person_months: float
    effort_hours: float
    development_months: float
    average_staff: float
    instructions_per_person_month: float
    phases: list[PhasePartOut]

    @classmethod
    def of(cls, wish: Cocomo81In) -> Self:
        """Raises `Invalid`."""
        multipliers = None if wish.drivers is None else values(wish.drivers, cocomo_81.DRIVERS, "/drivers")
        found = cocomo_81.cocomo_81(wish.size.lines, wish.mode, multipliers)
        return cls(
            model="basic" if multipliers is None else "intermediate",
            mode=found.mode,
            kloc=found.kloc,
            effort_multiplier=found.effort_multiplier,
            person_months=found.person_months,
            effort_hours=found.hours,
            development_months=found.development_months,
            average_staff=found.average_staff,
            instructions_per_person_month=found.instructions_per_month,
            phases=[PhasePartOut.model_validate(phase) for phase in found.phases],
            steps=steps_out(found.steps),
            warnings=cautions_out(wish.size.cautions),
            source=cocomo_81.SOURCE,
        )


Model = Literal["post_architecture", "early_design"]


class CocomoIIIn(In):
    """What is not named is nominal. A number in `drivers` or `scale_factors` is the value itself, for half ratings."""

    model: Model = "post_architecture"
    size: LinesIn
    scale_factors: Annotated[dict[str, Driver] | None, Field(max_length=5, examples=[{"PREC": "high"}])] = None
    scale_factor_sum: Annotated[float | None, Field(ge=0, le=31.62, description="instead of scale_factors")] = None
    drivers: Annotated[dict[str, Driver], Field(max_length=17, examples=[{"CPLX": "very_high"}])] = {}

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.scale_factors is not None and self.scale_factor_sum is not None:
            raise ValueError(ONE_OF_TWO)
        return self


class CocomoIIOut(CalculatedOut):
    """Person-months of 152 hours. Inception and transition come on top of elaboration and construction."""

    model: Model
    ksloc: float
    scale_factor_sum: float
    exponent: float
    effort_multiplier: float
    nominal_person_months: float
    person_months: float
    effort_hours: float
    schedule_share: float
    development_months: float
    average_staff: float
    phases: list[PhasePartOut]

    @classmethod
    def of(cls, wish: CocomoIIIn) -> Self:
        """Raises `Invalid`."""
        multipliers = values(wish.drivers, cocomo_ii.MODELS[wish.model], "/drivers")
        found = cocomo_ii.cocomo_ii(
            wish.size.lines,
            scale_factor_sum=_scale(wish),
            multipliers=multipliers,
            schedule_share=cocomo_ii.SCHEDULE_SHARES.get(str(wish.drivers.get("SCED")), 1.0),
        )
        return cls(
            model=wish.model,
            ksloc=found.ksloc,
            scale_factor_sum=found.scale_factor_sum,
            exponent=found.exponent,
            effort_multiplier=found.effort_multiplier,
            nominal_person_months=found.person_months_nominal,
            person_months=found.person_months,
            effort_hours=found.hours,
            schedule_share=found.schedule_share,
            development_months=found.development_months,
            average_staff=found.average_staff,
            phases=[PhasePartOut.model_validate(phase) for phase in found.phases],
            steps=steps_out(found.steps),
            warnings=cautions_out(wish.size.cautions),
            source=cocomo_ii.SOURCE,
        )


def _scale(wish: CocomoIIIn) -> float:
    if wish.scale_factor_sum is not None:
        return wish.scale_factor_sum
    nominal = {name: levels["nominal"] for name, levels in cocomo_ii.SCALE_FACTORS.items()}
    return sum({**nominal, **values(wish.scale_factors or {}, cocomo_ii.SCALE_FACTORS, "/scale_factors")}.values())


BACKFIRED = Caution(
    "backfired_size",
    "Source lines were taken from function points by an average of the language; the spread of that ratio is wide.",
    "源代码行数由功能点按语言平均系数折算，该系数离散度较大。",
)
