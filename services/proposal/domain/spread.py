"""How far the work of a package may be off, from the ranges of the estimate's lines that it is made of."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.quant.sums import deviation_of_sum

CORRELATION = 0.3
"""Of the efforts within a package: work of one kind is misjudged together."""


@dataclass(frozen=True, slots=True)
class Share:
    """Person-days of a line that are done within a package.

    `optimistic` and `pessimistic` are fractions of what is expected, such as 0.8 and 1.5.
    """

    days: float
    optimistic: float
    pessimistic: float


def spread(shares: Iterable[Share]) -> tuple[float, float]:
    """The ends of the range of their sum, as fractions of what is expected; (1, 1) when nothing is uncertain.

    The deviations of the lines are classic, (b - a) / 6, and correlate with `CORRELATION`; the range of the sum is
    narrower than the sum of the ranges by as much as its deviation is.
    """
    shares = [share for share in shares if share.days > 0]
    deviations = [share.days * (share.pessimistic - share.optimistic) / 6 for share in shares]
    together, days = sum(deviations), sum(share.days for share in shares)
    if together <= 0:
        return 1.0, 1.0
    narrower = deviation_of_sum(deviations, CORRELATION) / together
    low = sum(share.days * (1 - share.optimistic) for share in shares) / days
    high = sum(share.days * (share.pessimistic - 1) for share in shares) / days
    return 1 - low * narrower, 1 + high * narrower
