"""When a watched figure calls for action."""

import operator
from collections.abc import Callable
from dataclasses import dataclass

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure and the threshold at which something has to be done: `open defects >= 20`."""

    name: str
    operator: str
    threshold: float
    unit: str | None = None

    def is_hit(self, value: float) -> bool:
        return OPERATORS[self.operator](value, self.threshold)
