"""Kinds of values that parameters are made of, and the phases of a project."""

from collections.abc import Mapping
from decimal import Decimal
from math import isclose
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, Len

DELIVERY = ("requirements", "design", "build", "test", "deployment")
AFTER_DELIVERY = "warranty"
PHASES = (*DELIVERY, AFTER_DELIVERY)

DeliveryPhase = Literal["requirements", "design", "build", "test", "deployment"]
Phase = Literal["requirements", "design", "build", "test", "deployment", "warranty"]
Share = Annotated[float, Ge(0), Le(1)]
Factor = Annotated[float, Ge(0.01), Le(10)]
Name = Annotated[str, Len(1, 200)]
Code = Annotated[str, Len(1, 60)]
Price = Annotated[Decimal, Ge(0), Le(Decimal(10) ** 12)]
Rate = Annotated[Decimal, Ge(0), Le(1)]
Mix = Annotated[Mapping[Code, Share], Len(1, 30)]
"""Shares that add up to 1, by role or phase."""

STRICT = {"extra": "forbid", "allow_inf_nan": False}


def check_whole(shares: Mapping[Any, float]) -> None:
    """Raises `ValueError` unless the shares add up to 1."""
    if not isclose(sum(shares.values()), 1.0, abs_tol=1e-6):
        raise ValueError("shares_do_not_sum")
