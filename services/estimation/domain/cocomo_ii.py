"""COCOMO II.2000, post-architecture and early design (B. Boehm et al., *Software Cost Estimation with COCOMO II*).

PM = 2.94 KSLOC^E ΠEM with E = 0.91 + 0.01 ΣSF; TDEV = 3.67 PMns^(0.28 + 0.2 (E - 0.91)) x SCED%, where PMns is the
effort without the multiplier of a compressed or stretched schedule. A person-month has 152 hours.

Errors in public code that these tables do not have: TEAM very high 1.01 (it is 1.10), every multiplier in the exponent,
APEX and PCAP exchanged. Of PREX low two values are in print, 1.22 (model definition manual), used here, and 1.12.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum, prod

from services.estimation.domain.working import Step, shown

HOURS_PER_MONTH = 152
SOURCE = "COCOMO II.2000: B. Boehm et al., Software Cost Estimation with COCOMO II, Prentice Hall 2000"
_A, _B, _C, _D = 2.94, 0.91, 3.67, 0.28

RATINGS = ("extra_low", "very_low", "low", "nominal", "high", "very_high", "extra_high")


def _table(*rows: tuple[str, int, tuple[float, ...]]) -> Mapping[str, Mapping[str, float]]:
    return {name: dict(zip(RATINGS[first:], values, strict=False)) for name, first, values in rows}


SCALE_FACTORS = _table(
    ("PREC", 1, (6.20, 4.96, 3.72, 2.48, 1.24, 0.00)),
    ("FLEX", 1, (5.07, 4.05, 3.04, 2.03, 1.01, 0.00)),
    ("RESL", 1, (7.07, 5.65, 4.24, 2.83, 1.41, 0.00)),
    ("TEAM", 1, (5.48, 4.38, 3.29, 2.19, 1.10, 0.00)),
    ("PMAT", 1, (7.80, 6.24, 4.68, 3.12, 1.56, 0.00)),
)
"""By factor and rating; all nominal they add up to 18.97."""

POST_ARCHITECTURE = _table(
    ("RELY", 1, (0.82, 0.92, 1.00, 1.10, 1.26)),
    ("DATA", 2, (0.90, 1.00, 1.14, 1.28)),
    ("CPLX", 1, (0.73, 0.87, 1.00, 1.17, 1.34, 1.74)),
    ("RUSE", 2, (0.95, 1.00, 1.07, 1.15, 1.24)),
    ("DOCU", 1, (0.81, 0.91, 1.00, 1.11, 1.23)),
    ("TIME", 3, (1.00, 1.11, 1.29, 1.63)),
    ("STOR", 3, (1.00, 1.05, 1.17, 1.46)),
    ("PVOL", 2, (0.87, 1.00, 1.15, 1.30)),
    ("ACAP", 1, (1.42, 1.19, 1.00, 0.85, 0.71)),
    ("PCAP", 1, (1.34, 1.15, 1.00, 0.88, 0.76)),
    ("PCON", 1, (1.29, 1.12, 1.00, 0.90, 0.81)),
    ("APEX", 1, (1.22, 1.10, 1.00, 0.88, 0.81)),
    ("PLEX", 1, (1.19, 1.09, 1.00, 0.91, 0.85)),
    ("LTEX", 1, (1.20, 1.09, 1.00, 0.91, 0.84)),
    ("TOOL", 1, (1.17, 1.09, 1.00, 0.90, 0.78)),
    ("SITE", 1, (1.22, 1.09, 1.00, 0.93, 0.86, 0.80)),
    ("SCED", 1, (1.43, 1.14, 1.00, 1.00, 1.00)),
)
EARLY_DESIGN = _table(
    ("PERS", 0, (2.12, 1.62, 1.26, 1.00, 0.83, 0.63, 0.50)),
    ("RCPX", 0, (0.49, 0.60, 0.83, 1.00, 1.33, 1.91, 2.72)),
    ("PDIF", 2, (0.87, 1.00, 1.29, 1.81, 2.61)),
    ("PREX", 0, (1.59, 1.33, 1.22, 1.00, 0.87, 0.74, 0.62)),
    ("FCIL", 0, (1.43, 1.30, 1.10, 1.00, 0.87, 0.73, 0.62)),
    ("RUSE", 2, (0.95, 1.00, 1.07, 1.15, 1.24)),
    ("SCED", 1, (1.43, 1.14, 1.00, 1.00, 1.00)),
)
MODELS: Mapping[str, Mapping[str, Mapping[str, float]]] = {
    "post_architecture": POST_ARCHITECTURE,
    "early_design": EARLY_DESIGN,
}
SCHEDULE_SHARES = {"very_low": 0.75, "low": 0.85, "nominal": 1.0, "high": 1.3, "very_high": 1.6}
"""The schedule as a share of the nominal one, by rating of SCED."""

PHASES = {"inception": (0.06, 0.125), "elaboration": (0.24, 0.375), "construction": (0.76, 0.625),
          "transition": (0.12, 0.125)}  # fmt: skip
"""Shares of effort and time (MBASE). The estimate is elaboration and construction; the other two come on top."""

SLOC_PER_FP: Mapping[str, int] = {
    "assembly_basic": 320, "assembly_macro": 213, "c": 128, "fortran_77": 107, "jovial": 107, "unix_shell": 107,
    "basic_compiled": 91, "cobol_85": 91, "pascal": 91, "modula_2": 80, "report_generator": 80, "ada_83": 71,
    "fortran_95": 71, "basic_ansi": 64, "forth": 64, "lisp": 64, "prolog": 64, "cpp": 55, "java": 53, "ada_95": 49,
    "ai_shell": 49, "simulation": 46, "database": 40, "visual_cpp": 34, "apl": 32, "visual_basic_5": 29, "perl": 27,
    "fourth_generation": 20, "powerbuilder": 16, "html_3": 15, "query": 13, "spreadsheet": 6,
}  # fmt: skip
"""Source lines per unadjusted function point (C. Jones, *Applied Software Measurement*, 1996, as in the model
definition manual of COCOMO II). Averages with wide spreads: prefer a ratio of one's own."""


@dataclass(frozen=True, slots=True)
class Phase:
    phase: str
    person_months: float
    months: float


@dataclass(frozen=True, slots=True)
class CocomoII:
    """Effort and schedule, and what they are made of."""

    ksloc: float
    scale_factor_sum: float
    exponent: float
    effort_multiplier: float
    person_months_nominal: float
    """With all effort multipliers at 1."""
    person_months: float
    hours: float
    schedule_share: float
    development_months: float
    average_staff: float
    phases: tuple[Phase, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        size, power = shown(self.ksloc), shown(self.exponent)
        return (
            Step("E", "exponent", "规模指数", "0.91 + 0.01 × ΣSF", f"0.91 + 0.01 × {shown(self.scale_factor_sum)}",
                 self.exponent, "1"),
            Step("PMn", "effort with nominal drivers", "标称工作量", "2.94 × KSLOC^E", f"2.94 × {size}^{power}",
                 self.person_months_nominal, "person_months"),
            Step("PM", "effort", "工作量", "PMn × ΠEM",
                 f"{shown(self.person_months_nominal)} × {shown(self.effort_multiplier)}",
                 self.person_months, "person_months"),
            Step("TDEV", "development time", "开发工期", "3.67 × PMns^(0.28 + 0.2 × (E − 0.91)) × SCED%",
                 f"3.67 × PMns^{shown(_D + 0.2 * (self.exponent - _B))} × {shown(self.schedule_share)}",
                 self.development_months, "months"),
            Step("FSP", "average staff", "平均人数", "PM / TDEV",
                 f"{shown(self.person_months)} / {shown(self.development_months)}", self.average_staff, "persons"),
        )  # fmt: skip


def scale_sum(ratings: Mapping[str, str]) -> float:
    """ΣSF of the ratings by factor; a factor that is not named is nominal."""
    return fsum(levels[ratings.get(name, "nominal")] for name, levels in SCALE_FACTORS.items())


def cocomo_ii(
    ksloc: float, *, scale_factor_sum: float, multipliers: Mapping[str, float], schedule_share: float = 1.0
) -> CocomoII:
    """The estimate for `ksloc` > 0 thousand source lines, with the multipliers of either model (others are 1).

    `schedule_share` is SCED% / 100; the multiplier of SCED is in the effort and not in the schedule's formula.
    """
    exponent = _B + 0.01 * scale_factor_sum
    nominal = _A * ksloc**exponent
    factor = prod(multipliers.values())
    effort = nominal * factor
    unhurried = nominal * prod(value for name, value in multipliers.items() if name != "SCED")
    months = _C * unhurried ** (_D + 0.2 * (exponent - _B)) * schedule_share
    return CocomoII(
        ksloc=ksloc,
        scale_factor_sum=scale_factor_sum,
        exponent=exponent,
        effort_multiplier=factor,
        person_months_nominal=nominal,
        person_months=effort,
        hours=effort * HOURS_PER_MONTH,
        schedule_share=schedule_share,
        development_months=months,
        average_staff=effort / months,
        phases=tuple(Phase(name, effort * work, months * time) for name, (work, time) in PHASES.items()),
    )
