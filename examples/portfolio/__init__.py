"""Two years of a presales team that never was: its opportunities, and the events that tell of them.

`made(seed, ends)` simulates the pursuits (`team`), `events(pursuits)` tells them (`telling`). Equal seeds and days give
equal portfolios to the byte.
"""

from examples.portfolio.pursuits import Pursuit, made
from examples.portfolio.recording import recorded

__all__ = ["Pursuit", "made", "recorded"]
