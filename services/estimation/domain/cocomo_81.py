"""COCOMO 81, basic and intermediate (B. Boehm, *Software Engineering Economics*, Prentice Hall 1981).

PM = a KLOC^b ΠEM and TDEV = 2.5 PM^d; a person-month has 152 hours. KLOC: thousands of delivered source instructions.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import log, prod

from services.estimation.domain.working import Step, shown

HOURS_PER_MONTH = 152
SOURCE = "B. Boehm, Software Engineering Economics, Prentice Hall 1981"


class Mode(StrEnum):
    """How the work is: a small team at home, in between, or within tight constraints."""

    ORGANIC = "organic"
    SEMIDETACHED = "semidetached"
    EMBEDDED = "embedded"


BASIC: Mapping[Mode, tuple[float, float]] = {
    Mode.ORGANIC: (2.4, 1.05), Mode.SEMIDETACHED: (3.0, 1.12), Mode.EMBEDDED: (3.6, 1.20),
}  # fmt: skip
INTERMEDIATE: Mapping[Mode, tuple[float, float]] = {
    Mode.ORGANIC: (3.2, 1.05), Mode.SEMIDETACHED: (3.0, 1.12), Mode.EMBEDDED: (2.8, 1.20),
}  # fmt: skip
SCHEDULE: Mapping[Mode, float] = {Mode.ORGANIC: 0.38, Mode.SEMIDETACHED: 0.35, Mode.EMBEDDED: 0.32}
_SCHEDULE_FACTOR = 2.5

DRIVERS: Mapping[str, Mapping[str, float]] = {
    name: dict(zip(("very_low", "low", "nominal", "high", "very_high", "extra_high")[first:], values, strict=False))
    for name, first, values in (
        ("RELY", 0, (0.75, 0.88, 1.00, 1.15, 1.40)),
        ("DATA", 1, (0.94, 1.00, 1.08, 1.16)),
        ("CPLX", 0, (0.70, 0.85, 1.00, 1.15, 1.30, 1.65)),
        ("TIME", 2, (1.00, 1.11, 1.30, 1.66)),
        ("STOR", 2, (1.00, 1.06, 1.21, 1.56)),
        ("VIRT", 1, (0.87, 1.00, 1.15, 1.30)),
        ("TURN", 1, (0.87, 1.00, 1.07, 1.15)),
        ("ACAP", 0, (1.46, 1.19, 1.00, 0.86, 0.71)),
        ("AEXP", 0, (1.29, 1.13, 1.00, 0.91, 0.82)),
        ("PCAP", 0, (1.42, 1.17, 1.00, 0.86, 0.70)),
        ("VEXP", 0, (1.21, 1.10, 1.00, 0.90)),
        ("LEXP", 0, (1.14, 1.07, 1.00, 0.95)),
        ("MODP", 0, (1.24, 1.10, 1.00, 0.91, 0.82)),
        ("TOOL", 0, (1.24, 1.10, 1.00, 0.91, 0.83)),
        ("SCED", 0, (1.23, 1.08, 1.00, 1.04, 1.10)),
    )
}
"""Effort multipliers by driver and rating; a rating that a driver does not have is not there."""

PHASES = ("plans_and_requirements", "product_design", "detailed_design", "code_and_unit_test", "integration_and_test")
_SIZES = (2.0, 8.0, 32.0, 128.0, 512.0)
_EFFORT: Mapping[Mode, tuple[tuple[float, ...], ...]] = {
    Mode.ORGANIC: ((6, 6, 6, 6), (16, 16, 16, 16), (26, 25, 24, 23), (42, 40, 38, 36), (16, 19, 22, 25)),
    Mode.SEMIDETACHED: (
        (7, 7, 7, 7, 7), (17, 17, 17, 17, 17), (27, 26, 25, 24, 23), (37, 35, 33, 31, 29), (19, 22, 25, 28, 31),
    ),
    Mode.EMBEDDED: (
        (8, 8, 8, 8, 8), (18, 18, 18, 18, 18), (28, 27, 26, 25, 24), (32, 30, 28, 26, 24), (22, 25, 28, 31, 34),
    ),
}  # fmt: skip
"""Percent of the effort by phase (rows) and size of `_SIZES` (columns), planning on top: Boehm 1981, tables 6-8."""
_TIME: Mapping[Mode, tuple[tuple[float, ...], ...]] = {
    Mode.ORGANIC: ((10, 11, 12, 13), (19, 19, 19, 19), (63, 59, 55, 51), (18, 22, 26, 30)),
    Mode.SEMIDETACHED: ((16, 18, 20, 22, 24), (24, 25, 26, 27, 28), (56, 52, 48, 44, 40), (20, 23, 26, 29, 32)),
    Mode.EMBEDDED: ((24, 28, 32, 36, 40), (30, 32, 34, 36, 38), (48, 44, 40, 36, 32), (22, 24, 26, 28, 30)),
}
"""Likewise percent of the schedule, with detailed design, code and unit test as one: programming."""


@dataclass(frozen=True, slots=True)
class PhasePart:
    """Effort and time of a phase. `plans_and_requirements` come before what the estimate covers, on top of it."""

    phase: str
    person_months: float
    months: float
    """Of programming, which is one in the schedule, in proportion to the effort of its two parts."""


@dataclass(frozen=True, slots=True)
class Cocomo81:
    """Effort, schedule, people and productivity."""

    kloc: float
    mode: Mode
    coefficient: float
    exponent: float
    effort_multiplier: float
    person_months: float
    hours: float
    development_months: float
    average_staff: float
    instructions_per_month: float
    phases: tuple[PhasePart, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        power, months = SCHEDULE[self.mode], shown(self.person_months)
        return (
            Step("EAF", "product of the effort multipliers", "工作量乘数之积", "ΠEM", "ΠEM",
                 self.effort_multiplier, "1"),
            Step("PM", "effort", "工作量", "a × KLOC^b × EAF",
                 f"{shown(self.coefficient)} × {shown(self.kloc)}^{shown(self.exponent)}"
                 f" × {shown(self.effort_multiplier)}", self.person_months, "person_months"),
            Step("TDEV", "development time", "开发工期", "2.5 × PM^d", f"2.5 × {months}^{power}",
                 self.development_months, "months"),
            Step("FSP", "average staff", "平均人数", "PM / TDEV", f"{months} / {shown(self.development_months)}",
                 self.average_staff, "persons"),
        )  # fmt: skip


def cocomo_81(kloc: float, mode: Mode, multipliers: Mapping[str, float] | None = None) -> Cocomo81:
    """The estimate for `kloc` > 0: basic without `multipliers`, intermediate with those of `DRIVERS` (others are 1)."""
    coefficient, exponent = (BASIC if multipliers is None else INTERMEDIATE)[mode]
    factor = prod((multipliers or {}).values())
    effort = coefficient * kloc**exponent * factor
    months = _SCHEDULE_FACTOR * effort ** SCHEDULE[mode]
    return Cocomo81(
        kloc=kloc,
        mode=mode,
        coefficient=coefficient,
        exponent=exponent,
        effort_multiplier=factor,
        person_months=effort,
        hours=effort * HOURS_PER_MONTH,
        development_months=months,
        average_staff=effort / months,
        instructions_per_month=1000 * kloc / effort,
        phases=_phases(kloc, mode, effort, months),
    )


def _phases(kloc: float, mode: Mode, effort: float, months: float) -> tuple[PhasePart, ...]:
    shares = [_between(row, kloc) / 100 for row in _EFFORT[mode]]
    plans, design, programming, integration = (_between(row, kloc) / 100 * months for row in _TIME[mode])
    coding = shares[2] + shares[3]
    times = (plans, design, programming * shares[2] / coding, programming * shares[3] / coding, integration)
    return tuple(
        PhasePart(phase, share * effort, time) for phase, share, time in zip(PHASES, shares, times, strict=True)
    )


def _between(row: tuple[float, ...], kloc: float) -> float:
    """The table's value at a size, in proportion to its logarithm between two columns; the end ones hold beyond."""
    place = bisect_right(_SIZES[: len(row)], kloc)
    if place == 0:
        return row[0]
    if place == len(row):
        return row[-1]
    low, high = _SIZES[place - 1], _SIZES[place]
    part = log(kloc / low) / log(high / low)
    return row[place - 1] + (row[place] - row[place - 1]) * part
