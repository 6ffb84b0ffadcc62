"""What a demo or a proof of concept showed: criteria, each met or not, and the outcome that follows."""

from collections.abc import Callable, Collection, Mapping
from operator import ge, gt, le, lt

OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "<": lt,
    "<=": le,
    "=": lambda measured, target: measured == target,
    ">=": ge,
    ">": gt,
}


def is_met(measured: float, operator: str, target: float) -> bool:
    """Whether a measured value reaches its target: `480 <= 500`."""
    return OPERATORS[operator](measured, target)


def outcome(passed: Collection[bool | None]) -> str | None:
    """Passed when every criterion is met, failed when none is, else partly; None while one has no result."""
    if not passed or None in passed:
        return None
    if all(passed):
        return "passed"
    return "partly" if any(passed) else "failed"
