"""A share of a whole with the uncertainty that few cases leave: win rates, response rates, satisfied answers."""

from dataclasses import dataclass
from math import sqrt

Z_95 = 1.959963984540054
"""Of the standard normal distribution, for intervals that hold in 95 of 100 cases."""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, 0 … 1, with its 95 % interval; None without a whole."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's score interval (E. B. Wilson 1927), which stays within 0 and 1 for few cases too."""
        n = self.denominator
        if not n:
            return None
        p = self.numerator / n
        middle = (p + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
        half = Z_95 * sqrt(p * (1 - p) / n + Z_95**2 / (4 * n**2)) / (1 + Z_95**2 / n)
        return max(min(middle - half, p), 0.0), min(max(middle + half, p), 1.0)
