"""What the estimation service does at its moment."""

from services.estimation.commands import estimates
from services.estimation.commands.staleness import RECOMPUTE
from shared.kernel.timers import Timers

timers = Timers()

timers(RECOMPUTE)(estimates.recompute_newest)
