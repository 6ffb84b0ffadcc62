"""Use-case points (G. Karner, *Resource Estimation for Objectory Projects*, 1993): a size, and never effort by itself.

UCP = (UAW + UUCW) x TCF x ECF with TCF = 0.6 + 0.01 ΣwT and ECF = 1.4 - 0.03 ΣwE. Karner's 20 hours per point are not a
default here: on the 71 projects of Silhavy et al. (2017) they are worse than guessing. Hours per point are from one's
own projects, or said with their source.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import Annotated

from annotated_types import Ge, Le

from services.estimation.domain.working import Step, shown

SOURCE = "G. Karner, Resource Estimation for Objectory Projects, 1993"
Count = Annotated[int, Ge(0), Le(10_000)]

ACTORS = (1, 2, 3)
"""Weights of simple (a program by API), average (by protocol or terminal) and complex actors (a person)."""
USE_CASES = (5, 10, 15)
"""Weights of use cases of up to 3, 4 to 7, and more transactions."""
TECHNICAL = (2.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0)
"""Weights of T1 … T13, each rated 0…5."""
ENVIRONMENTAL = (1.5, 0.5, 1.0, 0.5, 1.0, 2.0, -1.0, -1.0)
"""Weights of E1 … E8, each rated 0…5."""
TCF_RANGE = (0.6, 1.3)
ECF_RANGE = (0.425, 1.7)
"""What the factors can be: 3.5 is a sum that was not put into the formula, as on a course slide that finds 448 points
where there are 54.5."""


@dataclass(frozen=True, slots=True)
class UseCasePoints:
    """The size and what it is made of."""

    unadjusted_ucp: float
    technical_factor: float
    environmental_factor: float
    ucp: float

    @property
    def steps(self) -> tuple[Step, ...]:
        return (
            Step("UUCP", "unadjusted points", "未调整用例点", "UAW + UUCW", shown(self.unadjusted_ucp),
                 self.unadjusted_ucp, "ucp"),
            Step("TCF", "technical factor", "技术复杂度因子", "0.6 + 0.01 × ΣwT", "0.6 + 0.01 × ΣwT",
                 self.technical_factor, "1"),
            Step("ECF", "environmental factor", "环境复杂度因子", "1.4 − 0.03 × ΣwE", "1.4 − 0.03 × ΣwE",
                 self.environmental_factor, "1"),
            Step("UCP", "use-case points", "用例点", "UUCP × TCF × ECF",
                 f"{shown(self.unadjusted_ucp)} × {shown(self.technical_factor)} × {shown(self.environmental_factor)}",
                 self.ucp, "ucp"),
        )  # fmt: skip


def weighed(counts: Sequence[int], weights: Sequence[int]) -> int:
    """UAW of simple, average and complex actors with `ACTORS`; UUCW of use cases with `USE_CASES`."""
    return sum(count * weight for count, weight in zip(counts, weights, strict=True))


def rated(ratings: Sequence[float], weights: Sequence[float]) -> float:
    """The weighted sum of ratings 0…5."""
    return fsum(rating * weight for rating, weight in zip(ratings, weights, strict=True))


def technical_factor(weighted_sum: float) -> float:
    """TCF of ΣwT."""
    return 0.6 + 0.01 * weighted_sum


def environmental_factor(weighted_sum: float) -> float:
    """ECF of ΣwE."""
    return 1.4 - 0.03 * weighted_sum


def use_case_points(unadjusted: float, *, tcf: float, ecf: float) -> UseCasePoints:
    """The size, at full precision: a public tool truncates the factors and finds 48.00 where there are 48.47."""
    return UseCasePoints(unadjusted, tcf, ecf, unadjusted * tcf * ecf)
