"""Function points: what counts how much, by IFPUG, NESMA and the Chinese standards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Le

Count = Annotated[int, Ge(0), Le(100_000)]


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


class FunctionType(StrEnum):
    """Logical files that are kept here or elsewhere, and elementary processes that put in, put out or ask."""

    ILF = "ilf"
    EIF = "eif"
    EI = "ei"
    EO = "eo"
    EQ = "eq"


Complexity = Literal["low", "average", "high"]
_LEVELS: tuple[Complexity, ...] = ("low", "average", "high")
_MATRICES: Mapping[FunctionType, tuple[tuple[int, int], tuple[int, int]]] = {
    FunctionType.ILF: ((1, 5), (19, 50)),
    FunctionType.EIF: ((1, 5), (19, 50)),
    FunctionType.EI: ((1, 2), (4, 15)),
    FunctionType.EO: ((1, 3), (5, 19)),
    FunctionType.EQ: ((1, 3), (5, 19)),
}
"""Upper ends of the first two rows (record types, or files referenced) and columns (data elements) of each matrix."""


def complexity(kind: FunctionType, *, data_elements: int, records_or_files: int) -> Complexity:
    """The complexity of a function by its matrix (IFPUG CPM 4.3.1, part 1, tables of complexity).

    `records_or_files` are record element types (RET) of a file, file types referenced (FTR) of a process.
    """
    rows, columns = _MATRICES[kind]
    row = sum(records_or_files > end for end in rows)
    column = sum(data_elements > end for end in columns)
    return _LEVELS[min(max(row + column - 1, 0), 2)]


def weight(kind: FunctionType, level: Complexity) -> int:
    """The points of a function of this complexity."""
    weights = {"low": WEIGHTS["ifpug_low"], "average": WEIGHTS["ifpug_average"], "high": WEIGHTS["ifpug_high"]}
    return weights[level][list(FunctionType).index(kind)]


REUSE: Mapping[str, float] = {"low": 1.0, "medium": 2 / 3, "high": 1 / 3}
"""What is left of a function's points where a part is there already (GB/T 36964-2018: 低 1, 中 2/3, 高 1/3)."""
