"""Units of size and productivity, checked by dimension: hours per function point are never points per month.

A public costing system read 7.01 person-hours per function point as points per person-month, and asked for 3.2 times
the right amount; its tests assert the wrong one. Units are therefore part of every name, and converted by name only.
"""

from typing import Literal

from shared.kernel.problems import FieldError, Problem

SizeUnit = Literal["fp", "cfp", "ucp", "ksloc"]
"""IFPUG, NESMA or other function points; COSMIC function points; use-case points; thousand source lines."""

ProductivityUnit = Literal[
    "hours_per_fp", "days_per_fp", "months_per_fp", "fp_per_hour", "fp_per_day", "fp_per_month",
    "hours_per_cfp", "days_per_cfp", "months_per_cfp", "cfp_per_hour", "cfp_per_day", "cfp_per_month",
    "hours_per_ucp", "days_per_ucp", "months_per_ucp", "ucp_per_hour", "ucp_per_day", "ucp_per_month",
    "hours_per_ksloc", "days_per_ksloc", "months_per_ksloc", "ksloc_per_hour", "ksloc_per_day", "ksloc_per_month",
]  # fmt: skip
"""Person-hours, person-days or person-months for a unit of size, or the other way round."""


class UnitMismatch(Problem):
    status = 422
    title = ("A figure in another unit", "单位不一致")
    en = (
        "{name} is needed in {wanted}; {value} {given} measures something else. If it is meant so, {converted} {wanted}"
        " is the same."
    )
    zh = "{name} 的单位须为 {wanted}；{value} {given} 是另一种量纲。若确为此意，请改填 {converted} {wanted}。"


def hours_per_size(
    value: float,
    unit: ProductivityUnit,
    size: SizeUnit,
    *,
    hours_per_day: float,
    hours_per_month: float,
    pointer: str = "/productivity/unit",
) -> float:
    """Person-hours per unit of `size`; days and months are converted with the hours that are given.

    Raises `UnitMismatch` for size per effort, saying what the reciprocal would be, and for another unit of size.
    """
    wanted = f"hours_per_{size}"
    first, second = unit.split("_per_")
    hours = {"hours": 1.0, "days": hours_per_day, "months": hours_per_month}
    if first in hours and second == size:
        return value * hours[first]
    converted = f"{hours[second + 's'] / value:.4g}" if first == size else "…"
    error = FieldError(pointer, "unit_mismatch", f"must be {wanted}", f"须为 {wanted}")
    raise UnitMismatch(
        name="productivity", wanted=wanted, value=f"{value:g}", given=unit, converted=converted, errors=[error]
    )
