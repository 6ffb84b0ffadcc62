"""Which events something was made from: vectors that order what was computed, and say why one is stale."""

from dataclasses import dataclass

BASELINE_APPROVED = "baseline_approved"
_STEP = 1000
"""More revisions than anybody makes of one estimate, or of its risk budget."""


@dataclass(frozen=True, slots=True, order=True)
class Basis:
    """Epoch of the baseline, revision of its estimate, revision of the risk budget; 0 is none yet.

    They compare from left to right: a newer baseline counts more than any revision of an older one's estimate.
    """

    epoch: int
    estimate_revision: int = 0
    risk_revision: int = 0

    @property
    def revision(self) -> int:
        """One number in the order of the bases. A count would depend on which of them was heard first."""
        return (self.epoch * _STEP + self.estimate_revision) * _STEP + self.risk_revision


def staleness(made_from: Basis, newest: Basis, epoch_began: str) -> str | None:
    """Why what was made from a basis is stale when `newest` was heard; None while it is fresh.

    `epoch_began` is what the newest epoch began with: baseline_approved, baseline_withdrawn or opportunity_closed.
    """
    if newest <= made_from:
        return None
    if newest.epoch > made_from.epoch:
        return epoch_began
    if newest.estimate_revision > made_from.estimate_revision:
        return "estimate_revised"
    return "risk_budget_revised"
